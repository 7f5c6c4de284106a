"""What a solver made of a rollout plan, as the part `optimisation` of `results.json`."""

from typing import Any, Final

from conformance.rollout.chances import SURE, Chance
from conformance.rollout.comparing import Comparison, Row
from scenarios.rollout.plan import Plan
from simulator.rollout.optimising.limits import Limit
from simulator.rollout.works import Works

_MILLION: Final = 1_000_000


def optimisation(plan: Plan, compared: Comparison) -> dict[str, Any]:
    """The part; the plan is the one that was optimised."""
    best = compared.optimised
    return {
        "objective": best.objective,
        "unit": "vnd" if best.objective == "cost" else "household-years",
        "keep_order": best.keep_order,
        "value": best.value,
        "bound": best.bound,
        "gap": best.gap_per_million / _MILLION,
        "search_gap": best.search_gap_per_million / _MILLION,
        "stopped": best.stopped,
        "demands": [
            {
                "id": one.id,
                "measure": one.measure,
                "year": one.year,
                "at_least": one.least_per_million / _MILLION,
            }
            for one in compared.demands
        ],
        "given_up": [
            {
                "id": one.demand.id,
                "year": one.demand.year,
                "conflict": [_limit(limit) for limit in one.conflict.limits],
                "is_minimal": one.conflict.is_minimal,
            }
            for one in best.given_up
        ],
        "unmet": [{"id": one.id, "year": one.year} for one in best.unmet],
        "slipped": list(best.slipped),
        "strategies": [_strategy(row) for row in compared.rows],
        "assigned": {
            work.id: plan.first_year + int(year) if year >= 0 else None
            for work, year in zip(Works.of(plan).listed, best.assigned, strict=True)
        },
    }


def _strategy(row: Row) -> dict[str, Any]:
    return {
        "strategy": row.strategy,
        "value": row.value,
        "gap": row.gap_per_million / _MILLION,
        "household_years": row.household_years,
        "spent_vnd": row.spent_vnd,
        "targets": {name: _chance(met) for name, met in row.met.items()},
        "sure": sum(met.is_at_least(SURE) for met in row.met.values()),
    }


def _chance(met: Chance) -> float:
    return met.per_million / _MILLION


def _limit(limit: Limit) -> dict[str, Any]:
    return {"kind": limit.kind, "id": limit.id, "year": limit.year}
