"""Emergencies: at once, to all of one commune and to nobody else, everywhere, and withdrawn."""

from collections.abc import Iterator

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.fleet import (
    Fleet,
    delivered_after,
    heard_by_all,
    nobody_outside,
    silent_after_cancel,
    together,
)
from conformance.checks.repetition import no_duplicates
from conformance.record import Record
from conformance.sources.acts import Area
from conformance.sources.dealing import Dealing
from scenarios.scenario import Text

SOON_MS = 20_000
"""Within which an emergency is heard everywhere; how fast it must be is a matter of limits."""

RUNS = 2
P95, DELAY = 95, "emergency_t0_t2_p95"


async def _one_commune(talk: Dealing) -> None:
    communes = talk.communes[:1]
    bulletin = await talk.bulletin("emergency", "emergency")
    order = await talk.issue("emergency", bulletin, communes)
    await talk.until_played(order, communes, SOON_MS)


def _judge_one_commune(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    yield "emergency-heard", heard_by_all(fleet, "emergency", "khẩn cấp", "emergency")
    yield "source-nobody-outside", nobody_outside(fleet, "emergency", "khẩn cấp", "emergency")


async def _everywhere(talk: Dealing) -> None:
    bulletin = await talk.bulletin("emergency", "emergency")
    for run in range(RUNS):
        order = await talk.issue(f"emergency {run}", bulletin, area=Area(everywhere=True))
        await talk.until_played(order, talk.communes, SOON_MS)


def _judge_everywhere(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet, names = Fleet(record), [f"emergency {run}" for run in range(RUNS)]
    seen = [heard_by_all(fleet, name, "khẩn cấp", "emergency") for name in names]
    yield "source-reaches-everywhere", together(seen)
    yield "source-emergency-delay", delivered_after(fleet, names, DELAY, P95)
    yield "source-no-duplicates", no_duplicates(fleet)


async def _cancelled(talk: Dealing) -> None:
    communes = talk.communes[:1]
    bulletin = await talk.bulletin("emergency", "emergency", sound_ms=30_000)
    order = await talk.issue("emergency", bulletin, communes)
    await talk.until_sounding(order, communes, SOON_MS)
    await talk.cancel("cancel", order)
    await talk.until_reached(order, communes, SOON_MS, "Cancel")
    await talk.until_played(order, communes, SOON_MS)


def _judge_cancelled(record: Record) -> Iterator[tuple[str, Seen]]:
    fleet = Fleet(record)
    yield (
        "source-cancel-ends-it",
        silent_after_cancel(fleet, "cancel", "emergency", "hủy khẩn cấp", "emergency cancelled"),
    )


CASES = (
    Case(
        "source-emergency-one-commune",
        2,
        Text(
            vi="Khẩn cấp đến một xã: mọi thiết bị của xã, không thiết bị nào khác",
            en="An emergency to one commune: all of its devices, and no others",
        ),
        PROVINCES,
        ("emergency-heard", "source-nobody-outside"),
        _one_commune,
        _judge_one_commune,
    ),
    Case(
        "source-emergency-everywhere",
        2,
        Text(vi="Khẩn cấp đến toàn tỉnh", en="An emergency to the whole province"),
        PROVINCES,
        ("source-reaches-everywhere", "source-emergency-delay", "source-no-duplicates"),
        _everywhere,
        _judge_everywhere,
        measures={"source-emergency-delay": DELAY},
        alone=True,
    ),
    Case(
        "source-emergency-cancelled",
        2,
        Text(
            vi="Hủy khẩn cấp đang phát: không thiết bị nào phát tiếp",
            en="An emergency on air is cancelled: nobody plays on",
        ),
        PROVINCES,
        ("source-cancel-ends-it",),
        _cancelled,
        _judge_cancelled,
    ),
)
