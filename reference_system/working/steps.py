"""A thread that does one thing again and again, until it is told to end."""

import logging
import threading
from collections.abc import Callable

AFTER_TROUBLE_S = 1.0
"""How long a thread waits after something went wrong; then it goes on."""

_log = logging.getLogger(__name__)


class Worker:
    """Repeats `step`, which waits by itself, and for no longer than some seconds."""

    def __init__(self, name: str, step: Callable[[], None], wake: Callable[[], None]) -> None:
        """`wake` ends a wait within `step`."""
        self._step, self._wake = step, wake
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"ttcs-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self, timeout_s: float = 10) -> None:
        """Finish the step that is being done, and no other."""
        self._ending.set()
        self._wake()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._step()
            except Exception:
                # Whatever it is, the next step may succeed: a database comes back, a disk has room.
                _log.exception("%s: a step failed and is done again", self._thread.name)
                self._ending.wait(AFTER_TROUBLE_S)
