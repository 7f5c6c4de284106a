"""What operators do in a live run, and when: a scenario's commands as orders, slots and cancels.

Instants are milliseconds from the scenario's start. A source system numbers the plays of an order
and the parts of a slot by itself; `names` says which of the scenario's items each of them is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from reference_system.dispatch.commands import Command, Item
from scenarios.problems import BadInput, Problem
from scenarios.scenario import Area, Bulletin, ProgrammeSlot, Scenario
from scenarios.units import VIETNAM_TIME, duration_text

SHORTEST_MS = 1_000
"""What a source system takes as a length: of a sound, a slot and its parts, a gap, a validity."""

FOR_EVER_MS = 30 * 24 * 60 * 60 * 1000
"""How long a play may begin that has no limit."""


@dataclass(frozen=True, slots=True)
class GiveOrder:
    """Order a bulletin: all its plays that follow each other by its gap."""

    at_ms: int
    id: str
    bulletin: Bulletin
    plays: tuple[Item, ...]

    @property
    def valid_ms(self) -> int:
        """How long after its issue each play may begin."""
        expires_ms = self.plays[0].expires_ms
        return FOR_EVER_MS if expires_ms is None else expires_ms - self.at_ms

    def names(self, prefix: str, begin: datetime) -> Mapping[str, str]:
        """The scenario's items by what the source system calls them."""
        return {f"{prefix}{self.id}/{number}": item.id for number, item in enumerate(self.plays, 1)}


@dataclass(frozen=True, slots=True)
class MakeSlot:
    """Put a slot of one day into the programme; it begins at `begins_ms`."""

    at_ms: int
    id: str
    slot: ProgrammeSlot
    begins_ms: int
    plays: tuple[Item, ...]

    def names(self, prefix: str, begin: datetime) -> Mapping[str, str]:
        """The scenario's items by what the source system calls them, where that is moment 0."""
        day = (begin + timedelta(milliseconds=self.begins_ms)).astimezone(VIETNAM_TIME).date()
        return {
            f"{prefix}{self.id}.1/{day.isoformat()}/{item.id.rpartition('/')[2]}": item.id
            for item in self.plays
        }


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Withdraw an order."""

    at_ms: int
    order: str
    plays: tuple[Item, ...]

    def names(self, prefix: str, begin: datetime) -> Mapping[str, str]:
        """None that are new."""
        return {}


Deed = GiveOrder | MakeSlot | CancelOrder


def deeds(scenario: Scenario, commands: Sequence[Command]) -> tuple[Deed, ...]:
    """All that is to be done, by time; raises `BadInput` for what cannot be said to a real system.

    `commands` are those of the scenario.
    """
    starts: dict[str, list[Command]] = {}
    for command in commands:
        if command.action == "start":
            starts.setdefault(command.item.bulletin, []).append(command)
    found: list[Deed] = []
    for bulletin in scenario.bulletins:
        for order in _orders(bulletin, starts.get(bulletin.id, ())):
            found.append(order)
            cancel_ms = bulletin.cancel_at_ms
            if cancel_ms is not None and order.at_ms < cancel_ms < scenario.horizon_ms:
                found.append(CancelOrder(cancel_ms, order.id, order.plays))
    for slot in scenario.programme:
        found += _slots(slot, starts.get(slot.id, ()), scenario.start)
    _check(found)
    return tuple(sorted(found, key=lambda deed: deed.at_ms))


def in_words(scenario: Scenario, area: Area) -> dict[str, object]:
    """An area as the interface has it; the whole territory is named, place by place."""
    place = scenario.territory
    whole = (
        Area(districts=place.districts, communes=place.communes)
        if place.districts or place.communes
        else Area(provinces=place.provinces)
    )
    named = whole if area.everywhere else area
    return {
        "era": scenario.era,
        "provinces": [*named.provinces],
        "districts": [*named.districts],
        "communes": [*named.communes],
        "devices": [*named.devices],
    }


def _orders(bulletin: Bulletin, starts: Iterable[Command]) -> Iterator[GiveOrder]:
    """One order for plays that are issued a gap apart; one that was brought forward is alone."""
    in_order = sorted(starts, key=lambda command: int(command.item.id.rpartition("/")[2]))
    runs: list[list[Command]] = []
    for command in in_order:
        if runs and command.issued_ms - runs[-1][-1].issued_ms == bulletin.gap_ms:
            runs[-1].append(command)
        else:
            runs.append([command])
    for number, run in enumerate(runs, 1):
        plays = tuple(command.item for command in run)
        yield GiveOrder(run[0].issued_ms, f"{bulletin.id}-{number}", bulletin, plays)


def _slots(slot: ProgrammeSlot, starts: Iterable[Command], start: datetime) -> Iterator[MakeSlot]:
    local = start.astimezone(VIETNAM_TIME)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    by_day = groupby(starts, key=lambda command: command.item.id.split("/")[1])
    for day, commands in by_day:
        some = list(commands)
        begins = midnight.replace(tzinfo=None) + timedelta(
            days=(date.fromisoformat(day) - midnight.date()).days, milliseconds=slot.at_ms
        )
        begins_ms = (begins - local.replace(tzinfo=None)) // timedelta(milliseconds=1)
        plays = tuple(command.item for command in some)
        yield MakeSlot(some[0].issued_ms, f"{slot.id}-{day}", slot, begins_ms, plays)


def _check(found: Iterable[Deed]) -> None:
    short = {
        name: length_ms
        for deed in found
        for name, length_ms in _lengths(deed).items()
        if length_ms < SHORTEST_MS
    }
    problems = [
        Problem(name, None, None, "", duration_text(ms), "at least 1s in a live run")
        for name, ms in short.items()
    ]
    if problems:
        raise BadInput(problems)


def _lengths(deed: Deed) -> dict[str, int]:
    match deed:
        case GiveOrder(bulletin=bulletin):
            name = f"bulletins {bulletin.id}"
            gap = {f"{name} repeat.gap": bulletin.gap_ms} if len(deed.plays) > 1 else {}
            valid = {f"{name} valid": deed.valid_ms}
            return {f"{name} sound.length": bulletin.sound.length_ms, **gap, **valid}
        case MakeSlot(slot=slot):
            name = f"programme {slot.id}"
            parts = {f"{name} items.{n}": part.length_ms for n, part in enumerate(slot.items)}
            return {f"{name} slot": slot.slot_ms, **parts}
        case CancelOrder():
            return {}
