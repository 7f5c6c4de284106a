"""Work spread over processes of this machine, or over the workers of a Dask cluster.

Work is a whole that is sent once to whoever does it, and parts of it by number. What comes of a
part must not depend on who does it, nor on what else is done: then all comes out the same anywhere.
"""

import logging
import re
import socket
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing import active_children, get_context
from platform import python_version
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from scenarios.problems import BadInput, Problem, one_line, shown
from simulator.processes import end_with_parent, interrupts_held

if TYPE_CHECKING:
    from distributed import Client

Task = Sequence[int]
"""The numbers of what one worker does at a time."""

Result = TypeVar("Result")
Given = TypeVar("Given", covariant=True)

_CONNECT_S: Final = 5

_ADDRESS: Final = re.compile(r"tcp://(?:\[([0-9A-Fa-f:.]+)\]|([^\s/:\[\]]+)):([0-9]{1,5})")

_SCHEDULER: Final = "the address of a Dask scheduler that answers, such as tcp://127.0.0.1:8786"

_ALIKE: Final = ("ttcs-hil", "numpy", "distributed")


class WorkersFailed(Exception):
    """Workers ended, or could not do what was asked, before everything was done."""


class Work(Protocol[Given]):
    """What all tasks have in common; small, so that it can be sent to workers."""

    def measure(self, task: Task, /) -> Sequence[Given]:
        """What comes of a task."""


def on_processes(
    work: Work[Result], tasks: Sequence[Task], jobs: int
) -> Generator[Result, None, None]:
    """What comes of all tasks, in order, by so many processes of this machine.

    With one job this process does it. Closing the iterator, or an exception while it waits, stops
    the processes at once. Raises `WorkersFailed` where one of them dies.
    """
    if jobs == 1:
        for task in tasks:
            yield from work.measure(task)
        return
    others = active_children()
    pool = ProcessPoolExecutor(
        min(jobs, len(tasks)) or 1, get_context("spawn"), _begin_worker, (work,)
    )

    def submit(task: Task) -> "_Future[Result]":
        with interrupts_held():
            return pool.submit(_do, task)

    try:
        yield from _in_order(submit, tasks, ahead=2 * jobs)
    except BrokenProcessPool:
        raise WorkersFailed("a worker process ended before its work") from None
    except BaseException:
        for process in set(active_children()).difference(others):
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def on_cluster(
    work: Work[Result], tasks: Sequence[Task], client: "Client"
) -> Generator[Result, None, None]:
    """What comes of all tasks, in order, by the workers of a Dask cluster.

    What is under way when the iterator is closed ends there by itself, a task at most on each
    thread, and is forgotten. Raises `WorkersFailed` for whatever goes wrong over there.
    """
    try:
        there = client.scatter(work, broadcast=True)
        yield from _in_order(
            lambda task: client.submit(type(work).measure, there, task, pure=False),
            tasks,
            ahead=2 * threads(client),
        )
    except Exception as error:
        why = one_line(f"{type(error).__name__}: {error}")
        raise WorkersFailed(f"the Dask cluster failed: {why}") from None


def threads(client: "Client") -> int:
    """How many tasks a cluster can do at a time."""
    return sum(client.nthreads().values())


@contextmanager
def cluster(address: str) -> Iterator["Client"]:
    """A client of the Dask scheduler at that address, such as `tcp://127.0.0.1:8786`.

    Raises `BadInput` where there is none, it has no workers, Dask is not installed here, or what is
    installed there differs in a version that matters.
    """
    _check_answers(address)
    with _connected(address) as client:
        if not client.nthreads():
            raise _not_usable(f"{shown(address)}, a scheduler without workers", "some workers")
        _check_versions(client)
        yield client


def _connected(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError:
        hint = "pip install 'ttcs-hil[dask]'"
        raise _not_usable("asked for without Dask", "the package distributed", hint) from None
    # What goes wrong is said in one line, by us.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=f"{_CONNECT_S}s", set_as_default=False)
    except Exception as error:  # what a stranger on that port says can go wrong in many ways
        why = str(error)
    # Raised out here, where nothing holds the half-made client any more: it ends quietly.
    raise _not_usable(f"{shown(address)} ({why})", _SCHEDULER)


def _check_answers(address: str) -> None:
    """A scheduler speaks first; for one that does not, a client would wait without end."""
    match = _ADDRESS.fullmatch(address)
    if not match:
        raise _not_usable(shown(address), _SCHEDULER)
    try:
        with socket.create_connection((match[1] or match[2], int(match[3])), _CONNECT_S) as line:
            line.recv(1)
    except (OSError, OverflowError, ValueError) as error:  # no answer, no such port, no such name
        raise _not_usable(f"{shown(address)} ({error})", _SCHEDULER) from None


def _check_versions(client: "Client") -> None:
    """Another version may measure something else, or not understand what it is sent."""
    python = client.run(python_version)
    _check_alike("Python", _minor(python_version()), {w: _minor(v) for w, v in python.items()})
    for package in _ALIKE:
        there = client.run(version, package, on_error="return")
        _check_alike(package, version(package), there)


def _check_alike(what: str, here: str, there: dict[str, Any]) -> None:
    for worker, found in there.items():
        if found != here:
            other = f"without {what}" if isinstance(found, Exception) else f"with {what} {found}"
            raise _not_usable(f"a cluster whose worker {worker} is {other}", f"{what} {here}")


def _minor(python: str) -> str:
    return python.rpartition(".")[0]


def _not_usable(wrong: str, expected: str, hint: str | None = None) -> BadInput:
    return BadInput([Problem("--scheduler", None, None, "", one_line(wrong), expected, hint)])


class _Future(Protocol[Given]):
    """What a pool and a cluster have in common: a result to wait for."""

    def result(self) -> Sequence[Given]:
        """The result, or the exception of whoever was to give it."""


def _in_order(
    submit: Callable[[Task], _Future[Result]], tasks: Sequence[Task], ahead: int
) -> Iterator[Result]:
    """The results of all tasks, of which at most `ahead` are submitted and not yet taken."""
    waiting: deque[_Future[Result]] = deque()
    for task in tasks:
        if len(waiting) >= ahead:
            yield from waiting.popleft().result()
        waiting.append(submit(task))
    while waiting:
        yield from waiting.popleft().result()


_work: Work[Any]
"""Of this process, where it is a worker."""


def _begin_worker(work: Work[Any]) -> None:
    global _work
    _work = work
    end_with_parent()


def _do(task: Task) -> Sequence[Any]:
    return _work.measure(task)
