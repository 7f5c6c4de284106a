"""The microcontroller speaker's wire, both halves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.dialects.contract import (
    AddSchedule,
    Cancel,
    Login,
    NotUnderstood,
    NoWord,
    Order,
    Play,
    Presence,
    Restart,
    SetVolume,
    Sound,
    Status,
    Stop,
)
from simulator.dialects.mcu_speaker import DIALECT, INF, UNTOLD_MS
from simulator.dialects.samples import DEVICE, NOW_MS, OTHER, PLAY, RELAY, SPEAKING

SERVER = DIALECT.server
assert SERVER is not None

PROVINCE, COMMUNE = f"vs/pub/{DEVICE}-tinh", f"vs/pub/{DEVICE}-xa"
PLACES = st.sampled_from([PROVINCE, COMMUNE, f"vs/sub/{DEVICE}"])
PLAYS = st.builds(
    Play,
    item=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    bulletin=st.text(max_size=5),
    title=st.text(max_size=5),
    bulletin_class=st.sampled_from(["emergency", "priority", "normal"]),
    severity=st.integers(0, 3),
    kind=st.sampled_from(["file", "stream", "live"]),
    media=st.sampled_from([3, 5]),
    duration_ms=st.integers(1, 36_000_000),
    issued_ms=st.just(NOW_MS),
    not_before_ms=st.just(NOW_MS),
    at_once=st.just(True),
    sound=st.sampled_from(["http://127.0.0.1/a.mp3", "https://nguon.example/b?c=d#e"]).map(Sound),
)


def meant(place: str, payload: bytes) -> list[Order]:
    return [DIALECT.order(DEVICE, place, part) for part in DIALECT.parts(DEVICE, place, payload)]


@given(PLAYS)
def test_a_stream_arrives_with_its_name_length_class_and_address(play: Play) -> None:
    message = SERVER.command(DEVICE, Order("c1", NOW_MS, play))
    (order,) = meant(message.topic, message.payload)
    found = order.action
    assert isinstance(found, Play)
    assert play.sound is not None
    assert (found.item, found.bulletin_class) == (play.item, play.bulletin_class)
    assert found.sound == Sound(play.sound.url.removesuffix("#e"))
    assert 0 <= found.duration_ms - play.duration_ms < 1000
    assert found.at_once
    assert message.topic in dict(DIALECT.subscriptions(DEVICE))
    assert SERVER.command(DEVICE, order) == message


def test_the_lines_on_the_wire() -> None:
    emergency = SERVER.command(DEVICE, Order("c1", None, PLAY))
    assert (emergency.topic, emergency.payload.decode()) == (
        PROVINCE,
        "STREAM_HIGH_PRIORITY(https://nguon.example/am-thanh/b1.mp3#t=,40&id=b1%2F1)",
    )
    relay = SERVER.command(DEVICE, Order("c2", None, replace(RELAY, at_once=True)))
    assert (relay.topic, relay.payload.decode()) == (
        COMMUNE,
        "START(https://nguon.example/truc-tiep#t=,900&id=b2%2F1)",
    )
    assert SERVER.command(DEVICE, Order("c3", None, Stop(None))).payload == b"STOP"


def test_a_live_stream_is_relayed_and_an_emergency_opened() -> None:
    (start,) = meant(PROVINCE, b"START(http://127.0.0.1/tinh)")
    (emergency,) = meant(COMMUNE, b"STREAM_HIGH_PRIORITY(http://127.0.0.1/bao)")
    assert isinstance(start.action, Play)
    assert isinstance(emergency.action, Play)
    assert (start.action.kind, start.action.bulletin_class) == ("live", "priority")
    assert (emergency.action.kind, emergency.action.bulletin_class) == ("stream", "emergency")
    # The maker's real server writes neither name nor length into the address.
    assert start.action.item == "http://127.0.0.1/tinh"
    assert start.action.duration_ms == UNTOLD_MS


def test_each_stop_is_one() -> None:
    assert meant(PROVINCE, b"STOP") == [Order("", None, Stop(None))]


@pytest.mark.parametrize("line", [b"PREPAIR(5)", b"RUNNING", b"RUNNING(http://127.0.0.1/tinh)"])
def test_what_announces_or_continues_a_stream_orders_nothing(line: bytes) -> None:
    assert meant(COMMUNE, line) == []


@pytest.mark.parametrize(
    "action",
    [
        replace(PLAY, sound=None),
        replace(PLAY, at_once=False),
        Cancel("b1/1"),
        Stop("b1/1"),
        Restart(),
        SetVolume(40),
        AddSchedule("l1", (RELAY,)),
    ],
)
def test_it_has_no_word_for_it(
    action: Play | Cancel | Stop | Restart | SetVolume | AddSchedule,
) -> None:
    with pytest.raises(NoWord):
        SERVER.command(DEVICE, Order("c1", None, action))


@given(st.binary(max_size=200).filter(lambda line: line not in (b"STOP", b"RUNNING")), PLACES)
def test_nonsense_is_not_understood_and_nothing_else(payload: bytes, place: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        meant(place, payload)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        "STOP\n",
        "stop",
        "START",
        "START()",
        "START(ftp://127.0.0.1/a)",
        "START(http://127.0.0.1/a b)",
        f"START(http://127.0.0.1/{'a' * 2_000})",
        "PREPAIR(đi)",
    ],
)
def test_what_is_nearly_a_command_is_refused(line: str) -> None:
    with pytest.raises(NotUnderstood):
        meant(PROVINCE, line.encode())


@pytest.mark.parametrize("length", ["0", "-1", "1.5", "999999", "1e9", "٣"])
def test_a_length_that_is_none_is_not_believed(length: str) -> None:
    (order,) = meant(PROVINCE, f"START(http://127.0.0.1/a#t=,{length})".encode("ascii", "replace"))
    assert isinstance(order.action, Play)
    assert order.action.duration_ms == UNTOLD_MS


def test_it_is_no_other_device() -> None:
    message = SERVER.command(DEVICE, Order("c1", None, PLAY))
    with pytest.raises(NotUnderstood, match="not known"):
        DIALECT.order(OTHER, message.topic, message.payload)


def test_its_record_has_every_field_and_comes_back_as_its_state() -> None:
    record = DIALECT.status(DEVICE, replace(SPEAKING, link="4G, PPP"))
    assert (record.topic, record.qos) == (f"vs/pub/{DEVICE}", 1)
    fields = dict(zip(INF, record.payload.decode().split(","), strict=True))
    assert (fields["streaming"], fields["streamed_s"], fields["volume"]) == ("1", "1", "80")
    said = SERVER.said(record.topic, record.payload)
    assert said.device == DEVICE
    assert said.words == (Presence(True), Status(0, "", 0, 80, "4G  PPP"))


def test_an_idle_device_streams_nothing() -> None:
    record = DIALECT.status(DEVICE, replace(SPEAKING, playing=None, started_ms=None))
    fields = dict(zip(INF, record.payload.decode().split(","), strict=True))
    assert (fields["streaming"], fields["streamed_s"]) == ("0", "0")


def test_the_server_hears_its_own_commands_and_thinks_nothing_of_them() -> None:
    message = SERVER.command(DEVICE, Order("c1", None, PLAY))
    said = SERVER.said(message.topic, message.payload)
    assert (said.device, said.words) == (DEVICE, ())


@given(st.binary(max_size=200))
def test_a_record_that_is_none_is_not_understood(payload: bytes) -> None:
    with pytest.raises(NotUnderstood):
        SERVER.said(f"vs/pub/{DEVICE}", payload)


@pytest.mark.parametrize(("before", "after"), [(",80,", ",101,"), (",80,", ",,"), (DEVICE, OTHER)])
def test_a_record_with_a_wrong_field_is_not_understood(before: str, after: str) -> None:
    record = DIALECT.status(DEVICE, SPEAKING)
    payload = record.payload.decode().replace(before, after).encode()
    with pytest.raises(NotUnderstood):
        SERVER.said(record.topic, payload)


def test_its_client_id_is_a_prefix_and_its_number() -> None:
    assert DIALECT.login(DEVICE, "s") == Login(f"vs-{DEVICE}", DEVICE, "s")
    assert DIALECT.offline(DEVICE, "b1") is None  # no last will is seen
