"""The clock's duties: devices that fall silent, commands out of time, passwords for the broker, and
whether the machine's clock was set."""

import logging
import threading

from reference_system.broker.contract import Broker, BrokerError
from reference_system.services import clock_steps
from reference_system.services.fleet import credentials, deliveries, telemetry
from reference_system.services.system import System

EVERY_S = 0.5

MOST_SINGLY = 10
"""From more new passwords than this on, the broker is told all of them at once."""

_log = logging.getLogger(__name__)


class Watching:
    """Looks around twice a second."""

    def __init__(self, system: System, broker: Broker) -> None:
        """Listening begins now: earlier silence says nothing."""
        self._system, self._broker = system, broker
        self._since_ms = system.clock()
        self._steps_told = 0
        self._woken = threading.Event()

    def wake(self) -> None:
        """End a wait."""
        self._woken.set()

    def step(self) -> None:
        """Do what is due, and wait."""
        self._steps_told = clock_steps.record(self._system, self._steps_told)
        telemetry.lose(self._system, self._since_ms)
        with self._system.database.reading() as session:
            is_overdue = deliveries.is_overdue(session, self._system.clock())
            untold = credentials.untold(session, MOST_SINGLY + 1)
        if is_overdue:
            with self._system.database.writing() as session:
                deliveries.expire(session, self._system.clock())
        if untold and self._broker.abilities.keeps_credentials:
            try:
                self._tell(untold)
            except BrokerError as error:
                _log.warning("the broker was not told of credentials, again later: %s", error)
        self._woken.wait(EVERY_S)

    def _tell(self, untold: dict[str, str]) -> None:
        if len(untold) > MOST_SINGLY:
            tell_all(self._system, self._broker)
            return
        for device, password_hash in untold.items():
            if password_hash:
                self._broker.set_credential(device, password_hash)
            else:
                self._broker.remove_credential(device)
        with self._system.database.writing() as session:
            credentials.told(session, untold)


def tell_all(system: System, broker: Broker) -> None:
    """Let exactly the registered devices in, as at every start; raises `BrokerError`."""
    if not broker.abilities.keeps_credentials:
        return
    with system.database.reading() as session:
        hashes = credentials.for_broker(session)
    broker.replace_credentials(hashes)
    with system.database.writing() as session:
        credentials.told(session, hashes, nobody_else=True)
