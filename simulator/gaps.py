"""When a device has no power, or no path to the source system: many devices at once.

Outages are few and short beside a day, so what is kept is the *gaps*, not the good times: two
arrays of shape (gaps, devices) in integer milliseconds. In each column the gaps are half-open
intervals `[start, end)`, sorted, disjoint and not adjacent; a column with fewer gaps than the
array has rows ends with gaps at `FAR`, where nothing ever happens.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Milliseconds = npt.NDArray[np.int64]

FAR = 2**60
"""Later than every time that can occur; sums of it with such times still fit in 64 bits."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of many devices, one device a column (see the module's text)."""

    start: Milliseconds
    end: Milliseconds

    @classmethod
    def none(cls, devices: int) -> Self:
        """No gap on any of `devices` devices."""
        empty = np.empty((0, devices), np.int64)
        return cls(empty, empty)

    @classmethod
    def outside(cls, good: Iterable[Sequence[tuple[int, int]]], horizon: int) -> Self:
        """The complement in `[0, horizon)` of each device's good intervals, given in any order."""
        columns = [_complement(intervals, horizon) for intervals in good]
        rows = max(map(len, columns), default=0)
        start = np.full((rows, len(columns)), FAR, np.int64)
        end = start.copy()
        for device, column in enumerate(columns):
            for row, (off, on) in enumerate(column):
                start[row, device], end[row, device] = off, on
        return cls(start, end)

    @property
    def rows(self) -> int:
        """The largest number of gaps that a device has."""
        return len(self.start)

    def take(self, devices: npt.NDArray[np.intp]) -> Self:
        """The same for the devices at these places, without rows that none of them needs."""
        start, end = self.start.take(devices, axis=1), self.end.take(devices, axis=1)
        needed = int((start < FAR).any(axis=1).sum()) if self.rows else 0
        return type(self)(start[:needed], end[:needed])

    def next_up(self, at: Milliseconds) -> Milliseconds:
        """The first moment from `at` on that lies in no gap; the last axis of `at` is devices."""
        for start, end in zip(self.start, self.end, strict=True):
            at = np.where((start <= at) & (at < end), end, at)
        return at

    def is_up(self, at: Milliseconds) -> npt.NDArray[np.bool_]:
        """Whether `at` lies in no gap."""
        up = np.ones(np.broadcast_shapes(at.shape, self.start.shape[1:]), np.bool_)
        for start, end in zip(self.start, self.end, strict=True):
            up &= (at < start) | (at >= end)
        return up

    def next_down(self, after: Milliseconds) -> Milliseconds:
        """The first start of a gap later than `after`; `FAR` where there is none."""
        down = np.full(np.broadcast_shapes(after.shape, self.start.shape[1:]), FAR, np.int64)
        for start in self.start[::-1]:
            down = np.where(start > after, start, down)
        return down

    def of(self, device: int) -> tuple[tuple[int, int], ...]:
        """One device's gaps."""
        columns = zip(self.start[:, device].tolist(), self.end[:, device].tolist(), strict=True)
        return tuple((start, end) for start, end in columns if start < FAR)

    def between(self, device: int, horizon: int) -> tuple[tuple[int, int], ...]:
        """One device's good intervals in `[0, horizon)`, the complement of its gaps."""
        turns = [0]
        for start, end in self.of(device):
            turns += [min(start, horizon), min(end, horizon)]
        turns.append(horizon)
        return tuple((on, off) for on, off in zip(turns[::2], turns[1::2], strict=True) if on < off)

    def union(self, other: Self) -> Self:
        """The gaps of either: off where one of the two is off."""
        start = np.concatenate([self.start, other.start])
        return self.merged(start, np.concatenate([self.end, other.end]))

    @classmethod
    def merged(cls, start: Milliseconds, end: Milliseconds) -> Self:
        """Gaps from intervals in any order, which may touch, overlap or (at `FAR`) be missing."""
        if not len(start):
            return cls(start, end)
        by_start = np.argsort(start, axis=0, kind="stable")
        start = np.take_along_axis(start, by_start, axis=0)
        reach = np.maximum.accumulate(np.take_along_axis(end, by_start, axis=0), axis=0)
        real = start < FAR
        opens, closes = real.copy(), real.copy()
        opens[1:] &= start[1:] > reach[:-1]
        closes[:-1] &= opens[1:] | ~real[1:]
        row = np.cumsum(opens, axis=0) - 1
        rows = int(opens.sum(axis=0).max(initial=0))
        merged_start = np.full((rows, start.shape[1]), FAR, np.int64)
        merged_end = merged_start.copy()
        columns = np.broadcast_to(np.arange(start.shape[1]), start.shape)
        merged_start[row[opens], columns[opens]] = start[opens]
        merged_end[row[closes], columns[closes]] = reach[closes]
        return cls(merged_start, merged_end)


def _complement(intervals: Sequence[tuple[int, int]], horizon: int) -> list[tuple[int, int]]:
    gaps = []
    until = 0
    for start, end in sorted(i for i in intervals if i[0] < i[1]):
        if start >= horizon:
            break
        if start > until:
            gaps.append((until, start))
        until = max(until, end)
    if until < horizon:
        # Off until long after the horizon: at the horizon itself nothing comes back.
        gaps.append((until, FAR - 1))
    return gaps
