"""Latencies, kept exactly: how often each millisecond occurs, and never."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from simulator.gaps import FAR, Milliseconds
from simulator.measurement import Measurement

QUANTILES = {
    "p50": Fraction(50, 100),
    "p95": Fraction(95, 100),
    "p99": Fraction(99, 100),
    "max": Fraction(1),
}


def _nothing() -> npt.NDArray[np.int64]:
    return np.empty(0, np.int64)


@dataclass(slots=True)
class Latencies:
    """A sample of latencies in milliseconds; `values` are distinct and ascending.

    Its size depends on how many different milliseconds occur, not on how many devices there are.
    """

    values: Milliseconds = field(default_factory=_nothing)
    counts: npt.NDArray[np.int64] = field(default_factory=_nothing)
    never: int = 0

    def add(self, latencies: Milliseconds, counts: npt.NDArray[np.int64] | None = None) -> None:
        """More latencies, `FAR` for never, each once or as often as `counts` says."""
        counts = np.ones(len(latencies), np.int64) if counts is None else counts
        heard = latencies < FAR
        self.never += int(counts[~heard].sum())
        values = np.concatenate([self.values, latencies[heard]])
        weights = np.concatenate([self.counts, counts[heard]])
        self.values, which = np.unique(values, return_inverse=True)
        self.counts = np.zeros(len(self.values), np.int64)
        np.add.at(self.counts, which, weights)

    def join(self, other: "Latencies") -> None:
        """Adds all of another."""
        self.add(other.values, other.counts)
        self.never += other.never

    @property
    def sample(self) -> int:
        """How many latencies, those that never end included."""
        return int(self.counts.sum()) + self.never

    def within(self, limit_ms: int) -> int:
        """How many of them are at most `limit_ms`."""
        return int(self.counts[: np.searchsorted(self.values, limit_ms, side="right")].sum())

    def quantile(self, share: Fraction) -> Measurement:
        """The smallest latency that at least this share of the sample stays within."""
        sample = self.sample
        if not sample:
            return Measurement(None, "ms", 0)
        needed = -(-share.numerator * sample // share.denominator)
        place = int(np.searchsorted(np.cumsum(self.counts), needed))
        if place == len(self.values):
            return Measurement(None, "ms", sample, unbounded=True)
        return Measurement(int(self.values[place]), "ms", sample)

    def as_data(self) -> dict[str, int | None]:
        """The usual quantiles, null where unbounded or where there is no sample."""
        measured = {name: self.quantile(share).value for name, share in QUANTILES.items()}
        return {name: None if value is None else int(value) for name, value in measured.items()}
