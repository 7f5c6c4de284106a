"""What the draws make of a plan's figures: costs, days, chances and cuts of some replications."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from scenarios.rollout.plan import WORK_KINDS, Plan, Uncertain, WorkKind
from simulator.network.philox import Words, number, numbers

from .draws import BREAKS, Draws
from .figures import figures, values
from .results import Ints
from .works import Flags, Works

MILLION: Final = 1_000_000

_PRICE: Final[Mapping[WorkKind, str]] = {
    "station": "price.head_end",
    "join": "price.converter",
    "board": "price.board",
    "big-board": "price.big_board",
    "source-system": "price.source_system",
}

_CELLS: Final = 1 << 14
"""Draws made together: so many that what is computed of them stays near the processor."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the works of a plan cost and take in a year, in some replications (R).

    `costs` and the days `leads` and `installs` are of each work (W, R), if it is begun in the year
    that was asked for last.
    """

    plan: Plan
    works: Works
    draws: Draws
    replications: Ints
    figures: Mapping[str, Uncertain]
    costs: Ints
    leads: Ints
    installs: Ints

    @classmethod
    def of(cls, plan: Plan, works: Works, draws: Draws, replications: Ints) -> "Terms":
        """The terms of the first year."""
        empty = (np.zeros((len(works.listed), len(replications)), np.int64) for _ in range(3))
        terms = cls(plan, works, draws, replications, figures(plan), *empty)
        terms.turn_to(0)
        return terms

    def turn_to(self, year: int) -> None:
        """Draws for a year what was not drawn for the whole plan."""
        every = np.arange(len(self.works.listed))
        if self._is_new(year, "lead"):
            self.leads[:] = self._of_works("lead", every, year)
        for code, kind in enumerate(WORK_KINDS):
            rows = np.flatnonzero(self.works.kind == code)
            clusters = self.works.clusters[rows, np.newaxis]
            is_station = kind == "station"
            prices = (_PRICE[kind], "price.cluster") if is_station else (_PRICE[kind],)
            if self._is_new(year, *prices):
                self.costs[rows] = self._of_works(_PRICE[kind], rows, year)
                if is_station:
                    self.costs[rows] += clusters * self._of_works("price.cluster", rows, year)
            install = "install.cluster" if is_station else "install.other"
            if self._is_new(year, install):
                days = self._of_works(install, rows, year)
                self.installs[rows] = np.maximum(clusters * days if is_station else days, 1)

    def procurement(self, year: int) -> Ints:
        """The days from 1 January to the orders of that year, (provinces, R)."""
        return self._of_provinces("procurement", self.plan.provinces, year)

    def budget(self, year: int, share: Ints) -> Ints:
        """What each province has of its sources in that year, (S, provinces, R).

        `share` (provinces, S) is what it would have without cuts.
        """
        held = np.repeat(share.T[:, :, np.newaxis], len(self.replications), axis=2)
        for place, source in enumerate(self.plan.sources):
            where, which = np.nonzero(self.works.sources == place)
            if source.cut and where.size:
                codes = tuple(self.plan.provinces[province] for province in where)
                cut = self._of_provinces(f"cut.{source.id}", codes, year)
                left = MILLION - np.minimum(cut, MILLION)
                whole, rest = np.divmod(share[where, which], MILLION)  # no product overflows so
                held[which, where] = (
                    whole[:, np.newaxis] * left + rest[:, np.newaxis] * left // MILLION
                )
        return held

    def breakdowns(self, year: int) -> Flags:
        """Which stations would break down in that year if they still could, (W, R)."""
        found = np.zeros(self.costs.shape, np.bool_)
        for state in ("good", "degraded"):
            rows = np.flatnonzero(self.works.may_break & (self.works.degraded == (state != "good")))
            chance = self._of_works(f"failure.{state}", rows, year)
            chance = np.broadcast_to(chance, (len(rows), len(self.replications)))
            for some in self._blocks(len(rows)):
                entities = self.works.breaks_numbers[year - 1, rows[some]]
                q = self.draws.quantiles(BREAKS, entities, self.replications)
                found[rows[some]] = q * MILLION < chance[some]
        return found

    def _is_new(self, year: int, *names: str) -> bool:
        """Whether one of these figures is not what it was in the year before."""
        return year == 0 or any(self.figures[name].each == "year" for name in names)

    def _blocks(self, rows: int) -> Iterator[slice]:
        """So many rows in portions of about `_CELLS` draws."""
        step = max(1, _CELLS // max(1, len(self.replications)))
        return (slice(first, first + step) for first in range(0, rows, step))

    def _of_works(self, figure: str, rows: Ints, year: int) -> Ints:
        """A value for each of these works, or one for all of them, by replication."""
        uncertain = self.figures[figure]
        match uncertain.each:
            case "plan":
                entities = numbers(["plan"])
            case "year":
                entities = numbers([str(self.plan.first_year + year)])
            case "work":
                entities = self.works.numbers[rows]
        return self._drawn(figure, uncertain, entities)

    def _of_provinces(self, figure: str, provinces: tuple[str, ...], year: int) -> Ints:
        uncertain = self.figures[figure]
        entity = "plan" if uncertain.each == "plan" else str(self.plan.first_year + year)
        entities = np.array([number(f"{code}/{entity}") for code in provinces], np.uint32)
        return self._drawn(figure, uncertain, entities)

    def _drawn(self, figure: str, uncertain: Uncertain, entities: Words) -> Ints:
        found = np.empty((len(entities), len(self.replications)), np.int64)
        if uncertain.form == "fixed":
            found[:] = uncertain.points[0]
            return found
        for some in self._blocks(len(entities)):
            q = self.draws.quantiles(figure, entities[some], self.replications)
            found[some] = values(uncertain, q)
        return found
