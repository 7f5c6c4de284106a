"""A source system that the harness plays: it takes what it is sent, is slow, refuses, is away."""

import asyncio
from collections.abc import Callable
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from conformance.sources.contract import Asked, PeerHalf
from conformance.sources.exchange import Arrived, PeerSystem
from simulator.live.loopback_web import LoopbackWeb, body_of

MOST_BYTES = 64 << 20
UNAVAILABLE = 503

Manner = Literal["takes", "refuses", "loses-answers"]
"""It takes what comes; it takes nothing, and says so; it takes it, and its answer to a message (not
to a file) is lost."""


class Played:
    """One such system, on a port of the loopback; of one event loop."""

    def __init__(self, about: PeerSystem, half: PeerHalf, heard: Callable[[Arrived], None]) -> None:
        """Not there yet; `heard` is told what arrives."""
        self.about = about
        self.manner: Manner = "takes"
        self.slow_ms = 0
        self.arrived: list[Arrived] = []
        self._half, self._heard = half, heard
        self._web = LoopbackWeb(["GET", "HEAD", "POST", "PUT", "DELETE"], self._answered)

    @property
    def url(self) -> str:
        """Where it is, once it came."""
        return self._web.url

    async def come(self) -> None:
        """Be there, and again where it was; raises `OSError`."""
        await self._web.start()

    async def go(self) -> None:
        """Be away: who knocks is told that nobody listens."""
        await self._web.stop()

    def has(self, kind: str, key: str | None = None, times: int = 1) -> bool:
        """Whether that message arrived so often; any of the kind where no key is given."""
        alike = (each for each in self.arrived if each.kind == kind and key in (None, each.key))
        return len([*alike]) >= times

    async def _answered(self, request: Request) -> Response:
        body = await body_of(request, MOST_BYTES)
        if body is None:
            return Response(status_code=413)
        if self.slow_ms:
            await asyncio.sleep(self.slow_ms / 1_000)
        if self.manner == "refuses":
            return Response(status_code=UNAVAILABLE)
        authorization = request.headers.get("authorization", "")
        asked = Asked(request.method, request.url.path, authorization, body)
        arrived, answer = self._half.take(self.about, asked)
        if arrived is not None:
            self.arrived.append(arrived)
            self._heard(arrived)
        is_message = arrived is not None and arrived.kind != "file"
        if self.manner == "loses-answers" and is_message:
            return Response(status_code=UNAVAILABLE)
        return Response(answer.body, answer.status, media_type="application/json")
