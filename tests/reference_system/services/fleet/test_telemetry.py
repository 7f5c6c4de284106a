"""What devices say of themselves: what is believed, and what is refused."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from reference_system.services.fleet import devices, telemetry
from reference_system.services.fleet.devices import Registration
from reference_system.services.fleet.telemetry import Received
from reference_system.store.devices import Device, DeviceEvent

LIMIT_MS = 90_000
"""Of the profile speaker-reference."""


@pytest.fixture(autouse=True)
def speakers(person, act):
    with act(person("lan")) as doing:
        devices.register(
            doing,
            [
                Registration(f"AH-0{number}", "Cụm loa", "ip-speaker", "speaker-reference", "21613")
                for number in (1, 2)
            ],
        )


def status(at_ms, device="AH-01", live="handed-on", **about):
    words = {
        "ThoiDiem": at_ms // 1000,
        "AmLuong": "70",
        "TrangThaiHoatDong": 2,
        "TrangThaiKetNoi": "4G",
        "PhienBanUngDung": "2.3.0",
    }
    return Received(device, "status", json.dumps(words | about).encode(), live)


def online(yes, device="AH-01", live="handed-on", **about):
    return Received(device, "online", json.dumps({"TrucTuyen": yes} | about).encode(), live)


def known(system, device="AH-01"):
    with system.database.reading() as session:
        return session.get_one(Device, device)


def events(system, device="AH-01"):
    with system.database.reading() as session:
        query = select(DeviceEvent).where(DeviceEvent.device_id == device)
        return list(session.scalars(query.order_by(DeviceEvent.number)))[1:]


def reasons(outcomes):
    return [outcome and outcome.reason for outcome in outcomes]


def test_a_report_is_kept_and_its_changes_are_told(system, clock):
    assert telemetry.take(system, [status(clock.ms)]) == [None]
    clock.advance(30_000)
    assert telemetry.take(system, [status(clock.ms, AmLuong="80", NguonDien="standby")]) == [None]
    device = known(system)
    assert device.presence == "online"
    assert device.status["volume"] == "80"
    assert device.status_ms == device.heard_ms == clock.ms
    assert [(event.event, event.detail) for event in events(system)] == [
        ("online", {"before": "unheard", "heard_ms": clock.ms - 30_000}),
        ("status", {"volume": ["70", "80"], "power": [None, "standby"]}),
    ]


def test_a_silent_device_is_lost_within_its_profiles_limit(system, clock):
    since_ms = clock.ms
    telemetry.take(system, [status(clock.ms), status(clock.ms, "AH-02")])
    clock.advance(LIMIT_MS - 1)
    telemetry.take(system, [status(clock.ms, "AH-02")])
    assert telemetry.lose(system, since_ms) == 0
    clock.advance(1)
    assert telemetry.lose(system, since_ms) == 1
    assert (known(system).presence, known(system, "AH-02").presence) == ("lost", "online")
    assert telemetry.lose(system, since_ms) == 0
    telemetry.take(system, [status(clock.ms)])
    assert [event.event for event in events(system)] == ["online", "lost", "online"]


def test_nothing_is_online_after_a_restart_without_evidence(system, clock):
    telemetry.take(system, [status(clock.ms), status(clock.ms, "AH-02")])
    clock.advance(20_000)
    with system.database.writing() as session:
        telemetry.unhear(session)
    since_ms = clock.ms
    kept = online(True, live="kept", ThoiDiem=clock.ms // 1000)
    assert telemetry.take(system, [kept, online(False, "AH-02", live="kept")]) == [None, None]
    assert known(system).presence == "unheard"
    assert known(system, "AH-02").presence == "offline"
    clock.advance(LIMIT_MS - 1)
    assert telemetry.lose(system, since_ms) == 0, "it was not listened to before"
    clock.advance(1)
    assert telemetry.lose(system, since_ms) == 1
    assert known(system).presence == "lost"


def test_a_last_will_is_believed_at_once(system, clock):
    telemetry.take(system, [online(True, ThoiDiem=clock.ms // 1000)])
    assert known(system).presence == "online"
    telemetry.take(system, [online(False)])
    assert known(system).presence == "offline"


def test_what_waited_at_the_broker_is_no_sign_of_life(system, clock):
    old = [status(clock.ms - age_s * 1000) for age_s in (600, 570, 540)]
    assert telemetry.take(system, old) == [None, None, None]
    assert known(system).presence == "unheard"
    assert known(system).status_ms == clock.ms - 540_000


def test_a_slow_clock_is_measured_and_its_device_is_alive(system, clock):
    for _ in range(2):
        telemetry.take(system, [status(clock.ms - 3_600_000)])
        clock.advance(30_000)
    assert known(system).clock_offset_ms == -3_600_000
    assert known(system).presence == "online"


def test_a_report_from_the_future_is_refused_but_its_clock_is_shown(system, clock):
    seven_hours_ms = 25_200_000
    refused = telemetry.take(system, [status(clock.ms + seven_hours_ms)])
    assert reasons(refused) == ["time-zone"]
    device = known(system)
    assert (device.status, device.presence) == ({}, "unheard")
    assert device.clock_offset_ms == seven_hours_ms
    clock.advance(30_000)
    telemetry.take(system, [status(clock.ms + seven_hours_ms)])
    assert known(system).presence == "online", "the same wrong clock twice is a living device"
    assert known(system).status == {}
    assert known(system).refused["time-zone"]["count"] == 2


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Received("AH-01", "status", b'{"ThoiDiem": 16642332'), "json"),
        (Received("AH-01", "status", b" " * 8_193), "size"),
        (Received("AH-01", "status", b'{"a": 1, "a": 2}'), "json"),
        (Received("AH-01", "status", b'{"DiaDiem": "x"}'), "field"),
        (Received("AH-01", "cmd", b"{}"), "direction"),
        (Received("AH-09", "status", b"{}"), "unknown-device"),
        (Received("AH-01", "status", b'{"TenThietBi": "\\u0000"}'), "json"),
        (
            Received("AH-01", "ack", b'{"Id":"c1","TrangThaiGui":0,"ThoiDiem":1664233200}'),
            "foreign",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason_and_counted(system, clock, message, reason):
    assert reasons(telemetry.take(system, [message, message])) == [reason, reason]
    device = known(system)
    assert (device.status, device.presence) == ({}, "unheard")
    if reason != "unknown-device":
        assert device.refused[reason]["count"] == 2
        told = [event.detail["reason"] for event in events(system)]
        assert told == [reason], "told once a minute"
        clock.advance(telemetry.TOLD_AFTER_MS)
        telemetry.take(system, [message])
        assert events(system)[-1].detail["count"] == 3


def test_a_replayed_report_is_refused_and_proves_nothing(system, clock):
    first, second = status(clock.ms, AmLuong="10"), status(clock.ms + 30_000, AmLuong="20")
    telemetry.take(system, [first])
    clock.advance(30_000)
    telemetry.take(system, [second, online(False)])
    assert reasons(telemetry.take(system, [first])) == ["replayed"]
    assert telemetry.take(system, [second]) == [None], "the broker may send it twice"
    assert known(system).status["volume"] == "20"


def test_one_device_cannot_keep_anothers_message_from_being_stored(system, clock):
    with system.database.writing() as session:
        if system.database.is_sqlite:
            session.execute(
                text(
                    "CREATE TRIGGER no BEFORE UPDATE ON devices WHEN NEW.status_ms > 0 AND "
                    "NEW.id = 'AH-01' BEGIN SELECT RAISE(ABORT, 'no room for this one'); END"
                )
            )
        else:
            session.execute(
                text("ALTER TABLE devices ADD CONSTRAINT no CHECK (id <> 'AH-01' OR status_ms = 0)")
            )
    outcomes = telemetry.take(system, [status(clock.ms), status(clock.ms, "AH-02")])
    assert reasons(outcomes) == ["unstorable", None]
    assert known(system, "AH-02").presence == "online"
    assert known(system).refused["unstorable"]["count"] == 1


def test_a_device_over_http_is_online_by_asking(system, clock):
    telemetry.take(system, [status(clock.ms - 600_000, live="asked")])
    assert known(system).presence == "online"


any_message = st.builds(
    Received,
    st.sampled_from(["AH-01", "AH-02", "AH-03"]),
    st.sampled_from(["status", "online", "ack", "log", "cmd"]),
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: st.dictionaries(
                st.sampled_from(["TrucTuyen", "ThoiDiem", "AmLuong", "NhatKy", "Id"]), inner
            ),
            max_leaves=6,
        ).map(lambda value: json.dumps(value).encode()),
    ),
    st.sampled_from(["asked", "handed-on", "kept"]),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(any_message, max_size=8))
def test_whatever_comes_every_message_has_an_answer_and_the_states_are_known(system, messages):
    assert len(telemetry.take(system, messages)) == len(messages)
    for device in ("AH-01", "AH-02"):
        assert known(system, device).presence in ("unheard", "online", "offline")
