"""Limited attempts: at one secret, in the database, and from one address, in memory.

After `FREE` failures in a row a secret is locked, longer with each further one, never for more
than `LONGEST_MS`. An attempt during a lock is not heard, right or wrong, and does not make it
longer. A lock that ends later than `LONGEST_MS` from now was set before the clock was set back,
and does not hold.
"""

import threading
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy.orm import Session

from reference_system.services.refusals import TooOften
from reference_system.store.people import Attempts

FREE = 5
SHORTEST_MS = 60_000
LONGEST_MS = 15 * 60_000

ADDRESS_ATTEMPTS = 30
ADDRESS_WINDOW_MS = 10 * 60_000
ADDRESSES = 10_000


def heard(session: Session, key: str, now_ms: int) -> bool:
    """Whether an attempt at that secret counts now."""
    attempts = _of(session, key)
    locked = 0 < attempts.locked_until_ms - now_ms <= LONGEST_MS
    attempts.unheard += locked
    return not locked


def failed(session: Session, key: str, now_ms: int) -> None:
    """An attempt was heard, and wrong."""
    attempts = _of(session, key)
    attempts.failed += 1
    if attempts.failed >= FREE:
        doubled = min(attempts.failed - FREE, 10)
        attempts.locked_until_ms = now_ms + min(SHORTEST_MS << doubled, LONGEST_MS)


def cleared(session: Session, key: str) -> None:
    """An attempt was right, or an administrator gave a new secret."""
    attempts = _of(session, key)
    attempts.failed = attempts.locked_until_ms = attempts.unheard = 0


def _of(session: Session, key: str) -> Attempts:
    attempts = session.get(Attempts, key)
    if attempts is None:
        attempts = Attempts(key=key, failed=0, unheard=0, locked_until_ms=0)
        session.add(attempts)
    return attempts


class AddressLimit:
    """How many attempts come from each client address; the `ADDRESSES` last seen are known."""

    def __init__(self) -> None:
        """Nobody has tried anything."""
        self._lock = threading.Lock()
        self._tried: OrderedDict[str, tuple[int, int]] = OrderedDict()  # since when, how often

    def take(self, address: str, now_ms: int) -> None:
        """Count an attempt; raises `TooOften` after `ADDRESS_ATTEMPTS` in the window."""
        place = _place(address)
        with self._lock:
            since_ms, tried = self._tried.pop(place, (now_ms, 0))
            if not 0 <= now_ms - since_ms < ADDRESS_WINDOW_MS:
                since_ms, tried = now_ms, 0
            self._tried[place] = since_ms, min(tried + 1, ADDRESS_ATTEMPTS + 1)
            if len(self._tried) > ADDRESSES:
                self._tried.popitem(last=False)
        if tried >= ADDRESS_ATTEMPTS:
            raise TooOften(
                "too-many-attempts",
                "Quá nhiều lần thử từ địa chỉ này; thử lại sau ít phút.",
                "Too many attempts from this address; try again in some minutes.",
            )

    def give_back(self, address: str) -> None:
        """The attempt was right, and is not counted."""
        with self._lock:
            since_ms, tried = self._tried.get(_place(address), (0, 0))
            if tried:
                self._tried[_place(address)] = since_ms, tried - 1


def _place(address: str) -> str:
    """The address, or its /64: one client holds all of that."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and not known.ipv4_mapped:
        return str(ip_network((known, 64), strict=False))
    return str(known)
