"""Orders and programmes become commands when they are due."""

from reference_system.services.broadcasting.issuing import issue_due
from reference_system.services.system import System

LONGEST_WAIT_S = 5.0


class Issuing:
    """Issues what is due, and sleeps until the next time or until orders change."""

    def __init__(self, system: System) -> None:
        """Nothing is issued before the first step."""
        self._system = system

    def step(self) -> None:
        """Issue what is due, and wait."""
        next_ms = issue_due(self._system)
        wait_s = LONGEST_WAIT_S
        if next_ms is not None:
            wait_s = min(wait_s, max(0.0, (next_ms - self._system.clock()) / 1000))
        self._system.orders_changed.wait(wait_s)
