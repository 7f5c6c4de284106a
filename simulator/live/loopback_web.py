"""A web server of our own on the loopback, on an event loop that is somebody else's."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

START_S = 10.0

Answer = Callable[[Request], Awaitable[Response]]


class LoopbackWeb:
    """All that is asked by these methods goes to one function. It may be started again once it was
    stopped: where it was."""

    def __init__(self, methods: Sequence[str], answer: Answer) -> None:
        """Not started."""
        self._methods, self._answer = methods, answer
        self._port = 0
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it answers, once it was started."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Return once it answers; raises `OSError`."""
        listening = socket.create_server(("127.0.0.1", self._port), backlog=1_024)
        self._port = listening.getsockname()[1]
        route = Route("/{path:path}", self._asked, methods=self._methods)
        self._server = _Server(
            uvicorn.Config(
                Starlette(routes=[route]),
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=2,
            )
        )
        self._serving = asyncio.create_task(self._server.serve([listening]))
        async with asyncio.timeout(START_S):
            while not self._server.started:
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """End it; again: nothing."""
        server, serving = self._server, self._serving
        self._server = self._serving = None
        if server is not None and serving is not None:
            server.should_exit = True
            await serving

    async def _asked(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except ClientDisconnect:
            return Response(status_code=400)


async def body_of(request: Request, most_bytes: int) -> bytes | None:
    """What was sent; None where it is more than that."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most_bytes:
            return None
    return bytes(body)


class _Server(uvicorn.Server):
    """uvicorn on somebody else's loop, who minds the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield
