"""The HTTP side of a maker's server: whatever is posted goes to one function."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.dialects.contract import NotUnderstood
from simulator.live.loopback_web import LoopbackWeb, body_of

MOST_BYTES = 1 << 20

Post = Callable[[str, bytes], bytes]
"""The answer to what was posted to a path; raises `NotUnderstood`."""


class VendorWeb:
    """A web server on a free port of the loopback, from `start` until `stop`."""

    def __init__(self, post: Post) -> None:
        """Not started."""
        self._post = post
        self._web = LoopbackWeb(["POST"], self._posted)

    @property
    def url(self) -> str:
        """Where it answers, once it was started."""
        return self._web.url

    async def start(self) -> None:
        """Return once it answers at `url`."""
        await self._web.start()

    async def stop(self) -> None:
        """End it; again: nothing."""
        await self._web.stop()

    async def _posted(self, request: Request) -> Response:
        body = await body_of(request, MOST_BYTES)
        if body is None:
            return _refused(413, f"more than {MOST_BYTES:,} bytes")
        try:
            answer = self._post(request.url.path, body)
        except NotUnderstood as error:
            return _refused(422, str(error))
        return Response(answer, media_type="application/json")


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"TrangThaiGui": 1, "MoTa": why}, status)
