"""The play-out rules compiled for the machine: the same results as `core`, some times faster.

Needs numba (the `compiled` extra). One device after the other, from event to event; the items of a
plan stand in the order of their earliest start, so that a step looks only at the few items around
the present moment.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from simulator.gaps import FAR, Gaps

from .batch import DROP, FILE, LIVE, RESTART, Batch
from .case import SEVERITIES
from .lockstep import CANCELLED, FINISHED, HORIZON, LINK, POWER, PREEMPTED, WINDOW
from .segments import Segments

_kernel = numba.njit(cache=True, nogil=True, boundscheck=False)


def play(batch: Batch) -> Segments:
    """Plays a batch; the segments by device and time."""
    rows, devices = batch.delivered.shape
    plans = batch.plans
    inputs = tuple(
        np.ascontiguousarray(values)
        for values in (
            batch.plan,
            plans.not_before,
            plans.expires,
            plans.end_by,
            plans.duration,
            plans.kind,
            plans.urgency,
            plans.rank,
            batch.delivered,
            batch.cancelled,
            *_with_last_row(batch.power),
            *_with_last_row(batch.link),
            batch.power_recovery,
            batch.after_cut,
            batch.priority_cuts,
        )
    )
    parts: list[Segments] = []
    device, room = 0, (rows + 4) * max(devices, 1)
    while device < devices:
        out = _empty(room)
        next_device, count = _play_from(device, batch.horizon, *inputs, *out)
        if next_device == device:
            room *= 2  # not even one device fitted
            continue
        parts.append(Segments(*(values[:count] for values in out)))
        device = next_device
    return parts[0] if len(parts) == 1 else Segments.joined(parts)


def _empty(room: int) -> tuple[npt.NDArray[Any], ...]:
    kinds = (np.int32, np.int16, np.int64, np.int64, np.int64, np.int8)
    return tuple(np.empty(room, kind) for kind in kinds)


def _with_last_row(gaps: Gaps) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The gaps and, behind the last of every device, one that never comes."""
    never = np.full((1, gaps.start.shape[1]), FAR, np.int64)
    return np.concatenate([gaps.start, never]), np.concatenate([gaps.end, never])


@_kernel
def _play_from(  # type: ignore[no-untyped-def]  # noqa: C901 - numba infers the types; one loop
    device, horizon,
    plan, not_before, expires, end_by, duration, kind, urgency, rank,
    delivered, cancelled, power_start, power_end, link_start, link_end,
    power_recovery, after_cut, priority_cuts,
    out_device, out_item, out_start, out_end, out_offset, out_reason,
):  # fmt: skip
    rows = delivered.shape[0]
    arrives = np.empty(rows, np.int64)
    last = np.empty(rows, np.int64)
    position = np.empty(rows, np.int64)
    begun = np.empty(rows, np.bool_)
    over = np.empty(rows, np.bool_)
    count = 0

    for d in range(device, delivered.shape[1]):
        p = plan[d]
        device_began_at = count
        for k in range(rows):
            arrives[k] = max(delivered[k, d], not_before[k, p], 0)
            last[k] = min(cancelled[k, d], end_by[k, p])
            if kind[k, p] == LIVE:
                last[k] = min(last[k], not_before[k, p] + duration[k, p])
            position[k] = 0
            begun[k] = False
            over[k] = arrives[k] >= min(last[k], horizon)
        low = power = link = 0
        now = 0
        while now < horizon:
            if power_start[power, d] <= now:
                for k in range(low, rows):
                    if begun[k] and kind[k, p] != LIVE:
                        if power_recovery[d] == RESTART:
                            position[k] = 0
                        elif power_recovery[d] == DROP:
                            over[k] = True
                now = max(now, power_end[power, d])
                power += 1
                continue
            while link_end[link, d] <= now:
                link += 1
            linked = link_start[link, d] > now

            best = -1
            wake = power_start[power, d]
            for k in range(low, rows):
                if over[k]:
                    if k == low:
                        low += 1
                    continue
                if not_before[k, p] > now and (best >= 0 or not_before[k, p] >= wake):
                    break
                if arrives[k] > now:
                    wake = min(wake, arrives[k])
                elif now >= last[k] or (not begun[k] and now >= expires[k, p]):
                    over[k] = True
                elif kind[k, p] != FILE and not linked:
                    wake = min(wake, link_end[link, d])
                elif best < 0 or rank[k, p] < rank[best, p]:
                    best = k
            if best < 0:
                now = wake
                continue

            end = now + duration[best, p] - position[best]
            offset = position[best]
            if kind[best, p] == LIVE:
                end = not_before[best, p] + duration[best, p]
                offset = now - not_before[best, p]
            finish, reason = end, FINISHED
            if power_start[power, d] < end:
                end, reason = power_start[power, d], POWER
            if cancelled[best, d] < end:
                end, reason = cancelled[best, d], CANCELLED
            if end_by[best, p] < end:
                end, reason = end_by[best, p], WINDOW
            if kind[best, p] != FILE and link_start[link, d] < end:
                end, reason = link_start[link, d], LINK
            for k in range(low, rows):
                if not_before[k, p] >= end:
                    break
                if over[k] or urgency[k, p] >= urgency[best, p]:
                    continue
                if not priority_cuts[d] and urgency[k, p] >= SEVERITIES:
                    continue
                at = max(arrives[k], now)
                if kind[k, p] != FILE:
                    gap = link
                    while link_end[gap, d] <= at:
                        gap += 1
                    if link_start[gap, d] <= at:
                        at = link_end[gap, d]
                if at < end and at < last[k] and (begun[k] or at < expires[k, p]):
                    end, reason = at, PREEMPTED
            if end > horizon or (end == horizon and finish != horizon):
                end, reason = horizon, HORIZON

            if count == len(out_start):
                return d, device_began_at
            out_device[count] = d
            out_item[count] = best
            out_start[count] = now
            out_end[count] = end
            out_offset[count] = offset
            out_reason[count] = reason
            count += 1

            begun[best] = True
            if kind[best, p] != LIVE:
                position[best] += end - now
            if reason == FINISHED:
                over[best] = True
            elif reason == PREEMPTED and kind[best, p] != LIVE:
                if after_cut[d] == RESTART:
                    position[best] = 0
                elif after_cut[d] == DROP:
                    over[best] = True
            now = end
    return delivered.shape[1], count
