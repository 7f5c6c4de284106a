"""What the harness needs of a source system under test: its people, its devices, its processes.

A dialect of a source system has two halves. Its OPERATOR half does what people do there (`acts`).
Its FLEET half is a dialect of devices, and how these are let in. Where systems speak with each
other it has a third, the PEER half (`exchange`). A half keeps passwords, tokens and the secrets of
devices to itself.
"""

import ssl
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from conformance.sources.acts import Act, Outcome, Person, Refused
from conformance.sources.exchange import Arrived, PeerSystem
from conformance.sources.intruding.surface import Surface
from scenarios.problems import one_line
from simulator.dialects.contract import Dialect, Service
from simulator.emulator.connection import Broker
from simulator.emulator.population import Resident

MISSHAPEN = (AttributeError, LookupError, TypeError, ValueError)
"""What reading an answer raises that is of another shape than the interface of the dialect."""

_MISSHAPEN_STATUS, _MOST_TOLD = 502, 200


def misshapen(act: Act, error: Exception) -> Refused:
    """What becomes of an act that was answered in such a way."""
    why = f"{type(act).__name__}: an answer of another shape: {error!r}"
    return Refused(_MISSHAPEN_STATUS, one_line(why)[:_MOST_TOLD])


class OperatorHalf(Protocol):
    """People at a source system. Calls take seconds at most, and raise nothing of their own, unless
    people or their pages stand between: `NoAnswer` where somebody was asked in vain, `OSError`
    where a script does not fit the pages. Then nothing can be said of the system."""

    @property
    def features(self) -> frozenset[str]:
        """Those of `features.FEATURES` that the dialect has words for."""

    async def do(self, who: Person, act: Act) -> Outcome:
        """Let somebody do something."""

    def order_of(self, item: str) -> str:
        """The id of the order or slot, as `Done.id` was, that a play is of: devices are told plays,
        by names of the system's own."""

    async def close(self) -> None:
        """Log everybody out."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How devices speak with the system: a dialect, the HTTP servers that it asks, and how often
    devices ask for commands; 0 where they need not."""

    dialect: Dialect
    services: Mapping[Service, str]
    poll_ms: int


class FleetHalf(Protocol):
    """How devices speak with the system, and how they are let in."""

    @property
    def dialect(self) -> Dialect:
        """Their wire."""

    @property
    def broker(self) -> Broker | None:
        """Where they connect; None where the dialect has no MQTT."""

    @property
    def services(self) -> Mapping[Service, str]:
        """The HTTP servers that the dialect asks."""

    @property
    def poll_ms(self) -> int:
        """How often devices are to ask for commands here; 0 where they need not ask."""

    @property
    def beside(self) -> Asking | None:
        """How a few of the devices speak, where the system understands a second dialect."""

    @property
    def origins(self) -> Sequence[str]:
        """Where sounds may be fetched from."""

    def register(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        """Put devices into the register, and let them in: the secret of each. Blocks. Raises
        `simulator.emulator.enrolment.NotEnrolled`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the system under test asked of a peer over HTTP."""

    method: str
    path: str
    authorization: str = field(repr=False)
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer answers."""

    status: int
    body: bytes = b""


class PeerHalf(Protocol):
    """How other systems, which the harness plays, speak with the one under test."""

    async def do(self, who: PeerSystem, act: Act) -> Outcome:
        """Let one of them say something (`exchange.Send`); seconds at most, and nothing is
        raised."""

    def take(self, who: PeerSystem, asked: Asked) -> tuple[Arrived | None, Answer]:
        """What it is that one of them was sent, and what it answers; raises nothing."""

    async def close(self) -> None:
        """Nobody says anything any more."""


class System(Protocol):
    """A source system under test, running. What breaks it raises
    `simulator.live.installation.CannotBreak` where it is not ours to break."""

    @property
    def trusted(self) -> ssl.SSLContext | None:
        """Whose certificates are good where it is asked by https."""

    @property
    def operators(self) -> OperatorHalf:
        """Its people."""

    @property
    def fleet(self) -> FleetHalf:
        """Its devices' side."""

    @property
    def peers(self) -> PeerHalf | None:
        """Its side towards other systems; None where it has none."""

    @property
    def surface(self) -> Surface | None:
        """What it shows to strangers; None where the dialect does not say."""

    def facts(self) -> Mapping[str, str]:
        """What it consists of, without secrets."""

    def kill_server(self) -> None:
        """End the server at once, wherever it is."""

    def start_server(self) -> None:
        """Return once it answers."""

    def stop_broker(self) -> None:
        """End the broker in good order."""

    def start_broker(self) -> None:
        """Return once it listens."""


Opened = AbstractContextManager[System]
