"""The device's path to its source system: TCP, passed on byte for byte until it is cut.

A cut path is silent: what is under way stays, neither side is told, and who connects anew is not
answered. TLS ends here, so what a client says of its session is seen either way.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import Any

from conformance.bench import sessions

START_S = 10.0
_CHUNK = 1 << 16

Told = Callable[[str, Mapping[str, Any]], None]
"""Called on the path's thread: `session`, `connected` or `disconnected`, and its details."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where devices connect (port 0: a free one), and the port of the loopback that it leads to."""

    host: str
    port: int
    target: int
    peer: str
    """The only address that is let in."""

    tls: ssl.SSLContext | None = None
    is_mqtt: bool = False


class Path:
    """Entrances that are open from `start` until `stop`, on a thread of their own."""

    def __init__(self, entrances: Sequence[Entrance], told: Told) -> None:
        """Nothing listens yet."""
        self._entrances, self._told = entrances, told
        self._loop: asyncio.AbstractEventLoop | None = None
        self._works: set[asyncio.Task[Any] | None] = set()

    def start(self) -> list[int]:
        """The ports on which the entrances listen; raises `OSError`."""
        ready: Future[list[int]] = Future()
        self._thread = Thread(target=lambda: asyncio.run(self._run(ready)), name="path")
        self._thread.start()
        return ready.result(START_S)

    def stop(self) -> None:
        """Close all; again: nothing."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(START_S)
            self._loop = None

    def cut(self) -> None:
        """Nothing passes any more."""
        self._do(lambda: self._is_free.clear())

    def restore(self) -> None:
        """It passes again."""
        self._do(lambda: self._is_free.set())

    def _do(self, call: Callable[[], None]) -> None:
        assert self._loop is not None, "a path is started before it is cut"
        self._loop.call_soon_threadsafe(call)

    async def _run(self, ready: "Future[list[int]]") -> None:
        self._is_free, self._ended = asyncio.Event(), asyncio.Event()
        self._is_free.set()
        servers: list[asyncio.Server] = []
        try:
            for each in self._entrances:
                passed_on = partial(self._connected, each)
                servers.append(
                    await asyncio.start_server(passed_on, each.host, each.port, ssl=each.tls)
                )
        except OSError as error:
            ready.set_exception(error)
        else:
            self._loop = asyncio.get_running_loop()
            ready.set_result([server.sockets[0].getsockname()[1] for server in servers])
            await self._ended.wait()
        for server in servers:
            server.close()
        for task in [task for task in self._works if task]:
            task.cancel()
        await asyncio.gather(*(task for task in self._works if task), return_exceptions=True)

    async def _connected(
        self, entrance: Entrance, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        self._works.add(task)
        try:
            stranger = writer.get_extra_info("peername")[0] != entrance.peer
            if self._is_free.is_set() and not stranger:
                await self._passed_on(entrance, reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # a connection that ends in disorder, or with the path
        finally:
            self._works.discard(task)
            writer.transport.abort()

    async def _passed_on(
        self, entrance: Entrance, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", entrance.target)
        opening = _Opening(self._told) if entrance.is_mqtt else None
        pumps = [
            asyncio.create_task(self._pump(reader, far_writer, opening.says if opening else None)),
            asyncio.create_task(self._pump(far_reader, writer, opening.hears if opening else None)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if opening is not None:
                opening.ends()
            await self._is_free.wait()
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            far_writer.close()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        look: Callable[[bytes], None] | None,
    ) -> None:
        while data := await reader.read(_CHUNK):
            await self._is_free.wait()
            if look is not None:
                look(data)
            writer.write(data)
            await writer.drain()


class _Opening:
    """How a connection to the broker begins, and that it ends."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._said, self._heard = b"", b""
        self._is_let_in = False

    def says(self, data: bytes) -> None:
        if len(self._said) < sessions.MOST_BYTES:
            self._said += data[: sessions.MOST_BYTES]

    def hears(self, data: bytes) -> None:
        if self._is_let_in:
            return
        self._heard += data[: sessions.MOST_BYTES]
        found = sessions.session(self._said)
        if found is not None and sessions.is_accepted(self._heard):
            self._is_let_in = True
            self._told("session", found)
            self._told("connected", {})

    def ends(self) -> None:
        if self._is_let_in:
            self._told("disconnected", {})
