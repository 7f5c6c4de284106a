"""Sound in time: when it was allowed, when a foreign station had the channel.

Everything here is arithmetic on intervals in integer milliseconds, for many segments at once.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from scenarios.scenario import ForeignCapture, Hours
from scenarios.units import DAY_MS
from simulator.fleet import Fleet
from simulator.gaps import Gaps, Milliseconds
from simulator.virtual import Chunk

FM_KINDS = frozenset({"fm-to-ip", "ip-to-fm"})
"""Kinds of devices that have an FM receiver in the path of the sound."""


def outside_hours_ms(
    start_ms: Milliseconds, end_ms: Milliseconds, hours: Hours, start: datetime
) -> Milliseconds:
    """How much of each interval lies outside the allowed hours of its local day.

    `start` is the scenario's start with its local offset.
    """
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    since_midnight_ms = (start - midnight).total_seconds() * 1000
    shift = int(since_midnight_ms)
    allowed = _allowed_until(end_ms + shift, hours) - _allowed_until(start_ms + shift, hours)
    return end_ms - start_ms - allowed


def _allowed_until(at: Milliseconds, hours: Hours) -> Milliseconds:
    """Allowed milliseconds from a midnight to `at`; hours may reach over midnight."""
    days, clock = np.divmod(at, DAY_MS)
    if hours.from_ms <= hours.to_ms:
        a_day = hours.to_ms - hours.from_ms
        today = np.clip(clock, hours.from_ms, hours.to_ms) - hours.from_ms
    else:
        a_day = hours.to_ms + DAY_MS - hours.from_ms
        today = np.minimum(clock, hours.to_ms) + np.maximum(clock - hours.from_ms, 0)
    until: Milliseconds = days * a_day + today
    return until


def foreign_ms(chunk: Chunk, fleet: Fleet, captures: Sequence[ForeignCapture]) -> int:
    """Device-milliseconds of a foreign station: captured, powered, and our own not on air."""
    total = 0
    if fleet.profile_of(chunk.places).kind not in FM_KINDS:
        return total
    horizon = chunk.batch.horizon
    for capture in captures:
        inside = fleet.inside(capture.where, chunk.places)
        first, last = max(capture.at_ms, 0), min(capture.at_ms + capture.lasts_ms, horizon)
        if first >= last or not inside.any():
            continue
        dark = overlap_of_gaps(chunk.batch.power, first, last)
        played = chunk.segments.take(inside[chunk.segments.device])
        own = np.minimum(played.end, last) - np.maximum(played.start, first)
        total += int(((last - first) - dark)[inside].sum() - np.maximum(own, 0).sum())
    return total


def overlap_of_gaps(gaps: Gaps, first: int, last: int) -> Milliseconds:
    """How much of `[first, last)` each device spends in its gaps."""
    within = np.minimum(gaps.end, last) - np.maximum(gaps.start, first)
    overlap: Milliseconds = np.maximum(within, 0).sum(axis=0)
    return overlap
