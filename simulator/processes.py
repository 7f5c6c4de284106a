"""Worker processes that neither hear Ctrl-C themselves nor outlive their parent."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from threading import Thread, current_thread, main_thread


@contextmanager
def interrupts_held() -> Iterator[None]:
    """A process that begins in here never sees Ctrl-C, which the terminal sends to all.

    Whoever asked for the process hears it afterwards, and stops the process.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # The mask is this thread's, and another may take the signal: what Python does then waits, too.
    heard: list[int] = []
    is_main = current_thread() is main_thread()
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if is_main else 0
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if is_main:
            signal.signal(signal.SIGINT, handler)
        for number in heard[:1]:
            signal.raise_signal(number)


def end_with_parent() -> None:
    """To be called in a worker: however its parent ends, the worker does not stay behind."""
    Thread(target=_wait_for_the_parent, daemon=True).start()


def _wait_for_the_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
