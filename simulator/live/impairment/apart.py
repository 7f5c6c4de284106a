"""A network in a process of its own, so that thousands of devices and their links share no core."""

import asyncio
import resource
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from simulator.live.impairment.namespace import NamespaceError
from simulator.live.impairment.network import NOBODY, Network, Plan, opened
from simulator.live.impairment.tally import Result
from simulator.processes import end_with_parent, interrupts_held

OPENED_S = 60.0
ANSWERED_S = 30.0


class NetworkError(Exception):
    """The network's process could not open it or answers no more, in one line."""


class NetworkApart:
    """The `Network` of a plan, as seen from here. Ends with this process, however that ends."""

    def __init__(self, plan: Plan) -> None:
        """Open once it is made; raises `NetworkError`."""
        spawn = get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_carry, args=(plan, theirs), daemon=True)
        with interrupts_held():
            self._process.start()
        theirs.close()
        try:
            self.addresses = self._answer(OPENED_S)
        except NetworkError:
            self.close()
            raise

    @property
    def pid(self) -> int | None:
        """Its process."""
        return self._process.pid

    def cut(self, links: Collection[str] = NOBODY, sources: Collection[str] = NOBODY) -> None:
        """As of `Network`."""
        self._ask("cut", frozenset(links), frozenset(sources))

    def heal(self, links: Collection[str] = NOBODY, sources: Collection[str] = NOBODY) -> None:
        """As of `Network`."""
        self._ask("heal", frozenset(links), frozenset(sources))

    def reset(self, links: Collection[str] = NOBODY, sources: Collection[str] = NOBODY) -> None:
        """As of `Network`."""
        self._ask("reset", frozenset(links), frozenset(sources))

    def result(self) -> Result:
        """As of `Network`."""
        found = self._ask("result")
        assert isinstance(found, Result)
        return found

    def close(self) -> None:
        """End the network and its process; again: nothing."""
        self._pipe.close()
        self._process.join(ANSWERED_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def __enter__(self) -> Self:
        """Closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes it."""
        self.close()

    def _ask(self, name: str, *arguments: frozenset[str]) -> object:
        try:
            self._pipe.send((name, arguments))
        except OSError:
            raise NetworkError("the network's process has ended") from None
        return self._answer(ANSWERED_S)

    def _answer(self, within_s: float) -> Any:
        try:
            if not self._pipe.poll(within_s):
                raise NetworkError("the network's process does not answer")
            answer = self._pipe.recv()
        except (EOFError, OSError):
            raise NetworkError("the network's process has ended") from None
        if isinstance(answer, NetworkError):
            raise answer
        return answer


def _carry(plan: Plan, pipe: Connection) -> None:
    end_with_parent()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a connection is two open files
    asyncio.run(_serve(plan, pipe))


async def _serve(plan: Plan, pipe: Connection) -> None:
    try:
        network = await opened(plan)
    except (OSError, NamespaceError) as error:
        pipe.send(NetworkError(f"the network cannot be opened: {error}"))
        return
    try:
        pipe.send(dict(network.addresses))
        await _obey(network, pipe)
    finally:
        await network.close()


async def _obey(network: Network, pipe: Connection) -> None:
    """Do what is asked until nobody can ask any more."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    known: Mapping[str, Callable[..., object]] = {
        "cut": network.cut,
        "heal": network.heal,
        "reset": network.reset,
        "result": network.result,
    }

    def obey() -> None:
        try:
            name, arguments = pipe.recv()
        except (EOFError, OSError):
            loop.remove_reader(pipe)
            over.set()
            return
        try:
            answer = known[name](*arguments)
        except (KeyError, NamespaceError) as error:
            answer = NetworkError(f"{name}: {error}")
        with suppress(OSError):
            pipe.send(answer)

    loop.add_reader(pipe, obey)
    await over.wait()
