"""The time that emulated devices live by."""

import time


class EpochClock:
    """Milliseconds since the epoch, UTC, that never go back, whatever is done to the machine's
    clock after the start."""

    def __init__(self) -> None:
        """Begins with the machine's clock."""
        self._ahead_ns = time.time_ns() - time.monotonic_ns()

    def __call__(self) -> int:
        """Now."""
        return (self._ahead_ns + time.monotonic_ns()) // 1_000_000
