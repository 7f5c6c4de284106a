"""Bounds on what a request may be, and what every answer says to browsers."""

from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_system.web.problems import too_long

BODY_BYTES = 1 << 20
UPLOAD_BYTES = 64 << 20
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
    """Middleware: refuses bodies that are too long, unread where their length is told ahead."""

    def __init__(self, app: ASGIApp, uploads: Iterable[str] = ()) -> None:
        """Paths that begin with one of `uploads` take `UPLOAD_BYTES`, all others `BODY_BYTES`."""
        self.app, self.uploads = app, tuple(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = UPLOAD_BYTES if scope["path"].startswith(self.uploads) else BODY_BYTES
        came = 0

        async def bounded() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise HTTPException(413, str(limit))
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in message["headers"]}
                extra = [header for header in HEADERS if header[0] not in named]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told) <= limit:
            await self.app(scope, bounded, with_headers)
        else:
            await too_long(limit)(scope, receive, with_headers)
