"""Real targets on the loopback for links to lead to, and what a machine must allow for spans."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest

from simulator.live.impairment import backends, network
from simulator.live.impairment.link import Link
from simulator.live.impairment.network import Network, Plan
from simulator.live.impairment.proxy import Address, Entrance

LONGEST_TEST_S = 40


class Target:
    """Echoes, or keeps what it hears; `heard` are the bytes of each connection."""

    def __init__(self, echoes: bool = True) -> None:
        self.heard: list[bytearray] = []
        self.ended: list[str] = []
        self._echoes = echoes
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.address: Address = self._listening.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        heard = bytearray()
        self.heard.append(heard)
        with peer:
            try:
                while data := peer.recv(65_536):
                    heard += data
                    if self._echoes:
                        peer.sendall(data)
                self.ended.append("fin")
            except OSError:
                self.ended.append("reset")


@pytest.fixture
def target() -> Iterator[Target]:
    echoing = Target()
    yield echoing
    echoing.close()


@pytest.fixture
def deaf_target() -> Iterator[Target]:
    """It hears, and answers nothing."""
    silent = Target(echoes=False)
    yield silent
    silent.close()


Body = Callable[[Network], Awaitable[None]]


@pytest.fixture
def over(target: Target) -> Callable[..., network.Result]:
    """Runs a body with an open network of these links, and gives the network's result."""

    def run(*links: Link, body: Body, backend: backends.Backend = "proxy", **more) -> object:
        entrances = more.get("entrances") or (Entrance("in", target.address, links[0].id),)
        plan = Plan(links, entrances, more.get("seed", 7), backend)

        async def opened() -> object:
            async with asyncio.timeout(LONGEST_TEST_S):
                net = await network.opened(plan)
                try:
                    await body(net)
                    return net.result()
                finally:
                    await net.close()

        return asyncio.run(opened())

    return run


@pytest.fixture
def possible() -> Callable[[backends.Backend], None]:
    """Skips the test, with the machine's reason, where a back-end does not work."""

    def check(backend: backends.Backend) -> None:
        found = backends.capability(backend)
        if not found.available:
            pytest.skip(f"{backend}: {found.reason}")

    return check
