"""One run at a time on a bench: a lease that says who has it, and until when.

A lease ends with its time, or with the process that holds it; so a run that was killed blocks
nobody. It is renewed before each case.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

LEASE_S = 24 * 3_600
"""Longer than the longest case."""

_MOST_BYTES = 1_000


class InUse(OSError):
    """Another run has the bench; the text is one line."""


class Lease:
    """A lease that is held; see `held`."""

    def __init__(self, file: Path) -> None:
        """Take it; raises `InUse`, and `OSError` where there is no place for it."""
        self._file = file
        with _locked(file) as stream:
            holder = _holder(stream)
            if holder is not None:
                raise InUse(f"{file}: process {holder} has this bench")
            _write(stream, {"pid": os.getpid(), "until_s": int(time.time()) + LEASE_S})

    def renew(self) -> None:
        """For as long again; raises `InUse` where it had ended and another run took it."""
        with _locked(self._file) as stream:
            holder = _holder(stream)
            if holder not in (None, os.getpid()):
                raise InUse(f"{self._file}: process {holder} has taken this bench")
            _write(stream, {"pid": os.getpid(), "until_s": int(time.time()) + LEASE_S})

    def end(self) -> None:
        """Give it back."""
        with _locked(self._file) as stream:
            if _holder(stream) == os.getpid():
                _write(stream, {})


@contextmanager
def held(file: Path) -> Iterator[Lease]:
    """The lease that `file` keeps, while this lasts; raises `InUse`."""
    lease = Lease(file)
    try:
        yield lease
    finally:
        lease.end()


@contextmanager
def _locked(file: Path) -> Iterator[IO[str]]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8", errors="replace") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield stream


def _holder(stream: IO[str]) -> int | None:
    """The living process whose lease has not ended; None too for what is no lease."""
    stream.seek(0)
    try:
        said = json.loads(stream.read(_MOST_BYTES))
        pid, until_s = int(said["pid"]), int(said["until_s"])
    except (ValueError, KeyError, TypeError):
        return None
    return pid if until_s > time.time() and _lives(pid) else None


def _write(stream: IO[str], said: dict[str, Any]) -> None:
    stream.seek(0)
    stream.truncate()
    stream.write(json.dumps(said))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # somebody else's
    except (OSError, OverflowError):
        return False
    return pid > 0
