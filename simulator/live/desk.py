"""One operator at the source system's HTTP interface: logged in, and again when that has ended."""

import asyncio
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pyotp

from scenarios.problems import one_line
from scenarios.units import VIETNAM_TIME
from simulator.emulator import answers
from simulator.live.people import MOST_TOLD, Account

TIMEOUT_S = 60.0
KEPT = httpx2.Limits(keepalive_expiry=2.0)
"""A connection that is idle for longer is not used again: servers end theirs after 5 s and more,
and a request that meets that end is lost."""

_STEP_S = 30
_ON_ITS_WAY_S = 10
"""How long a code may take until it is looked at."""

_FRESH_S = 150.0
"""How long a code of the second factor serves here; the source system takes it for five minutes."""

_LATER_PERHAPS = frozenset({"confirmation-needed", "wrong-code"})
"""Refusals that the next code of the second factor may end."""


class Refused(Exception):
    """The source system said no, with this HTTP status; the text is one line."""

    def __init__(self, why: str, status: int = 0) -> None:
        """Why, and the status: 0 where there was no answer at all."""
        super().__init__(why)
        self.status = status


class NotAnswered(Exception):
    """The source system was not reached (status 0), or had a fault of its own; another try may
    do."""

    def __init__(self, why: str, status: int = 0) -> None:
        """Why, and the status."""
        super().__init__(why)
        self.status = status


def moment(ms: int) -> datetime:
    """An instant since the epoch as people in Viet Nam write it."""
    return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)).astimezone(VIETNAM_TIME)


def instant(ms: int) -> str:
    """The same as the interface has it."""
    return moment(ms).isoformat(timespec="milliseconds")


class Desk:
    """Whoever has this account; to be closed."""

    def __init__(
        self, server: str, account: Account, trusted: ssl.SSLContext | None = None
    ) -> None:
        """Not logged in yet; `trusted` is for https."""
        self.server, self._account = server, account
        self._client = httpx2.AsyncClient(
            base_url=f"{server}/api/v1",
            verify=trusted or True,
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            limits=KEPT,
        )
        self._showing = asyncio.Lock()
        self._shown_step = 0
        self._confirmed_s: float | None = None

    async def close(self) -> None:
        """Log out, where that can be done."""
        with suppress(Refused, NotAnswered):
            await self.log_out()
        await self._client.aclose()

    async def log_in(self) -> None:
        """Begin another session; raises `Refused` and `NotAnswered`."""
        await self._log_in()

    async def log_out(self) -> None:
        """End the session, if there is one; raises `Refused` and `NotAnswered`."""
        if "authorization" in self._client.headers:
            await self._once("DELETE", "/sessions", None)
            self._client.headers.pop("authorization", None)
            self._confirmed_s = None

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """What the source system answers; raises `Refused` and `NotAnswered`."""
        return _data(path, await self._asked(method, path, body))

    async def read(self, path: str) -> str:
        """The text that is there; raises `Refused` and `NotAnswered`."""
        return (await self._asked("GET", path, None)).text

    async def fetch(self, path: str) -> bytes:
        """The file that is there, or at a whole address of the server; raises `Refused` and
        `NotAnswered`."""
        return (await self._asked("GET", path, None)).content

    async def upload(self, family: str, content: bytes) -> dict[str, Any]:
        """Upload a file; what the source system made of it."""
        kept: dict[str, Any] = await self.ask("POST", f"/media/{family}", content)
        return kept

    async def confirm(self) -> None:
        """Show a code of the second factor, unless one was shown a short while ago.

        Raises `Refused` and `NotAnswered`.
        """
        async with self._showing:
            now_s = time.monotonic()
            if self._confirmed_s is not None and now_s - self._confirmed_s < _FRESH_S:
                return
            assert self._account.totp_secret is not None, "whoever orders an emergency has one"
            # Each code works once, and not before one that worked already; that of the step before
            # works until this one ends, and may come too late.
            epoch_s = time.time()
            now_step = int(epoch_s) // _STEP_S
            oldest = int(epoch_s + _ON_ITS_WAY_S) // _STEP_S - 1
            step = max(self._shown_step + 1, oldest)
            if step > now_step + 1:
                raise NotAnswered("every code of this minute was shown already")
            self._shown_step = step
            code = pyotp.TOTP(self._account.totp_secret).generate_otp(step)
            await self.ask("POST", "/me/confirmation", {"code": code})
            self._confirmed_s = now_s

    async def _asked(self, method: str, path: str, body: object) -> httpx2.Response:
        if "authorization" not in self._client.headers:
            await self._log_in()
        try:
            return await self._once(method, path, body)
        except _LoggedOut:
            await self._log_in()
            return await self._once(method, path, body)

    async def _log_in(self) -> None:
        self._client.headers.pop("authorization", None)
        self._confirmed_s = None
        asked = {"login": self._account.login, "password": self._account.password}
        session = _data("/sessions", await self._once("POST", "/sessions", asked))
        self._client.headers["authorization"] = f"Bearer {session['token']}"

    async def _once(self, method: str, path: str, body: object) -> httpx2.Response:
        content, words = (body, None) if isinstance(body, bytes) else (None, body)
        try:
            answer = await answers.asked(self._client, method, path, content=content, json=words)
        except httpx2.HTTPError as error:
            raise NotAnswered(one_line(f"{path}: {error or type(error).__name__}")) from None
        if answer.is_success:
            return answer
        why, code = f"status {answer.status_code}", ""
        with suppress(httpx2.DecodingError, KeyError, TypeError):
            problem = answers.data_of(answer)
            why, code = str(problem["title_en"]), str(problem["code"])
        why = one_line(f"{method} {path}: {why}")[:MOST_TOLD]
        if code in _LATER_PERHAPS:
            self._confirmed_s = None
        if answer.status_code in (429, *range(500, 600)) or code in _LATER_PERHAPS:
            raise NotAnswered(why, answer.status_code)
        if answer.status_code == 401 and path != "/sessions":
            raise _LoggedOut(why, answer.status_code)
        raise Refused(why, answer.status_code)


def _data(path: str, answer: httpx2.Response) -> Any:
    try:
        return answers.data_of(answer)
    except httpx2.DecodingError as error:
        raise NotAnswered(one_line(f"{path}: {error}"), answer.status_code) from None


class _LoggedOut(Refused):
    """The session is over."""
