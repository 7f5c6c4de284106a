"""A clock of the source system's own, which can be set while it runs: libfaketime's."""

from pathlib import Path

_LIBRARY = "libfaketimeMT.so.1"
_WHERE = ("/usr/lib", "/usr/local/lib", "/usr/lib64")

LOOKED_AT_S = 1
"""The library looks at the file so often: so much later, at most, a step is seen."""


def find() -> Path | None:
    """The library, where it is installed."""
    found = (each for w in _WHERE for each in sorted(Path(w).glob(f"**/faketime/{_LIBRARY}")))
    return next(found, None)


class ServerClock:
    """A clock that is right until it is set."""

    def __init__(self, folder: Path, library: Path) -> None:
        """Its file is made in `folder`."""
        self._file = folder / "clock"
        self.ahead_ms = 0
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": str(LOOKED_AT_S),
            # How long things take is still told right: only the time of day is set.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, ahead_ms: int) -> None:
        """Ahead of the machine's by so much (negative: behind), within `LOOKED_AT_S`."""
        beside = self._file.with_name("clock.new")
        beside.write_text(f"{ahead_ms / 1000:+.3f}\n", "ascii")
        beside.replace(self._file)
        self.ahead_ms = ahead_ms
