"""The reference system as a source system under test: its people over HTTP, its devices over MQTT.

It is a process of our own (`start: reference`) or one that runs already.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from conformance.sources import contract as c
from conformance.sources.reference.people import Operators
from conformance.sources.target import Target
from simulator.dialects.contract import Dialect, Service
from simulator.dialects.reference import Reference
from simulator.emulator import enrolment
from simulator.emulator.connection import Broker
from simulator.emulator.population import Resident
from simulator.live.installation import Installation, SystemUnderTest
from simulator.live.people import Account, engaged
from simulator.live.running_system import RunningSystem


@contextmanager
def opened(target: Target, folder: Path) -> Iterator[c.System]:
    """The system of a target; one of our own keeps its data in the empty `folder`. Raises
    `simulator.live.children.NotStarted`."""
    place = f"{target.place.level}:{target.place.code}"
    if target.reached is None:
        with Installation(folder, place=place, era=target.era) as installation:
            yield _Reference(installation, target)
        return
    login, password = target.reached.administrator
    address = target.reached.url
    with engaged(address, Account(login, password)) as people:
        yield _Reference(RunningSystem(address, target.reached.broker(), people), target)


class _Reference:
    """A `contract.System`."""

    def __init__(self, system: SystemUnderTest, target: Target) -> None:
        self._system = system
        self.operators = Operators(system, target)
        self.fleet = _Fleet(system)

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
    """A `contract.FleetHalf`: the reference dialect over MQTT."""

    poll_ms = 0

    def __init__(self, system: SystemUnderTest) -> None:
        self._system = system
        self.dialect: Dialect = Reference()
        self.services: Mapping[Service, str] = {}
        self.origins: Sequence[str] = [system.server_url]

    @property
    def broker(self) -> Broker:
        return self._system.broker

    def register(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        administrator = self._system.people.administrator
        operator = enrolment.Operator(administrator.login, administrator.password)
        secrets = enrolment.enrol(self._system.server_url, operator, residents)
        self._system.admit(secrets)
        return secrets
