"""Several pieces of work in processes of their own, their results in the order of the work."""

import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from typing import NoReturn, TypeVar

from simulator.processes import end_with_parent, interrupts_held

Work = TypeVar("Work")
Result = TypeVar("Result")


class ProcessLost(Exception):
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
        with interrupts_held():
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


def _begin() -> None:
    """In a process that begins: told to stop it cleans up, and it does not outlive its parent."""
    signal.signal(signal.SIGTERM, _stop)
    end_with_parent()


def _stop(*_: object) -> NoReturn:
    raise SystemExit(1)
