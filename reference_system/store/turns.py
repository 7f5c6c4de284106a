"""Taking turns: one thread at a time, in the order in which they came.

A `threading.Lock` goes to whoever asks first once it is free, and that is nearly always the thread
that has just let go of it: one that writes again and again would keep all others waiting.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Safe to use from many threads; a thread must not take a turn within its own."""

    def __init__(self) -> None:
        """Nobody's turn."""
        self._own = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @contextmanager
    def turn(self, patience_s: float) -> Iterator[None]:
        """One's own turn, until the block ends; raises `TimeoutError` if it does not come."""
        with self._own:
            if not self._taken:
                self._taken = True
                mine = None
            else:
                mine = threading.Event()
                self._waiting.append(mine)
        if mine is not None:
            self._wait(mine, patience_s)
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self, mine: threading.Event, patience_s: float) -> None:
        came = False
        try:
            came = mine.wait(patience_s)
        finally:
            if not came:  # it took too long, or the wait was broken off
                with self._own:
                    is_ours = mine.is_set()
                    if not is_ours:
                        self._waiting.remove(mine)
                if is_ours:
                    self._pass_on()
        if not came:
            raise TimeoutError

    def _pass_on(self) -> None:
        with self._own:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
