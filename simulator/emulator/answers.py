"""Answers of a server that nobody vouches for: bounded in size and time, and JSON by strict rules.

A client of httpx2 alone would read what never ends, and what unpacks to a thousand times its size.
"""

import asyncio
import time
from typing import Any

import httpx2

from scenarios import strict_json
from scenarios.problems import BadInput

MOST_BYTES = 64 << 20
LONGEST_S = 120.0
"""How long an answer may take to its end; a client's own time-out is of each piece of it."""


async def asked(
    client: httpx2.AsyncClient, method: str, path: str, **words: Any
) -> httpx2.Response:
    """The whole answer; raises `httpx2.HTTPError`, also for a path that cannot be asked."""
    body = bytearray()
    try:
        async with (
            asyncio.timeout(LONGEST_S),
            client.stream(method, path, **words) as answer,
        ):
            async for piece in answer.aiter_bytes():
                body += piece
                _check_size(len(body))
    except TimeoutError:
        raise _late() from None
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise _not_sent(error) from None
    return _whole(answer, body)


def asked_at_once(client: httpx2.Client, method: str, path: str, **words: Any) -> httpx2.Response:
    """The same, where nothing else happens meanwhile."""
    body, deadline_s = bytearray(), time.monotonic() + LONGEST_S
    try:
        with client.stream(method, path, **words) as answer:
            for piece in answer.iter_bytes():
                body += piece
                _check_size(len(body))
                if time.monotonic() > deadline_s:
                    raise _late()
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise _not_sent(error) from None
    return _whole(answer, body)


def data_of(answer: httpx2.Response) -> Any:
    """What an answer holds as JSON; None of an empty one. Raises `httpx2.DecodingError`."""
    if not answer.content:
        return None
    try:
        return strict_json.parse("the answer", answer.content, MOST_BYTES)
    except BadInput as bad:
        raise httpx2.DecodingError(str(bad.problems[0])) from None


def _check_size(length: int) -> None:
    if length > MOST_BYTES:
        raise httpx2.ReadError(f"an answer of more than {MOST_BYTES:,} bytes")


def _late() -> httpx2.ReadTimeout:
    return httpx2.ReadTimeout(f"an answer that has not ended after {LONGEST_S:.0f} s")


def _not_sent(error: Exception) -> httpx2.LocalProtocolError:
    """Names in paths and headers are those that the server itself gave."""
    return httpx2.LocalProtocolError(f"cannot be asked for: {type(error).__name__}")


def _whole(answer: httpx2.Response, body: bytearray) -> httpx2.Response:
    kept = {name: answer.headers[name] for name in ("content-type",) if name in answer.headers}
    return httpx2.Response(
        answer.status_code, headers=kept, content=bytes(body), request=answer.request
    )
