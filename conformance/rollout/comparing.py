"""An optimised plan beside the plan's own order and simple heuristics, on the same chances."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from conformance.declarations import Declaration
from conformance.rollout.chances import Chance, figures
from conformance.rollout.demands import demands
from conformance.rollout.judging import judge
from scenarios.rollout.plan import Plan
from scenarios.scenario import MILLION
from simulator.rollout.optimising.heuristics import HEURISTICS, Heuristic, assigned_by
from simulator.rollout.optimising.limits import Demand, Objective
from simulator.rollout.optimising.medians import Medians
from simulator.rollout.optimising.optimiser import Optimised, optimise, short_of, sought_by, worth
from simulator.rollout.results import MEASURES, Findings, Ints
from simulator.rollout.works import Works

Strategy = Literal["plan", "optimised", "any-order", Heuristic]
"""How works come to their years: in the plan's own order; by the solver; by the solver without the
worst first, where it is to keep to that; by a heuristic."""

Rolled = Callable[[Ints | None], Findings]
"""The findings of an assignment, of None the plan's own order: with the same replications each."""


@dataclass(frozen=True, slots=True)
class Row:
    """A strategy and what became of it.

    `value` is of the rollout at the medians, in household-years or VND, and `gap_per_million` how
    far that is from the bound; `household_years` (in communes with IP) and `spent_vnd` of all years
    are reached or bettered with 50 %. `met` is the chance of each target that is
    simulated, by its id.
    """

    strategy: Strategy
    value: int
    gap_per_million: int
    household_years: int
    spent_vnd: int
    met: Mapping[str, Chance]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer of the solver, the demands put to it, and the strategies side by side."""

    optimised: Optimised
    demands: tuple[Demand, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What the solver found for a plan; with the worst first also without (`any_order`)."""

    plan: Plan
    demands: tuple[Demand, ...]
    optimised: Optimised
    any_order: Optimised | None


def find(plan: Plan, objective: Objective, *, keep_order: bool) -> Found:
    """Asks the solver; raises `BadInput` as `optimise` does."""
    asked = demands(plan)
    found = optimise(plan, objective, asked, keep_order=keep_order)
    return Found(plan, asked, found, optimise(plan, objective, asked) if keep_order else None)


def compare(
    found: Found, findings: Findings, declared: Mapping[str, Declaration], rolled: Rolled
) -> Comparison:
    """Rolls every strategy out with all uncertainty and judges it as the plan is judged; `findings`
    are those of the optimised assignment."""
    best, plan, works = found.optimised, found.plan, Works.of(found.plan)
    rows = []
    for strategy, assigned in _strategies(found, works):
        came = findings if assigned is best.assigned else rolled(assigned)
        value = worth(best.objective, plan, works, assigned)
        judged = judge(plan, came, declared)
        rows.append(
            Row(
                strategy,
                value,
                short_of(_bound(found, strategy), value, best.objective),
                _household_years(plan, came),
                _spent(came),
                {one.target.id: one.met for one in judged if one.met is not None},
            )
        )
    return Comparison(best, found.demands, tuple(rows))


def _strategies(found: Found, works: Works) -> Iterator[tuple[Strategy, Ints | None]]:
    yield "optimised", found.optimised.assigned
    if found.any_order is not None:
        yield "any-order", found.any_order.assigned
    yield "plan", None
    medians = Medians.of(found.plan, works)
    sought = sought_by(found.optimised.objective, found.plan, works)
    for heuristic in HEURISTICS:
        yield heuristic, assigned_by(heuristic, found.plan, works, medians, sought)


def _bound(found: Found, strategy: Strategy) -> int:
    """The bound that holds for a strategy: of the worst first only for what keeps to that."""
    if found.any_order is None or strategy in ("optimised", "plan"):
        return found.optimised.bound
    return found.any_order.bound


def _household_years(plan: Plan, findings: Findings) -> int:
    shares = findings.yearly[:, :, MEASURES.index("households-with-ip")].clip(min=0).sum(axis=1)
    households = sum(stock.households for stock in plan.communes.values())
    return (figures(shares, "households-with-ip")[50] or 0) * households // MILLION


def _spent(findings: Findings) -> int:
    spent = findings.yearly[:, :, MEASURES.index("spent-vnd")].sum(axis=1)
    return figures(spent, "spent-vnd")[50] or 0
