"""In which order the works of a year are given money."""

from dataclasses import dataclass

import numpy as np

from scenarios.rollout.plan import WORK_KINDS, Plan

from .results import Ints
from .works import Works


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a year in every province, the same for all replications.

    What broke down since the start stands before what did not, so a station that may break down
    has two turns: as row `W + w` where it did, as row `w` where it did not.
    """

    rows: Ints
    begins: Ints
    lengths: Ints

    @classmethod
    def of(cls, plan: Plan, works: Works, year: int, assigned: Ints | None) -> "Order":
        """The order of a year, by its index; `assigned` is the year of each work, -1 for none."""
        group = works.group(plan, year)
        place = [
            plan.rules.kinds.index(kind) if kind in plan.rules.kinds else -1 for kind in WORK_KINDS
        ]
        candidate = works.purse >= 0
        if assigned is not None:
            candidate &= (assigned >= 0) & (assigned <= year)
        known = np.flatnonzero(candidate)
        broken = known[works.may_break[known]] if year else known[:0]
        work = np.concatenate([known, broken])
        rows = np.concatenate([known, broken + len(works.listed)])
        group = np.concatenate([group[known], np.zeros(len(broken), np.int64)])
        earlier = np.zeros(len(work), np.int64) if assigned is None else assigned[work]
        kind = np.array(place)[works.kind[work]]
        keys = (work, -works.households[work], group, kind, earlier, works.province[work])
        lengths = np.bincount(works.province[work], minlength=len(plan.provinces))
        begins = np.cumsum(lengths) - lengths
        longest_first = np.argsort(-lengths, kind="stable")
        return cls(rows[np.lexsort(keys)], begins[longest_first], lengths[longest_first])

    @property
    def turns(self) -> int:
        """How many turns the longest order has."""
        return int(self.lengths[0]) if len(self.lengths) else 0

    def at(self, turn: int) -> Ints:
        """The row whose turn it is, in each province that has so many."""
        provinces = int(np.searchsorted(-self.lengths, -turn))
        return self.rows[self.begins[:provinces] + turn]
