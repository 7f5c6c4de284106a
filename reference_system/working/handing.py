"""Commands from the database to the broker: emergencies first, a bounded number on their way."""

import logging
from concurrent.futures import Future

from reference_system.broker.link import Link
from reference_system.interface.messages import encode
from reference_system.interface.topics import topic
from reference_system.services.fleet import deliveries
from reference_system.services.fleet.deliveries import Sendable
from reference_system.services.system import System

MOST_ON_THE_WAY = 200
"""Commands that the broker has not yet confirmed: an emergency may have to wait behind them."""

MOST_AT_ONCE = 50
"""Commands read together: the first of many leaves when that many are read, not all."""

WAIT_S = 1.0

_log = logging.getLogger(__name__)


class Handing:
    """Hands waiting deliveries to the broker, and stores that it has them."""

    def __init__(self, system: System, link: Link) -> None:
        """Nothing is on its way."""
        self._system, self._link = system, link
        self._on_the_way: dict[str, Future[None]] = {}

    def step(self) -> None:
        """Publish what waits, store what the broker has confirmed, and wait for more of either."""
        published = self._publish()
        confirmed = self._confirm()
        if not published and not confirmed:
            self._system.deliveries_wait.wait(WAIT_S)

    def _publish(self) -> int:
        room = min(MOST_AT_ONCE, MOST_ON_THE_WAY - len(self._on_the_way))
        if not self._link.state.connected or room <= 0:
            return 0
        now_ms = self._system.clock()
        with self._system.database.reading() as session:
            waiting = deliveries.to_hand(session, now_ms, room, self._on_the_way)
        for each in waiting:
            self._send(each, now_ms)
        return len(waiting)

    def _send(self, each: Sendable, now_ms: int) -> None:
        delivery = each.delivery
        try:
            command = each.command(self._system.settings, now_ms)
            payload = encode(command)
        except ValueError as error:
            _log.error("the command %s is no message: %s", delivery.id, error)
            with self._system.database.writing() as session:
                deliveries.unsendable(session, delivery.id, str(error), now_ms)
            return
        future = self._link.publish(
            topic(delivery.device_id, "cmd"), payload, command.expires_s - now_ms // 1000
        )
        self._on_the_way[delivery.id] = future
        future.add_done_callback(lambda _: self._system.deliveries_wait.ring())

    def _confirm(self) -> int:
        done = {name: future for name, future in self._on_the_way.items() if future.done()}
        confirmed = [name for name, future in done.items() if future.exception() is None]
        if confirmed:
            with self._system.database.writing() as session:
                deliveries.handed(session, confirmed, self._system.clock())
        # What failed still waits in the database, and is published again once there is a link.
        for name in done:
            del self._on_the_way[name]
        return len(confirmed)
