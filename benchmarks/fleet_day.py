"""A generated day of a fleet: the same work for every engine that is measured.

Communes of 50 devices; six programme parts, a bulletin of each class, the emergency three times:
eleven items a device. The calm day has outages on every fifth device; on the hard day every device
has some, and in half the communes nothing is stored, so that files are streams.
"""

from collections.abc import Iterator

import numpy as np

from scenarios.scenario import BulletinClass, SoundKind
from simulator.gaps import FAR, Gaps
from simulator.playout.batch import Batch, Codes, Plans
from simulator.playout.case import Item

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
DAY = 24 * HOUR
COMMUNE = 50
OUTAGES = 2


def commune_items(rng: np.random.Generator, streams: bool) -> list[Item]:
    """What the devices of one commune are told to play."""
    stored: SoundKind = "stream" if streams else "file"
    items: list[Item] = []

    def add(
        bulletin_class: BulletinClass,
        kind: SoundKind,
        issued: int,
        not_before: int,
        duration: int,
        end_by: int | None = None,
        expires: int | None = None,
    ) -> None:
        name = f"{bulletin_class}-{len(items)}"
        items.append(
            Item(
                name,
                bulletin_class,
                kind,
                issued,
                issued,
                not_before,
                duration,
                end_by=end_by,
                expires=expires,
            )
        )

    for slot in (5 * HOUR, 17 * HOUR):
        end = slot + 45 * MINUTE
        add("normal", "live", slot - 4 * HOUR, slot, 15 * MINUTE, end)
        add("normal", "live", slot - 4 * HOUR, slot + 15 * MINUTE, 15 * MINUTE, end)
        add("normal", stored, slot - 4 * HOUR, slot + 30 * MINUTE, 10 * MINUTE, end)
    add("normal", stored, 8 * HOUR, 9 * HOUR + int(rng.integers(HOUR)), 3 * MINUTE)
    late = 16 * HOUR + int(rng.integers(3 * HOUR))
    add("priority", stored, late, late, 4 * MINUTE, expires=late + 2 * HOUR)
    first = 13 * HOUR + int(rng.integers(2 * HOUR))
    for at in (first, first + 2 * HOUR, first + 4 * HOUR):
        add("emergency", stored, at, at, 40 * SECOND)
    return items


def batches(devices: int, chunk: int, hard: bool, seed: int = 39) -> Iterator[Batch]:
    """The fleet in chunks; a chunk's content depends on its place alone."""
    for first in range(0, devices, chunk):
        rng = np.random.default_rng([seed, first])
        yield _batch(min(chunk, devices - first), hard, rng)


def _batch(devices: int, hard: bool, rng: np.random.Generator) -> Batch:
    plan = np.arange(devices) // COMMUNE
    lists = [commune_items(rng, hard and bool(c % 2)) for c in range(int(plan[-1]) + 1)]
    plans = Plans.of(lists)
    issued = np.array([[item.issued for item in items] for items in plans.items]).T
    delay = np.minimum(rng.lognormal(np.log(80), 0.6, (len(issued), devices)), 10 * SECOND)
    delivered = issued[:, plan] + delay.astype(np.int64)
    delivered[rng.random(delivered.shape) < 0.001] = FAR
    troubled = np.ones(devices, np.bool_) if hard else rng.random(devices) < 0.2
    return Batch(
        DAY,
        plans,
        plan,
        delivered,
        np.full_like(delivered, FAR),
        _outages(troubled, rng),
        _outages(troubled, rng),
        power_recovery=_constant(0, devices),
        after_cut=_constant(0, devices),
        priority_cuts=np.ones(devices, np.bool_),
    )


def _constant(code: int, devices: int) -> Codes:
    return np.full(devices, code, np.int8)


def _outages(troubled: np.ndarray, rng: np.random.Generator) -> Gaps:
    """Up to `OUTAGES` gaps of an hour on average on each troubled device."""
    shape = (OUTAGES, len(troubled))
    start = np.sort(rng.integers(0, DAY, shape), axis=0)
    length = rng.exponential(HOUR, shape).astype(np.int64) + 1
    start[:, ~troubled] = FAR
    end = np.where(start < FAR, start + length, FAR)
    return Gaps.merged(start, end)
