"""What was seen at the devices of a live run, as the events of a run in any world.

What devices were told is the scenario's; when it arrived, what was fetched, what they played and
what they were without is what was observed. All instants here are milliseconds from the start.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from reference_system.dispatch.commands import Action, Command
from scenarios.scenario import Scenario
from simulator.emulator.events import Event
from simulator.fleet import Flags, Fleet, Places
from simulator.gaps import FAR, Gaps, Milliseconds
from simulator.live.deeds import CancelOrder
from simulator.live.operators import Done
from simulator.network import outages
from simulator.network.philox import numbers
from simulator.playout.batch import Batch
from simulator.playout.case import AFTER, REASONS
from simulator.playout.segments import Heard, Segments
from simulator.told import Told
from simulator.virtual import Chunk, woken

_HORIZON = REASONS.index("horizon")
_ACTIONS: dict[str, Action] = {"Play": "start", "Cancel": "cancel"}
_NOT_BACK = FAR - 1

Interval = tuple[int, int]


@dataclass(slots=True)
class Seen:
    """Everything that devices did, as it comes: call it with each event."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        """One more event."""
        self.events.append(event)


@dataclass(frozen=True, slots=True)
class Away:
    """When the source system, or its broker alone, was really away: from and to."""

    server: tuple[Interval, ...] = ()
    broker: tuple[Interval, ...] = ()


@dataclass(slots=True)
class _Device:
    """What was seen at one device; items are the scenario's."""

    reached: dict[tuple[Action, str], int] = field(default_factory=dict)
    fetched: dict[str, int] = field(default_factory=dict)
    segments: list[tuple[str, int, int, int, int]] = field(default_factory=list)
    power: list[Interval] = field(default_factory=list)
    link: list[Interval] = field(default_factory=list)
    dark_since: int | None = None
    cut_since: int | None = None


class Observed:
    """A run that is over."""

    def __init__(
        self,
        events: Iterable[Event],
        begin_ms: int,
        horizon_ms: int,
        names: Mapping[str, str],
    ) -> None:
        """From its events; `begin_ms` is the start since the epoch.

        `names` gives the scenario's item for what the source system calls it.
        """
        self._horizon_ms, self._names = horizon_ms, names
        self._devices: dict[str, _Device] = {}
        self._connects: Counter[int] = Counter()
        self.unasked = 0
        """Stretches of play that the scenario did not ask for, of whatever that was."""
        for event in events:
            self._take(event, event.at_ms - begin_ms)

    @property
    def most_connects_per_s(self) -> int:
        """The most devices that connected within one second."""
        return max(self._connects.values(), default=0)

    def chunks(
        self, scenario: Scenario, fleet: Fleet, commands: Sequence[Command], away: Away
    ) -> Iterator[Chunk]:
        """What happened, profile by profile in the order of the fleet."""
        for profile in range(len(fleet.profiles)):
            places = np.flatnonzero(fleet.profile == profile)
            if len(places):
                yield self._chunk(scenario, fleet, places, commands, away)

    # ---- Taking in ------------------------------------------------------------------------------

    def _take(self, event: Event, at_ms: int) -> None:
        device = self._devices.setdefault(event.device, _Device())
        item = self._names.get(str(event.detail.get("item")))
        match event.what:
            case "ordered" if item is not None and at_ms < self._horizon_ms:
                action = _ACTIONS.get(event.detail["action"])
                if action is not None:
                    device.reached.setdefault((action, item), at_ms)
            case "fetched" if item is not None and at_ms < self._horizon_ms:
                device.fetched.setdefault(item, at_ms)
            case "ended":
                self._played(device, event, item, event.at_ms - at_ms)
            case "connected" if at_ms >= 0:
                self._connects[at_ms // 1_000] += 1
            case "power-cut" if device.dark_since is None:
                device.dark_since = at_ms
            case "booted" if device.dark_since is not None:
                device.power.append((device.dark_since, at_ms))
                device.dark_since = None
            case "link-cut" if device.cut_since is None:
                device.cut_since = at_ms
            case "link-back" if device.cut_since is not None:
                device.link.append((device.cut_since, at_ms))
                device.cut_since = None

    def _played(self, device: _Device, event: Event, item: str | None, begin_ms: int) -> None:
        start, end = event.detail["start_ms"] - begin_ms, event.detail["end_ms"] - begin_ms
        reason = REASONS.index(event.detail["reason"])
        if start >= self._horizon_ms:
            return
        if end > self._horizon_ms:
            end, reason = self._horizon_ms, _HORIZON
        if item is None:
            self.unasked += 1
        else:
            device.segments.append((item, start, end, event.detail["offset_ms"], reason))

    # ---- Telling --------------------------------------------------------------------------------

    def _chunk(
        self,
        scenario: Scenario,
        fleet: Fleet,
        places: Places,
        commands: Sequence[Command],
        away: Away,
    ) -> Chunk:
        profile = fleet.profile_of(places)
        seen = [self._devices.get(name, _Device()) for name in fleet.ids(places)]
        ahead_ms = outages.clock_errors(scenario, fleet, places)
        told = Told.of(commands, fleet, places, profile, ahead_ms, _also(seen))
        reached = _reached(told, seen)
        segments = _segments(told, seen)
        power = _gaps([_closed(each.power, each.dark_since) for each in seen])
        path = _gaps(
            [
                [
                    *_later(_closed(each.power, each.dark_since), profile.join_ms),
                    *_later(_closed(each.link, each.cut_since), profile.join_ms),
                    *away.server,
                ]
                for each in seen
            ]
        )
        devices = len(places)
        batch = Batch(
            self._horizon_ms,
            told.plans,
            told.plan,
            _delivered(told, seen, told.by_row(reached, "start"), segments),
            told.by_row(reached, "cancel"),
            power,
            path,
            np.full(devices, AFTER.index(profile.power_recovery), np.int8),
            np.full(devices, AFTER.index(profile.after_cut), np.int8),
            np.full(devices, profile.priority_cuts, np.bool_),
        )
        number = numbers(fleet.ids(places))
        return Chunk(
            places,
            number,
            told,
            reached,
            batch,
            path.union(_gaps([away.broker] * devices)),
            segments,
            Heard.of(batch, segments, np.full(devices, profile.start_delay_ms, np.int64)),
            profile.start_delay_ms,
            profile.fm_receivers,
            woken(scenario.seed, number, told, profile),
        )


def as_accepted(commands: Sequence[Command], done: Iterable[Done]) -> tuple[Command, ...]:
    """The commands with the instants at which people really asked for them.

    A first play counts from the first time that somebody asked, a repetition from the request that
    was taken: from then on the source system is to repeat by itself.
    """
    late_ms: dict[str, int] = {}
    for each in done:
        action = "cancel" if isinstance(each.deed, CancelOrder) else "start"
        first_ms = each.asked_ms - each.deed.at_ms
        later_ms = first_ms if each.taken_ms is None else each.taken_ms - each.deed.at_ms
        for number, item in enumerate(each.deed.plays):
            repeated = number > 0 and action == "start"
            late_ms[f"{action}:{item.id}"] = later_ms if repeated else first_ms
    return tuple(
        replace(command, issued_ms=command.issued_ms + late_ms.get(command.id, 0))
        for command in commands
    )


def _also(seen: Sequence[_Device]) -> dict[str, Flags]:
    """Which devices played what, by the id of the item."""
    also: dict[str, Flags] = {}
    for place, device in enumerate(seen):
        for item, *_ in device.segments:
            also.setdefault(item, np.zeros(len(seen), np.bool_))[place] = True
    return also


def _reached(told: Told, seen: Sequence[_Device]) -> Milliseconds:
    reached = np.full(told.addressed.shape, FAR, np.int64)
    row_of = {(c.action, c.item.id): row for row, c in enumerate(told.commands)}
    for place, device in enumerate(seen):
        for command, at_ms in device.reached.items():
            if (row := row_of.get(command)) is not None:
                reached[row, place] = at_ms
    return reached


def _rows(told: Told) -> list[dict[str, int]]:
    """Of each plan the row of every item."""
    return [{item.id: row for row, item in enumerate(items)} for items in told.plans.items]


def _delivered(
    told: Told, seen: Sequence[_Device], commanded: Milliseconds, segments: Segments
) -> Milliseconds:
    """When what is to be played was on the device: a file when its sound was, the rest at once.

    What it played was there.
    """
    delivered = commanded.copy()
    rows, kinds = _rows(told), {item.id: item.kind for item in told.items}
    for place, device in enumerate(seen):
        for item, row in rows[told.plan[place]].items():
            if kinds[item] == "file":
                delivered[row, place] = device.fetched.get(item, FAR)
    np.minimum.at(delivered, (segments.item, segments.device), segments.start)
    return delivered


def _segments(told: Told, seen: Sequence[_Device]) -> Segments:
    rows = _rows(told)
    found = [
        (place, rows[told.plan[place]][item], *times)
        for place, device in enumerate(seen)
        for item, *times in device.segments
    ]
    columns = np.array(found, np.int64).reshape(-1, 6).T
    device, item, start, end, offset, reason = columns
    return Segments(
        device.astype(np.int32),
        item.astype(np.int16),
        start,
        end,
        offset,
        reason.astype(np.int8),
    )


def _closed(intervals: Sequence[Interval], since: int | None) -> list[Interval]:
    return [*intervals, *([] if since is None else [(since, _NOT_BACK)])]


def _later(intervals: Iterable[Interval], by_ms: int) -> list[Interval]:
    """Intervals that end so much later."""
    return [(start, min(end + by_ms, _NOT_BACK)) for start, end in intervals]


def _gaps(absent: Sequence[Sequence[Interval]]) -> Gaps:
    """The gaps of devices without what they are absent from, given in any order."""
    rows = max(map(len, absent), default=0)
    start = np.full((rows, len(absent)), FAR, np.int64)
    end = start.copy()
    for place, intervals in enumerate(absent):
        for row, (since, until) in enumerate(intervals):
            if until > 0:
                start[row, place], end[row, place] = max(since, 0), until
    return Gaps.merged(start, end)
