"""Sounds and their store: each play has its own, of every declared codec, full store or not."""

from collections.abc import Iterator

from conformance.case import DEVICES, SPEAKING, Case, Drive, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import AddSchedule

CODECS = ("mp3", "aac", "opus", "wav")
PLAYS = 4
AT_ONCE, MOST_SCHEDULES = 30, 80
"""So many plays in one command: a longer one would be beyond 16 KiB, which many declare."""

FAR_MS = 86_400_000


async def _right(talk: Conversation) -> None:
    for number in range(PLAYS):
        await talk.answered(talk.tell(f"play {number}", talk.play(f"p{number}")))
        await talk.wait(20_000)


def _judge_right(record: Record) -> Iterator[tuple[str, Seen]]:
    told = [record.told(f"play {number}").item for number in range(PLAYS)]
    heard = [each.item for each in record.heard()]
    shown = ", ".join(heard)
    yield "right-sound", Seen(told == heard, Text(vi=f"nghe {shown}", en=f"heard: {shown}"))


def _codec(codec: str) -> Drive:
    async def drive(talk: Conversation) -> None:
        await talk.answered(talk.tell("play", talk.play(f"p-{codec}", codec=codec)))
        await talk.wait(40_000)

    return drive


def _judge_codec(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "every-declared-codec", sound.lasts(record, record.told("play"), 10_000)


async def _full(talk: Conversation) -> None:
    """Schedules for tomorrow until one is refused, and then an emergency."""
    for number in range(MOST_SCHEDULES):
        after_ms = FAR_MS + number * AT_ONCE * 20_000 - talk.now_ms() % 1000
        plays = tuple(
            talk.play(f"f{number}-{n}", after_ms=after_ms + n * 20_000) for n in range(AT_ONCE)
        )
        told = talk.tell(f"schedule {number}", AddSchedule(f"full-{number}", plays))
        if not await talk.answered(told) or talk.record.answers(told.order)[0].detail["refusal"]:
            break
    talk.mark("full")
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency")))
    await talk.wait(30_000)


def _judge_full(record: Record) -> Iterator[tuple[str, Seen]]:
    full_ms = record.mark("full")
    orders = [e.detail["order"] for e in record.of("told") if e.at_ms < full_ms]
    answers = record.answers(orders[-1])
    refusal = answers[0].detail["refusal"] if answers else None
    if not answers:
        says = Text(vi="không trả lời khi đầy", en="no answer when it is full")
        yield "full-store-says-so", Seen(False, says)
    elif refusal:
        yield "full-store-says-so", Seen(True, Text(vi=refusal, en=refusal))
    else:
        many = f"{MOST_SCHEDULES * AT_ONCE:,}"
        says = Text(vi=f"nhận {many} lượt, chưa đầy", en=f"took {many} plays and is not full")
        yield "full-store-says-so", Seen(None, says)
    yield "emergency-with-full-store", sound.is_heard(record, record.told("emergency"), 10_000)


CASES = (
    Case(
        "sounds-right",
        1,
        Text(vi="Mỗi lượt đúng âm thanh của nó", en="Each play has its own sound"),
        SPEAKING,
        ("right-sound",),
        _right,
        _judge_right,
    ),
    *(
        Case(
            f"sounds-{codec}",
            1,
            Text(vi=f"Âm thanh {codec}", en=f"Sound in {codec}"),
            SPEAKING,
            ("every-declared-codec",),
            _codec(codec),
            _judge_codec,
            needs=(f"codec_{codec}",),
        )
        for codec in CODECS
    ),
    Case(
        "sounds-full-store",
        1,
        Text(vi="Bộ nhớ đầy", en="A full store"),
        DEVICES,
        ("full-store-says-so", "emergency-with-full-store"),
        _full,
        _judge_full,
        needs=("offline_store", "schedules"),
    ),
)
