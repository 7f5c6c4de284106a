"""The reference system as a source system under test: its people over HTTP, its devices over MQTT.

It is a process of our own (`start: reference`) or one that runs already.
"""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.sources import contract as c
from conformance.sources.reference.exchange import Peers
from conformance.sources.reference.peering import Peering
from conformance.sources.reference.people import Operators
from conformance.sources.reference.surface import Surface
from conformance.sources.target import Target
from simulator.dialects.contract import Dialect, Service
from simulator.dialects.reference import Reference
from simulator.dialects.shared_http import SharedHttp
from simulator.emulator import enrolment
from simulator.emulator.connection import Broker
from simulator.emulator.population import Resident
from simulator.live.installation import Installation, SystemUnderTest
from simulator.live.people import Account, engaged
from simulator.live.running_system import RunningSystem

POLL_MS = 1_000
"""How often the few devices that ask over HTTP do so."""


@contextmanager
def opened(target: Target, folder: Path) -> Iterator[c.System]:
    """The system of a target; one of our own keeps its data in the empty `folder`. Raises
    `simulator.live.children.NotStarted`."""
    place = f"{target.place.level}:{target.place.code}"
    if target.reached is None:
        with Installation(folder, place=place, era=target.era) as installation:
            yield standing(installation, target)
        return
    assert target.reached.administrator is not None, "a target of this dialect names one"
    login, password = target.reached.administrator
    address = target.reached.url
    trusted = target.reached.trusted()
    with engaged(address, Account(login, password), trusted) as people:
        yield standing(RunningSystem(address, target.reached.broker(), people), target)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people and devices find a system."""

    server_url: str
    broker: Broker


def standing(system: SystemUnderTest, target: Target, at: Addresses | None = None) -> c.System:
    """One that runs; found `at` other addresses than its own where something stands between."""
    return _Reference(system, target, at or Addresses(system.server_url, system.broker))


class _Reference:
    """A `contract.System`."""

    def __init__(self, system: SystemUnderTest, target: Target, at: Addresses) -> None:
        self._system = system
        self.trusted = target.reached.trusted() if target.reached else None
        peers: Peers = {}
        self.operators = Operators(system.people, at.server_url, target, peers, self.trusted)
        self.peers = Peering(at.server_url, target.era, peers, self.trusted)
        self.fleet = _Fleet(system, at, self.trusted)
        # What stands between listens at other ports than the system's own.
        is_itself = at.server_url == system.server_url
        self.surface = Surface(
            at.server_url,
            self.operators,
            target.era,
            lambda: system.processes if is_itself else (),
        )

    def facts(self) -> Mapping[str, str]:
        return self._system.facts()

    def kill_server(self) -> None:
        self._system.kill_server()

    def start_server(self) -> None:
        self._system.start_server()

    def stop_broker(self) -> None:
        self._system.stop_broker()

    def start_broker(self) -> None:
        self._system.start_broker()


class _Fleet:
    """A `contract.FleetHalf`: the reference dialect over MQTT, and for a few the shared vocabulary
    over HTTP."""

    poll_ms = 0

    def __init__(
        self, system: SystemUnderTest, at: Addresses, trusted: ssl.SSLContext | None
    ) -> None:
        self._system, self._at, self._trusted = system, at, trusted
        self.dialect: Dialect = Reference()
        self.services: Mapping[Service, str] = {}
        self.beside = c.Asking(SharedHttp(), {"system": at.server_url}, POLL_MS)
        self.origins: Sequence[str] = [at.server_url]

    @property
    def broker(self) -> Broker:
        return self._at.broker

    def register(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        administrator = self._system.people.administrator
        operator = enrolment.Operator(administrator.login, administrator.password)
        secrets = enrolment.enrol(self._at.server_url, operator, residents, self._trusted)
        self._system.admit(secrets)
        return secrets
