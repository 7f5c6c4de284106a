"""A bulletin that is to be played several times: as often as asked, and no more."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.fleet import Fleet
from conformance.checks.repetition import as_often_as_asked, no_duplicates, told_once
from conformance.record import Record
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 20_000
TIMES, GAP_MS, SOUND_MS = 3, 6_000, 1_500


async def _repeated(talk: Dealing) -> None:
    communes = talk.communes[1:2]
    bulletin = await talk.bulletin("normal", sound_ms=SOUND_MS)
    order = await talk.issue("normal", bulletin, communes, times=TIMES, gap_ms=GAP_MS)
    plays = TIMES * len(talk.devices(*communes))
    await talk.until_noted(order, plays, TIMES * GAP_MS + SOON_MS)
    await talk.wait(GAP_MS)  # so that one too many would be heard


def _judge_repeated(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    yield "source-as-often-as-asked", as_often_as_asked(fleet, "normal")
    yield "source-no-duplicates", no_duplicates(fleet)
    yield "source-told-once", told_once(fleet)


CASES = (
    Case(
        "source-repeats",
        2,
        Text(vi="Phát lại đúng số lần đã đặt", en="Repeated as often as asked"),
        PROVINCES,
        ("source-as-often-as-asked", "source-no-duplicates", "source-told-once"),
        _repeated,
        _judge_repeated,
        needs=("repeats",),
    ),
)
