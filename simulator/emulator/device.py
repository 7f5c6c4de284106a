"""One device without any I/O: what goes in is an instant and what happens at it, what comes out is
what the device does.

It plays by `simulator.playout.rules`, as the virtual world's devices do, so what it logs equals
what the SimPy model plays for the same instants. Everything inside is in true time, in milliseconds
since the epoch; what the device *says* is by its own clock, which may be ahead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scenarios.profiles import Profile
from simulator.dialects.contract import (
    AddSchedule,
    Answer,
    Cancel,
    DropSchedule,
    Entry,
    Order,
    Outcome,
    Play,
    Restart,
    SetVolume,
    Status,
    Stop,
)
from simulator.playout.case import Item, Reason, Segment
from simulator.playout.rules import NO_HORIZON, Around, Player, Progress

from .happenings import (
    Began,
    Booted,
    ClockSet,
    Effect,
    Ended,
    Fetch,
    Fetched,
    FetchFailed,
    Happening,
    LinkBack,
    LinkLost,
    Ordered,
    PowerBack,
    PowerLost,
    Restarting,
)

MOST_PLAYS = 1_000
"""Plays that a device holds at once; it refuses more."""

EMERGENCY_ROOM = 50
"""Further ones that it holds of emergencies: a full store does not keep a warning out."""

MOST_REMEMBERED = 2_000
"""Orders, and plays that are over, whose ids a device remembers; the oldest are forgotten."""

FIRST_VOLUME = 80


class Device:
    """A device with power and link, which nobody has told anything."""

    __slots__ = (
        "_ahead_ms",
        "_boots_ms",
        "_fetching",
        "_link",
        "_now_ms",
        "_orders",
        "_player",
        "_plays",
        "_powered",
        "_profile",
        "_schedules",
        "_seen",
        "_sequence",
        "_silent",
        "boot",
        "booted_ms",
        "volume",
    )

    def __init__(self, profile: Profile, now_ms: int, ahead_ms: int = 0) -> None:
        """It has booted at `now_ms`, the first instant."""
        self._profile, self._now_ms, self._ahead_ms = profile, now_ms, ahead_ms
        self._player = Player(profile.power_recovery, profile.after_cut, profile.priority_cuts)
        self._powered, self._link = True, True
        self._boots_ms: int | None = None
        self._plays: dict[str, Play] = {}
        self._fetching: dict[str, Item] = {}
        self._silent: dict[str, str] = {}
        self._schedules: dict[str, tuple[str, ...]] = {}
        self._orders: dict[str, str | None] = {}
        self._seen: dict[str, str | None] = {}
        self._sequence = 0
        self.boot, self.booted_ms, self.volume = _boot_name(now_ms), now_ms, FIRST_VOLUME

    @property
    def is_up(self) -> bool:
        """Whether it has power and has booted."""
        return self._powered and self._boots_ms is None

    @property
    def has_link(self) -> bool:
        """Whether it has a path to the source system, power apart."""
        return self._link

    def by_own_clock(self, at_ms: int) -> int:
        """The instant as the device's clock shows it."""
        return at_ms + self._ahead_ms

    def next_ms(self) -> int | None:
        """When it wants to be asked next if nothing happens before; None for never."""
        boots_ms = NO_HORIZON if self._boots_ms is None else self._boots_ms
        at_ms = min(boots_ms, self._player.next_change())
        return None if at_ms >= NO_HORIZON else at_ms

    def awaits(self, item: str) -> bool:
        """Whether it cannot play the item before its sound is there."""
        return item in self._fetching

    def wanted(self) -> list[Play]:
        """The plays whose sounds it still waits for."""
        return [self._plays[item] for item in self._fetching]

    def status(self, now_ms: int, link: str) -> Status:
        """How it is; `link` names its path to the source system."""
        playing = self._player.playing
        return Status(
            at_ms=self.by_own_clock(now_ms),
            boot=self.boot,
            booted_ms=self.booted_ms,
            volume=self.volume,
            link=link,
            playing=self._plays[playing.item.id] if playing else None,
            started_ms=self.by_own_clock(self._player.start) if playing else None,
        )

    def moment(self, now_ms: int, happenings: Iterable[Happening] = ()) -> list[Effect]:
        """What it does until `now_ms`, and at it when all of that happens together.

        Each instant is resolved once: what happens at one that is over already counts for the
        millisecond after the last.
        """
        together = list(happenings)
        if now_ms <= self._now_ms:
            if not together:
                return []
            now_ms = self._now_ms + 1
        effects: list[Effect] = []
        while (due_ms := self.next_ms()) is not None and due_ms < now_ms:
            # What was due at a resolved instant is so for ever, and asks for nothing more.
            self._settle(max(due_ms, self._now_ms), (), effects)
        self._settle(now_ms, together, effects)
        return effects

    def close(self, now_ms: int) -> list[Effect]:
        """What it has done by `now_ms`, where nobody looks any further: the end of a run."""
        effects = self.moment(now_ms - 1)
        around = Around(self.is_up, False, self._link)
        ended = self._player.settle(max(now_ms, self._now_ms), around, horizon=now_ms)
        if ended is not None:
            effects.append(Ended(self._plays[ended.item], ended))
        return effects

    # ---- One instant ----------------------------------------------------------------------------

    def _settle(self, now_ms: int, together: Sequence[Happening], effects: list[Effect]) -> None:
        was_up = self.is_up
        for happening in together:
            self._happen(happening, now_ms, effects)
        if self._boots_ms is not None and self._boots_ms <= now_ms:
            self._boots_ms = None
            if not was_up:
                self.boot, self.booted_ms, self._sequence = _boot_name(now_ms), now_ms, 0
                effects.append(Booted(now_ms, self.boot))
        playing = self._player.playing
        around = Around(self.is_up, was_up and not self.is_up, self._link)
        ended = self._player.settle(now_ms, around)
        if ended is not None:
            self._end(ended, effects)
        if self._player.playing is not None and self._player.playing is not playing:
            effects.append(Began(self._plays[self._player.playing.item.id], now_ms))
        if self.is_up:
            for progress in self._player.forget(now_ms):
                self._miss(progress, effects)
        if was_up and not self.is_up and self._powered:
            effects.append(Restarting())
        self._now_ms = now_ms

    def _happen(self, happening: Happening, now_ms: int, effects: list[Effect]) -> None:
        match happening:
            case PowerLost():
                self._powered, self._boots_ms = False, None
            case PowerBack() if not self._powered:
                self._powered, self._boots_ms = True, now_ms + self._profile.boot_ms
            case LinkLost():
                self._link = False
            case LinkBack():
                self._link = True
            case Ordered(order):
                effects.append(self._answer(order, now_ms, effects))
            case Fetched(item):
                if waiting := self._fetching.pop(item, None):
                    self._player.tell(replace(waiting, delivered=now_ms))
            case FetchFailed(item, why):
                if self._fetching.pop(item, None):
                    self._log(self._plays[item], now_ms, now_ms, "failed", why, effects)
                elif item in self._plays:
                    self._silent[item] = why
            case ClockSet(ahead_ms):
                self._ahead_ms = ahead_ms

    def _end(self, segment: Segment, effects: list[Effect]) -> None:
        play = self._plays[segment.item]
        effects.append(Ended(play, segment))
        outcome: Outcome = "played" if segment.reason == "finished" else "cut"
        reason = "" if outcome == "played" else _TOLD[segment.reason]
        if segment.reason == "power" and self._powered:
            reason = "restarted"
        if segment.item in self._silent:
            outcome, reason = "failed", self._silent[segment.item]
        self._log(play, segment.start, segment.end, outcome, reason, effects)

    def _miss(self, progress: Progress, effects: list[Effect]) -> None:
        """Log a play that was due and never began, unless it was withdrawn."""
        item = progress.item
        if progress.begun or item.cancelled is not None:
            return
        limits = [at for at in (item.expires, item.end_by) if at is not None]
        if item.kind == "live":
            limits.append(item.not_before + item.duration)
        at_ms = min(limits)
        self._log(self._plays[item.id], at_ms, at_ms, "missed", "not begun in time", effects)

    def _log(
        self,
        play: Play,
        from_ms: int,
        to_ms: int,
        outcome: Outcome,
        why: str,
        effects: list[Effect],
    ) -> None:
        started_ms = self.by_own_clock(from_ms)
        ended_ms = started_ms + to_ms - from_ms  # a clock that is set meanwhile changes no length
        sequence, self._sequence = self._sequence, self._sequence + 1
        effects.append(
            Entry(self.boot, sequence, play, started_ms, ended_ms, outcome, why[:500], self.volume)
        )

    # ---- Orders ---------------------------------------------------------------------------------

    def _answer(self, order: Order, now_ms: int, effects: list[Effect]) -> Answer:
        own_ms = self.by_own_clock(now_ms)
        if order.refusal is not None:
            return Answer(order.id, own_ms, order.refusal)
        if not order.id or order.id not in self._orders:
            if order.expires_ms is not None and own_ms >= order.expires_ms:
                refusal: str | None = "đã hết hạn / expired"
            else:
                refusal = self._obey(order, now_ms, effects)
            _remember(self._orders, order.id, refusal)
        return Answer(order.id, own_ms, self._orders[order.id])

    def _obey(self, order: Order, now_ms: int, effects: list[Effect]) -> str | None:
        """Do it; why not, where it is refused."""
        match order.action:
            case Play() as play:
                return self._take((play,), now_ms, effects)
            case Cancel(item):
                self._withdraw(item, now_ms)
                _remember(self._seen, item, None)
            case Stop(item):
                playing = self._player.playing
                if playing is not None and item in (None, playing.item.id):
                    self._player.cancel(playing.item.id, now_ms)
            case Restart() if self.is_up:
                self._boots_ms = now_ms + max(1, self._profile.boot_ms)
            case SetVolume(percent):
                self.volume = percent
            case DropSchedule(schedule):
                self._drop_schedule(schedule, now_ms)
            case AddSchedule(schedule, plays):
                self._drop_schedule(schedule, now_ms)
                if refusal := self._take(plays, now_ms, effects):
                    return refusal
                self._schedules[schedule] = tuple(play.item for play in plays)
        return None

    def _take(self, plays: Sequence[Play], now_ms: int, effects: list[Effect]) -> str | None:
        self._tidy()
        new = [play for play in plays if play.item not in self._seen]
        is_emergency = all(play.bulletin_class == "emergency" for play in new)
        room = MOST_PLAYS + (EMERGENCY_ROOM if is_emergency else 0)
        if len(self._plays) + len(new) > room:
            return f"giữ tối đa {room} lượt phát / at most {room} plays are held"
        for play in new:
            item = self._as_played(play, now_ms)
            self._plays[play.item] = play
            _remember(self._seen, play.item, None)
            if item.kind == "file" and play.sound is not None:
                self._fetching[play.item] = item
                effects.append(Fetch(play))
            else:
                self._player.tell(item)
        return None

    def _as_played(self, play: Play, now_ms: int) -> Item:
        """The play as this device deals with it: by its own clock, and stored nowhere a stream."""
        ahead_ms = 0 if play.at_once else self._ahead_ms
        not_before_ms = play.not_before_ms - ahead_ms
        return Item(
            id=play.item,
            bulletin_class=play.bulletin_class,
            kind="stream" if play.kind == "file" and not self._profile.stores else play.kind,
            issued=play.issued_ms,
            delivered=now_ms,
            # The source system's clock may be wrong: nobody waits for it with what is for at once.
            not_before=min(not_before_ms, now_ms) if play.at_once else not_before_ms,
            duration=play.duration_ms,
            severity=play.severity,
            expires=None if play.expires_ms is None else play.expires_ms - ahead_ms,
            end_by=None if play.end_by_ms is None else play.end_by_ms - ahead_ms,
            order=play.order,
        )

    def _withdraw(self, item: str, now_ms: int) -> None:
        if self._fetching.pop(item, None) is None:
            self._player.cancel(item, now_ms)

    def _drop_schedule(self, schedule: str, now_ms: int) -> None:
        begun = {p.item.id for p in self._player.waiting if p.begun or p is self._player.playing}
        for item in self._schedules.pop(schedule, ()):
            if item not in begun:
                self._withdraw(item, now_ms)
                self._seen.pop(item, None)

    def _tidy(self) -> None:
        """Forget the words of plays that are over, now and then."""
        player = self._player
        held = {p.item.id for p in (*player.waiting, *player.upcoming)} | self._fetching.keys()
        if len(self._plays) > 2 * len(held) + 8:
            self._plays = {item: play for item, play in self._plays.items() if item in held}
            self._silent = {item: why for item, why in self._silent.items() if item in held}
            self._schedules = {
                name: items for name, items in self._schedules.items() if not held.isdisjoint(items)
            }


_TOLD: dict[Reason, str] = {
    "power": "power lost",
    "cancelled": "cancelled",
    "window": "end of its time",
    "link": "link lost",
    "preempted": "cut off by a more urgent one",
}
"""What the play log says of why a stretch ended early."""


def _boot_name(at_ms: int) -> str:
    """Another one for each boot, also of another run: boots are never at the same millisecond."""
    return f"b{at_ms}"


def _remember(known: dict[str, str | None], name: str, what: str | None) -> None:
    known[name] = what
    while len(known) > MOST_REMEMBERED:
        del known[next(iter(known))]
