"""A figure that a run was measured by: what the simulator hands to whoever judges."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Unit = Literal["ms", "share", "count"]
"""Milliseconds, a share from 0 to 1, or how many."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value over `sample` observations.

    `value` is None where nothing was observed, and where it is `unbounded`: larger than any
    number, as a latency is when a device is never reached. The true value is within `uncertainty`
    of it, in the same unit. Raises `ValueError` where these contradict one another.
    """

    value: int | Fraction | None
    unit: Unit
    sample: int
    unbounded: bool = False
    uncertainty: int | Fraction = 0

    def __post_init__(self) -> None:
        """Refuse a contradiction."""
        if self.unbounded != (self.value is None and self.sample > 0) or self.uncertainty < 0:
            raise ValueError(f"a measurement that contradicts itself: {self}")
