"""What many replications of a run came to: how measurements spread, and how often targets hold."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from conformance.judgement import Judgement
from conformance.verdicts import PRECEDENCE, Reason, Verdict
from scenarios.scenario import TargetRequest
from simulator.measurement import Measurement, Unit

Judge = Callable[[Mapping[str, Measurement]], Judgement]

PERCENTS: Final = {"min": 0, "p10": 10, "p50": 50, "p90": 90, "max": 100}
"""The figures that a spread is told by, each the percentage of values at or under it."""


@dataclass(slots=True)
class Spread:
    """How often a measurement had which value; None is unbounded.

    A replication in which there was nothing to observe is not counted.
    """

    unit: Unit
    values: Counter[int | Fraction | None] = field(default_factory=Counter)

    def add(self, measurement: Measurement) -> None:
        """Counts one more replication."""
        if measurement.value is not None or measurement.unbounded:
            self.values[measurement.value] += 1

    @property
    def observed(self) -> int:
        """Replications with a value, an unbounded one among them."""
        return self.values.total()

    def figures(self) -> dict[str, int | Fraction | None]:
        """Each of `PERCENTS` by nearest rank; None for unbounded, and where nothing was observed.

        The unbounded value is the largest.
        """
        ordered = sorted(self.values, key=lambda value: math.inf if value is None else value)
        return {name: self._ranked(ordered, percent) for name, percent in PERCENTS.items()}

    def _ranked(
        self, ordered: Sequence[int | Fraction | None], percent: int
    ) -> int | Fraction | None:
        rank = max(1, -(-percent * self.observed // 100))
        for value in ordered:
            rank -= self.values[value]
            if rank <= 0:
                return value
        return None


@dataclass(slots=True)
class Outcome:
    """How often something was judged how; `first` and `reason` are of the first with the worst."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    verdict: Verdict = PRECEDENCE[-1]
    reason: Reason = Reason.NO_TARGET
    first: int = 0

    def add(self, replication: int, verdict: Verdict, reason: Reason) -> None:
        """Counts one more replication."""
        worse = PRECEDENCE.index(verdict) < PRECEDENCE.index(self.verdict)
        if worse or not self.verdicts:
            self.verdict, self.reason, self.first = verdict, reason, replication
        self.verdicts[verdict] += 1


class Replications:
    """Counts replications as they come. A target must hold in every one: the worst decides."""

    def __init__(self, requests: Sequence[TargetRequest], judge: Judge) -> None:
        """Nothing has been measured yet; `judge` judges the requests by what one run measured."""
        self.spreads: dict[str, Spread] = {}
        self.targets = [Outcome() for _ in requests]
        self.whole = Outcome()
        self.verdicts: list[Verdict] = []
        self.requests = requests
        self._judge = judge

    def add(self, measures: Mapping[str, Measurement]) -> None:
        """Judges and counts the next replication."""
        number = len(self.verdicts)
        for name, measurement in measures.items():
            self.spreads.setdefault(name, Spread(measurement.unit)).add(measurement)
        judgement = self._judge(measures)
        for outcome, judged in zip(self.targets, judgement.targets, strict=True):
            outcome.add(number, judged.verdict, judged.reason)
        self.whole.add(number, judgement.verdict, judgement.reason)
        self.verdicts.append(judgement.verdict)
