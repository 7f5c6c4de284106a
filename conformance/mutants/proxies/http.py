"""An HTTP/1.1 proxy before a source system: every request and every answer is taken whole."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

import h11

from conformance.mutants.proxies.mutation import (
    Answer,
    Headers,
    Mutation,
    NotAnswered,
    Request,
)

MOST_BYTES: Final = 32 << 20
"""A longer body ends the connection."""

MOST_HEAD_BYTES: Final = 1 << 16
PIECE_BYTES: Final = 1 << 16
IDLE_S, ANSWER_S = 600.0, 90.0

_OF_ONE_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding"}
)
_CHUNK_BYTES = 1 << 12


class HttpProxy:
    """Listens on a free port of the loopback, from `start` to `stop`; of one event loop."""

    def __init__(self, mutating: Callable[[], Mutation]) -> None:
        """Not listening yet; `mutating` says by what requests are changed just now."""
        self._mutating = mutating
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.beyond: tuple[str, int] | None = None
        """Where the system is."""

    async def start(self) -> int:
        """The port that it listens at."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=PIECE_BYTES)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """End every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a server's callback is a task"
        self._tasks.add(task)
        try:
            await self._converse(reader, writer)
        except (OSError, NotAnswered, h11.ProtocolError):
            pass  # the connection ends without an answer
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        side = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD_BYTES)
        onward = partial(self._onward, writer.get_extra_info("peername")[0])
        while True:
            async with asyncio.timeout(IDLE_S):
                head, body = await _message(side, reader)
            if head is None:
                return
            assert isinstance(head, h11.Request), "a client sends requests"
            request = Request(
                head.method.decode("ascii"), head.target.decode("ascii"), _ends(head), body
            )
            answer = await self._mutating().asked(request, onward)
            writer.write(_written(side, request.method, answer))
            await writer.drain()
            if side.our_state is not h11.DONE or side.their_state is not h11.DONE:
                return
            side.start_next_cycle()

    async def _onward(self, source: str, request: Request) -> Answer:
        """From the address that asks: what a system counts by address stays apart."""
        if self.beyond is None:
            raise NotAnswered
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_connection(
                    *self.beyond, limit=PIECE_BYTES, local_addr=(source, 0)
                )
                try:
                    return await _asked(reader, writer, request)
                finally:
                    writer.close()
        except (OSError, h11.ProtocolError):
            raise NotAnswered from None


async def _asked(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request
) -> Answer:
    side = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEAD_BYTES)
    length = str(len(request.body)).encode()
    headers = [*request.headers, (b"connection", b"close")]
    if request.body or request.method not in ("GET", "HEAD", "DELETE"):
        headers.append((b"content-length", length))
    asking = h11.Request(method=request.method, target=request.target, headers=headers)
    for event in (asking, h11.Data(data=request.body), h11.EndOfMessage()):
        writer.write(side.send(event) or b"")
    await writer.drain()
    head, body = await _message(side, reader)
    if head is None:
        raise NotAnswered
    assert isinstance(head, h11.Response), "a server sends answers"
    return Answer(head.status_code, _ends(head), body)


async def _message(
    side: h11.Connection, reader: asyncio.StreamReader
) -> tuple[h11.Request | h11.Response | None, bytes]:
    """The next one, whole; None where the other side has ended. Raises `h11.ProtocolError`."""
    head: h11.Request | h11.Response | None = None
    body = bytearray()
    while True:
        match event := side.next_event():
            case h11.Request() | h11.Response():
                head = event
                announced = dict(head.headers).get(b"content-length", b"0")
                if int(announced) > MOST_BYTES:
                    raise h11.RemoteProtocolError("a body that is announced as too long")
            case h11.Data():
                body += event.data
                if len(body) > MOST_BYTES:
                    raise h11.RemoteProtocolError("a body that is too long")
            case h11.EndOfMessage():
                return head, bytes(body)
            case h11.ConnectionClosed() | h11.PAUSED:
                return None, b""
            case h11.NEED_DATA:
                side.receive_data(await reader.read(PIECE_BYTES))


def _ends(head: h11.Request | h11.Response) -> Headers:
    """The headers that are for the other end, not for the next hop, as they were written."""
    return tuple(
        (name, value)
        for name, value in head.headers.raw_items()
        if name.lower() not in _OF_ONE_HOP and name.lower() != b"content-length"
    )


def _written(side: h11.Connection, method: str, answer: Answer) -> bytes:
    has_body = method != "HEAD" and answer.status not in (204, 304)
    headers = list(answer.headers)
    if has_body and not answer.chunked:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    body = answer.body if has_body else b""
    size = _CHUNK_BYTES if answer.chunked else max(1, len(body))
    pieces = (body[begin : begin + size] for begin in range(0, len(body), size))
    events = (
        h11.Response(status_code=answer.status, headers=headers),
        *(h11.Data(data=piece) for piece in pieces),
        h11.EndOfMessage(),
    )
    return b"".join(side.send(event) or b"" for event in events)
