"""The asyncio proxy: loopback addresses that lead to loopback targets over links.

A device connects to an entrance instead of to the source system. Its link is the entrance's, or
the one that the entrance names for the loopback address that the device speaks from. A device with
a loopback address of its own has one link for all its connections, with one rate and one series of
draws; connections from 127.0.0.1 are taken for a device each.
"""

import asyncio
import resource
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from weakref import WeakValueDictionary

from simulator.live.impairment.connection import Connection
from simulator.live.impairment.course import Course, Line
from simulator.live.impairment.draws import Draws
from simulator.live.impairment.link import Link
from simulator.live.impairment.tally import Connections, Tally

Address = tuple[str, int]
"""An IPv4 address and a TCP port."""

EVERYBODY = "127.0.0.1"
BACKLOG = 4_096
KEPT_DESCRIPTORS = 200
"""Of the files that this process may open, those that are not for connections."""

Dial = Callable[["Entrance", str], Awaitable[socket.socket]]
"""Opens a connection to an entrance's target over the link of this id; raises `OSError`."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way in to `target`, over `link` or, from addresses that `sources` name, over another.

    The first that fits counts. Raises `ValueError` if the target is not on the loopback.
    """

    name: str
    target: Address
    link: str
    sources: tuple[tuple[IPv4Network, str], ...] = ()

    def __post_init__(self) -> None:
        """Nothing but this machine is ever forwarded to."""
        if not IPv4Address(self.target[0]).is_loopback:
            raise ValueError(f"entrance {self.name}: {self.target[0]} is not on the loopback")

    def link_for(self, source: str) -> str:
        """The id of the link for connections from this address."""
        if not self.sources:
            return self.link
        address = IPv4Address(source)
        return next((link for network, link in self.sources if address in network), self.link)

    @property
    def links(self) -> set[str]:
        """The ids of all its links."""
        return {self.link, *(link for _, link in self.sources)}


async def dial_target(entrance: Entrance, link: str) -> socket.socket:
    """Connect straight to the target."""
    return await connected(socket.socket(), entrance.target)


async def connected(peer: socket.socket, address: Address) -> socket.socket:
    """The socket, connected; it is closed if that fails."""
    peer.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(peer, address)
    except BaseException:
        peer.close()
        raise
    return peer


def listen(listening: socket.socket, host: str) -> socket.socket:
    """The socket, listening on a free port."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, 0))
    listening.listen(BACKLOG)
    return listening


class Proxy:
    """Serves entrances. Everything runs in the event loop in which it was opened."""

    def __init__(
        self,
        links: Mapping[str, Link],
        seed: int,
        dial: Dial = dial_target,
        files_per_connection: int = 2,
    ) -> None:
        """`links` by id; draws belong to `seed`, link, source and the count of its connections.

        So many connections are let in as this process may open files for.
        """
        self._links, self._seed, self._dial = links, seed, dial
        self.tallies = {link: (Tally(), Tally()) for link in links}
        self._lines: WeakValueDictionary[tuple[str, str, int], Line] = WeakValueDictionary()
        self._begun: Counter[tuple[str, str]] = Counter()
        self._connections: set[Connection] = set()
        self._cut_links: set[str] = set()
        self._cut_sources: set[str] = set()
        self._servers: list[asyncio.Server] = []
        self._opened = self._reset = self._refused = 0
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.most_connections = max(1, (soft - KEPT_DESCRIPTORS) // files_per_connection)

    async def serve(self, entrance: Entrance, listening: socket.socket) -> None:
        """Let connections in."""
        loop = asyncio.get_running_loop()
        self._servers.append(
            await loop.create_server(
                lambda: _Arrival(self, entrance), sock=listening, backlog=BACKLOG
            )
        )

    def cut(self, links: Collection[str], sources: Collection[str]) -> None:
        """Let nothing through on these links and from and to these addresses, until `heal`."""
        self._cut_links.update(links)
        self._cut_sources.update(sources)
        self._hold()

    def heal(self, links: Collection[str], sources: Collection[str]) -> None:
        """Let everything through again; what was held back comes out at once."""
        self._cut_links.difference_update(links)
        self._cut_sources.difference_update(sources)
        self._hold()

    def reset(self, links: Collection[str], sources: Collection[str]) -> None:
        """Reset the connections that there are now; new ones are let in."""
        for connection in self._connections.copy():
            if connection.link in links or connection.source in sources:
                self._reset += 1
                connection.reset()

    def connections(self) -> Connections:
        """What became of all connections so far."""
        return Connections(self._opened, len(self._connections), self._reset, self._refused)

    async def close(self) -> None:
        """End everything; connections see a reset."""
        for server in self._servers:
            server.close()
        for connection in self._connections.copy():
            connection.reset()
        for server in self._servers:
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await server.wait_closed()
        self._servers.clear()

    def let_in(self, entrance: Entrance, transport: asyncio.Transport) -> None:
        """A device has connected."""
        source = transport.get_extra_info("peername")[0]
        if len(self._connections) >= self.most_connections:
            self._refused += 1
            transport.abort()
            return
        connection, wait_s = self._connection(entrance.link_for(source), source, entrance.name)
        self._connections.add(connection)
        self._opened += 1
        connection.front.connection_made(transport)
        transport.set_protocol(connection.front)
        connection.hold(self._is_cut(connection))
        connection.begin(wait_s, lambda: self._dial(entrance, connection.link))

    def _connection(self, link_id: str, source: str, entrance: str) -> tuple[Connection, float]:
        """A connection to be, and how long its handshake takes."""
        link = self._links[link_id]
        count = self._begun[entrance, source]
        self._begun[entrance, source] += 1
        up, down = (
            Course(
                link,
                way,
                self._line(link_id, source, number, way.rate_bytes_per_s),
                Draws(self._seed, link_id, entrance, source, count, number),
            )
            for number, way in enumerate((link.up, link.down))
        )
        connection = Connection(
            (up, down),
            self.tallies[link_id],
            asyncio.get_running_loop(),
            self._connections.discard,
        )
        connection.link, connection.source = link_id, source
        return connection, up.first_packet_s() + down.first_packet_s()

    def _line(self, link: str, source: str, way: int, rate_bytes_per_s: int | None) -> Line | None:
        if rate_bytes_per_s is None:
            return None
        if source == EVERYBODY:
            return Line(rate_bytes_per_s)
        line = self._lines.get((link, source, way))
        if line is None:
            line = self._lines[link, source, way] = Line(rate_bytes_per_s)
        return line

    def _is_cut(self, connection: Connection) -> bool:
        return connection.link in self._cut_links or connection.source in self._cut_sources

    def _hold(self) -> None:
        for connection in self._connections.copy():
            connection.hold(self._is_cut(connection))


class _Arrival(asyncio.Protocol):
    """Stands for a connection until it is known from where it comes."""

    def __init__(self, proxy: Proxy, entrance: Entrance) -> None:
        self._proxy, self._entrance = proxy, entrance

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._proxy.let_in(self._entrance, transport)
