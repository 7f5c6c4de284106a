"""What devices may publish, made wrong in every way: each has its answer, and nothing is stored.

Through a real broker, so that what is said here holds for what a device can really do.
"""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from reference_system.broker.choose import choose
from reference_system.interface.topics import CHANNELS, DEVICE_WRITES, Kind
from reference_system.services.fleet import deliveries, devices
from reference_system.services.fleet.devices import Registration
from reference_system.services.timekeeping import wall_ms
from reference_system.store.devices import Device, DeviceEvent, PlayLogEntry
from reference_system.store.orders import Delivery
from reference_system.working import working

pytestmark = [pytest.mark.slow, pytest.mark.needs_tool("mosquitto")]

ANY_EXAMPLES = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HOURS_7_S = 25_200
DAY_S = 86_400


def valid(kind: Kind) -> dict[str, Any]:
    """A message that would be taken, of now."""
    now_s = wall_ms() // 1000
    match kind:
        case "ack":
            return {"Id": "v1", "TrangThaiGui": 0, "ThoiDiem": now_s}
        case "status":
            return {
                "ThoiDiem": now_s,
                "AmLuong": "70",
                "TrangThaiHoatDong": 2,
                "TrangThaiKetNoi": "4G",
                "PhienBanUngDung": "1.0",
            }
        case "log":
            entry = {
                "NhatKyID": "e1",
                "KhoiDong": "b1",
                "SoThuTu": 0,
                "BanTinID": "b",
                "LoaiBanTin": 3,
                "MucDoUuTien": 3,
                "ThoiLuong": "00:00:10",
                "ThoiDiemBatDau": now_s - 20,
                "ThoiDiemKetThuc": now_s - 10,
                "KetQua": "played",
                "AmLuong": "70",
            }
            return {"ThoiDiemGui": now_s, "NhatKy": [entry]}
        case _:
            return {"TrucTuyen": True, "ThoiDiem": now_s}


def instant_of(kind: Kind) -> str:
    return "ThoiDiemGui" if kind == "log" else "ThoiDiem"


def at(kind: Kind, change: Callable[[int], int]) -> bytes:
    """The message with another instant."""
    words = valid(kind)
    return wire({**words, instant_of(kind): change(words[instant_of(kind)])})


def wire(words: Any) -> bytes:
    return json.dumps(words).encode()


def inserted(kind: Kind, text: bytes) -> bytes:
    """The message with something put in behind its first brace."""
    return b"{" + text + wire(valid(kind))[1:]


def first_field(kind: Kind) -> bytes:
    name, value = next(iter(valid(kind).items()))
    return json.dumps({name: value}).encode()[1:-1] + b", "


WRONG: dict[str, tuple[str, Callable[[Kind], bytes]]] = {
    "too large by one byte": (
        "size",
        lambda kind: wire(valid(kind)).ljust(CHANNELS[kind].max_bytes + 1),
    ),
    "nothing": ("json", lambda kind: b""),
    "cut off": ("json", lambda kind: wire(valid(kind))[:-1]),
    "no object": ("field", lambda kind: b"[1, 2]"),
    "a field twice": ("json", lambda kind: inserted(kind, first_field(kind))),
    "an unknown field": ("field", lambda kind: inserted(kind, b'"La": 1, ')),
    "not a number": ("json", lambda kind: inserted(kind, b'"La": NaN, ')),
    "without end": ("json", lambda kind: inserted(kind, b'"La": 1e999, ')),
    "deeply nested": (
        "json",
        lambda kind: inserted(kind, b'"La": ' + b"[" * 450 + b"]" * 450 + b","),
    ),
    "not UTF-8": ("json", lambda kind: inserted(kind, b'"La": "\xff", ')),
    "half a character": ("json", lambda kind: inserted(kind, b'"La": "\\ud800", ')),
    "a zero character": ("json", lambda kind: inserted(kind, b'"La": "\\u0000", ')),
    "a number as text": (
        "field",
        lambda kind: wire({**valid(kind), instant_of(kind): str(valid(kind)[instant_of(kind)])}),
    ),
    "milliseconds": ("time-unit", lambda kind: at(kind, lambda s: s * 1000)),
    "local time as if it were UTC": ("time-zone", lambda kind: at(kind, lambda s: s + HOURS_7_S)),
    "of tomorrow": ("clock", lambda kind: at(kind, lambda s: s + DAY_S)),
}


class Place:
    """A working source system with the devices A and B, and what it has stored."""

    def __init__(self, system, work, connect) -> None:
        self.system, self.counts, self.connect = system, work.messages, connect
        self.a, self.b = connect("A"), connect("B")

    def row(self, table, key):
        with self.system.database.reading() as session:
            return session.get(table, key)

    def stored(self) -> tuple[object, ...]:
        """All that device A can have told, except of its messages that were refused."""
        device = self.row(Device, "A")
        with self.system.database.reading() as session:
            entries = session.scalar(select(func.count()).select_from(PlayLogEntry))
        told = (device.status, device.status_ms)
        return (*told, entries, self.row(Delivery, "v1").state)

    def refused(self) -> dict[str, int]:
        return {reason: told["count"] for reason, told in self.row(Device, "A").refused.items()}

    def flushed(self, until) -> None:
        """Wait until B, who writes after all that was sent before, was heard."""
        before = self.row(Device, "B").status
        words = {**valid("status"), "PhienBanUngDung": f"{time.monotonic_ns()}"}
        self.b.say("status", **words)
        until(lambda: self.row(Device, "B").status != before, what="B is heard")


@contextmanager
def at_work(system, tmp_path: Path, person, act, speak, until) -> Iterator[Place]:
    system.clock = wall_ms
    lan = person("lan")
    with act(lan) as doing:
        rows = [Registration(n, n, "ip-speaker", "speaker-reference", "21613") for n in "AB"]
        secrets = {each.device.id: each.secret for each in devices.register(doing, rows)}
        deliveries.set_volume(doing, "A", 50, "v1")
        deliveries.set_volume(doing, "B", 50, "v2")
    broker = choose("mosquitto", tmp_path / "broker")
    with working(system, broker) as work:
        work.link.wait(10)

        def connect(name):
            speaker = speak(broker.address.port, name, secrets[name])
            speaker.client.on_message = lambda *_: None  # it does not answer by itself
            assert speaker.subscribed.wait(10)
            return speaker

        place = Place(system, work, connect)
        place.flushed(until)
        until(lambda: place.row(Device, "A").presence == "online")
        for key in ("v1", "v2"):
            until(lambda key=key: place.row(Delivery, key).state == "handed")
        yield place


@pytest.fixture
def place(system, tmp_path, person, act, speak, until) -> Iterator[Place]:
    with at_work(system, tmp_path, person, act, speak, until) as place:
        yield place


@pytest.mark.parametrize("kind", DEVICE_WRITES)
def test_each_wrong_message_is_counted_by_its_reason_and_stores_nothing(kind, place, until):
    before = place.stored()
    for name, (reason, make) in WRONG.items():
        counted = place.refused().get(reason, 0)
        place.a.say_raw(kind, make(kind))
        until(lambda r=reason, n=counted: place.refused().get(r, 0) > n, 10, f"{name}: {reason}")
        assert place.refused()[reason] == counted + 1, name
    assert place.stored() == before
    with place.system.database.reading() as session:
        told = session.scalars(
            select(DeviceEvent).where(DeviceEvent.device_id == "A", DeviceEvent.event == "refused")
        )
        assert {each.detail["reason"] for each in told} == {each for each, _ in WRONG.values()}
    place.flushed(until)


def test_an_old_report_an_answer_twice_and_an_entry_twice_have_their_answers(place, until):
    now_s = wall_ms() // 1000
    place.a.say("status", **valid("status"))
    until(lambda: place.row(Device, "A").status_ms // 1000 >= now_s)
    place.a.say("status", **{**valid("status"), "ThoiDiem": now_s - 60, "AmLuong": "5"})
    until(lambda: place.refused().get("replayed") == 1)
    assert place.row(Device, "A").status["volume"] == "70"
    place.a.say("ack", Id="v2", TrangThaiGui=0, ThoiDiem=now_s)
    until(lambda: place.refused().get("foreign") == 1)
    assert place.row(Delivery, "v2").state == "handed"
    for _ in range(2):
        place.a.say("ack", **valid("ack"))
        place.a.say("log", **(log := valid("log")))
    place.a.say("ack", **{**valid("ack"), "TrangThaiGui": 1, "MoTa": "hỏng"})
    log["NhatKy"][0]["KetQua"] = "cut"
    place.a.say("log", **log)
    until(lambda: place.refused().get("contradiction") == 2)
    assert place.row(Delivery, "v1").state == "accepted"
    with place.system.database.reading() as session:
        (entry,) = session.scalars(select(PlayLogEntry).where(PlayLogEntry.device_id == "A"))
    assert entry.outcome == "played"


def test_a_device_cannot_speak_as_another_or_on_a_topic_of_nobody(place, until):
    before = (place.row(Device, "B").status, place.row(Delivery, "v2").state)
    counts = dict(place.counts)
    for topic in ("ttcs/1/B/ack", "ttcs/1/B/status", "ttcs/1/A/cmd", "ttcs/1/A/x", "ttcs/2/A/log"):
        for kind in ("ack", "status"):
            place.a.client.publish(topic, wire({**valid(kind)}), 1)
    place.a.say("status", **{**valid("status"), "AmLuong": "11"})
    until(lambda: place.row(Device, "A").status.get("volume") == "11")
    assert (place.row(Device, "B").status, place.row(Delivery, "v2").state) == before
    assert place.counts["taken"] == counts["taken"] + 1
    assert place.refused() == {}


def test_more_than_the_broker_takes_ends_that_connection_and_no_other(place, until):
    before = place.stored()
    place.a.say_raw("log", b" " * (1 << 17))
    place.flushed(until)
    assert place.stored() == before


@ANY_EXAMPLES
@given(data=st.data())
def _any_bytes(place, until, data) -> None:
    kind = data.draw(st.sampled_from(DEVICE_WRITES))
    message = wire(valid(kind))
    cut = data.draw(st.integers(0, len(message)))
    damaged = st.builds(lambda junk: message[:cut] + junk + message[cut:], st.binary(min_size=1))
    any_json = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*valid(kind), "x"]), inner, max_size=4)
        ),
    ).map(lambda value: wire(value).replace(b"Infinity", b"9"))
    payload = data.draw(st.binary() | damaged | any_json)
    before, counted = place.stored(), sum(place.refused().values())
    if payload.strip() in (message, wire({"TrucTuyen": True}), wire({"TrucTuyen": False})):
        return  # by chance, it says what is so
    place.a.say_raw(kind, payload)
    until(lambda: sum(place.refused().values()) > counted, 10, f"{kind} {payload!r} is refused")
    assert place.stored() == before


def test_any_bytes_are_refused_and_counted(place, until):
    _any_bytes(place, until)
    place.flushed(until)
    assert "unstorable" not in place.refused()


@ANY_EXAMPLES
@given(first=st.binary(max_size=200) | st.binary(max_size=50).map(lambda b: b"\x10" + b))
def _any_packets(place, first) -> None:
    address = (place.a.client.host, place.a.client.port)
    with socket.create_connection(address, 5) as connection:
        connection.sendall(first)


def test_any_bytes_at_the_broker_disturb_nobody(place, until):
    _any_packets(place)
    place.flushed(until)
