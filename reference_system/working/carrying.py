"""What is shared with other source systems goes there."""

from reference_system.services.sharing.courier import carry_due
from reference_system.services.system import Bell, System

LOOK_EVERY_S = 2.0


class Carrying:
    """Carries the outbox to peers, and looks again soon."""

    def __init__(self, system: System) -> None:
        """Nothing is carried before the first step."""
        self._system = system
        self._bell = Bell()
        self.wake = self._bell.ring

    def step(self) -> None:
        """Try what is due, and wait for more."""
        if not carry_due(self._system):
            self._bell.wait(LOOK_EVERY_S)
