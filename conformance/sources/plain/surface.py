"""What the plain source system shows to whoever comes by."""

import json
from collections.abc import Callable, Mapping, Sequence

from conformance.sources import acts as a
from conformance.sources.intruding.surface import TOO_OFTEN, Asking
from conformance.sources.plain.desk import RefusedError, Words
from conformance.sources.plain.people import Operators, order_words

_TOO_OFTEN, _BROKEN = 16, 17


class Surface:
    """A `surface.Surface`."""

    def __init__(
        self, url: str, operators: Operators, processes: Callable[[], Sequence[int]]
    ) -> None:
        """Of a system at that address."""
        self.url, self._operators, self._processes = url, operators, processes

    @property
    def processes(self) -> Sequence[int]:
        """Those of our own."""
        return self._processes()

    def log_in(self, login: str, password: str) -> Asking:
        """A new session."""
        return _asking("/dang-nhap", {"Username": login, "Password": password})

    def session(self, answer: bytes) -> Mapping[str, str]:
        """The token."""
        return {"authorization": f"Bearer {json.loads(answer)['NoiDung']['Token']}"}

    def log_out(self) -> Asking:
        """The session's end."""
        return _asking("/dang-xuat", {})

    def asking(self, act: a.Act) -> Asking | None:
        """What is sent, and what is looked at."""
        match act:
            case a.Issue():
                return _asking("/nghiep-vu/GuiTin", order_words(act))
            case a.Cancel(order):
                return _asking("/nghiep-vu/HuyTin", {"LenhID": order})
            case a.DeviceStates(()):
                return _asking("/nghiep-vu/TrangThai", {})
            case _:
                return None

    def outcome(self, status: int, answer: bytes) -> a.Outcome:
        """By the system's own code, as most answers have status 200."""
        try:
            said = json.loads(answer)
            if said["TrangThaiGui"] == 0:
                return a.Done()
            code = int(said["MaLoi"])
        except (ValueError, KeyError, TypeError):
            return a.Done() if 200 <= status < 300 else a.Refused(status, f"status {status}")
        code = {_TOO_OFTEN: TOO_OFTEN, _BROKEN: 503}.get(code, code)
        return a.Refused(code, f"code {said['MaLoi']}")

    async def credentials(self, who: a.Person) -> tuple[str, str]:
        """Of an account."""
        try:
            return await self._operators.credentials(who)
        except RefusedError as error:
            raise OSError(str(error)) from None


def _asking(path: str, words: Words) -> Asking:
    return Asking("POST", path, {"content-type": "application/json"}, json.dumps(words).encode())
