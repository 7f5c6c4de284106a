"""The device's path to its source system: TCP, passed on byte for byte until it is cut.

A cut path is silent: what is under way stays, neither side is told, and who connects anew is not
answered. TLS ends here, so what a client says of its session is seen either way. It also keeps the
record of what passed, and can break a device's connection as no good broker would.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path as FilePath
from threading import Thread
from typing import Any

from conformance.bench import sessions
from conformance.traffic import PathRecord, To, Way

START_S = 10.0
AMID_S = 1.0
"""How long a device has to read what breaks its connection, before this is reset."""

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

    @property
    def to(self) -> To:
        """What is behind it."""
        return "broker" if self.is_mqtt else "sounds"


@dataclass(slots=True)
class _Open:
    """A connection that is open, and its number in a record."""

    to: To
    writer: asyncio.StreamWriter
    record: PathRecord
    number: int | None


class Path:
    """Entrances that are open from `start` until `stop`, on a thread of their own."""

    def __init__(
        self, entrances: Sequence[Entrance], told: Told, now_ms: Callable[[], int]
    ) -> None:
        """Nothing listens yet."""
        self._entrances, self._told, self._now_ms = entrances, told, now_ms
        self._record = PathRecord()
        self._open: list[_Open] = []
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

    def disturb(self, data: bytes) -> None:
        """Say these bytes amid each connection to the broker, and reset it a moment later."""
        self._do(lambda: self._disturb(data))

    def recorded(self) -> PathRecord:
        """What passed until now; a new record is begun."""
        done: Future[PathRecord] = Future()

        def swap() -> None:
            record, self._record = self._record, PathRecord()
            done.set_result(record)

        self._do(swap)
        return done.result(START_S)

    def _disturb(self, data: bytes) -> None:
        for each in self._open:
            if each.to == "broker":
                self._pass(each, "to-device", len(data))
                each.writer.write(data)
                asyncio.get_running_loop().call_later(AMID_S, _reset, each.writer)

    def _pass(self, one: _Open, way: Way, size: int) -> None:
        if one.record is not self._record:  # it was there before this record was begun
            one.record, one.number = self._record, self._record.opened(one.to, None)
        one.record.passed(one.number, self._now_ms(), way, size)

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
        record = self._record
        one = _Open(entrance.to, writer, record, record.opened(entrance.to, self._now_ms()))
        self._open.append(one)

        def says(data: bytes) -> None:
            self._pass(one, "from-device", len(data))
            if opening is not None:
                opening.says(data)

        def hears(data: bytes) -> None:
            self._pass(one, "to-device", len(data))
            if opening is not None:
                opening.hears(data)

        pumps = [
            asyncio.create_task(self._pump(reader, far_writer, says)),
            asyncio.create_task(self._pump(far_reader, writer, hears)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if opening is not None:
                opening.ends()
            await self._is_free.wait()
        finally:
            self._open.remove(one)
            if one.record is self._record:
                one.record.closed(one.number, self._now_ms())
            for pump in pumps:
                pump.cancel()
            far_writer.close()  # before waiting, as the path may end meanwhile
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        look: Callable[[bytes], None],
    ) -> None:
        while data := await reader.read(_CHUNK):
            await self._is_free.wait()
            look(data)
            writer.write(data)
            await writer.drain()


def ends_tls(certificate: tuple[FilePath, FilePath] | None) -> ssl.SSLContext | None:
    """What ends TLS by a certificate and its key; None without one. Raises `OSError`."""
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*certificate)
    return context


def _reset(writer: asyncio.StreamWriter) -> None:
    """End it without a farewell of TCP."""
    if not writer.is_closing():
        at_once = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        writer.transport.abort()


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
