"""The vectorised core in plain numpy: all devices of a batch at once.

Each day is split where nothing is left to do (`busy`); an item alone in its part that nothing
disturbs has a closed form; only the rest is played segment by segment (`lockstep`).
"""

import numpy as np

from simulator.gaps import FAR, Milliseconds

from . import lockstep
from .batch import FILE, LIVE, RESTART, Batch, Codes, Places
from .busy import Clusters, Day, calm_clusters, disturbed_clusters
from .lockstep import CANCELLED, FINISHED, HORIZON, WINDOW
from .segments import Segments

SIZES = (1, 2, 4, 8, 16, 32, 64)
"""Clusters are played together with others up to the next of these sizes."""


def play(batch: Batch) -> Segments:
    """Plays a batch; the segments in no particular order."""
    if not batch.devices or not batch.delivered.size:
        return Segments.joined([])
    troubled = (batch.power.start < FAR).any(axis=0) | (batch.link.start < FAR).any(axis=0)
    troubled |= batch.after_cut == RESTART
    parts: list[Segments] = []
    if not troubled.all():
        calm = np.flatnonzero(~troubled)
        part = batch.take(calm) if troubled.any() else batch
        day = Day.of(part)
        clusters, in_order = calm_clusters(day)
        troubled[calm[~in_order]] = True
        parts += [p.of_devices(calm) for p in _play(part, day, clusters)]
    if troubled.any():
        rest = np.flatnonzero(troubled)
        part = batch.take(rest)
        day = Day.of(part)
        clusters = disturbed_clusters(day, part)
        parts += [p.of_devices(rest) for p in _play(part, day, clusters)]
    return Segments.joined(parts)


def _play(batch: Batch, day: Day, clusters: Clusters) -> list[Segments]:
    return [_undisturbed(batch, day, clusters), *_together(batch, day, clusters)]


def _undisturbed(batch: Batch, day: Day, clusters: Clusters) -> Segments:
    """Lone items that play in one piece; those that do not lose their mark in `clusters.lone`."""
    # Places in the flattened arrays: to take by them is much faster than by rows and columns.
    lone = np.flatnonzero(clusters.lone)
    device = lone % batch.devices
    chosen = lone
    if clusters.order is not None:
        chosen = clusters.order.take(lone) * batch.devices + device
    start, natural_end, stop = (a.take(chosen) for a in (day.at, day.natural_end, day.stop))
    end = np.minimum(np.minimum(natural_end, stop), batch.horizon)
    kind = day.kind.take(chosen)
    if batch.power.rows or batch.link.rows:
        loss = _next_loss(batch, device, start, kind)
        whole = (end == natural_end) | (end == batch.horizon)
        kept = (end < loss) | ((end == loss) & whole)
        clusters.lone.put(lone[~kept], False)
        chosen, device, start, natural_end, end, kind = (
            values[kept] for values in (chosen, device, start, natural_end, end, kind)
        )
    reason = np.where(end == batch.cancelled.take(chosen), CANCELLED, WINDOW).astype(np.int8)
    np.putmask(reason, end == batch.horizon, HORIZON)
    np.putmask(reason, end == natural_end, FINISHED)
    item = chosen // batch.devices
    in_plans = item * batch.plans.not_before.shape[1] + batch.plan.take(device)
    not_before = batch.plans.not_before.take(in_plans)
    offset = np.where(kind == LIVE, start - not_before, 0)
    return Segments(device.astype(np.int32), item.astype(np.int16), start, end, offset, reason)


def _next_loss(batch: Batch, device: Places, start: Milliseconds, kind: Codes) -> Milliseconds:
    """When power, or a link that the item needs, is next lost."""
    loss = batch.power.take(device).next_down(start)
    if batch.link.rows:
        link = batch.link.take(device).next_down(start)
        loss = np.where(kind == FILE, loss, np.minimum(loss, link))
    return loss


def _together(batch: Batch, day: Day, clusters: Clusters) -> list[Segments]:
    """The clusters that are left, grouped by size."""
    opens = clusters.opens & ~clusters.lone
    device, place = np.nonzero((clusters.active & ~clusters.lone).T)
    if not len(device):
        return []
    item = place if clusters.order is None else clusters.order[place, device]
    begin = np.flatnonzero(opens[place, device])
    size = np.diff(begin, append=len(device))
    parts = []
    smaller = 0
    for largest in (*SIZES, len(day.at)):
        chosen = (size > smaller) & (size <= largest)
        smaller = max(smaller, largest)
        if not chosen.any():
            continue
        first, length = begin[chosen], size[chosen]
        within = np.arange(length.max())[:, None]
        filled = within < length
        items = item[np.where(filled, first + within, first)]
        now = day.at[item[first], device[first]]
        group = lockstep.Clusters.of(batch, items, filled, device[first], now)
        parts += lockstep.play(group, batch.horizon)
    return parts
