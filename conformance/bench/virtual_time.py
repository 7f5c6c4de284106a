"""An event loop whose time passes at once: where nothing is to be done, it goes to the next timer.

For programs whose every wait is one of the loop's. Time begins at 0 and is exact to less than a
millisecond; where nothing will ever happen, waiting fails instead of lasting for ever.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import TypeVar

Result = TypeVar("Result")


class NothingHappens(RuntimeError):
    """Everybody waits, and no timer is set."""


class _Selector(selectors.DefaultSelector):
    """Reports what is ready, and lets the loop's time pass instead of waiting."""

    loop: "VirtualTimeLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not ready:
            if timeout is None:
                raise NothingHappens
            self.loop.passed_s += max(timeout, 0.0)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The loop; `passed_s` is its time."""

    def __init__(self) -> None:
        """At 0."""
        selector = _Selector()
        selector.loop = self
        self.passed_s = 0.0
        super().__init__(selector)

    def time(self) -> float:
        """The virtual time, in seconds."""
        return self.passed_s


def run(main: Coroutine[object, object, Result]) -> Result:
    """The result of `main`, on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
