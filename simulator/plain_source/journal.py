"""The store: one file of JSON lines, each an act that was accepted; it is never rewritten.

A line is in the file before its act has any effect, and on the disk before anybody is answered.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any


class BadJournal(Exception):
    """A file that is no journal, or another process's; the text is one line."""


class Journal:
    """An open journal, of this process alone."""

    def __init__(self, file: Path) -> None:
        """Open it, or begin it; raises `BadJournal` and `OSError`."""
        self._file = file
        self._open = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._open, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._open)
            raise BadJournal(f"{file}: another process has it open") from None
        self._end = self._synced = 0
        self._syncing = Lock()

    def replay(self) -> Iterator[dict[str, Any]]:
        """What was accepted, in order. A last line that was not finished was never answered, and is
        cut off."""
        with self._file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    break
                try:
                    entry = json.loads(line)
                except ValueError:
                    raise BadJournal(f"{self._file}:{number}: is not JSON") from None
                self._end += len(line)
                yield entry
        os.ftruncate(self._open, self._end)

    def append(self, entry: dict[str, Any]) -> None:
        """Write it whole or not at all. One thread at a time. Raises `OSError`."""
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        try:
            written = os.write(self._open, line)
            if written < len(line):
                raise OSError("the disk is full")
        except OSError:
            os.ftruncate(self._open, self._end)
            raise
        self._end += len(line)

    def sync(self) -> None:
        """Return once all that was appended is on the disk; those who wait share one turn."""
        until = self._end
        with self._syncing:
            if self._synced < until:
                end = self._end
                os.fsync(self._open)
                self._synced = end

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._open)
