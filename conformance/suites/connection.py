"""Connection and session: what is told arrives, whatever the network did, and is answered."""

from collections.abc import Iterator

from conformance.case import DEVICES, Case, Seen
from conformance.checks import presence, sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import AddSchedule, Cancel, SetVolume, Stop

AWAY_MS = 30_000
RESTARTS = 6
IDLE_MS = (61_000, 127_000, 255_000, 431_000, 613_000)
"""Pauses between commands, in no step with any period that devices are known to have."""

OUTAGES_MS = (20_000, 180_000, 1_200_000)
DARK_MS = 600_000


async def _away(talk: Conversation) -> None:
    talk.cut_link()
    await talk.wait(AWAY_MS)
    talk.tell("emergency", talk.play("e", "emergency", valid_ms=600_000))
    await talk.wait(AWAY_MS)
    talk.restore_link()
    await talk.wait(180_000)


def _judge_away(record: Record) -> Iterator[tuple[str, Seen]]:
    emergency = record.told("emergency")
    yield (
        "told-while-away",
        sound.is_heard_between(record, emergency, emergency.at_ms, record.end_ms),
    )
    yield "emergency-on-return", presence.return_to_sound(record, emergency)


async def _reconnects(talk: Conversation) -> None:
    for _ in range(RESTARTS):
        talk.stop_broker()
        await talk.wait(5_000)
        talk.start_broker()
        talk.mark("broker is back")
        await talk.wait(120_000)
    await talk.answered(talk.tell("volume", SetVolume(70)))
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency")))
    await talk.wait(60_000)


def _judge_reconnects(record: Record) -> Iterator[tuple[str, Seen]]:
    answered = presence.answered_once(record, ("volume", "emergency"))
    heard = sound.times_heard(record, record.told("emergency"), 1)
    yield "one-answer-after-reconnects", answered if not answered.ok else heard
    yield "reconnects-spread", presence.returns_differ(record)


async def _idle(talk: Conversation) -> None:
    for number, pause_ms in enumerate(IDLE_MS):
        await talk.wait(pause_ms)
        await talk.answered(talk.tell(f"volume {number}", SetVolume(50 + number)))


def _judge_idle(record: Record) -> Iterator[tuple[str, Seen]]:
    names = tuple(f"volume {number}" for number in range(len(IDLE_MS)))
    yield "connected-while-idle", presence.answered_once(record, names)


async def _loss(talk: Conversation) -> None:
    await talk.wait(5_000)
    talk.cut_link()
    await talk.wait(400_000)
    talk.restore_link()
    await talk.wait(120_000)


def _judge_loss(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "loss-is-told", presence.loss_is_told(record)


async def _outages(talk: Conversation) -> None:
    for outage_ms in OUTAGES_MS:
        talk.stop_broker()
        await talk.wait(outage_ms)
        talk.start_broker()
        await talk.wait(240_000)
    await talk.answered(talk.tell("volume", SetVolume(60)))


def _judge_outages(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "connects-again", presence.time_to_return(record)


async def _dark(talk: Conversation) -> None:
    now_ms = talk.now_ms()
    plays = tuple(
        talk.play(f"p{n}", length_ms=10_000, after_ms=n * 150_000 - now_ms % 1000)
        for n in range(1, 4)
    )
    await talk.answered(talk.tell("schedule", AddSchedule("dark", plays)))
    for play in plays:
        talk.expect(play)
    await talk.wait(20_000)
    talk.stop_broker()
    talk.mark("dark")
    await talk.wait(DARK_MS)
    talk.start_broker()
    talk.mark("light")
    await talk.wait(120_000)


def _judge_dark(record: Record) -> Iterator[tuple[str, Seen]]:
    rebooted = [e for e in record.of("booted") if record.mark("dark") < e.at_ms < record.end_ms]
    if rebooted:
        says = Text(vi="thiết bị khởi động lại", en="the device rebooted")
        yield "plays-without-broker", Seen(False, says)
    else:
        yield "plays-without-broker", sound.all_expected(record, 3)


async def _answers(talk: Conversation) -> None:
    play = talk.play("n", length_ms=60_000)
    for name, action in (
        ("volume", SetVolume(60)),
        ("play", play),
        ("stop", Stop(None)),
        ("cancel", Cancel(play.item)),
        ("volume again", SetVolume(80)),
    ):
        await talk.answered(talk.tell(name, action))
        await talk.wait(3_000)
    await talk.wait(10_000)


def _judge_answers(record: Record) -> Iterator[tuple[str, Seen]]:
    names = ("volume", "play", "stop", "cancel", "volume again")
    yield "each-command-answered", presence.answered_once(record, names)


CASES = (
    Case(
        "connection-away",
        1,
        Text(vi="Lệnh gửi trong lúc mất kết nối", en="What is told while the device is away"),
        DEVICES,
        ("told-while-away", "emergency-on-return"),
        _away,
        _judge_away,
        permits=("link",),
        measures={"emergency-on-return": "return_to_sound"},
    ),
    Case(
        "connection-reconnects",
        1,
        Text(vi="Nối lại nhiều lần", en="Many reconnects"),
        DEVICES,
        ("one-answer-after-reconnects", "reconnects-spread"),
        _reconnects,
        _judge_reconnects,
        permits=("link",),
    ),
    Case(
        "connection-idle",
        1,
        Text(vi="Chờ lâu vẫn nhận lệnh", en="It obeys after long pauses"),
        DEVICES,
        ("connected-while-idle",),
        _idle,
        _judge_idle,
        measures={"connected-while-idle": "answer"},
    ),
    Case(
        "connection-loss-told",
        1,
        Text(vi="Mất kết nối được biết", en="Its loss is told"),
        DEVICES,
        ("loss-is-told",),
        _loss,
        _judge_loss,
        permits=("link",),
    ),
    Case(
        "connection-outages",
        1,
        Text(vi="Nối lại sau khi máy chủ trở lại", en="It is back once the broker is"),
        DEVICES,
        ("connects-again",),
        _outages,
        _judge_outages,
        permits=("link",),
        measures={"connects-again": "reconnect"},
    ),
    Case(
        "connection-dark",
        1,
        Text(vi="Phát lịch khi không có máy chủ", en="The programme without a broker"),
        DEVICES,
        ("plays-without-broker",),
        _dark,
        _judge_dark,
        needs=("offline_store", "schedules"),
        permits=("link",),
    ),
    Case(
        "connection-answers",
        1,
        Text(vi="Mỗi lệnh một câu trả lời", en="One answer for each command"),
        DEVICES,
        ("each-command-answered",),
        _answers,
        _judge_answers,
        needs=("cancel",),
        measures={"each-command-answered": "answer"},
    ),
)
