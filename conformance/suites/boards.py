"""Notice boards: what is sent is shown, and an emergency alone."""

from collections.abc import Iterator

from conformance.case import Case, Seen
from conformance.checks import sound
from conformance.clauses import Role
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text

BOARDS: tuple[Role, ...] = ("e-board",)


async def _shown(talk: Conversation) -> None:
    await talk.answered(talk.tell("notice", talk.play("n", length_ms=30_000)))
    await talk.wait(60_000)


def _judge_shown(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "shown-on-board", sound.is_heard(record, record.told("notice"), 30_000)


async def _alone(talk: Conversation) -> None:
    await talk.answered(talk.tell("stream", talk.play("s", length_ms=120_000, kind="live")))
    for number in range(2):
        notice = talk.play(f"n{number}", length_ms=90_000)
        await talk.answered(talk.tell(f"notice {number}", notice))
    await talk.wait(20_000)
    told = talk.tell("emergency", talk.play("e", "emergency", length_ms=60_000))
    await talk.answered(told)
    await talk.wait(120_000)


def _judge_alone(record: Record) -> Iterator[tuple[str, Seen]]:
    emergency = record.told("emergency")
    whole = sound.lasts(record, emergency, 60_000)
    if whole.ok:
        first = record.heard(emergency.item)[0]
        others = [
            each
            for each in record.heard()
            if each.item != emergency.item
            and each.from_ms < (first.until_ms or record.end_ms)
            and (each.until_ms or record.end_ms) > first.from_ms
        ]
        shown = ", ".join(sorted({each.item for each in others}))
        if others:
            whole = Seen(False, Text(vi=f"cùng lúc với {shown}", en=f"together with {shown}"))
    yield "emergency-alone-on-board", whole


CASES = (
    Case(
        "board-shown",
        1,
        Text(vi="Nội dung được hiển thị", en="What is sent is shown"),
        BOARDS,
        ("shown-on-board",),
        _shown,
        _judge_shown,
    ),
    Case(
        "board-alone",
        1,
        Text(vi="Khẩn cấp hiển thị một mình", en="An emergency is shown alone"),
        BOARDS,
        ("emergency-alone-on-board",),
        _alone,
        _judge_alone,
    ),
)
