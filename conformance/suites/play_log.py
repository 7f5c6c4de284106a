"""The play log (nhật ký phát): it says what was heard, whole, once, and with true times."""

from collections.abc import Iterator

from conformance.case import DEVICES, SPEAKING, Case, Seen
from conformance.checks import log
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import AddSchedule, Cancel

AWAY_MS = 600_000
PLAYS = 4


async def _truth(talk: Conversation) -> None:
    await talk.answered(talk.tell("whole", talk.play("w", length_ms=20_000)))
    await talk.wait(40_000)
    play = talk.play("c", length_ms=60_000)
    await talk.answered(talk.tell("cut", play))
    await talk.wait(20_000)
    await talk.answered(talk.tell("cancel", Cancel(play.item)))
    await talk.wait(60_000)


def _judge_truth(record: Record) -> Iterator[tuple[str, Seen]]:
    seen = [log.tells_what_was_heard(record, record.told(name)) for name in ("whole", "cut")]
    yield "log-tells-what-was-heard", next((each for each in seen if not each.ok), seen[0])


async def _silence(talk: Conversation) -> None:
    """Its sound never comes: the server falls silent before it is told."""
    talk.mark("up")
    talk.mute_server()
    await talk.answered(talk.tell("mute", talk.play("m", valid_ms=60_000)))
    await talk.wait(120_000)
    talk.mute_server(False)
    await talk.answered(talk.tell("heard", talk.play("h")))
    await talk.wait(60_000)


def _judge_silence(record: Record) -> Iterator[tuple[str, Seen]]:
    # An entry of what was heard shows that the device keeps a log at all.
    if record.entries(record.told("heard").item):
        yield "log-tells-silence", log.claims_no_sound(record, record.told("mute"))
    again = [each for each in record.of("session") if each.at_ms > record.mark("up")]
    says = (
        Text(vi="thiết bị khởi động lại", en="the device started anew")
        if again
        else Text(vi="thiết bị vẫn chạy", en="the device stayed up")
    )
    yield "stays-up-without-sound", Seen(not again, says)


async def _filled_in(talk: Conversation) -> None:
    now_ms = talk.now_ms()
    each_ms = AWAY_MS // (PLAYS + 1)
    plays = tuple(
        talk.play(f"p{n}", length_ms=10_000, after_ms=n * each_ms - now_ms % 1000)
        for n in range(1, PLAYS + 1)
    )
    await talk.answered(talk.tell("schedule", AddSchedule("filled-in", plays)))
    for play in plays:
        talk.expect(play)
    await talk.wait(20_000)
    talk.cut_link()
    await talk.wait(AWAY_MS)
    talk.restore_link()
    talk.mark("back")
    await talk.wait(300_000)
    talk.cut_link()
    await talk.wait(20_000)
    talk.restore_link()
    await talk.wait(180_000)


def _judge_filled_in(record: Record) -> Iterator[tuple[str, Seen]]:
    heard = [each for item in record.expected() for each in record.heard(item)]
    if len(heard) != PLAYS or not list(record.of("link-off")):
        return
    yield "log-filled-in", log.is_whole(record, heard)
    yield "log-times-true", log.has_true_times(record, heard)
    yield "log-once", log.has_each_once(record, heard)


CASES = (
    Case(
        "log-truth",
        1,
        Text(vi="Nhật ký đúng với điều đã nghe", en="The log says what was heard"),
        DEVICES,
        ("log-tells-what-was-heard",),
        _truth,
        _judge_truth,
        needs=("cancel",),
    ),
    Case(
        "log-silence",
        1,
        Text(vi="Không có tiếng thì không ghi là đã phát", en="Silence is not told as played"),
        SPEAKING,
        ("log-tells-silence", "stays-up-without-sound"),
        _silence,
        _judge_silence,
    ),
    Case(
        "log-filled-in",
        1,
        Text(vi="Gửi bù nhật ký sau khi mất kết nối", en="The log is filled in after an outage"),
        DEVICES,
        ("log-filled-in", "log-times-true", "log-once"),
        _filled_in,
        _judge_filled_in,
        needs=("schedules", "offline_store"),
        permits=("link",),
    ),
)
