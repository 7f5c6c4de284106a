"""Several pieces of work in processes of their own, their results in the order of the work."""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import NoReturn, TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")


class ProcessLost(Exception):  # noqa: N818 - says what happened, in one line
    """A process ended before its work."""


def side_by_side(
    do: Callable[[Work], Result], works: Sequence[Work], processes: int
) -> Generator[Result, None, None]:
    """What `do` makes of each, by at most so many processes at once; with one, by this one.

    An exception of `do` comes out at the place of its work. Then, and when the iterator is closed
    or this process interrupted, work under way is stopped and cleans up after itself. Raises
    `ProcessLost` where a process dies.
    """
    if processes == 1:
        yield from map(do, works)
        return
    others = active_children()
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin)
    try:
        with _interrupts_held():
            results: list[Future[Result]] = [pool.submit(do, work) for work in works]
        for result in results:
            yield result.result()
    except BrokenProcessPool:
        raise ProcessLost("its process ended before its work") from None
    except BaseException:
        for process in set(active_children()).difference(others):
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """A process that begins in here never sees Ctrl-C, which the terminal sends to all.

    Whoever asked for the process hears it afterwards, and stops the process.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """In a process that begins: told to stop it cleans up, and it does not outlive its parent."""
    signal.signal(signal.SIGTERM, _stop)
    Thread(target=_end_with_parent, daemon=True).start()


def _stop(*_: object) -> NoReturn:
    raise SystemExit(1)


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
