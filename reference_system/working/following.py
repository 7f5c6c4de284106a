"""Commune pages and the log of channels follow what was approved and sent."""

from reference_system.services.acting import acting, itself
from reference_system.services.administration import channels, commune_feed
from reference_system.services.system import Bell, System

LOOK_EVERY_S = 2.0


class Following:
    """Brings pages and log up to date, and looks again soon."""

    def __init__(self, system: System) -> None:
        """Nothing is followed before the first step."""
        self._system = system
        self._bell = Bell()
        self.wake = self._bell.ring

    def step(self) -> None:
        """Follow what is new, and wait for more."""
        with self._system.database.reading() as session:
            behind = commune_feed.is_behind(session) or channels.is_behind(session)
        if behind:
            with acting(self._system, itself(self._system)) as act:
                commune_feed.follow(act)
                channels.log_due(act)
        else:
            self._bell.wait(LOOK_EVERY_S)
