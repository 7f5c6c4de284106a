"""Updates: a device that takes new software meanwhile, and what it is told then."""

from collections.abc import Iterator

from conformance.case import Case, Seen
from conformance.checks import log, sound
from conformance.clauses import Role
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text

BOUND: tuple[Role, ...] = ("ip-speaker", "fm-converter", "e-board")

WELL_BEGUN_MS = 10_000
SOON_MS = 70_000
"""How long after the end of an update a device may boot (60 s), and what it finds then may wait to
be heard (10 s), as after every other absence."""


async def _emergency(talk: Conversation) -> None:
    await talk.begin_update()
    await talk.wait(WELL_BEGUN_MS)
    talk.tell("emergency", talk.play("e", "emergency", length_ms=20_000))
    talk.tell("normal", talk.play("n"))
    if await talk.update_ended():
        talk.mark("update ended")
    await talk.wait(2 * SOON_MS)


def _judge_emergency(record: Record) -> Iterator[tuple[str, Seen]]:
    """Without its mark the update may have been over before anything was told."""
    emergency, normal = record.told("emergency"), record.told("normal")
    soon_ms = record.mark("update ended") + SOON_MS
    yield (
        "emergency-while-updating",
        sound.is_heard_between(record, emergency, emergency.at_ms, soon_ms),
    )
    yield (
        "normal-while-updating",
        sound.is_heard_between(record, normal, normal.at_ms, record.end_ms),
    )
    logged = [log.tells_what_was_heard(record, each) for each in (emergency, normal)]
    yield "log-of-update", next((each for each in logged if not each.ok), logged[0])


CASES = (
    Case(
        "update-emergency",
        1,
        Text(vi="Khẩn cấp trong lúc cập nhật", en="An emergency during an update"),
        BOUND,
        ("emergency-while-updating", "normal-while-updating", "log-of-update"),
        _emergency,
        _judge_emergency,
        permits=("update",),
    ),
)
