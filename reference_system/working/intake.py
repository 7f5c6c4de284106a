"""Messages of devices from the broker into the database, many in one transaction."""

import logging
from collections import Counter
from queue import Empty, SimpleQueue

from reference_system.broker.link import Incoming
from reference_system.interface import topics
from reference_system.services.fleet import telemetry
from reference_system.services.system import System

MOST_AT_ONCE = 500
"""Messages in one transaction."""

WAIT_S = 0.5

_log = logging.getLogger(__name__)


class Intake:
    """Takes messages from the link and stores them; the broker is told only after that.

    What is not acknowledged, because it ends here or the database is away, comes again.
    """

    def __init__(self, system: System) -> None:
        """Nothing has come."""
        self._system = system
        self._arrived: SimpleQueue[Incoming | None] = SimpleQueue()
        self._held: list[Incoming] = []
        self.counts: Counter[str] = Counter()
        """Messages by what became of them: `taken`, or the reason for which it was refused."""

    def put(self, message: Incoming) -> None:
        """Take a message from the link's thread, without waiting."""
        self._arrived.put(message)

    def wake(self) -> None:
        """End a wait."""
        self._arrived.put(None)

    def step(self) -> None:
        """Store what has arrived, after a short wait for some."""
        # What could not be stored is kept: the broker would send it again only to a new connection.
        self._held = self._held or self._next()
        received = [_received(message) for message in self._held]
        known = [each for each in received if each is not None]
        outcomes = telemetry.take(self._system, known) if known else []
        for message in self._held:
            message.acknowledge()
        self.counts["topic"] += len(self._held) - len(known)
        self.counts.update(each.reason if each else "taken" for each in outcomes)
        self._held = []

    def _next(self) -> list[Incoming]:
        found: list[Incoming] = []
        try:
            first = self._arrived.get(timeout=WAIT_S)
            while first is not None:
                found.append(first)
                first = self._arrived.get_nowait() if len(found) < MOST_AT_ONCE else None
        except Empty:
            pass
        return found


def _received(message: Incoming) -> telemetry.Received | None:
    try:
        topic = topics.parse(message.topic)
    except topics.BadTopic as bad:
        _log.warning("a message was ignored: %s", bad)
        return None
    return telemetry.Received(
        topic.device, topic.kind, message.payload, "kept" if message.retained else "handed-on"
    )
