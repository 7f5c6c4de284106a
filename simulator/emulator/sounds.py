"""Sounds fetched over HTTP: really, but once for all devices of the process.

Each device still holds what came against the hash that it was told. Nothing is fetched from an
address that is not listed, redirects are not followed, and length, time and tries are bounded.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import httpx2

MOST_BYTES = 64 << 20
MOST_KEPT = 100
"""Sounds kept on the disk, in a folder that goes with the process; the oldest are dropped."""

FETCH_S = 60.0
RETRY_S = (1.0, 2.0, 4.0, 8.0)
"""How long to wait before each further try, where the server was not reached or had a fault."""


class NoSound(Exception):
    """The sound cannot be had; the text is one line."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A sound as it came."""

    file: Path
    sha256: str
    size_bytes: int


class _LaterPerhapsError(NoSound):
    """Another try may do."""


class Sounds:
    """Fetches and keeps sounds; of one event loop, until `close`."""

    def __init__(self, origins: Collection[str], trusted: ssl.SSLContext | None = None) -> None:
        """`origins` are those that may be asked, such as `http://127.0.0.1:8080`; `trusted` is for
        https."""
        self._origins = frozenset(map(_origin, origins))
        self._folder = TemporaryDirectory(prefix="ttcs-sounds-")
        # What certificates to trust takes time and memory to read, and plain HTTP asks for none.
        is_secure = any(origin.startswith("https:") for origin in self._origins)
        self._client = httpx2.AsyncClient(
            verify=(trusted or True) if is_secure else False,
            timeout=httpx2.Timeout(10.0),
            follow_redirects=False,
            trust_env=False,
        )
        self._asked: dict[str, asyncio.Task[Kept]] = {}
        self.fetched = 0
        """Sounds that were really fetched."""

    def get(self, url: str) -> asyncio.Task[Kept]:
        """The sound at an address; the task fails with `NoSound`."""
        known = self._asked.get(url)
        if known is None or (known.done() and (known.cancelled() or known.exception())):
            known = self._asked[url] = asyncio.create_task(self._fetch(url))
            self._drop_oldest()
        return known

    async def close(self) -> None:
        """End what is on its way, and drop what is kept."""
        for task in self._asked.values():
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._asked.values(), return_exceptions=True)
        await self._client.aclose()
        self._folder.cleanup()

    def _drop_oldest(self) -> None:
        done = [url for url, task in self._asked.items() if task.done()]
        for url in done[: max(0, len(self._asked) - MOST_KEPT)]:
            task = self._asked.pop(url)
            if not task.cancelled() and task.exception() is None:
                task.result().file.unlink(missing_ok=True)

    async def _fetch(self, url: str) -> Kept:
        if _origin(url) not in self._origins:
            raise NoSound(f"{url[:200]} is at no address that may be contacted")
        for wait_s in (*RETRY_S, None):
            try:
                async with asyncio.timeout(FETCH_S):
                    return await self._once(url)
            except _LaterPerhapsError:
                if wait_s is None:
                    raise
            except (httpx2.HTTPError, OSError, TimeoutError) as error:
                if wait_s is None:
                    why = str(error) or type(error).__name__
                    raise NoSound(f"{url[:200]}: {why}") from None
            await asyncio.sleep(wait_s or 0)
        raise AssertionError("the last try returns or raises")

    async def _once(self, url: str) -> Kept:
        digest, size = hashlib.sha256(), 0
        async with self._client.stream("GET", url) as answer:
            if answer.status_code >= 500:
                raise _LaterPerhapsError(f"{url[:200]}: status {answer.status_code}")
            if answer.status_code != 200:
                raise NoSound(f"{url[:200]}: status {answer.status_code}")
            file = Path(self._folder.name) / hashlib.sha256(url.encode()).hexdigest()
            with file.open("wb") as written:
                async for piece in answer.aiter_bytes():
                    size += len(piece)
                    if size > MOST_BYTES:
                        raise NoSound(f"{url[:200]}: more than {MOST_BYTES:,} bytes")
                    digest.update(piece)
                    written.write(piece)
        self.fetched += 1
        return Kept(file, digest.hexdigest(), size)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    with suppress(ValueError):
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        return f"{parts.scheme}://{parts.hostname}:{port}"
    return ""
