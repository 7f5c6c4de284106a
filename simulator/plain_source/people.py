"""Who may come in: passwords, sessions that end, and attempts that are counted."""

import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass
from threading import Lock

from .reading import NOT_ALLOWED, NOT_LOGGED_IN, TOO_OFTEN, Refused

ROLES = ("soan", "tham-dinh", "duyet", "van-hanh", "xem", "quan-tri")
"""Compose, appraise, approve, operate, look, administer."""

LEVELS = ("tinh", "xa")
"""Province and commune, as since 1/7/2025."""

FAILURES, FAILURES_WITHIN_MS = 5, 5 * 60_000
"""So many wrong passwords in so long, and a name is let in no more until the oldest is as old."""

MOST_NAMES, MOST_SESSIONS = 10_000, 20_000
LEAST_PASSWORD = 12


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account; `place` is empty for the province."""

    login: str
    salt: str
    digest: str
    roles: frozenset[str]
    level: str
    place: str
    open: bool = True

    def needs(self, *roles: str) -> None:
        """Raise `Refused` unless they have one of these roles."""
        if self.roles.isdisjoint(roles):
            raise Refused(NOT_ALLOWED, f"cần vai trò / needs the role {', '.join(roles)}")

    def covers(self, commune: str) -> bool:
        """Whether a commune is theirs."""
        return self.level == "tinh" or self.place == commune

    def needs_commune(self, commune: str) -> None:
        """Raise `Refused` unless the commune is theirs."""
        if not self.covers(commune):
            raise Refused(NOT_ALLOWED, "ngoài địa bàn / outside their area")


def sealed(password: str) -> tuple[str, str]:
    """A salt and what is kept of a password."""
    salt = secrets.token_hex(16)
    return salt, _digest(password, salt)


def matches(account: Account | None, password: str) -> bool:
    """Whether it is their password; it takes as long where there is no such account."""
    if account is None:
        _digest(password, "00")
        return False
    return hmac.compare_digest(_digest(password, account.salt), account.digest)


def _digest(password: str, salt: str) -> str:
    kept = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1)
    return kept.hex()


class Attempts:
    """Wrong passwords by name."""

    def __init__(self) -> None:
        """None yet."""
        self._wrong: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = Lock()

    def check(self, name: str, now_ms: int) -> None:
        """Raise `Refused` where there were too many."""
        with self._lock:
            wrong = self._wrong.get(name, ())
            if sum(now_ms - at_ms < FAILURES_WITHIN_MS for at_ms in wrong) >= FAILURES:
                raise Refused(TOO_OFTEN, "sai quá nhiều lần, chờ 5 phút / too often, wait")

    def failed(self, name: str, now_ms: int) -> Refused:
        """Count one; what is answered, whether or not there is such a name."""
        with self._lock:
            self._wrong.setdefault(name, deque(maxlen=FAILURES)).append(now_ms)
            self._wrong.move_to_end(name)
            if len(self._wrong) > MOST_NAMES:
                self._wrong.popitem(last=False)
        return Refused(NOT_LOGGED_IN, "sai tên hoặc mật khẩu / wrong name or password")

    def passed(self, name: str) -> None:
        """The right one: the wrong ones before do not count any more."""
        with self._lock:
            self._wrong.pop(name, None)


@dataclass(slots=True)
class _Session:
    name: str
    began_ms: int
    used_ms: int


class Sessions:
    """Tokens, by their hashes, in memory alone: after a restart everybody logs in again."""

    def __init__(self, idle_ms: int, longest_ms: int) -> None:
        """A session ends when it is not used for so long, and after `longest_ms` in any case."""
        self._idle_ms, self._longest_ms = idle_ms, longest_ms
        self._open: OrderedDict[bytes, _Session] = OrderedDict()
        self._lock = Lock()

    def begin(self, name: str, now_ms: int) -> str:
        """A new token."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._open[_key(token)] = _Session(name, now_ms, now_ms)
            if len(self._open) > MOST_SESSIONS:
                self._open.popitem(last=False)
        return token

    def whose(self, token: str, now_ms: int) -> str:
        """The name that a token stands for; raises `Refused`."""
        with self._lock:
            found = self._open.get(_key(token))
            if (
                found is None
                or now_ms - found.used_ms > self._idle_ms
                or now_ms - found.began_ms > self._longest_ms
            ):
                self._open.pop(_key(token), None)
                raise Refused(NOT_LOGGED_IN, "chưa đăng nhập hoặc đã hết phiên / log in again")
            found.used_ms = now_ms
            return found.name

    def end(self, token: str) -> None:
        """End it."""
        with self._lock:
            self._open.pop(_key(token), None)

    def end_all(self, name: str) -> None:
        """End all that somebody has."""
        with self._lock:
            for key in [key for key, each in self._open.items() if each.name == name]:
                del self._open[key]


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
