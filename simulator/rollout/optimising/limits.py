"""What an assignment of works to years must keep to, by name."""

from dataclasses import dataclass
from typing import Literal

from simulator.rollout.results import MeasureName

Objective = Literal["coverage", "reach", "cost"]
"""What is sought: the most household-years in communes with IP, the most household-years in earshot
of an IP device, or the least money."""

LimitKind = Literal["demand", "order", "pace", "crews", "money"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of one year: a demand or a source of money by its id, the crews, the yearly pace, or
    the worst first (without an id). `year` is the year itself, such as 2024."""

    kind: LimitKind
    id: str
    year: int

    @property
    def name(self) -> str:
        """As it is told: `money local 2023`, `demand BD-CONVERT-100 2025`, `crews 2024`."""
        return " ".join(filter(None, (self.kind, self.id, str(self.year))))


@dataclass(frozen=True, slots=True)
class Demand:
    """At the end of a year (itself, such as 2024) a measure is at least so many per million."""

    id: str
    measure: MeasureName
    year: int
    least_per_million: int
