"""What the reference system shows to whoever comes by."""

import json
from collections.abc import Callable, Mapping, Sequence

from conformance.sources import acts as a
from conformance.sources.intruding.surface import Asking
from conformance.sources.reference.people import Operators, order_words
from simulator.live.children import NotStarted

_API = "/api/v1"


class Surface:
    """A `surface.Surface`."""

    def __init__(
        self, url: str, operators: Operators, era: str, processes: Callable[[], Sequence[int]]
    ) -> None:
        """Of a system at that address."""
        self.url, self._operators, self._era = url, operators, era
        self._processes = processes

    @property
    def processes(self) -> Sequence[int]:
        """Those of our own."""
        return self._processes()

    def log_in(self, login: str, password: str) -> Asking:
        """A new session."""
        return _asking("POST", "/sessions", {"login": login, "password": password})

    def session(self, answer: bytes) -> Mapping[str, str]:
        """The token."""
        return {"authorization": f"Bearer {json.loads(answer)['token']}"}

    def log_out(self) -> Asking:
        """The session's end."""
        return Asking("DELETE", f"{_API}/sessions")

    def asking(self, act: a.Act) -> Asking | None:
        """What is sent, and what is looked at."""
        match act:
            case a.Issue():
                return _asking("POST", "/orders", order_words(act, self._era))
            case a.Cancel(order):
                return _asking("POST", f"/orders/{order}/cancel", {})
            case a.DeviceStates(()):
                return Asking("GET", f"{_API}/devices?limit=1")
            case _:
                return None

    def outcome(self, status: int, answer: bytes) -> a.Outcome:
        """By the status of HTTP."""
        if 200 <= status < 300:
            return a.Done()
        return a.Refused(status, f"status {status}")

    async def credentials(self, who: a.Person) -> tuple[str, str]:
        """Of an account."""
        try:
            account = await self._operators.account(who)
        except NotStarted as error:
            raise OSError(str(error)) from None
        return account.login, account.password


def _asking(method: str, path: str, words: Mapping[str, object]) -> Asking:
    headers = {"content-type": "application/json"}
    return Asking(method, f"{_API}{path}", headers, json.dumps(words).encode())
