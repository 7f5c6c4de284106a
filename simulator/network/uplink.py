"""Downloads that share a server's uplink: when every device has its files, many devices at once.

`docs/reference/delivery.md` says the rules; `uplink_model` is the same written to be read. Devices
whose links carry alike get the same at every moment. So for each such kind of link it is enough to
add up what a download has got that was under way all the time, its *service*, and to remember for
each device the service at which its own download is complete. The loops count moments and kinds of
link, never devices.

Amounts are whole milli-bytes: bytes a second times milliseconds, so nothing is ever rounded but the
shares and the finish.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Self

import numpy as np
import numpy.typing as npt

from simulator.gaps import FAR, Gaps, Milliseconds

Indices = npt.NDArray[np.intp]
Amounts = npt.NDArray[np.int64]

_IDLE, _DOWN = -1, -2
"""In place of the service at which a device's download ends: it is up and has none; it is down."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """What devices under one uplink are to fetch, one device a column.

    `arrives` is when the command for an item reached the device and `cancelled` when its cancel
    did, `FAR` for never; with `size_bytes` they have shape (items, devices). A size of 0 means that
    there is nothing to fetch. `down` is when the device lacks power or its path,
    `cap_bytes_per_s` what its own link carries, and where `restarts` is true a download that is
    interrupted begins again.
    """

    arrives: Milliseconds
    size_bytes: Amounts
    cancelled: Milliseconds
    down: Gaps
    cap_bytes_per_s: Amounts
    restarts: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Use:
    """What an uplink carried: row i of the others holds over `[moment[i], moment[i + 1])`.

    `moment` has one entry more than the others, the horizon. `active` counts the downloads under
    way, `limited` those of them that get less than their own links carry. Neighbours differ.
    """

    moment: Milliseconds
    bytes_per_s: Amounts
    active: Amounts
    limited: Amounts


def peak_active(use: Use) -> int:
    """The most downloads under way at once."""
    return int(use.active.max(initial=0))


def peak_queue(use: Use) -> int:
    """The most downloads that the uplink slowed down at once."""
    return int(use.limited.max(initial=0))


def busy_ms(use: Use) -> int:
    """For how many milliseconds any download was under way."""
    return int(np.diff(use.moment)[use.active > 0].sum())


def limited_ms(use: Use) -> int:
    """For how many milliseconds the uplink, not a device's own link, was some download's limit."""
    return int(np.diff(use.moment)[use.limited > 0].sum())


def bytes_sent(use: Use) -> int:
    """The bytes that the uplink carried, with what a restart made useless.

    The millisecond in which a download ends counts in full.
    """
    return int((np.diff(use.moment) * use.bytes_per_s).sum()) // 1000


def finish_times(
    downloads: Downloads, uplink_bytes_per_s: int | None, horizon: int
) -> tuple[Milliseconds, Use]:
    """When each device has each item, `FAR` if not before the horizon, and the uplink's use.

    Without a rate the uplink is no limit. The times have the shape of `downloads.arrives`.
    """
    queues = _Queues.of(downloads, horizon)
    state = _State.of(queues, downloads)
    wanted = (queues.arrives < FAR).any(axis=1)
    arrivals = state.by_moment(queues.arrives.T, horizon)
    cancels = state.by_moment(queues.cancelled.T, horizon)
    downs = state.by_moment(np.where(wanted, downloads.down.start, FAR), horizon)
    ups = state.by_moment(np.where(wanted, downloads.down.end, FAR), horizon)
    known = [*sorted({*arrivals, *cancels, *downs, *ups}), horizon]
    log = [(known[0], 0, 0, 0)]
    place = 0
    finish = horizon
    while (now := min(known[place], finish)) < horizon:
        # The order at one moment: what ends is finished before anything stops or begins.
        may_begin = state.advance(now)
        if now == known[place]:
            place += 1
            for kind, devices in cancels.get(now, ()):
                state.withdraw(kind, devices)
            for kind, devices in downs.get(now, ()):
                state.lose(kind, devices)
            for _, devices in ups.get(now, ()):
                state.ends_at[devices] = _IDLE
            for what in (arrivals, cancels, ups):
                may_begin += what.get(now, ())
        for kind, devices in may_begin:
            state.begin(kind, devices)
        used = state.share(uplink_bytes_per_s)
        if used != log[-1][1:]:
            log.append((now, *used))
        finish = state.next_finish(horizon)

    delivered = np.where(downloads.size_bytes == 0, downloads.arrives, queues.in_rows())
    delivered[delivered >= horizon] = FAR
    columns = np.array(log[1:], np.int64).reshape(-1, 4).T
    return delivered, Use(np.append(columns[0], horizon), *columns[1:])


@dataclass(frozen=True, slots=True)
class _Queues:
    """Each device's downloads, a device a row, in the order in which it fetches them.

    The last of each row never arrives; `order`, by items and devices, says which item each of the
    others is. `whole` is its size in milli-bytes.
    """

    order: Indices
    arrives: Milliseconds
    cancelled: Milliseconds
    whole: Amounts
    finished: Milliseconds

    @classmethod
    def of(cls, downloads: Downloads, horizon: int) -> Self:
        """Every device at the beginning of its queue."""
        fetched = (downloads.size_bytes > 0) & (downloads.arrives < horizon)
        arrives = np.where(fetched, downloads.arrives, FAR)
        order = np.argsort(arrives, axis=0, kind="stable")

        def queued(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
            last = np.full((1, values.shape[1]), FAR, np.int64)
            rows = np.concatenate([np.take_along_axis(values, order, axis=0), last])
            return np.ascontiguousarray(rows.T)

        arrives = queued(arrives)
        whole = queued(downloads.size_bytes * 1000)
        cancelled = queued(np.where(fetched, downloads.cancelled, FAR))
        return cls(order, arrives, cancelled, whole, np.full_like(arrives, FAR))

    def in_rows(self) -> Milliseconds:
        """When each item was finished, in shape (items, devices)."""
        finished = np.empty(self.order.shape, np.int64)
        np.put_along_axis(finished, self.order, self.finished[:, :-1].T, axis=0)
        return finished


@dataclass(slots=True)
class _Kind:
    """Links that carry alike: `flows` of their devices are downloading, each at `rate`.

    `runs` is a heap of (first, serial, last, ends_at, devices): downloads that began together, by
    the service at which they end. Some may have stopped since.
    """

    cap: int
    rate: int = 0
    flows: int = 0
    service: int = 0
    runs: list[tuple[int, int, int, Amounts, Indices]] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    """Who downloads what now.

    The flat arrays are the queues', and `head` each device's place in them. `ends_at` is the
    service of its kind of link at which a device's download ends.
    """

    kinds: list[_Kind]
    kind: Indices
    restarts: npt.NDArray[np.bool_]
    arrives: Milliseconds
    cancelled: Milliseconds
    whole: Amounts
    needs: Amounts
    finished: Milliseconds
    head: Indices
    ends_at: Amounts
    now: int = 0
    serial: int = 0

    @classmethod
    def of(cls, queues: _Queues, downloads: Downloads) -> Self:
        """All up, and nothing begun."""
        caps, kind = np.unique(downloads.cap_bytes_per_s, return_inverse=True)
        devices, places = queues.arrives.shape
        return cls(
            kinds=[_Kind(cap) for cap in caps.tolist()],
            kind=kind,
            restarts=downloads.restarts,
            arrives=queues.arrives.reshape(-1),
            cancelled=queues.cancelled.reshape(-1),
            whole=queues.whole.reshape(-1),
            needs=queues.whole.flatten(),
            finished=queues.finished.reshape(-1),
            head=np.arange(devices) * places,
            ends_at=np.full(devices, _IDLE, np.int64),
        )

    def by_moment(self, at: Milliseconds, horizon: int) -> dict[int, list[tuple[_Kind, Indices]]]:
        """The devices, each once, that have something before the horizon, moment by moment."""
        row, device = np.nonzero(at < horizon)
        group = at[row, device] * len(self.kinds) + self.kind[device]
        group, device = np.divmod(np.unique(group * at.shape[1] + device), at.shape[1])
        groups, first = np.unique(group, return_index=True)
        moments, kinds = np.divmod(groups, len(self.kinds))
        found: dict[int, list[tuple[_Kind, Indices]]] = {}
        pieces = zip(moments.tolist(), kinds.tolist(), np.split(device, first[1:]), strict=False)
        for moment, kind, devices in pieces:
            found.setdefault(moment, []).append((self.kinds[kind], devices))
        return found

    def advance(self, now: int) -> list[tuple[_Kind, Indices]]:
        """Goes on to `now`, and gives the devices whose downloads are finished then."""
        ended = []
        for kind in self.kinds:
            if not kind.flows:
                continue
            kind.service += kind.rate * (now - self.now)
            while kind.runs and kind.runs[0][0] <= kind.service:
                _, _, last, ends_at, devices = heappop(kind.runs)
                if last > kind.service:
                    some = int(np.searchsorted(ends_at, kind.service, "right"))
                    self._push(kind, ends_at[some:], devices[some:])
                    ends_at, devices = ends_at[:some], devices[:some]
                # One that stopped has another end by now, or none.
                devices = devices[self.ends_at[devices] == ends_at]
                head = self.head[devices]
                self.finished[head] = now
                self.head[devices] = head + 1
                self.ends_at[devices] = _IDLE
                kind.flows -= len(devices)
                ended.append((kind, devices))
        self.now = now
        return ended

    def withdraw(self, kind: _Kind, devices: Indices) -> None:
        """Ends what is cancelled by now of what these devices are downloading."""
        devices = devices[self.ends_at[devices] >= 0]
        devices = devices[self.cancelled[self.head[devices]] <= self.now]
        kind.flows -= len(devices)
        self.ends_at[devices] = _IDLE

    def lose(self, kind: _Kind, devices: Indices) -> None:
        """These devices lose power or path."""
        cut_off = devices[self.ends_at[devices] >= 0]
        head = self.head[cut_off]
        missing = self.ends_at[cut_off] - kind.service
        self.needs[head] = np.where(self.restarts[cut_off], self.whole[head], missing)
        kind.flows -= len(cut_off)
        self.ends_at[devices] = _DOWN

    def begin(self, kind: _Kind, devices: Indices) -> None:
        """Begins, or goes on with, the next download of those that are up and have none."""
        head = self.head[devices]
        devices = devices[(self.ends_at[devices] == _IDLE) & (self.arrives[head] <= self.now)]
        while len(devices):
            head = self.head[devices]
            gone = self.cancelled[head] <= self.now
            if not np.count_nonzero(gone):  # of few, sooner told than by any()
                break
            self.head[devices[gone]] += 1
            devices = devices[self.arrives[self.head[devices]] <= self.now]
        else:
            return
        if not kind.flows:  # what has stopped is forgotten, and no sum grows for ever
            kind.service = 0
            kind.runs.clear()
        ends_at = self.needs[head] + kind.service
        by_end = ends_at.argsort(kind="stable")
        devices, ends_at = devices[by_end], ends_at[by_end]
        self.ends_at[devices] = ends_at
        self._push(kind, ends_at, devices)
        kind.flows += len(devices)

    def _push(self, kind: _Kind, ends_at: Amounts, devices: Indices) -> None:
        self.serial += 1  # no two runs are equal, so the heap never compares arrays
        heappush(kind.runs, (int(ends_at[0]), self.serial, int(ends_at[-1]), ends_at, devices))

    def share(self, uplink_bytes_per_s: int | None) -> tuple[int, int, int]:
        """Shares the uplink anew: its use, the downloads under way, and how many it limits."""
        rest = uplink_bytes_per_s
        if rest is None:
            rest = sum(kind.flows * kind.cap for kind in self.kinds)
        left = active = sum(kind.flows for kind in self.kinds)
        used = limited = 0
        for kind in self.kinds:  # what carries least comes first
            if not kind.flows:
                continue
            kind.rate = min(kind.cap, rest // left)
            used += kind.flows * kind.rate
            if kind.rate == kind.cap:
                rest -= kind.flows * kind.cap
                left -= kind.flows
            else:
                limited += kind.flows
        return used, active, limited

    def next_finish(self, horizon: int) -> int:
        """When the next download may be finished; not later than the horizon."""
        return min(
            (
                self.now - (kind.service - kind.runs[0][0]) // kind.rate
                for kind in self.kinds
                if kind.flows and kind.rate
            ),
            default=horizon,
        )
