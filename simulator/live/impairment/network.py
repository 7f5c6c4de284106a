"""A network of links, opened: addresses that lead to the source system over them."""

import socket
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from simulator.live.impairment import span as spans
from simulator.live.impairment.backends import REPEATABLE, TREATMENT, Backend
from simulator.live.impairment.link import Link
from simulator.live.impairment.proxy import (
    EVERYBODY,
    Address,
    Entrance,
    Proxy,
    listen,
)
from simulator.live.impairment.span import Span
from simulator.live.impairment.tally import LinkResult, Result

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a network is to be. `backend` as `backends.choose` found it. Raises `ValueError`."""

    links: tuple[Link, ...]
    entrances: tuple[Entrance, ...]
    seed: int
    backend: Backend = "proxy"

    def __post_init__(self) -> None:
        """Ids are clear, and every entrance's links are there."""
        links = [link.id for link in self.links]
        entrances = [entrance.name for entrance in self.entrances]
        for names in (links, entrances):
            if len(set(names)) < len(names):
                raise ValueError("two links or two entrances have one name")
        for entrance in self.entrances:
            for link in sorted(entrance.links.difference(links)):
                raise ValueError(f"entrance {entrance.name}: no link {link}")


class Network:
    """An open network. Devices connect to `addresses[entrance]` instead of to its target.

    Links are named by id, devices by the loopback address that they speak from.
    """

    def __init__(
        self,
        plan: Plan,
        addresses: Mapping[str, Address],
        front: Proxy,
        spans: Mapping[str, Span],
        stack: AsyncExitStack,
    ) -> None:
        """Use `opened`."""
        self.plan, self.addresses = plan, addresses
        self._links = {link.id: link for link in plan.links}
        self._front, self._spans, self._stack = front, spans, stack

    def cut(self, links: Collection[str] = NOBODY, sources: Collection[str] = NOBODY) -> None:
        """A partition: nothing passes on these links, nor from and to these devices."""
        self._cut(links, True)
        self._front.cut(NOBODY if self._spans else links, sources)

    def heal(self, links: Collection[str] = NOBODY, sources: Collection[str] = NOBODY) -> None:
        """The end of a partition. What never was cut is not touched."""
        self._cut(links, False)
        self._front.heal(links, sources)

    def reset(self, links: Collection[str] = NOBODY, sources: Collection[str] = NOBODY) -> None:
        """Reset the connections of these links and devices, on both their ends."""
        self._front.reset(links, sources)

    def result(self) -> Result:
        """Which back-end this is, and what each link was set to and achieved so far."""
        backend = self.plan.backend
        return Result(
            backend=backend,
            repeatable=backend in REPEATABLE,
            treatment=TREATMENT[backend],
            links={link: self._link_result(link) for link in self._links},
            connections=self._front.connections(),
        )

    async def close(self) -> None:
        """End all connections and remove what was made."""
        await self._stack.aclose()

    def _cut(self, links: Collection[str], cut: bool) -> None:
        for link in links:
            self._links[link]
            if link in self._spans:
                self._spans[link].joint.cut(cut)

    def _link_result(self, link: str) -> LinkResult:
        if link in self._spans:
            return self._spans[link].result()
        up, down = self._front.tallies[link]
        ways = self._links[link]
        by = "every piece of every connection, by the proxy"
        return LinkResult(up.result(ways.up, by), down.result(ways.down, by))


async def opened(plan: Plan) -> Network:
    """The network, ready for connections in the running event loop.

    Links of the kernel's (veth, netem) are measured first, some seconds each. Raises
    `NamespaceError` or `OSError` where the machine refuses.
    """
    async with AsyncExitStack() as stack:
        over: dict[str, Span] = {}
        if plan.backend == "proxy":
            front = Proxy({link.id: link for link in plan.links}, plan.seed)
        else:
            for link in plan.links:
                used_by = [e for e in plan.entrances if link.id in e.links]
                over[link.id] = await spans.opened(plan.backend, link, used_by, plan.seed, stack)
            clear = {link.id: Link(link.id) for link in plan.links}
            front = Proxy(
                clear,
                plan.seed,
                dial=lambda entrance, link: over[link].dial(entrance),
                files_per_connection=4,
            )
        stack.push_async_callback(front.close)
        addresses: dict[str, Address] = {}
        for entrance in plan.entrances:
            listening = listen(socket.socket(), EVERYBODY)
            addresses[entrance.name] = listening.getsockname()
            await front.serve(entrance, listening)
        return Network(plan, addresses, front, over, stack.pop_all())
