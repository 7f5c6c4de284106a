"""Cancel, validity, duplicates and repetitions: what must not be heard, or not again."""

from collections.abc import Iterator

from conformance.case import DEVICES, Case, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import Cancel

REPEATS = 3
GAP_MS = 60_000


async def _cancel_sounding(talk: Conversation) -> None:
    play = talk.play("e", "emergency", length_ms=120_000)
    await talk.answered(talk.tell("play", play))
    await talk.wait(20_000)
    await talk.answered(talk.tell("cancel", Cancel(play.item)))
    await talk.wait(60_000)


def _judge_cancel_sounding(record: Record) -> Iterator[tuple[str, Seen]]:
    play, cancel = record.told("play"), record.told("cancel")
    if sound.is_heard_between(record, play, play.at_ms, cancel.at_ms).ok:
        seen = sound.is_silent_between(record, play, cancel.at_ms + 5_000, record.end_ms)
        yield "cancel-ends-sound", seen


async def _cancel_waiting(talk: Conversation) -> None:
    """Sixty seconds before its begin: some devices have taken it up by then for good."""
    play = talk.play("n", after_ms=180_000 - talk.now_ms() % 1000)
    other = talk.play("o", after_ms=240_000 - talk.now_ms() % 1000)
    await talk.answered(talk.tell("play", play))
    await talk.answered(talk.tell("other", other))
    await talk.wait(120_000)
    await talk.answered(talk.tell("cancel", Cancel(play.item)))
    await talk.wait(160_000)


def _judge_cancel_waiting(record: Record) -> Iterator[tuple[str, Seen]]:
    # That another one is heard shows that the device would have spoken.
    if record.heard(record.told("other").item):
        play = record.told("play")
        seen = sound.is_silent_between(record, play, play.at_ms, record.end_ms)
        yield "cancel-before-begin", seen


async def _cancel_away(talk: Conversation) -> None:
    play = talk.play("n", after_ms=120_000 - talk.now_ms() % 1000)
    await talk.answered(talk.tell("play", play))
    talk.cut_link()
    await talk.wait(10_000)
    talk.tell("cancel", Cancel(play.item))
    await talk.wait(10_000)
    talk.restore_link()
    await talk.wait(160_000)


def _judge_cancel_away(record: Record) -> Iterator[tuple[str, Seen]]:
    if record.answers(record.told("play").order):
        play = record.told("play")
        yield "cancel-while-away", sound.is_silent_between(record, play, play.at_ms, record.end_ms)


async def _expired(talk: Conversation) -> None:
    talk.cut_link()
    await talk.wait(5_000)
    talk.tell("expired", talk.play("x", "emergency", valid_ms=30_000))
    talk.tell("valid", talk.play("v", "emergency", valid_ms=600_000))
    await talk.wait(60_000)
    talk.restore_link()
    await talk.wait(120_000)


def _judge_expired(record: Record) -> Iterator[tuple[str, Seen]]:
    if record.heard(record.told("valid").item):
        expired = record.told("expired")
        seen = sound.is_silent_between(record, expired, expired.at_ms, record.end_ms)
        yield "expired-stays-silent", seen


async def _end_by(talk: Conversation) -> None:
    play = talk.play("n", length_ms=90_000, end_after_ms=30_000)
    await talk.answered(talk.tell("play", play))
    await talk.wait(120_000)


def _judge_end_by(record: Record) -> Iterator[tuple[str, Seen]]:
    play = record.told("play")
    if sound.is_heard(record, play, 20_000).ok:
        seen = sound.is_silent_between(record, play, play.at_ms + 32_000, record.end_ms)
        yield "ends-by-its-end", seen


async def _twice(talk: Conversation) -> None:
    told = talk.tell("play", talk.play("e", "emergency", length_ms=10_000))
    await talk.answered(told)
    await talk.wait(5_000)
    talk.tell_again("play")
    await talk.wait(20_000)
    talk.tell_again("play")
    await talk.wait(30_000)


def _judge_twice(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "twice-told-once-heard", sound.times_heard(record, record.told("play"), 1)


async def _repeats(talk: Conversation) -> None:
    for number in range(REPEATS):
        told = talk.tell(f"play {number}", talk.play(f"e{number}", "emergency"))
        await talk.answered(told)
        await talk.wait_until(told.at_ms + GAP_MS)


def _judge_repeats(record: Record) -> Iterator[tuple[str, Seen]]:
    found = []
    for number in range(REPEATS):
        told = record.told(f"play {number}")
        seen = sound.times_heard(record, told, 1)
        found.append(seen if not seen.ok else sound.is_heard(record, told, GAP_MS // 2))
    yield "each-repeat-once", next((seen for seen in found if not seen.ok), found[-1])


CASES = (
    Case(
        "cancel-sounding",
        1,
        Text(vi="Hủy khi đang phát", en="A cancel while it is heard"),
        DEVICES,
        ("cancel-ends-sound",),
        _cancel_sounding,
        _judge_cancel_sounding,
        needs=("cancel",),
    ),
    Case(
        "cancel-waiting",
        1,
        Text(vi="Hủy trước khi phát", en="A cancel before it begins"),
        DEVICES,
        ("cancel-before-begin",),
        _cancel_waiting,
        _judge_cancel_waiting,
        needs=("cancel",),
    ),
    Case(
        "cancel-away",
        1,
        Text(vi="Hủy trong lúc mất kết nối", en="A cancel while the device is away"),
        DEVICES,
        ("cancel-while-away",),
        _cancel_away,
        _judge_cancel_away,
        needs=("cancel",),
        permits=("link",),
    ),
    Case(
        "validity-expired",
        1,
        Text(vi="Quá hạn thì im lặng", en="What has expired stays silent"),
        DEVICES,
        ("expired-stays-silent",),
        _expired,
        _judge_expired,
        permits=("link",),
    ),
    Case(
        "validity-end-by",
        1,
        Text(vi="Hết giờ thì dứt tiếng", en="Its time over, it ends"),
        DEVICES,
        ("ends-by-its-end",),
        _end_by,
        _judge_end_by,
    ),
    Case(
        "told-twice",
        1,
        Text(vi="Gửi hai lần, nghe một lần", en="Told twice, heard once"),
        DEVICES,
        ("twice-told-once-heard",),
        _twice,
        _judge_twice,
    ),
    Case(
        "repeats",
        1,
        Text(vi="Các lượt lặp", en="Repetitions"),
        DEVICES,
        ("each-repeat-once",),
        _repeats,
        _judge_repeats,
    ),
)
