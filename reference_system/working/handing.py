"""Commands from the database to the broker: emergencies first, a bounded number on their way.

Two threads do it, so that publishing never waits until what was published is stored: where devices
report at the same time, one transaction may wait for many others.
"""

import logging
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from reference_system.broker.link import Link
from reference_system.interface.messages import encode
from reference_system.interface.topics import topic
from reference_system.services.fleet import deliveries
from reference_system.services.fleet.deliveries import Sendable
from reference_system.services.system import System

MOST_ON_THE_WAY = 200
"""Commands that the broker has not yet confirmed: an emergency may have to wait behind them."""

MOST_AT_ONCE = 100
"""Commands read together: the first of many leaves when that many are read, not all."""

MOST_NOT_STORED = 2_000
"""Commands published of which the database does not yet say so: they go out again after a kill."""

WAIT_S = 1.0

_log = logging.getLogger(__name__)


class Handing:
    """Hands waiting deliveries to the broker, and stores that it has them.

    `publish` and `store` each belong to one thread.
    """

    def __init__(self, system: System, link: Link) -> None:
        """Nothing is on its way."""
        self._system, self._link = system, link
        self._not_stored: set[str] = set()
        self._settled: SimpleQueue[tuple[str, Future[None]] | None] = SimpleQueue()
        self._held: list[tuple[str, Future[None]]] = []

    def publish(self) -> None:
        """Publish what waits, or wait for more, or for room."""
        if not (self._link.state.connected and self._has_room() and self._publish()):
            self._system.deliveries_wait.wait(WAIT_S)

    def store(self) -> None:
        """Store what the broker has confirmed, or wait for that."""
        # What could not be stored is kept: the broker confirms it once only.
        self._held = self._held or self._next()
        confirmed = [name for name, future in self._held if future.exception() is None]
        if confirmed:
            with self._system.database.writing() as session:
                deliveries.handed(session, confirmed, self._system.clock())
        # What failed still waits in the database, and is published again once there is a link.
        self._not_stored.difference_update(name for name, _ in self._held)
        if self._held:
            self._system.deliveries_wait.ring()
        self._held = []

    def wake(self) -> None:
        """End a wait of `store`."""
        self._settled.put(None)

    def _has_room(self) -> bool:
        """Whether it is worth the reading."""
        return (
            self._link.outstanding <= MOST_ON_THE_WAY - MOST_AT_ONCE
            and len(self._not_stored) <= MOST_NOT_STORED - MOST_AT_ONCE
        )

    def _publish(self) -> int:
        now_ms = self._system.clock()
        # Copied before the database is read: what leaves it meanwhile is stored by then.
        besides = self._not_stored.copy()
        with self._system.database.reading() as session:
            waiting = deliveries.to_hand(session, now_ms, MOST_AT_ONCE, besides)
        for each in waiting:
            self._send(each, now_ms)
        return len(waiting)

    def _send(self, each: Sendable, now_ms: int) -> None:
        name = each.delivery.id
        try:
            command = each.command(self._system.settings, now_ms)
            payload = encode(command)
        except ValueError as error:
            _log.error("the command %s is no message: %s", name, error)
            with self._system.database.writing() as session:
                deliveries.unsendable(session, name, str(error), now_ms)
            return
        self._not_stored.add(name)
        future = self._link.publish(
            topic(each.delivery.device_id, "cmd"), payload, command.expires_s - now_ms // 1000
        )
        future.add_done_callback(lambda done: self._settle(name, done))

    def _settle(self, name: str, future: Future[None]) -> None:
        self._settled.put((name, future))
        if self._has_room():
            self._system.deliveries_wait.ring()

    def _next(self) -> list[tuple[str, Future[None]]]:
        """What was settled, all of it, once there is some."""
        found: list[tuple[str, Future[None]]] = []
        try:
            first = self._settled.get(timeout=WAIT_S)
            while first is not None and len(found) < MOST_NOT_STORED:
                found.append(first)
                first = self._settled.get_nowait()
        except Empty:
            pass
        return found
