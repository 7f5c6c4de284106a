"""How surely: figures over many replications of a plan, and the probability of a target.

Figures are read as a planner reads them: `P80` is the value that is reached, or bettered, with a
probability of 80 %. So of shares P80 is less than P50, of what should be small it is more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final

from conformance.verdicts import Reason, Verdict
from simulator.rollout.results import Ints, MeasureName

PERCENTS: Final = (10, 50, 80, 90)
"""The percentages that figures are told at."""

EVEN: Final = 50
SURE: Final = 80
"""A profile, not law: met with at least `SURE` per cent passes, with less than `EVEN` fails, what
lies between is open."""

LOWER_IS_BETTER: Final[frozenset[MeasureName]] = frozenset({"out-of-order", "spent-vnd"})
"""Measures that should be small; all others should be large."""

_Z_THOUSANDTHS: Final = 1_960
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Chance:
    """Met in so many replications of so many, at least one."""

    met: int
    of: int

    @property
    def share(self) -> Fraction:
        """The probability."""
        return Fraction(self.met, self.of)

    @property
    def per_million(self) -> int:
        """The probability, rounded down."""
        return self.met * _MILLION // self.of

    def is_at_least(self, percent: int) -> bool:
        """Whether it is met with this probability."""
        return self.met * 100 >= percent * self.of

    @property
    def interval_per_million(self) -> tuple[int, int]:
        """The Wilson interval of the probability at 95 %, for the number of replications.

        In whole numbers, so that every machine gives the same: with z = 1.96, scaled by 1,000.
        """
        z2 = _Z_THOUSANDTHS**2  # in millionths
        met, missed = self.met * _MILLION, (self.of - self.met) * _MILLION
        centre = 2 * met + z2
        root = isqrt(z2 * (z2 + 4 * met * missed // (met + missed)))
        whole = 2 * (self.of * _MILLION + z2)
        low, high = (centre - root) * _MILLION // whole, -(-(centre + root) * _MILLION // whole)
        return max(0, low), min(_MILLION, high)

    @property
    def judged(self) -> tuple[Verdict, Reason]:
        """What the probability comes to."""
        if self.is_at_least(SURE):
            return Verdict.PASS, Reason.MET
        if self.is_at_least(EVEN):
            return Verdict.INCONCLUSIVE, Reason.NOT_SURE_ENOUGH
        return Verdict.FAIL, Reason.LIMIT_NOT_MET


def figures(values: Ints, measure: MeasureName) -> Mapping[int, int | None]:
    """The value that is reached or bettered with each of `PERCENTS`, by nearest rank.

    `values` has one for each replication; -1, a share of nothing, is left out, and None stands
    where nothing is left.
    """
    known = values[values >= 0]
    known.sort()
    best_first = known if measure in LOWER_IS_BETTER else known[::-1]
    return {
        percent: int(best_first[-(-percent * len(known) // 100) - 1]) if len(known) else None
        for percent in PERCENTS
    }
