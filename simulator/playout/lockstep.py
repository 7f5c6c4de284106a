"""Plays many clusters at once, one segment of each in every pass.

A cluster is a handful of items of one device that may get in each other's way. A pass finds for
every cluster the next moment at which something can play, chooses (rule 3), and ends the segment at
the first thing that stops it (rules 4 to 10).
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from simulator.gaps import FAR, Gaps, Milliseconds

from .batch import DROP, FILE, LIVE, RESTART, Batch, Codes, Flags, Places
from .case import REASONS, SEVERITIES
from .segments import Segments

FINISHED, POWER, CANCELLED, WINDOW, LINK, PREEMPTED, HORIZON = range(len(REASONS))

NEVER_AGAIN = -1
"""A `limit` that no moment is before."""

THIN = 0.7
"""Below this share of clusters still under way the others are dropped: copying costs, too."""


@dataclass(slots=True)
class Clusters:
    """Clusters under way; `item` and `device` say where their items stand in the batch.

    The first group of arrays has shape (items, clusters), the second (clusters). An item may play
    before its `limit`: what it must begin by at first, then its `last` moment, and `NEVER_AGAIN`
    when it is over (or a place that a smaller cluster does not fill). `now` is the moment that a
    cluster has come to, `counted` the moment up to which power losses have had their effect.
    """

    item: Places
    arrives: Milliseconds
    limit: Milliseconds
    last: Milliseconds
    cancelled: Milliseconds
    end_by: Milliseconds
    duration: Milliseconds
    not_before: Milliseconds
    kind: Codes
    urgency: Codes
    rank: npt.NDArray[np.int32]
    position: Milliseconds
    begun: Flags

    device: Places
    now: Milliseconds
    counted: Milliseconds
    power: Gaps
    link: Gaps
    power_recovery: Codes
    after_cut: Codes
    priority_cuts: Flags

    @classmethod
    def of(
        cls, batch: Batch, item: Places, filled: Flags, device: Places, now: Milliseconds
    ) -> "Clusters":
        """Clusters of the batch's items at `item` (where `filled`) on `device`, from `now` on."""
        plans = batch.plans
        in_plans = item * plans.duration.shape[1] + batch.plan[device]
        in_batch = item * batch.devices + device
        kind = plans.kind.take(in_plans)
        duration, not_before = plans.duration.take(in_plans), plans.not_before.take(in_plans)
        cancelled, end_by = batch.cancelled.take(in_batch), plans.end_by.take(in_plans)
        last = np.minimum(cancelled, end_by)
        np.minimum(last, np.where(kind == LIVE, not_before + duration, FAR), out=last)
        limit = np.minimum(last, plans.expires.take(in_plans))
        return cls(
            item=item,
            arrives=np.maximum(batch.delivered.take(in_batch), not_before),
            limit=np.where(filled, limit, NEVER_AGAIN),
            last=last,
            cancelled=cancelled,
            end_by=end_by,
            duration=duration,
            not_before=not_before,
            kind=kind,
            urgency=plans.urgency.take(in_plans),
            rank=plans.rank.take(in_plans),
            position=np.zeros(item.shape, np.int64),
            begun=np.zeros(item.shape, np.bool_),
            device=device,
            now=now,
            counted=now,
            power=batch.power.take(device),
            link=batch.link.take(device),
            power_recovery=batch.power_recovery[device],
            after_cut=batch.after_cut[device],
            priority_cuts=batch.priority_cuts[device],
        )

    def keep(self, places: Places) -> None:
        """Drops all clusters but those at these places."""
        for field in fields(self):
            value = getattr(self, field.name)
            kept = value.take(places) if isinstance(value, Gaps) else value.take(places, axis=-1)
            setattr(self, field.name, kept)


def play(clusters: Clusters, horizon: int) -> list[Segments]:
    """Plays every cluster to its end; the segments in no particular order."""
    played: list[Segments] = []
    while True:
        possible = _possible(clusters)
        first = possible.min(axis=0)
        alive = first < horizon
        if alive.mean() < THIN:
            clusters.keep(np.flatnonzero(alive))
            if not len(clusters.now):
                return played
        elif not _lose_power(clusters, first, alive):
            segments = _play_one(clusters, possible, first, horizon)
            played.append(segments if alive.all() else segments.take(alive))


def _possible(c: Clusters) -> Milliseconds:
    """The first moment from `now` on at which each item is a candidate, power apart."""
    at = np.maximum(c.arrives, c.now)
    if c.link.rows:
        at = np.where(c.kind == FILE, at, c.link.next_up(at))
    np.putmask(at, at >= c.limit, FAR)
    return at


def _lose_power(c: Clusters, first: Milliseconds, alive: Flags) -> bool:
    """Applies power losses up to `first`; whether there were any, so that all look again."""
    if not c.power.rows:
        return False
    lost = ((c.power.start > c.counted) & (c.power.start <= first)).any(axis=0) & alive
    if not lost.any():
        return False
    touched = c.begun & (c.kind != LIVE) & lost
    c.position[touched & (c.power_recovery == RESTART)] = 0
    c.limit[touched & (c.power_recovery == DROP)] = NEVER_AGAIN
    back = c.power.next_up(first)
    c.now = np.where(lost, back, c.now)
    c.counted = np.where(lost, back, c.counted)
    return True


def _play_one(c: Clusters, possible: Milliseconds, first: Milliseconds, horizon: int) -> Segments:
    """One segment of each cluster, from `first` on; of a cluster at its end, nothing of meaning."""
    rank = np.where(possible == first, c.rank, np.iinfo(np.int32).max)
    # `take` and `put` with places in the flattened array: fancy indexing may return arrays that
    # are not contiguous, and writing through a flat view of those writes into a copy.
    chosen = rank.argmin(axis=0) * len(first) + np.arange(len(first))

    kind, position, not_before = (a.take(chosen) for a in (c.kind, c.position, c.not_before))
    live = kind == LIVE
    natural_end = np.where(live, not_before, first - position) + c.duration.take(chosen)

    cuts = c.urgency < c.urgency.take(chosen)
    if not c.priority_cuts.all():
        cuts &= c.priority_cuts | (c.urgency < SEVERITIES)
    # In the order of REASONS: of equal moments the first counts.
    stops = {
        POWER: c.power.next_down(first) if c.power.rows else None,
        CANCELLED: c.cancelled.take(chosen),
        WINDOW: c.end_by.take(chosen),
        LINK: np.where(kind == FILE, FAR, c.link.next_down(first)) if c.link.rows else None,
        PREEMPTED: np.where(cuts, possible, FAR).min(axis=0),
    }
    end = natural_end
    reason = np.full(len(first), FINISHED, np.int8)
    for code, moment in stops.items():
        if moment is not None:
            np.putmask(reason, moment < end, code)
            end = np.minimum(end, moment)
    np.putmask(reason, (end > horizon) | ((end == horizon) & (reason != FINISHED)), HORIZON)
    end = np.minimum(end, horizon)

    cut = (reason == PREEMPTED) & ~live
    dropped = (reason == FINISHED) | (cut & (c.after_cut == DROP))
    restarted = cut & (c.after_cut == RESTART)
    c.position.put(chosen, np.where(restarted, 0, position + (end - first)))
    c.limit.put(chosen, np.where(dropped, NEVER_AGAIN, c.last.take(chosen)))
    c.begun.put(chosen, True)
    # A cluster that is at its end stays there, whatever was computed for it.
    c.now, c.counted = np.maximum(end, first), first
    return Segments(
        c.device.astype(np.int32),
        c.item.take(chosen).astype(np.int16),
        first,
        end,
        np.where(live, first - not_before, position),
        reason,
    )
