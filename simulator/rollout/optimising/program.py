"""A linear program some of whose columns are whole, written down row by row."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Final

Term = tuple[int, float]
"""A column and its factor."""

BINARY: Final = (0.0, 1.0)


@dataclass(slots=True)
class Program:
    """Columns within bounds, rows of their sums within bounds; the sum of weights is made large."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    begins: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)

    def column(self, low: float = 0, high: float = inf, *, whole: bool = False) -> int:
        """A new column without weight; its place."""
        self.low.append(low)
        self.high.append(high)
        self.weight.append(0)
        self.whole.append(whole)
        return len(self.low) - 1

    def row(self, terms: Iterable[Term], low: float = -inf, high: float = inf) -> None:
        """A new row; a column that stands in it more than once has the sum of its factors."""
        summed: dict[int, float] = {}
        for column, factor in terms:
            summed[column] = summed.get(column, 0) + factor
        self.columns.extend(summed)
        self.factors.extend(summed.values())
        self.begins.append(len(self.columns))
        self.row_low.append(low)
        self.row_high.append(high)


def minus(terms: Iterable[Term]) -> list[Term]:
    """The same terms taken away."""
    return [(column, -factor) for column, factor in terms]
