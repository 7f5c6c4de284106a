"""The reference dialect: the project's own wire to the neutral device and back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_system.interface import messages, topics
from reference_system.interface.examples import EXAMPLES
from simulator.dialects.contract import (
    AddSchedule,
    Answer,
    Cancel,
    Dialect,
    DropSchedule,
    Entry,
    NotUnderstood,
    Play,
    Restart,
    SetVolume,
    Sound,
    Status,
    Stop,
)
from simulator.dialects.reference import Reference

DEVICE = "21553-01"
WIRE: Dialect = Reference()
NOW_MS = 1_789_129_200_500
COMMANDS = topics.topic(DEVICE, "cmd")

STORM = Play(
    item="b1/1",
    bulletin="b1",
    title="Thử nghiệm: bão khẩn cấp",
    bulletin_class="emergency",
    severity=0,
    kind="stream",
    media=3,
    duration_ms=39_480,
    issued_ms=1_789_129_200_000,
    not_before_ms=1_789_129_200_000,
    at_once=True,
    sound=Sound(
        "https://nguon.example/am-thanh/b1.mp3",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        315_840,
    ),
    expires_ms=1_789_132_800_000,
    text="THỬ NGHIỆM. Bão số 4 sắp đổ bộ.",
)
MORNING = Play(
    item="b2/1",
    bulletin="b2",
    title="Tiếp âm thời sự",
    bulletin_class="normal",
    severity=0,
    kind="live",
    media=5,
    duration_ms=900_000,
    issued_ms=1_789_129_200_000,
    not_before_ms=1_789_164_000_000,
    at_once=False,
    sound=Sound("https://nguon.example/truc-tiep"),
    end_by_ms=1_789_164_900_000,
)

ACTIONS = {
    "start": STORM,
    "cancel": Cancel("b1/1"),
    "stop": Stop(None),
    "restart": Restart(),
    "volume": SetVolume(80),
    "schedule": AddSchedule("l1", (MORNING,)),
    "unschedule": DropSchedule("l1"),
}


@pytest.mark.parametrize("name", EXAMPLES["cmd"])
def test_each_command_is_understood(name: str) -> None:
    message = EXAMPLES["cmd"][name]
    order = WIRE.order(DEVICE, COMMANDS, messages.encode(message))
    assert order.action == ACTIONS[name]
    assert isinstance(message, messages.Command)
    assert (order.id, order.expires_ms) == (message.id, message.expires_s * 1000)


def test_what_is_scheduled_for_later_asks_the_clock() -> None:
    message = EXAMPLES["cmd"]["start"]
    assert isinstance(message, messages.Command)
    assert message.start is not None
    for later_ms, at_once in ((999, True), (1_000, False)):
        start = message.start.model_copy(
            update={"not_before_ms": message.start.not_before_ms + later_ms}
        )
        payload = messages.encode(message.model_copy(update={"start": start}))
        play = WIRE.order(DEVICE, COMMANDS, payload).action
        assert isinstance(play, Play)
        assert play.at_once is at_once


def test_commands_to_others_and_on_other_topics_are_refused() -> None:
    payload = messages.encode(EXAMPLES["cmd"]["stop"])
    with pytest.raises(NotUnderstood, match="21553-02"):
        WIRE.order("21553-02", topics.topic("21553-02", "cmd"), payload)
    with pytest.raises(NotUnderstood, match="topic"):
        WIRE.order(DEVICE, topics.topic(DEVICE, "ack"), payload)


@given(st.binary(max_size=300))
def test_nonsense_is_not_understood_and_nothing_else(payload: bytes) -> None:
    with pytest.raises(NotUnderstood) as refused:
        WIRE.order(DEVICE, COMMANDS, payload)
    assert "\n" not in str(refused.value)


def test_answers() -> None:
    taken = WIRE.answer(DEVICE, Answer("c1", NOW_MS))
    failed = WIRE.answer(DEVICE, Answer("c1", NOW_MS, "đã hết hạn"))
    assert taken is not None
    assert failed is not None
    assert (taken.topic, taken.qos, taken.retain) == (topics.topic(DEVICE, "ack"), 1, False)
    said = messages.decode("ack", taken.payload)
    assert (said.id, said.result, said.at_ms) == ("c1", 0, NOW_MS)
    said = messages.decode("ack", failed.payload)
    assert (said.result, said.explanation) == (1, "đã hết hạn")


def test_status() -> None:
    status = Status(NOW_MS, "b1", NOW_MS, 80, "4G", STORM, NOW_MS - 1_000)
    said = messages.decode("status", WIRE.status(DEVICE, status).payload, NOW_MS)
    assert (said.activity, said.item, said.started_s) == (0, "b1/1", 1_789_129_199)
    assert (said.volume, said.boot, said.link) == ("80", "b1", "4G")
    idle = Status(NOW_MS, "b1", NOW_MS, 80, "4G")
    assert messages.decode("status", WIRE.status(DEVICE, idle).payload).activity == 2


def test_online_and_farewell_are_retained() -> None:
    for message, online in (
        (WIRE.online(DEVICE, NOW_MS, "b1"), True),
        (WIRE.offline(DEVICE, "b1"), False),
    ):
        assert message is not None
        assert message.retain
        assert messages.decode("online", message.payload).online is online


def test_entries_keep_their_exact_times() -> None:
    entry = Entry("b1", 7, STORM, NOW_MS, NOW_MS + 39_480, "played", "", 80)
    message = WIRE.log(DEVICE, NOW_MS + 40_000, (entry,))
    (said,) = messages.decode("log", message.payload, NOW_MS + 40_000).entries
    assert (said.from_ms, said.to_ms) == (NOW_MS, NOW_MS + 39_480)
    assert (said.entry, said.boot, said.sequence) == ("b1-7", "b1", 7)
    assert (said.item, said.bulletin, said.outcome, said.reason) == ("b1/1", "b1", "played", None)


def test_the_longest_entries_fit_into_one_message() -> None:
    play = replace(
        STORM,
        item="ự" * 200,
        bulletin="ự" * 200,
        title="ự" * 500,
        sound=Sound("https://" + "x" * 1_990),
    )
    entries = tuple(
        Entry("b" * 100, n, play, NOW_MS, NOW_MS, "failed", "ự" * 500, 80)
        for n in range(WIRE.entries_at_once)
    )
    assert WIRE.log(DEVICE, NOW_MS, entries).payload


def test_a_login_does_not_show_its_secret() -> None:
    login = WIRE.login(DEVICE, "bi-mat")
    assert (login.client_id, login.user, login.password) == (DEVICE, DEVICE, "bi-mat")
    assert "bi-mat" not in repr(login)
