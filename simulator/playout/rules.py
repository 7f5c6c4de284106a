"""The play-out rules of one device, one moment at a time, written to be read.

Whoever has a clock asks: the SimPy model jumps from moment to moment, an emulated device waits for
them. Both keep a `Player`, tell it what arrives, and let it `settle` each moment at which something
may change. Rules are numbered as in docs/reference/playout.md; times are whole milliseconds.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from .case import AfterCut, Item, PowerRecovery, Reason, Segment

NO_HORIZON = 2**62
"""Where no end of the day is set: later than any moment."""

_ARRIVAL = attrgetter("arrival")


@dataclass(slots=True)
class Progress:
    """How far an item has come on the device; `place` is its place in the list.

    `arrival` is from when on the device may play it, as far as command and schedule go.
    """

    item: Item
    place: int
    arrival: int
    position: int = 0
    begun: bool = False
    over: bool = False

    def candidate(self, now: int, link: bool) -> bool:
        """Rule 1, on a device with power and for an item that has arrived."""
        return not self.past(now) and (self.item.kind == "file" or link)

    def past(self, now: int) -> bool:
        """Whether it can never be a candidate again."""
        item = self.item
        if self.over or (item.cancelled is not None and now >= item.cancelled):
            return True
        if item.end_by is not None and now >= item.end_by:
            return True
        if not self.begun and item.expires is not None and now >= item.expires:
            return True
        return item.kind == "live" and now >= item.not_before + item.duration

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


@dataclass(frozen=True, slots=True)
class Around:
    """What is around the player at a moment; `power_falls`: power goes off at this very moment."""

    power: bool
    power_falls: bool
    link: bool


@dataclass(slots=True)
class Player:
    """What a device has been told, how far it has come with it, and what it plays since `start`."""

    power_recovery: PowerRecovery
    after_cut: AfterCut
    priority_cuts: bool
    upcoming: list[Progress] = field(default_factory=list)
    waiting: list[Progress] = field(default_factory=list)
    playing: Progress | None = None
    start: int = 0
    told: int = 0

    def tell(self, item: Item) -> None:
        """Take an item that is delivered some time; its place in the list is behind all others."""
        if item.delivered is None:
            return
        arrival = max(0, item.delivered, item.not_before)
        insort(self.upcoming, Progress(item, self.told, arrival), key=_ARRIVAL)
        self.told += 1

    def cancel(self, item_id: str, at: int) -> bool:
        """Play an item no more from `at` on; whether the device has it."""
        known = [p for p in (*self.waiting, *self.upcoming) if p.item.id == item_id]
        for progress in known:
            if progress.item.cancelled is None:
                progress.item = replace(progress.item, cancelled=at)
        return bool(known)

    def settle(self, now: int, around: Around, horizon: int = NO_HORIZON) -> Segment | None:
        """Rule 9 at one moment, not before the last one; the segment that ended, if one did."""
        while self.upcoming and self.upcoming[0].arrival <= now:
            self.waiting.append(self.upcoming.pop(0))
        candidates = [p for p in self.waiting if p.candidate(now, around.link)]
        if not around.power:
            candidates = []

        ended = None
        if self.playing is not None:
            reason = self._why_it_stops(self.playing, now, around, candidates, horizon)
            if reason is not None:
                ended = self._segment(self.playing, now, reason)
                self.playing.stopped(now - self.start, reason, self.after_cut)
                self.playing = None

        if now >= horizon:
            return ended

        if around.power_falls:
            for progress in self.waiting:
                progress.interrupted(self.power_recovery)

        if self.playing is None:
            self.waiting = [p for p in self.waiting if not p.over]
            candidates = [p for p in candidates if not p.over]
            if candidates:
                self.playing = min(candidates, key=Progress.choice)
                self.start = now
        return ended

    def next_change(self) -> int:
        """The next moment to settle if power and link stay and nothing is told; or `NO_HORIZON`."""
        arrival = self.upcoming[0].arrival if self.upcoming else NO_HORIZON
        return arrival if self.playing is None else min(arrival, self.playing.may_end(self.start))

    def forget(self, now: int) -> Sequence[Progress]:
        """Drop and return what can never play again."""
        past = [p for p in self.waiting if p is not self.playing and p.past(now)]
        if past:
            self.waiting = [p for p in self.waiting if p is self.playing or not p.past(now)]
        return past

    def _why_it_stops(
        self,
        playing: Progress,
        now: int,
        around: Around,
        candidates: Sequence[Progress],
        horizon: int,
    ) -> Reason | None:
        """The first reason that holds at this moment (rules 4, 9 and 10), or None: it plays on."""
        item = playing.item
        if now >= playing.finish(self.start):
            return "finished"
        if now >= horizon:
            return "horizon"
        if not around.power:
            return "power"
        if item.cancelled is not None and now >= item.cancelled:
            return "cancelled"
        if item.end_by is not None and now >= item.end_by:
            return "window"
        if item.kind != "file" and not around.link:
            return "link"
        for other in candidates:
            may_cut = self.priority_cuts or other.item.bulletin_class == "emergency"
            if may_cut and other.item.urgency < item.urgency:
                return "preempted"
        return None

    def _segment(self, playing: Progress, end: int, reason: Reason) -> Segment:
        item = playing.item
        offset = self.start - item.not_before if item.kind == "live" else playing.position
        return Segment(item.id, self.start, end, offset, reason)
