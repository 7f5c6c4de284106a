"""One person at the plain source system's HTTP interface."""

from typing import Any

import httpx2

from scenarios.problems import one_line
from simulator.emulator import answers
from simulator.live.desk import KEPT
from simulator.live.people import MOST_TOLD

TIMEOUT_S = 60.0
_NOT_LOGGED_IN, _BROKEN = 12, 17

Words = dict[str, Any]
"""What an act of the interface is given, or answers."""


class RefusedError(Exception):
    """What the system did not do; `status` is its own code, 0 where it did not answer."""

    def __init__(self, status: int, why: str) -> None:
        """The status, and why."""
        super().__init__(one_line(why)[:MOST_TOLD])
        self.status = status


class Desk:
    """Somebody at the system: logged in, and again when that has ended."""

    def __init__(self, url: str, login: str, password: str) -> None:
        """Not logged in yet; to be closed."""
        self.login, self.password, self._token = login, password, ""
        self._client = httpx2.AsyncClient(
            base_url=url,
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            limits=KEPT,
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def log_in(self, wrong: str = "") -> None:
        """Begin a session; what is `wrong` is added to the password."""
        asked = {"Username": self.login, "Password": self.password + wrong}
        answer = await self._once("/dang-nhap", json=asked)
        if not wrong:
            self._token = answer["Token"]

    async def log_out(self) -> None:
        """End the session, if there is one."""
        if self._token:
            await self._once("/dang-xuat", json={})
            self._token = ""

    async def ask(self, act: str, **words: Any) -> Any:
        """What an act of the interface answers; raises `RefusedError`."""
        return await self.post(f"/nghiep-vu/{act}", json=words)

    async def post(self, path: str, **more: Any) -> Any:
        """What a path answers, logging in where that is needed; raises `RefusedError`."""
        if not self._token:
            await self.log_in()
        try:
            return await self._once(path, **more)
        except RefusedError as error:
            if error.status != _NOT_LOGGED_IN:
                raise
        await self.log_in()
        return await self._once(path, **more)

    async def _once(self, path: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            answer = await answers.asked(self._client, "POST", path, headers=headers, **more)
            said = answers.data_of(answer)
            if said["TrangThaiGui"] == 0:
                return said.get("NoiDung")
            code, why = int(said["MaLoi"]), str(said["MoTa"])
        except httpx2.DecodingError as error:
            raise RefusedError(502, f"{path}: {error}") from None
        except httpx2.HTTPError as error:
            raise RefusedError(0, f"{path}: {error or type(error).__name__}") from None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise RefusedError(502, f"{path}: status {answer.status_code}") from None
        raise RefusedError(503 if code == _BROKEN else code, f"{path}: {why}")
