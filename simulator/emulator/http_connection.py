"""One device's HTTP: requests one after the other, signed with its token.

All devices of a process share a client and its pool of `MOST_SOCKETS` sockets, so it is not
emulated that each of them opens a socket of its own.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Coroutine, Mapping
from contextlib import suppress

import httpx2

from simulator.dialects.contract import Dialect, NotUnderstood, Request, Service

from .connection import NOBODY, Heard, NotConnected

MOST_SOCKETS = 100
MOST_BYTES = 8 << 20
MOST_WAITING = 100
"""Requests of one device that are not yet answered; it makes no more."""

ANSWER_S = 20.0
"""How long a server may take, as the one speaker whose figure is known waits."""

FAREWELL_S = 3.0
"""How long what was said last may take at the end."""

REQUEST_S = 60.0
"""How long a request may take with its turn in the pool."""


class NotTaken(Exception):
    """A request that failed; `again`: another try may do, `status` is 0 where there was none."""

    def __init__(self, why: str, again: bool, status: int = 0) -> None:
        """Hold it; the text is one line."""
        super().__init__(why)
        self.again, self.status = again, status


class Web:
    """The HTTP client of all devices in a process; of one event loop, until `close`."""

    def __init__(
        self, services: Mapping[Service, str], trusted: ssl.SSLContext | None = None
    ) -> None:
        """`services` are the addresses that may be asked; `trusted` is for https."""
        self._services = services
        self._working: set[asyncio.Task[None]] = set()
        is_secure = any(url.startswith("https:") for url in services.values())
        self._client = httpx2.AsyncClient(
            verify=trusted or is_secure,
            timeout=httpx2.Timeout(ANSWER_S, pool=REQUEST_S),
            limits=httpx2.Limits(
                max_connections=MOST_SOCKETS, max_keepalive_connections=MOST_SOCKETS
            ),
            follow_redirects=False,
            trust_env=False,
        )

    async def ask(self, request: Request, token: str | None) -> bytes:
        """The body of a good answer; raises `NotTaken`."""
        if request.service not in self._services:
            raise NotTaken(f"no address of the {request.service} is known", again=False)
        headers = {} if request.payload is None else {"content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        method = "GET" if request.payload is None else "POST"
        url = self._services[request.service] + request.path
        body = bytearray()
        try:
            async with (
                asyncio.timeout(REQUEST_S),
                self._client.stream(
                    method, url, content=request.payload, headers=headers
                ) as answer,
            ):
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        why = f"{request.path}: an answer of more than {MOST_BYTES:,} bytes"
                        raise NotTaken(why, again=False)
        except (httpx2.HTTPError, OSError) as error:
            why = str(error) or type(error).__name__
            raise NotTaken(f"{request.path}: {why}", again=True) from None
        status = answer.status_code
        if 200 <= status < 300:
            return bytes(body)
        told = bytes(body[:200]).decode(errors="replace")
        again = status >= 500 or status in (401, 408, 429)
        raise NotTaken(f"{request.path}: status {status} {told!a}", again, status)

    def work(self, asking: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """A device's requests, as a task that `close` waits for."""
        task = asyncio.create_task(asking)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return task

    async def close(self) -> None:
        """Wait shortly for what is on its way, then close its sockets."""
        if self._working:
            _, late = await asyncio.wait(self._working, timeout=FAREWELL_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._client.aclose()


class HttpConnection:
    """A device's requests, from `open` until `close`, `silence` or `drop`.

    Where HTTP is the only wire (`alone`), a server that is not reached is a connection lost.
    """

    __slots__ = (
        "_alone",
        "_device",
        "_dialect",
        "_heard",
        "_number",
        "_queue",
        "_secret",
        "_token",
        "_web",
        "_working",
    )

    def __init__(
        self, web: Web, dialect: Dialect, device: str, secret: str, heard: Heard, *, alone: bool
    ) -> None:
        """Nothing is asked yet."""
        self._web, self._dialect, self._heard, self._alone = web, dialect, heard, alone
        self._device, self._secret, self._token = device, secret, ""
        self._queue: deque[tuple[int, Request]] = deque()
        self._number = 0
        self._working: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Get a token, where one is kept; raises `NotConnected`."""
        if self._alone and self._dialect.keeps_token:
            try:
                await self._sign_in()
            except NotTaken as error:
                raise NotConnected(str(error)) from None

    def publish(self, request: Request) -> int:
        """Ask soon; the number, below 0, under which it is confirmed."""
        self._number -= 1
        if len(self._queue) >= MOST_WAITING:
            # Told later, as a failure of the network would be: the caller knows the number then.
            why = f"{request.path}: {MOST_WAITING} requests wait already"
            asyncio.get_running_loop().call_soon(self._heard.failed, self._number, why, True)
            return self._number
        self._queue.append((self._number, request))
        if self._working is None:
            self._working = self._web.work(self._work())
        return self._number

    def close(self) -> None:
        """Ask nothing new; what was asked is still sent, and nobody hears the answers."""
        self._heard = NOBODY

    def drop(self) -> None:
        """Ask nothing more, and forget what was asked."""
        self._heard = NOBODY
        self._queue.clear()
        if self._working is not None:
            self._working.cancel()
            self._working = None

    async def _work(self) -> None:
        try:
            while self._queue:
                number, request = self._queue.popleft()
                try:
                    answer = await self._asked(request)
                except NotTaken as error:
                    if self._alone and error.again:
                        self._lost(str(error))
                        return
                    self._heard.failed(number, str(error), error.again)
                else:
                    self._heard.confirmed(number)
                    if request.asks:
                        self._heard.message(request.path, answer)
        finally:
            self._working = None

    def _lost(self, why: str) -> None:
        heard = self._heard
        self._working = None  # it is this very task, which ends by itself
        self.drop()
        heard.lost(why)

    async def _asked(self, request: Request) -> bytes:
        if not request.signed:
            return await self._web.ask(request, None)
        is_new = not (self._token and self._dialect.keeps_token)
        if is_new:
            await self._sign_in()
        with suppress(_TokenRefusedError):
            return await self._ask(request, may_renew=not is_new)
        await self._sign_in()
        return await self._ask(request, may_renew=False)

    async def _ask(self, request: Request, *, may_renew: bool) -> bytes:
        try:
            return await self._web.ask(request, self._token or None)
        except NotTaken as error:
            if error.status == 401 and may_renew:
                raise _TokenRefusedError from None
            raise

    async def _sign_in(self) -> None:
        asked = self._dialect.sign_in(self._device, self._secret)
        if asked is None:
            return
        answer = await self._web.ask(asked, None)
        try:
            self._token = self._dialect.token(answer)
        except NotUnderstood as error:
            raise NotTaken(f"{asked.path}: {error}", again=True) from None


class _TokenRefusedError(Exception):
    """The token holds no more."""
