"""A plan with every uncertain figure at its median, and rolled out so."""

from dataclasses import dataclass

import numpy as np

from scenarios.rollout.plan import Plan
from simulator.network.philox import Words
from simulator.rollout import core
from simulator.rollout.draws import BREAKS
from simulator.rollout.figures import Floats
from simulator.rollout.results import Ints, Outcome
from simulator.rollout.terms import Terms
from simulator.rollout.works import Works, first_days

_ONCE = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True)
class AtMedian:
    """Every figure at its P50, and no station breaks down."""

    def quantiles(self, figure: str, entities: Words, replications: Ints) -> Floats:
        """One half, for each entity and replication."""
        return np.full((len(entities), len(replications)), 1.0 if figure == BREAKS else 0.5)


@dataclass(frozen=True, slots=True)
class Medians:
    """What works cost (VND) and how many days a crew takes for them; when things are, by year.

    `delivered` is the day that a year's works are delivered on, all of them alike; `starts` are
    the first days of all years and of the year after; `amounts[year][source]` what each source of
    the plan gives the province in VND, cuts taken.
    """

    costs: tuple[int, ...]
    days: tuple[int, ...]
    delivered: tuple[int, ...]
    starts: tuple[int, ...]
    amounts: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, plan: Plan, works: Works) -> "Medians":
        """The medians of a plan of one province."""
        terms = Terms.of(plan, works, AtMedian(), _ONCE)
        starts = first_days(plan)
        lead = int(terms.leads[0, 0]) if len(works.listed) else 0
        years = range(len(plan.years))
        return cls(
            tuple(terms.costs[:, 0].tolist()),
            tuple(terms.installs[:, 0].tolist()),
            tuple(starts[year] + int(terms.procurement(year)[0, 0]) + lead for year in years),
            starts,
            tuple(_amounts(plan, works, terms, year) for year in years),
        )


def _amounts(plan: Plan, works: Works, terms: Terms, year: int) -> tuple[int, ...]:
    """Of every source of the plan; one that pays for no work gives nothing."""
    own = works.sources[0]
    share = np.array([[plan.sources[place].amounts_vnd[year] for place in own]], np.int64)
    held = dict(zip(own.tolist(), terms.budget(year, share)[:, 0, 0].tolist(), strict=True))
    return tuple(held.get(place, 0) for place in range(len(plan.sources)))


def rolled(plan: Plan, works: Works, assigned: Ints | None = None) -> Outcome:
    """The rollout at the medians: one replication."""
    return core.run(works, plan, AtMedian(), _ONCE, assigned=assigned)
