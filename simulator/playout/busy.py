"""Splits each device's day into parts that cannot touch each other.

A device never idles while it has something to play, so from the moments at which things arrive and
from how long they last it follows, without any priorities, by when it has provably nothing left to
do. What arrives then or later begins a new *cluster*. Most clusters hold a single item.

Whatever makes a device work longer only moves the bound: a gap in power or link adds its length,
and once more all the work of the cluster so far where that work may have to be done again.
"""

from dataclasses import dataclass

import numpy as np

from simulator.gaps import FAR, Milliseconds

from .batch import RESTART, STREAM, Batch, Codes, Flags, Places


@dataclass(frozen=True, slots=True)
class Day:
    """The arrays of a batch that every step reads; shape (items, devices).

    `at` is the first moment at which the item may play as far as command, schedule, power and link
    go, `FAR` for one that never can; `natural_end` when it would end if it began there and nothing
    came between; `stop` when it is cancelled or its window ends.
    """

    at: Milliseconds
    natural_end: Milliseconds
    stop: Milliseconds
    kind: Codes

    @classmethod
    def of(cls, batch: Batch) -> "Day":
        """The day of each device of a batch."""
        plans, plan = batch.plans, batch.plan
        kind = plans.kind.take(plan, axis=1)
        not_before = plans.not_before.take(plan, axis=1)
        at = np.maximum(np.maximum(batch.delivered, not_before), 0)
        if batch.power.rows:
            at = batch.power.next_up(at)
        if batch.link.rows and kind.any():
            reach = batch.power.union(batch.link)
            at = np.where(kind > 0, reach.next_up(at), at)
        duration = plans.duration.take(plan, axis=1)
        natural_end = np.where(kind > STREAM, not_before, at) + duration
        stop = np.minimum(batch.cancelled, plans.end_by.take(plan, axis=1))
        limit = np.minimum(stop, plans.expires.take(plan, axis=1))
        np.minimum(limit, natural_end, out=limit)
        np.minimum(limit, batch.horizon, out=limit)
        at[at >= limit] = FAR
        return cls(at, natural_end, stop, kind)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which items of each device belong together.

    `active` marks the items that may play at all, `opens` those that begin a cluster, `lone` those
    that are alone in theirs; shape (items, devices). Where items need not arrive in the order of
    the plan, `order` holds in each column the items in the order of arrival, and the marks are in
    that order, too; otherwise it is None.
    """

    order: Places | None
    active: Flags
    opens: Flags
    lone: Flags


def calm_clusters(day: Day) -> tuple[Clusters, Flags]:
    """Clusters of devices without gaps, and which of these arrive in the order of the plan.

    A device whose items arrive in another order has no clusters here.
    """
    rows, devices = day.at.shape
    active = day.at < FAR
    latest = np.maximum.accumulate(np.where(active, day.at, -1), axis=0)
    in_order: Flags = np.all(day.at >= latest, axis=0)
    active &= in_order
    opens = np.zeros((rows, devices), np.bool_)
    bound = np.full(devices, -1, np.int64)
    for row in range(rows):
        at = day.at[row]
        np.logical_and(active[row], at >= bound, out=opens[row])
        after = np.maximum(bound, at) + (day.natural_end[row] - at)
        np.minimum(after, FAR, out=after)  # many long items: no sum may leave the 64 bits
        np.copyto(bound, after, where=active[row])
    return Clusters(None, active, opens, _lone(opens, active & ~opens)), in_order


def disturbed_clusters(day: Day, batch: Batch) -> Clusters:
    """Clusters of devices whose power or link fails, or whose items arrive in another order."""
    rows, devices = day.at.shape
    needs_link = day.kind.any(axis=0)
    link_start = np.where(needs_link, batch.link.start, FAR)
    gap_start = np.concatenate([batch.power.start, link_start])
    gap_length = np.concatenate(
        [batch.power.end - batch.power.start, batch.link.end - batch.link.start]
    )
    restarts_after_cut = batch.after_cut == RESTART
    again_after_gap = np.concatenate(
        [
            np.broadcast_to(batch.power_recovery == RESTART, batch.power.start.shape),
            np.broadcast_to(restarts_after_cut, batch.link.start.shape),
        ]
    )
    # Items and gaps in one sequence by time; of equal moments the items come first.
    moment = np.concatenate([day.at, gap_start])
    sequence = np.argsort(moment, axis=0, kind="stable")
    moment = np.take_along_axis(moment, sequence, axis=0)
    work = np.take_along_axis(
        np.concatenate([day.natural_end - day.at, gap_length]), sequence, axis=0
    )
    again = np.take_along_axis(
        np.concatenate([np.broadcast_to(restarts_after_cut, day.at.shape), again_after_gap]),
        sequence,
        axis=0,
    )
    is_gap = sequence >= rows

    opens = np.zeros(moment.shape, np.bool_)
    joins = np.zeros(moment.shape, np.bool_)
    bound = np.full(devices, -1, np.int64)
    total = np.zeros(devices, np.int64)  # work of the cluster so far
    for row in range(len(moment)):
        at, gap = moment[row], is_gap[row]
        active = at < FAR
        busy = at < bound
        item = active & ~gap
        opens[row] = item & ~busy
        joins[row] = item & busy
        longer = work[row] + np.where(again[row], total, 0)
        total = np.where(opens[row], work[row], total + np.where(joins[row], work[row], 0))
        np.minimum(total, FAR, out=total)
        begun = np.where(opens[row], at + work[row], bound)
        bound = np.where(active & busy, np.minimum(bound + longer, FAR), begun)

    # Only the items' places are kept, in the order of arrival: gaps move behind them.
    items_first = np.argsort(is_gap, axis=0, kind="stable")[:rows]
    opens = np.take_along_axis(opens, items_first, axis=0)
    joins = np.take_along_axis(joins, items_first, axis=0)
    order = np.take_along_axis(sequence, items_first, axis=0)
    return Clusters(order, opens | joins, opens, _lone(opens, joins))


def _lone(opens: Flags, joins: Flags) -> Flags:
    lone = np.zeros(opens.shape, np.bool_)
    joined_later = np.zeros(opens.shape[1], np.bool_)
    for row in reversed(range(len(opens))):
        lone[row] = opens[row] & ~joined_later
        joined_later &= ~opens[row]
        joined_later |= joins[row]
    return lone
