"""Downloads that share a server's uplink: one process for each device, written to be read.

The readable oracle of `uplink`, in SimPy. It shares with it the data that say what is fetched, and
nothing else. `docs/reference/delivery.md` says the rules.
"""

from bisect import bisect_right
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import simpy

from simulator.gaps import FAR, Milliseconds
from simulator.network.uplink import Downloads

Interval = tuple[int, int]
Change = tuple[int, int, int, int]
"""A moment, and from then on: bytes a second, downloads under way, those that get less than they
could."""


@dataclass(slots=True, eq=False)
class Download:
    """One item on its way to a device whose link carries `cap` bytes a second.

    It has `got` some of the milli-bytes that it `needs`, and gets `rate` bytes a second more.
    """

    row: int
    arrives: int
    cancelled: int
    needs: int
    cap: int
    got: int = 0
    rate: int = 0
    since: int = 0

    def settle(self, now: int) -> None:
        """Adds what it got until now."""
        self.got += self.rate * (now - self.since)
        self.since = now

    def end(self) -> int:
        """When it is complete at this rate: the first whole millisecond by which it has all."""
        missing = self.needs - self.got
        return self.since + -(-missing // self.rate) if self.rate else FAR


class Uplink:
    """What the server's line carries; without a rate it is no limit."""

    def __init__(self, env: simpy.Environment, bytes_per_s: int | None) -> None:
        """Nothing is under way."""
        self.env = env
        self.bytes_per_s = bytes_per_s
        self.under_way: list[Download] = []
        self.changed = env.event()
        self.shared = env.event()
        self.log: list[Change] = []

    def join(self, download: Download) -> None:
        """It begins or goes on, at no rate until the shares are computed anew."""
        download.since, download.rate = int(self.env.now), 0
        self.under_way.append(download)
        self._change()

    def leave(self, download: Download) -> None:
        """It is finished or stops."""
        self.under_way.remove(download)
        self._change()

    def _change(self) -> None:
        if not self.changed.triggered:
            self.changed.succeed()

    def serve(self) -> Generator[simpy.Event, None, None]:
        """Computes the shares anew after every moment with a change.

        What happens at one moment happens in the order in which it was put off until then, so
        `changed` comes after all that the devices do at that moment.
        """
        while True:
            yield self.changed
            self.changed = self.env.event()
            self.share()
            shared, self.shared = self.shared, self.env.event()
            shared.succeed()

    def share(self) -> None:
        """Everybody gets the highest whole level that fits, or its own link's rate if less."""
        caps = [download.cap for download in self.under_way]

        def used(level: int) -> int:
            return sum(min(cap, level) for cap in caps)

        level = max(caps, default=0)
        if self.bytes_per_s is not None:
            level = bisect_right(range(level + 1), self.bytes_per_s, key=used) - 1
        now = int(self.env.now)
        for download in self.under_way:
            download.settle(now)
            download.rate = min(download.cap, level)
        limited = sum(cap > level for cap in caps)
        self.log.append((now, used(level), len(caps), limited))


def device(
    env: simpy.Environment,
    uplink: Uplink,
    queue: list[Download],
    gaps: tuple[Interval, ...],
    restarts: bool,
    finished: dict[int, int],
) -> Generator[simpy.Event, None, None]:
    """One device fetches its queue, first come first served; `finished` is when it has which row.

    At each moment at which something may change: it may be finished; else it may stop; then it, or
    the next, may begin.
    """
    queue.sort(key=lambda download: (download.arrives, download.row))
    known = {moment for download in queue for moment in (download.arrives, download.cancelled)}
    known |= {edge for gap in gaps for edge in gap}
    current: Download | None = None

    while queue:
        now = int(env.now)
        up = not any(start <= now < end for start, end in gaps)
        if current is not None:
            current.settle(now)
            if current.got >= current.needs:
                finished[current.row] = now
                queue.pop(0)
                uplink.leave(current)
                current = None
            elif not up or current.cancelled <= now:
                uplink.leave(current)
                if restarts:
                    current.got = 0
                current = None
        while queue and queue[0].cancelled <= now:
            queue.pop(0)
        if current is None and up and queue and queue[0].arrives <= now:
            current = queue[0]
            uplink.join(current)

        known = {moment for moment in known if moment > now}
        ahead = {*known, current.end()} if current is not None else known
        yield env.timeout(min(ahead, default=FAR) - now) | uplink.shared


def finish_times(
    downloads: Downloads, uplink_bytes_per_s: int | None, horizon: int
) -> tuple[Milliseconds, list[Change]]:
    """When each device has each item, `FAR` if not before the horizon; and the uplink's log."""
    arrives = downloads.arrives
    env = simpy.Environment(initial_time=min(0, horizon - 1, arrives.min(initial=0).item()))
    uplink = Uplink(env, uplink_bytes_per_s)
    env.process(uplink.serve())
    finished: list[dict[int, int]] = []
    for place in range(arrives.shape[1]):
        sizes = downloads.size_bytes[:, place].tolist()
        columns = zip(
            arrives[:, place].tolist(), downloads.cancelled[:, place].tolist(), sizes, strict=True
        )
        queue = [
            Download(row, at, cancelled, 1000 * size, int(downloads.cap_bytes_per_s[place]))
            for row, (at, cancelled, size) in enumerate(columns)
            if size
        ]
        finished.append(
            {row: int(arrives[row, place]) for row, size in enumerate(sizes) if not size}
        )
        gaps, restarts = downloads.down.of(place), bool(downloads.restarts[place])
        env.process(device(env, uplink, queue, gaps, restarts, finished[-1]))
    env.run(until=horizon)
    delivered = np.full(arrives.shape, FAR, np.int64)
    for place, rows in enumerate(finished):
        for row, at in rows.items():
            delivered[row, place] = at if at < horizon else FAR
    return delivered, uplink.log
