"""The time that a running system goes by, whatever is done to the machine's clock meanwhile.

It never goes back. A clock that is set forward is followed, as one that was wrong at the start of
the machine and is put right later; one that is set back is not, nor one that shows a year that no
message may have: then the system counts on by itself, and says so, until the machine's clock
agrees again or the system is started anew. So no order is issued twice, no session comes to life
again, and what devices tell by right clocks is still taken.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference_system.interface.wire_types import EARLIEST_S, LATEST_S

STEP_MS = 2_000
"""By how much a clock must differ from counting on to have been set. A clock that NTP makes run
faster or slower differs by nothing, as what is counted runs along."""

MOST_STEPS = 100
"""The last ones that are remembered."""


@dataclass(frozen=True, slots=True)
class Step:
    """The machine's clock was set, as noticed at `at_ms` by the system's own time.

    It is `ahead_ms` ahead of what would have been counted (negative: behind), and followed or not.
    `number` counts the steps from 1.
    """

    number: int
    at_ms: int
    ahead_ms: int
    followed: bool


_COUNTED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux counts sleep apart


def wall_ms() -> int:
    """The machine's clock, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def counted_ms() -> int:
    """Milliseconds since the machine started, those asleep among them: no clock to be set."""
    return time.clock_gettime_ns(_COUNTED) // 1_000_000


def may_be(at_ms: int) -> bool:
    """Whether messages may have that time: from 2020 to 2099."""
    return EARLIEST_S * 1000 <= at_ms < LATEST_S * 1000


class Timekeeper:
    """Gives the time in milliseconds since the epoch when called. Safe to use from many threads."""

    def __init__(
        self, wall: Callable[[], int] = wall_ms, counted: Callable[[], int] = counted_ms
    ) -> None:
        """Begins with the machine's clock."""
        self._wall, self._counted = wall, counted
        self._lock = threading.Lock()
        self._base_ms = wall() - counted()
        self._last_ms = self._base_ms + counted()
        self._ahead_ms = 0
        self._steps: list[Step] = []

    def __call__(self) -> int:
        """Now; never before what was given earlier."""
        with self._lock:
            wall, counted = self._wall(), self._counted()
            ahead_ms = wall - (self._base_ms + counted)
            followed = ahead_ms >= -STEP_MS and may_be(wall)
            if followed:
                self._base_ms += ahead_ms
            self._last_ms = max(self._last_ms, self._base_ms + counted)
            if abs(ahead_ms - self._ahead_ms) > STEP_MS:
                number = self._steps[-1].number + 1 if self._steps else 1
                step = Step(number, self._last_ms, ahead_ms, followed)
                self._steps = [*self._steps[1 - MOST_STEPS :], step]
                self._ahead_ms = 0 if followed else ahead_ms
            return self._last_ms

    def steps(self) -> Sequence[Step]:
        """How the machine's clock was set, the latest last."""
        with self._lock:
            return tuple(self._steps)

    @property
    def off_ms(self) -> int:
        """How far the machine's clock is ahead of this time; negative: behind; 0: they agree."""
        with self._lock:
            return self._ahead_ms
