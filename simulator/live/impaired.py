"""The way of a fleet to its broker over links as bad as the scenario's classes say.

Each device speaks from a loopback address of its own, by which the network knows its link. Sounds
are fetched once for all devices of a process, past the links.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv4Network
from typing import Any

from simulator.emulator.connection import Broker
from simulator.emulator.member import Member
from simulator.live.failures import NotLived
from simulator.live.impairment import backends
from simulator.live.impairment.apart import NetworkApart, NetworkError
from simulator.live.impairment.backends import NoBackendError
from simulator.live.impairment.link import of_class
from simulator.live.impairment.network import Plan
from simulator.live.impairment.proxy import Entrance

_FIRST_NETWORK = 16
"""127.16.0.0/16 is of the first link class, 127.17.0.0/16 of the next."""

_ENTRANCE = "mqtt"


@dataclass(frozen=True, slots=True)
class Way:
    """Where devices connect, from which addresses, and over what."""

    broker: Broker
    members: Sequence[Member]
    network: NetworkApart | None = None

    def facts(self) -> Mapping[str, Any] | None:
        """Which back-end it is, what was asked of each link and what was achieved, as data."""
        if self.network is None:
            return None
        return asdict(self.network.result())


@contextmanager
def way(wanted: str | None, broker: Broker, members: Sequence[Member], seed: int) -> Iterator[Way]:
    """The network, open; without `wanted` there is none between. Raises `NotLived`."""
    if wanted is None:
        yield Way(broker, members)
        return
    classes = {member.link.id: member.link for member in members}
    links = tuple(of_class(each) for each in classes.values())
    networks = {
        name: IPv4Network(f"127.{_FIRST_NETWORK + number}.0.0/16")
        for number, name in enumerate(classes)
    }
    sources = tuple((network, name) for name, network in networks.items())
    entrance = Entrance(_ENTRANCE, (broker.address, broker.port), links[0].id, sources)
    try:
        backend = backends.choose(wanted, links)
        network = NetworkApart(Plan(links, (entrance,), seed, backend))
    except (NoBackendError, NetworkError, ValueError) as error:
        raise NotLived(f"--impairment {wanted}: {error}") from None
    with network:
        host, port = network.addresses[_ENTRANCE]
        own = {name: iter(net.hosts()) for name, net in networks.items()}
        yield Way(
            replace(broker, address=host, port=port),
            [replace(member, address=str(next(own[member.link.id]))) for member in members],
            network,
        )
