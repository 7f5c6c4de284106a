"""The engines by name, and how a fleet is played chunk by chunk."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import islice

from .batch import Batch
from .segments import Segments

Engine = Callable[[Batch], Segments]

CHUNK = 16_384
"""Devices played together: enough to spread the cost of a call, few enough for the caches."""


def vectorised() -> tuple[str, ...]:
    """The vectorised engines that this installation has, the fastest first."""
    return ("compiled", "numpy") if find_spec("numba") else ("numpy",)


def engine(name: str) -> Engine:
    """The engine of that name; "best" is the fastest one installed.

    Raises LookupError for a name that is not among `vectorised()`.
    """
    if name == "best":
        name = vectorised()[0]
    if name not in vectorised():
        raise LookupError(name)
    if name == "compiled":
        from .compiled import play  # numba takes its time to load

        return play
    from .core import play as play_numpy

    return play_numpy


def play_chunks(batches: Iterable[Batch], play: Engine, workers: int = 1) -> Iterator[Segments]:
    """The segments of each batch, in order; at most `workers` batches are in memory at a time."""
    if workers == 1:
        yield from map(play, batches)
        return
    remaining = iter(batches)
    with ThreadPoolExecutor(workers) as pool:
        while group := list(islice(remaining, workers)):
            yield from pool.map(play, group)
