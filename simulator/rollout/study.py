"""A plan rolled out many times: on processes of this machine, or on a Dask cluster.

What comes of a replication depends on the plan and its number alone, so the findings are the same
wherever and in whatever portions they are computed.
"""

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenarios.rollout.plan import Plan
from simulator import spreading

from . import core
from .draws import Drawn
from .measures import yearly
from .results import Findings, Ints, Outcome
from .swings import swings
from .works import Works, day

_CELLS: Final = 1 << 21
"""The most works times replications in one task: it bounds the memory of a worker."""

_YEARS_AFTER: Final = 2
"""For so long after the last year it is still seen when works are done."""

Progress = Callable[[int], object]
"""Told how many more replications are done."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept of some replications; the works are counted over them."""

    yearly: Ints
    done_by_quarter: npt.NDArray[np.int32]
    begun_by_year: npt.NDArray[np.int32]
    paid: Ints


@dataclass(frozen=True, slots=True)
class Study:
    """What all replications have in common; it can be sent to workers."""

    plan: Plan
    works: Works
    assigned: Ints | None

    def measure(self, replications: Sequence[int]) -> list[Part]:
        """What comes of these replications."""
        numbers = np.asarray(replications, np.int64)
        outcome = core.run(
            self.works, self.plan, Drawn(self.plan.seed), numbers, assigned=self.assigned
        )
        return [self._kept(outcome)]

    def _kept(self, outcome: Outcome) -> Part:
        plan = self.plan
        quarters = 4 * (len(plan.years) + _YEARS_AFTER)
        ends = [
            day(plan, plan.first_year + quarter // 4, 1 + 3 * (quarter % 4))
            for quarter in range(1, quarters + 1)
        ]
        begun, finished = outcome.begun.T, outcome.finished.T
        return Part(
            yearly(self.works, plan, outcome),
            np.stack([_count(finished < end) for end in ends], axis=1),
            np.stack(
                [_count((begun >= 0) & (begun <= year)) for year in range(len(plan.years))], axis=1
            ),
            outcome.paid,
        )


def study(
    plan: Plan,
    replications: int,
    *,
    scheduler: str | None = None,
    jobs: int | None = None,
    assigned: Ints | None = None,
    progress: Progress | None = None,
) -> Findings:
    """The findings of so many replications.

    On the Dask cluster at the address `scheduler`, otherwise by `jobs` processes (None: as many as
    there are processors, where there is enough to do). `assigned` is as in `core.run`. `progress`
    hears of every portion that is done. Raises `BadInput` where there is no such cluster, and
    `spreading.WorkersFailed`.
    """
    works = Works.of(plan)
    whole = Study(plan, works, assigned)
    if scheduler is None:
        tasks = _tasks(works, replications, jobs or 1)
        workers = min(jobs or os.cpu_count() or 1, len(tasks))
        found = _gathered(spreading.on_processes(whole, tasks, workers), replications, progress)
    else:
        with spreading.cluster(scheduler) as client:
            tasks = _tasks(works, replications, spreading.threads(client))
            found = _gathered(spreading.on_cluster(whole, tasks, client), replications, progress)
    return Findings(
        replications,
        found.yearly,
        found.done_by_quarter,
        found.begun_by_year,
        found.paid,
        swings(plan, works, assigned),
    )


def _tasks(works: Works, replications: int, workers: int) -> list[Sequence[int]]:
    """Portions bounded by `_CELLS`, at least one for each worker where there are enough."""
    most = max(1, _CELLS // max(1, len(works.listed)))
    size = max(1, min(most, -(-replications // workers)))
    every = range(replications)
    return [every[first : first + size] for first in range(0, replications, size)]


def _gathered(
    parts: Generator[Part, None, None], replications: int, progress: Progress | None
) -> Part:
    """All parts as one; they come in the order of replications."""
    kept: list[tuple[Ints, Ints]] = []
    done = begun = np.zeros((0, 0), np.int32)
    with closing(parts):
        for part in parts:
            kept.append((part.yearly, part.paid))
            done = done + part.done_by_quarter if done.size else part.done_by_quarter
            begun = begun + part.begun_by_year if begun.size else part.begun_by_year
            if progress:
                progress(len(part.yearly))
    return Part(
        np.concatenate([yearly for yearly, _ in kept]),
        done,
        begun,
        np.concatenate([paid for _, paid in kept]),
    )


def _count(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """How often each work is true over the replications."""
    count: npt.NDArray[np.int32] = np.count_nonzero(flags, axis=1).astype(np.int32)
    return count
