"""The Linux-board speaker's wire, both halves."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.dialects.contract import (
    AddSchedule,
    Cancel,
    DropSchedule,
    Message,
    NotUnderstood,
    NoWord,
    Order,
    Play,
    Presence,
    Request,
    Restart,
    SetVolume,
    Sound,
    Stop,
)
from simulator.dialects.linux_speaker import CONFIRM, DIALECT, OFFLINE, PING, STATE, TOPICS
from simulator.dialects.samples import DEVICE, NOW_MS, OTHER, PLAY, RELAY, SPEAKING

SERVER = DIALECT.server
assert SERVER is not None

NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
INSTANTS_MS = st.integers(1_600_000_000_000, 4_000_000_000_000)
URLS = st.sampled_from(["http://127.0.0.1/a.mp3", "https://nguon.example/b"])
PLAYS = st.builds(
    Play,
    item=NAMES,
    bulletin=NAMES,
    title=NAMES,
    bulletin_class=st.sampled_from(["emergency", "priority", "normal"]),
    severity=st.integers(0, 3),
    kind=st.sampled_from(["file", "stream", "live"]),
    media=st.sampled_from([3, 5]),
    duration_ms=st.integers(1, 36_000_000),
    issued_ms=INSTANTS_MS,
    not_before_ms=INSTANTS_MS,
    at_once=st.booleans(),
    sound=st.builds(Sound, URLS),
    expires_ms=st.none() | INSTANTS_MS,
    end_by_ms=st.none() | INSTANTS_MS,
    order=st.integers(-1_000, 1_000),
)
ACTIONS = st.one_of(
    PLAYS,
    st.builds(Cancel, NAMES),
    st.builds(Stop, st.none() | NAMES),
    st.just(Restart()),
    st.builds(SetVolume, st.integers(0, 100)),
    st.builds(AddSchedule, NAMES, st.lists(PLAYS, max_size=3).map(tuple)),
    st.builds(DropSchedule, NAMES),
)
ORDERS = st.builds(Order, NAMES, st.none() | INSTANTS_MS, ACTIONS)


def in_seconds(play: Play) -> Play:
    """What the wire carries of a play: a limit or a length never comes short."""

    def up(at_ms: int | None) -> int | None:
        return None if at_ms is None else -(-at_ms // 1000) * 1000

    issued_ms = play.issued_ms // 1000 * 1000
    return replace(
        play,
        duration_ms=-(-play.duration_ms // 1000) * 1000,
        issued_ms=issued_ms,
        not_before_ms=issued_ms if play.at_once else play.not_before_ms // 1000 * 1000,
        expires_ms=up(play.expires_ms),
        end_by_ms=up(play.end_by_ms),
    )


@given(ORDERS)
def test_an_order_arrives_but_for_parts_of_seconds(order: Order) -> None:
    message = SERVER.command(DEVICE, order)
    found = DIALECT.order(DEVICE, message.topic, message.payload)
    match order.action:
        case Play() as play:
            expected = in_seconds(play)
        case AddSchedule(name, plays):
            expected = AddSchedule(name, tuple(map(in_seconds, plays)))
        case action:
            expected = action
    assert (found.id, found.action) == (order.id, expected)
    if order.expires_ms is not None:
        assert found.expires_ms is not None
        assert 0 <= found.expires_ms - order.expires_ms < 1000
    assert message.topic in dict(DIALECT.subscriptions(DEVICE))
    assert message.qos == 0


@given(st.lists(ORDERS, max_size=4))
def test_what_waits_comes_again_with_a_ping(orders: list[Order]) -> None:
    waiting = [SERVER.command(DEVICE, order) for order in orders]
    parts = DIALECT.parts(DEVICE, PING, SERVER.reply(PING, waiting))
    found = [DIALECT.order(DEVICE, PING, part) for part in parts]
    pushed = [DIALECT.order(DEVICE, each.topic, each.payload) for each in waiting]
    assert found == pushed


@pytest.mark.parametrize(
    ("order", "topic", "words"),
    [
        (PLAY, "play", {"MaLenh": "phatkhancap"}),
        (RELAY, "data-request", {"MaLenh": "PhatBanTinTinh"}),
        (SetVolume(80), "volume", {"MaLenh": "amluong", "ThamSo": "80"}),
        (Stop(None), "data-request", {"MaLenh": "DungPhatNoiDung", "ThamSo": "1"}),
        (Restart(), "reset", {"MaLenh": "khoidonglai"}),
    ],
)
def test_commands_have_the_names_of_the_firmware(
    order: Play | SetVolume | Stop | Restart, topic: str, words: dict[str, str]
) -> None:
    message = SERVER.command(DEVICE, Order("c1", None, order))
    assert message.topic == f"{topic}/{DEVICE}"
    assert words.items() <= json.loads(message.payload).items()


def test_a_text_has_no_word() -> None:
    with pytest.raises(NoWord, match="text"):
        SERVER.command(DEVICE, Order("c1", None, replace(PLAY, sound=None)))


def obeyed(place: str, payload: bytes) -> list[Order]:
    parts = DIALECT.parts(DEVICE, place, payload)
    return [DIALECT.order(DEVICE, place, part) for part in parts]


@given(st.binary(max_size=200), st.sampled_from([PING, CONFIRM, *TOPICS]))
def test_nonsense_is_not_understood_and_nothing_else(payload: bytes, place: str) -> None:
    topic = place if place in (PING, CONFIRM) else f"{place}/{DEVICE}"
    with pytest.raises(NotUnderstood) as refused:
        obeyed(topic, payload)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "command",
    [
        {"MaLenh": "DungPhatNoiDung", "ThamSo": "0"},  # would erase the schedule
        {"MaLenh": "amluong", "ThamSo": "101"},
        {"MaLenh": "amluong"},
        {"MaLenh": "console", "ThamSo": "reboot"},
        {"MaLenh": "phatkhancap"},
        {"MaLenh": "khoidonglai", "more": 1},
    ],
)
def test_what_it_must_not_obey_is_refused(command: dict[str, object]) -> None:
    payload = json.dumps({"LenhID": "c1", **command}).encode()
    with pytest.raises(NotUnderstood):
        DIALECT.order(DEVICE, f"data-request/{DEVICE}", payload)


def test_it_is_no_other_device() -> None:
    message = SERVER.command(DEVICE, Order("c1", None, SetVolume(1)))
    with pytest.raises(NotUnderstood, match="topics"):
        DIALECT.order(OTHER, message.topic, message.payload)


def test_its_will_its_state_and_its_ping() -> None:
    will = DIALECT.offline(DEVICE, "b1")
    assert will == Message("device/offline", DEVICE.encode(), 1, False)
    assert SERVER.said(OFFLINE, will.payload).words == (Presence(False),)
    playing = DIALECT.playing(DEVICE, SPEAKING)
    assert json.loads(playing.payload)["type"] == "play"
    assert SERVER.said(STATE, playing.payload).device == DEVICE
    ping = DIALECT.poll(DEVICE, SPEAKING)
    assert ping.payload is not None
    assert json.loads(ping.payload)["IDLichDangPhat"] == PLAY.item
    assert SERVER.said(PING, ping.payload).words == ()
    confirmation = DIALECT.online(DEVICE, NOW_MS, "b1")
    assert isinstance(confirmation, Request)
    assert confirmation.payload is not None
    (there,) = SERVER.said(CONFIRM, confirmation.payload).words
    assert there == Presence(True, NOW_MS, "b1")
    with pytest.raises(NotUnderstood):
        SERVER.said(PING, b"{}")
