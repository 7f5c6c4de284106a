"""Load: an emergency to more and more devices, until the system's knee shows."""

from collections.abc import Iterator, Sequence

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.fleet import Fleet
from conformance.checks.load import DELAY, FEWEST_STEPS, STEP, bears, reaches_all, steps
from conformance.checks.repetition import no_duplicates
from conformance.record import Record
from conformance.sources.acts import Area
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

STEPS = (100, 200, 500, 1_000, 2_000, 5_000)
SHARES = (25, 50, 100)
"""In percent of a fleet that is too small for three of the steps."""

RUNS, SOUND_MS = 2, 1_000
PLAYED_MS = 120_000
"""How long a step may take before the next; what had not come by then is missing."""


def sizes(devices: int) -> Sequence[int]:
    """How many devices the steps take of a fleet of so many."""
    found = [size for size in STEPS if size <= devices]
    return found if len(found) >= FEWEST_STEPS else [devices * share // 100 for share in SHARES]


async def _loaded(talk: Dealing) -> None:
    bulletin = await talk.bulletin("emergency", "emergency", sound_ms=SOUND_MS)
    for size in sizes(len(talk.around.residents)):
        area = _area(talk, size)
        for run in range(RUNS):
            order = await talk.issue(f"{STEP} {size} {run}", bulletin, area=area)
            await talk.until_noted(order, size, PLAYED_MS)


def _area(talk: Dealing, size: int) -> Area:
    """Communes as they are, as many as fit, and single devices of the next."""
    if size == len(talk.around.residents):
        return Area(everywhere=True)
    communes, singly = list[str](), list[str]()
    left = size
    for commune in talk.communes:
        devices = talk.devices(commune)
        if len(devices) <= left:
            communes.append(commune)
        else:
            singly += devices[:left]
        left -= min(left, len(devices))
    return Area(tuple(communes), tuple(singly))


def _judge_loaded(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    taken = steps(fleet)
    yield "source-load-reaches-all", reaches_all(taken)
    yield "source-load-delay", bears(taken, fleet.late_ms)
    yield "source-load-once", no_duplicates(fleet)


CASES = (
    Case(
        "source-load",
        2,
        Text(
            vi="Khẩn cấp đến ngày càng nhiều thiết bị, tìm điểm gãy",
            en="An emergency to more and more devices, until the knee shows",
        ),
        PROVINCES,
        ("source-load-reaches-all", "source-load-delay", "source-load-once"),
        _loaded,
        _judge_loaded,
        permits=("load",),
        measures={"source-load-delay": DELAY},
        alone=True,
    ),
)
