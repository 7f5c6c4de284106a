"""Bounds on what a request may be, and what every answer says to browsers."""

import asyncio
from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_system.web.problems import TOO_LONG, told, too_long

BODY_BYTES = 1 << 20
UPLOAD_BYTES = 64 << 20
BODY_S = 30
"""How long a short body may take to arrive."""

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'",
    ),
)


class Bounds:
    """Middleware: bodies are bounded in length and time, and short ones whole before work begins.

    So nobody who sends slowly keeps others waiting, but for those who may upload.
    """

    def __init__(self, app: ASGIApp, uploads: Iterable[str] = ()) -> None:
        """Paths that begin with one of `uploads` take `UPLOAD_BYTES`, all others `BODY_BYTES`."""
        self.app, self.uploads = app, tuple(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        upload = scope["path"].startswith(self.uploads)
        limit = UPLOAD_BYTES if upload else BODY_BYTES
        bounded = _bounded(receive, limit)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in message["headers"]}
                extra = [header for header in HEADERS if header[0] not in named]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        length = dict(scope["headers"]).get(b"content-length", b"0")
        try:
            if not length.isdigit() or int(length) > limit:
                raise HTTPException(TOO_LONG, str(limit))
            whole = bounded if upload else await _whole(bounded)
        except HTTPException:
            await too_long(scope["path"], limit)(scope, receive, with_headers)
        except TimeoutError:
            await _too_slow(scope["path"])(scope, receive, with_headers)
        else:
            await self.app(scope, whole, with_headers)


def _too_slow(path: str) -> ASGIApp:
    return told(
        path,
        408,
        "too-slow",
        f"Nội dung gửi lên phải đến đủ trong {BODY_S} giây.",
        f"The whole request must arrive within {BODY_S} seconds.",
    )


def _bounded(receive: Receive, limit: int) -> Receive:
    came = 0

    async def bounded() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > limit:
            raise HTTPException(TOO_LONG, str(limit))
        return message

    return bounded


async def _whole(receive: Receive) -> Receive:
    """The same, with the whole body in the first message; raises `TimeoutError`."""
    body, more = b"", True
    async with asyncio.timeout(BODY_S):
        while more:
            message = await receive()
            if message["type"] != "http.request":
                break
            body += message.get("body", b"")
            more = message.get("more_body", False)
    kept: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return kept.pop() if kept else await receive()

    return replayed
