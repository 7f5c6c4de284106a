"""The play-out rules as a SimPy process, one per device, written to be read.

This is the oracle: it says what the rules mean, one moment at a time, and the vectorised core must
agree with it segment for segment. It shares nothing with the core but the words of `case`.
"""

from bisect import bisect_right
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

import simpy

from .case import AfterCut, Case, Device, Interval, Item, PowerRecovery, Reason, Segment


class Line:
    """Power or link of one device over time: half-open intervals, in any order, as their union."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        """Empty intervals are ignored."""
        self._turns: list[int] = []  # on, off, on, off ...
        for start, end in sorted(i for i in intervals if i[0] < i[1]):
            if self._turns and start <= self._turns[-1]:
                self._turns[-1] = max(self._turns[-1], end)
            else:
                self._turns += [start, end]

    def is_up(self, now: int) -> bool:
        """Whether it is on at `now`."""
        return bisect_right(self._turns, now) % 2 == 1

    def falls(self, now: int) -> bool:
        """Whether it goes off at this very moment."""
        turn = bisect_right(self._turns, now)
        return turn > 0 and turn % 2 == 0 and self._turns[turn - 1] == now

    def next_turn(self, now: int, horizon: int) -> int:
        """The next moment at which it changes, the horizon where none comes before."""
        turn = bisect_right(self._turns, now)
        return min(self._turns[turn], horizon) if turn < len(self._turns) else horizon


@dataclass(slots=True)
class Progress:
    """How far an item has come on the device; `place` is its place in the list."""

    item: Item
    place: int
    position: int = 0
    begun: bool = False
    over: bool = False

    def candidate(self, now: int, link: bool) -> bool:
        """Rule 1, on a device with power and for an item that has arrived."""
        item = self.item
        if self.over or (item.cancelled is not None and now >= item.cancelled):
            return False
        if item.end_by is not None and now >= item.end_by:
            return False
        if not self.begun and item.expires is not None and now >= item.expires:
            return False
        if item.kind == "file":
            return True
        return link and (item.kind == "stream" or now < item.not_before + item.duration)

    def choice(self) -> tuple[tuple[int, int, int, int], int]:
        """What rule 3 compares."""
        return self.item.rank, self.place

    def finish(self, start: int) -> int:
        """When it is finished if it plays from `start` on undisturbed (rule 8)."""
        if self.item.kind == "live":
            return self.item.not_before + self.item.duration
        return start + self.item.duration - self.position

    def may_end(self, start: int) -> int:
        """When it ends, having begun at `start`, if nothing but its own limits ends it."""
        limits = (self.finish(start), self.item.cancelled, self.item.end_by)
        return min(at for at in limits if at is not None)

    def stopped(self, played: int, reason: Reason, after_cut: AfterCut) -> None:
        """A segment of it has ended (rules 5 and 8)."""
        self.begun = True
        self.position += played
        self.over = reason == "finished"
        if reason == "preempted":
            self.interrupted(after_cut)

    def interrupted(self, then: AfterCut | PowerRecovery) -> None:
        """Rules 5 and 6: what an interruption does to it; a live item is never touched."""
        if self.item.kind == "live" or not self.begun or self.over:
            return
        if then == "restart":
            self.position = 0
        elif then == "drop":
            self.over = True


def arrivals(items: Sequence[Item]) -> list[tuple[int, Progress]]:
    """Each item with the moment from which the device may play it, the earliest last."""
    known = [
        (max(0, item.delivered, item.not_before), Progress(item, place))
        for place, item in enumerate(items)
        if item.delivered is not None
    ]
    return sorted(known, key=itemgetter(0), reverse=True)


def station(
    env: simpy.Environment, device: Device, horizon: int, log: list[Segment]
) -> Generator[simpy.Event, None, None]:
    """One device's day: at every moment at which something may change, rule 9."""
    power, link = Line(device.power), Line(device.link)
    upcoming = arrivals(device.items)
    waiting: list[Progress] = []
    playing: Progress | None = None
    start = 0

    while True:
        now = int(env.now)
        while upcoming and upcoming[-1][0] <= now:
            waiting.append(upcoming.pop()[1])
        linked = link.is_up(now)
        candidates = [p for p in waiting if p.candidate(now, linked)] if power.is_up(now) else []

        if playing is not None:
            reason = why_it_stops(playing, start, now, horizon, device, power, linked, candidates)
            if reason is not None:
                log.append(segment(playing, start, now, reason))
                playing.stopped(now - start, reason, device.after_cut)
                playing = None

        if now >= horizon:
            return

        if power.falls(now):
            for progress in waiting:
                progress.interrupted(device.power_recovery)

        if playing is None:
            waiting = [p for p in waiting if not p.over]
            candidates = [p for p in candidates if not p.over]
            if candidates:
                playing = min(candidates, key=Progress.choice)
                start = now

        wake = min(power.next_turn(now, horizon), link.next_turn(now, horizon))
        if upcoming:
            wake = min(wake, upcoming[-1][0])
        if playing is not None:
            wake = min(wake, playing.may_end(start))
        yield env.timeout(wake - now)


def why_it_stops(
    playing: Progress,
    start: int,
    now: int,
    horizon: int,
    device: Device,
    power: Line,
    linked: bool,
    candidates: list[Progress],
) -> Reason | None:
    """The first reason that holds at this moment (rules 4, 9 and 10), or None: it plays on."""
    item = playing.item
    if now >= playing.finish(start):
        return "finished"
    if now >= horizon:
        return "horizon"
    if not power.is_up(now):
        return "power"
    if item.cancelled is not None and now >= item.cancelled:
        return "cancelled"
    if item.end_by is not None and now >= item.end_by:
        return "window"
    if item.kind != "file" and not linked:
        return "link"
    for other in candidates:
        may_cut = device.priority_cuts or other.item.bulletin_class == "emergency"
        if may_cut and other.item.urgency < item.urgency:
            return "preempted"
    return None


def segment(playing: Progress, start: int, end: int, reason: Reason) -> Segment:
    """What has just been played."""
    item = playing.item
    offset = start - item.not_before if item.kind == "live" else playing.position
    return Segment(item.id, start, end, offset, reason)


def play_device(device: Device, horizon: int) -> list[Segment]:
    """The segments of one device, in time order, in an Environment of its own."""
    log: list[Segment] = []
    if horizon > 0:
        env = simpy.Environment()
        env.process(station(env, device, horizon, log))
        env.run()
    return log


def play(case: Case) -> dict[str, list[Segment]]:
    """The segments of every device of a case, by device id."""
    return {device.id: play_device(device, case.horizon) for device in case.devices}
