"""The HTTP side of a maker's server: whatever is posted goes to one function."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.dialects.contract import NotUnderstood

MOST_BYTES = 1 << 20
START_S = 10.0

Post = Callable[[str, bytes], bytes]
"""The answer to what was posted to a path; raises `NotUnderstood`."""


class _Server(uvicorn.Server):
    """uvicorn on somebody else's loop, who minds the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


class VendorWeb:
    """A web server on a free port of the loopback, from `start` until `stop`."""

    def __init__(self, post: Post) -> None:
        """Not started."""
        self._post = post
        self.url = ""
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once it answers at `url`."""
        listening = socket.create_server(("127.0.0.1", 0), backlog=1_024)
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        application = Starlette(routes=[Route("/{path:path}", self._posted, methods=["POST"])])
        self._server = _Server(
            uvicorn.Config(
                application,
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

    async def _posted(self, request: Request) -> Response:
        body = bytearray()
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    return _refused(413, f"more than {MOST_BYTES:,} bytes")
            answer = self._post(request.url.path, bytes(body))
        except NotUnderstood as error:
            return _refused(422, str(error))
        except ClientDisconnect:
            return Response(status_code=400)
        return Response(answer, media_type="application/json")


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"TrangThaiGui": 1, "MoTa": why}, status)
