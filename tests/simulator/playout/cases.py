"""Cases over the whole space of the rules, on days so short that things happen at once."""

from random import Random
from typing import Any

from hypothesis import strategies as st

from scenarios.scenario import KINDS, BulletinClass
from simulator.playout.case import AFTER, SEVERITIES, Case, Device, Interval, Item

URGENCIES: list[tuple[BulletinClass, int]] = [
    ("normal", 0),
    ("priority", 0),
    ("emergency", 0),
    ("emergency", 1),
    ("emergency", SEVERITIES - 1),
]


def random_case(random: Random, devices: int, horizon: int | None = None) -> Case:
    if horizon is None:
        horizon = random.choice([40, 25, 12, 40, 25, random.randint(0, 6)])
    return Case(horizon, tuple(_device(random, str(number), horizon) for number in range(devices)))


cases = st.builds(random_case, st.randoms(use_true_random=False), st.integers(0, 8))
"""A few devices; shrinks."""

larger_cases = st.builds(random_case, st.randoms(use_true_random=True), st.sampled_from([20, 60]))
"""Tens of devices: much of what goes wrong only among many."""


def _device(random: Random, name: str, horizon: int) -> Device:
    return Device(
        name,
        power=_intervals(random, horizon),
        link=_intervals(random, horizon),
        items=tuple(
            _item(random, f"i{n}", horizon) for n in range(random.choice([6, 5, 4, 3, 2, 1, 0]))
        ),
        power_recovery=random.choice(AFTER),
        after_cut=random.choice(AFTER),
        priority_cuts=random.choice([True, False]),
        start_delay=random.randint(0, 4),
    )


def _item(random: Random, name: str, horizon: int) -> Item:
    bulletin_class, severity = random.choice(URGENCIES)

    def moment() -> int:
        return random.randint(-3, horizon + 3)

    def early() -> int:
        return min(moment(), moment())

    def rarely() -> int | None:
        return moment() if random.randint(0, 3) == 3 else None

    limits: dict[str, Any] = {name: rarely() for name in ("expires", "end_by", "cancelled")}
    return Item(
        name,
        bulletin_class,
        random.choice(KINDS),
        issued=random.randint(-3, 3),
        delivered=None if random.randint(0, 9) == 9 else early(),
        not_before=early(),
        duration=random.randint(1, 12),
        severity=severity,
        order=random.randint(-1, 1),
        **limits,
    )


def _intervals(random: Random, horizon: int) -> tuple[Interval, ...]:
    """Always up for half of the devices; else some intervals in any order, some of them empty."""
    if random.choice([True, False]):
        return ((0, horizon),)
    intervals = []
    for _ in range(random.choice([3, 5, 4, 2, 1, 0])):
        start = random.randint(-3, horizon + 3)
        intervals.append((start, start + random.randint(0, horizon // 2 + 1)))
    return tuple(intervals)
