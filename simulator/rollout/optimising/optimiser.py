"""The best assignment of works to years that a solver finds, and how far it may be from the best.

The solver works on the plan at the medians of its uncertain figures; what its assignment is worth
is read from the rollout at the same medians, and its gap counts from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor, isfinite
from typing import Final

import numpy as np

from scenarios.problems import BadInput, Problem
from scenarios.rollout.plan import Plan
from simulator.rollout.measures import yearly
from simulator.rollout.results import MEASURES, Ints
from simulator.rollout.terms import MILLION
from simulator.rollout.works import Works

from . import solving
from .conflicts import Conflict, bounds_without, conflict
from .formulation import Formulation, formulated
from .limits import Demand, Limit, Objective
from .medians import Medians, rolled
from .program import Program, Term, minus
from .solving import Limits, Solved, Stopped
from .units import Units, by_year, covered_households, households_in_earshot

AS_BY_THE_RULE = "as-by-the-plan"
"""The demand of least cost: in the end no fewer households with IP than by the plan's own order."""

_SLIGHTLY: Final = 1e-9
"""What sums of floating-point numbers may be off by, as a share."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A demand that cannot be met, and the limits that are in its way."""

    demand: Demand
    conflict: Conflict


@dataclass(frozen=True, slots=True)
class Optimised:
    """An assignment: for each work the index of its year, -1 for never.

    `value` is what the rollout at the medians makes of it, in household-years or VND; no assignment
    that this rollout keeps to, and that meets the demands, is better than `bound`. `slipped` are
    works that it does not begin in their year, `unmet` the demands, not given up, that it does not
    meet. `search_gap_per_million` is how far the solver's own answer is from its bound, and
    `stopped` why it went no further.
    """

    objective: Objective
    keep_order: bool
    assigned: Ints
    value: int
    bound: int
    search_gap_per_million: int
    stopped: Stopped
    slipped: tuple[str, ...]
    unmet: tuple[Demand, ...]
    given_up: tuple[GivenUp, ...]

    @property
    def gap_per_million(self) -> int:
        """How much better, of the larger of both, the best of all could be at the most."""
        return short_of(self.bound, self.value, self.objective)


@dataclass(slots=True)
class _Search:
    """What is sought, in a plan of one province."""

    plan: Plan
    objective: Objective
    limits: Limits
    keep_order: bool
    demands: tuple[Demand, ...]
    works: Works
    medians: Medians
    sought: Units
    given_up: list[GivenUp] = field(default_factory=list)


def optimise(
    plan: Plan,
    objective: Objective,
    demands: Sequence[Demand] = (),
    *,
    keep_order: bool = False,
    limits: Limits | None = None,
) -> Optimised:
    """The best assignment found that meets the demands; those that are in conflict are given up.

    `keep_order`: no station is begun while a worse one waits. `limits` bound each search of the
    solver. Raises `BadInput` for a plan of several provinces, and without the solver.
    """
    check(plan)
    works = Works.of(plan)
    search = _Search(
        *(plan, objective, limits or Limits(), keep_order, tuple(demands)),
        *(works, Medians.of(plan, works), sought_by(objective, plan, works)),
    )
    if objective == "cost":
        search.demands += (_as_by_the_rule(search),)
    made = formulated(plan, works, search.medians, search.demands, keep_order=keep_order)
    standing = _standing(made, search)
    return _told(search, made, standing, _best(made, search, standing))


def check(plan: Plan) -> None:
    """Raises `BadInput` where a plan cannot be optimised."""
    solving.check_installed()
    if len(plan.provinces) != 1:
        found, expected = f"{len(plan.provinces)} provinces", "one, for an optimised plan"
        raise BadInput((Problem("plan", None, None, "territory", found, expected),))


def sought_by(objective: Objective, plan: Plan, works: Works) -> Units:
    """The households that an objective counts; those of `cost` are those of `coverage`."""
    return (households_in_earshot if objective == "reach" else covered_households)(plan, works)


def worth(objective: Objective, plan: Plan, works: Works, assigned: Ints | None) -> int:
    """What the rollout at the medians makes of an assignment, None being the plan's own order.

    Household-years, summed over the years' ends, or VND.
    """
    outcome = rolled(plan, works, assigned)
    if objective == "cost":
        return int(outcome.cost[0].sum())
    starts = Medians.of(plan, works).starts
    return sum(by_year(sought_by(objective, plan, works), outcome.finished[0], starts))


def _as_by_the_rule(search: _Search) -> Demand:
    plan = search.plan
    share = yearly(search.works, plan, rolled(plan, search.works))[0, -1]
    reached = max(0, int(share[MEASURES.index("households-with-ip")]))
    return Demand(AS_BY_THE_RULE, "households-with-ip", plan.last_year, reached)


def _standing(made: Formulation, search: _Search) -> list[Limit]:
    """The limits without the demands that are in conflict: of each conflict the one with the latest
    year goes, the last of equals."""
    standing = sorted(made.lifts, key=lambda limit: limit.kind == "demand")
    while found := conflict(made, standing):
        asked = [limit for limit in found.limits if limit.kind == "demand"]
        latest = max(reversed(asked), key=lambda limit: limit.year)
        standing.remove(latest)
        demand = next(d for d in search.demands if (d.id, d.year) == (latest.id, latest.year))
        search.given_up.append(GivenUp(demand, found))
    return standing


def _best(made: Formulation, search: _Search, standing: Sequence[Limit]) -> Solved | None:
    """The best of what is sought; None where none was found in time."""
    _weigh(made.program, _sought_terms(made, search))
    bounds = bounds_without(made, standing)
    best = solving.solve(made.program, search.limits, bounds, start=_as_planned(made, search))
    return best if isinstance(best, Solved) else None


def _as_planned(made: Formulation, search: _Search) -> dict[int, float]:
    """What the plan's own order does at the medians, by the columns of works."""
    outcome, starts = rolled(search.plan, search.works), search.medians.starts
    begun, finished = outcome.begun[0].tolist(), outcome.finished[0].tolist()
    return {
        column: float(year == begun[work] and done == sum(day >= end for end in starts[1:]))
        for work, day in enumerate(finished)
        for year, some in enumerate(made.begun[work])
        for done, column in some
    }


def _sought_terms(made: Formulation, search: _Search) -> list[Term]:
    if search.objective == "cost":
        return minus(made.cost())
    years = range(len(search.plan.years))
    return [term for year in years for term in made.won(search.sought, year)]


def _filled(made: Formulation, search: _Search, standing: Sequence[Limit], best: Solved) -> Ints:
    """The assignment of the best, and of what that leaves undone as much, as early, as can be."""
    found = _assignment(made, best)
    if search.objective == "cost":
        return found
    program, bounds = made.program, bounds_without(made, standing)
    sought = {work for unit in search.sought.winnable for work in unit.works}
    kept = [(work, int(found[work])) for work in sorted(sought) if found[work] >= 0]
    for work, year in kept:
        bounds |= {
            column: (0.0, 0.0)
            for other, some in enumerate(made.begun[work])
            for _, column in some
            if other != year
        }
        program.row(made.begun_in(work, year), low=1)
    value = best.value - abs(best.value) * _SLIGHTLY
    program.row([(c, weight) for c, weight in enumerate(program.weight) if weight], low=value)
    free = set(range(len(made.begun))) - {work for work, _ in kept}
    years = range(len(search.plan.years))
    _weigh(
        program, [term for work in sorted(free) for y in years for term in made.done_by(work, y)]
    )
    limits = replace(search.limits, seconds=search.limits.seconds / 4)
    filled = solving.solve(program, limits, bounds)
    return _assignment(made, filled) if isinstance(filled, Solved) else found


def _weigh(program: Program, terms: Sequence[Term]) -> None:
    program.weight[:] = [0.0] * len(program.low)
    for column, factor in terms:
        program.weight[column] += factor


def _assignment(made: Formulation, solved: Solved) -> Ints:
    assigned = np.full(len(made.begun), -1, np.int64)
    for work, begun in enumerate(made.begun):
        for year, some in enumerate(begun):
            if sum(solved.values[column] for _, column in some) > 0.5:
                assigned[work] = year
    return assigned


def _told(
    search: _Search, made: Formulation, standing: Sequence[Limit], best: Solved | None
) -> Optimised:
    plan, works = search.plan, search.works
    stopped: Stopped = "time"
    if best is None:
        assigned = rolled(plan, works).begun[0].astype(np.int64)
        reached = search.sought.whole * len(plan.years)
        bound, searched = 0 if search.objective == "cost" else reached, MILLION
    else:
        assigned = _filled(made, search, standing, best)
        bound, stopped = _bound(made, search, best), best.stopped
        searched = _gap(best.value, best.bound) if isfinite(best.bound) else MILLION
    outcome = rolled(plan, works, assigned)
    measured = yearly(works, plan, outcome)[0]
    given_up = [one.demand for one in search.given_up]
    return Optimised(
        search.objective,
        search.keep_order,
        assigned,
        worth(search.objective, plan, works, assigned),
        bound,
        searched,
        stopped,
        tuple(
            work.id
            for work, year, begun in zip(works.listed, assigned, outcome.begun[0], strict=True)
            if year != begun
        ),
        tuple(
            demand
            for demand in search.demands
            if demand not in given_up and not _is_met(demand, plan, measured)
        ),
        tuple(search.given_up),
    )


def _bound(made: Formulation, search: _Search, best: Solved) -> int:
    """The solver's, in household-years or VND; where it has none yet, what is there to win at all.

    Whole, as every value is.
    """
    if search.objective == "cost":
        least = max(0.0, -best.bound) * made.part_vnd
        return ceil(least * (1 - _SLIGHTLY))
    had, whole, years = search.sought.had, search.sought.whole, len(search.plan.years)
    return had * years + floor(min(best.bound, (whole - had) * years) * (1 + _SLIGHTLY))


def short_of(bound: int, value: int, objective: Objective) -> int:
    """How far a value is from the bound, per million of the larger; 0 where it is beyond it, as
    what does not keep to the limits may be."""
    missing = value - bound if objective == "cost" else bound - value
    return missing * MILLION // max(value, bound) if missing > 0 else 0


def _gap(value: float, bound: float) -> int:
    """How far both are apart, per million of the larger."""
    larger = max(abs(value), abs(bound))
    return round(abs(bound - value) * MILLION / larger) if larger else 0


def _is_met(demand: Demand, plan: Plan, measured: Ints) -> bool:
    """Whether it is met at the medians; a share of nothing is."""
    year = measured[demand.year - plan.first_year]
    share = int(year[MEASURES.index(demand.measure)])
    is_complete = year[MEASURES.index("converted-of-first-stock")] == MILLION
    in_year = demand.measure == "converted-in-year-of-first-stock"
    return share < 0 or share >= demand.least_per_million or (in_year and bool(is_complete))
