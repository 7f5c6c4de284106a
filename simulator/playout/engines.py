"""The engines by name, and how a fleet is played chunk by chunk."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import islice

from .batch import Batch
from .case import Case, Segment
from .segments import Segments

Engine = Callable[[Batch], Segments]

CHUNK = 32_768
"""Devices played together: so many that calls of numpy are long enough for threads to pay."""

_CELLS = 2**20
"""Items and intervals that `play_case` lays out in one array."""


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


def play_case(case: Case, play: Engine) -> dict[str, list[Segment]]:
    """The segments of every device of a case, by device id, in the order of the case.

    Devices with about as many items and intervals are played together: arrays are as long as the
    longest of their columns, so one large device among many small ones would cost what as many
    large ones do.
    """
    by_size = sorted(case.devices, key=lambda d: len(d.items) + len(d.power) + len(d.link))
    played: dict[str, list[Segment]] = {}
    while by_size:
        largest = by_size[-1]
        size = 1 + len(largest.items) + len(largest.power) + len(largest.link)
        count = max(1, _CELLS // size)
        some, by_size = by_size[-count:], by_size[:-count]
        batch = Batch.of(Case(case.horizon, tuple(some)))
        segments = play(batch).by_device(batch.plans, batch.plan)
        played |= {device.id: own for device, own in zip(some, segments, strict=True)}
    return {device.id: played[device.id] for device in case.devices}


def play_chunks(batches: Iterable[Batch], play: Engine, workers: int = 1) -> Iterator[Segments]:
    """The segments of each batch, in order; at most `workers` batches are in memory at a time."""
    if workers == 1:
        yield from map(play, batches)
        return
    remaining = iter(batches)
    with ThreadPoolExecutor(workers) as pool:
        while group := list(islice(remaining, workers)):
            yield from pool.map(play, group)
