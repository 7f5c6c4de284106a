"""Simple ways to say which work comes in which year, to hold the solver's against."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final, Literal

import numpy as np

from scenarios.rollout.plan import Plan
from simulator.rollout.results import Ints
from simulator.rollout.terms import MILLION
from simulator.rollout.works import Works

from .medians import Medians
from .units import Units

Heuristic = Literal["most-per-dong", "cheapest", "random"]
"""Most households for a đồng first; what costs least first; in any order, by the plan's seed."""


def assigned_by(
    heuristic: Heuristic, plan: Plan, works: Works, medians: Medians, sought: Units
) -> Ints:
    """The year of each work, -1 for none: in this order, each as soon as its purse and the pace
    allow it at the medians. `sought` says what a work is worth."""
    order = _ORDERS[heuristic](plan, works, medians, sought)
    return _in_turn(order, plan, works, medians)


def _most_per_dong(plan: Plan, works: Works, medians: Medians, sought: Units) -> list[int]:
    """A unit that needs several works gives each its part."""
    worth: dict[int, float] = defaultdict(float)
    for unit in sought.winnable:
        for work in unit.works:
            worth[work] += unit.weight / (len(unit.works) if unit.all_of_them else 1)
    every = range(len(works.listed))
    return sorted(every, key=lambda work: -worth[work] / max(1, medians.costs[work]))


def _cheapest(plan: Plan, works: Works, medians: Medians, sought: Units) -> list[int]:
    return sorted(range(len(works.listed)), key=lambda work: medians.costs[work])


def _random(plan: Plan, works: Works, medians: Medians, sought: Units) -> list[int]:
    order = list(range(len(works.listed)))
    Random(plan.seed).shuffle(order)
    return order


_ORDERS: Final[Mapping[Heuristic, Callable[[Plan, Works, Medians, Units], list[int]]]] = {
    "most-per-dong": _most_per_dong,
    "cheapest": _cheapest,
    "random": _random,
}

HEURISTICS: Final[tuple[Heuristic, ...]] = tuple(_ORDERS)


def _in_turn(order: Sequence[int], plan: Plan, works: Works, medians: Medians) -> Ints:
    assigned = np.full(len(works.listed), -1, np.int64)
    money = [0] * len(plan.sources)
    for year, amounts in enumerate(medians.amounts):
        for source, amount in enumerate(amounts):
            kept = money[source] if plan.sources[source].carries_over else 0
            money[source] = kept + amount
        room = _room(plan, works, assigned, year)
        for work in order:
            purse, price = works.listed[work].purse, medians.costs[work]
            is_counted = bool(works.counted[work])
            if assigned[work] >= 0 or not purse or (is_counted and room <= 0):
                continue
            if sum(money[source] for source in purse) < price:
                continue
            for source in purse:
                pays = min(price, money[source])
                money[source] -= pays
                price -= pays
            assigned[work] = year
            room -= is_counted
    return assigned


def _room(plan: Plan, works: Works, assigned: Ints, year: int) -> int:
    """How many counted works the pace lets begin in a year."""
    whole, begun = int(works.counted.sum()), int((works.counted & (assigned >= 0)).sum())
    if not plan.rules.paced:
        return whole
    if plan.rules.base == "remaining":
        return -(-plan.rules.yearly_per_million * (whole - begun) // MILLION)
    return -(-plan.rules.yearly_per_million * whole * (year + 1) // MILLION) - begun
