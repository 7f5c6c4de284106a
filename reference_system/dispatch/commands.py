"""Programme and bulletins in, timed commands out: what is sent, when, and to whom.

Nothing here knows networks, devices or files: the rules are the same for the virtual world and
for the real source system. Times are whole milliseconds from the scenario's start.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from scenarios.scenario import (
    Area,
    Bulletin,
    BulletinClass,
    ProgrammeSlot,
    Scenario,
    SoundKind,
)
from scenarios.units import DAY_MS, VIETNAM_TIME

Action = Literal["start", "cancel"]

ACTIONS: tuple[Action, ...] = ("start", "cancel")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be played once: a part of one day's slot, or one play of a bulletin.

    `bulletin` is the id of the bulletin or of the programme slot that it comes from; the other
    fields are those of an item of the play-out rules. None stands for no limit, and for a size
    that nobody stated.
    """

    id: str
    bulletin: str
    bulletin_class: BulletinClass
    severity: int
    kind: SoundKind
    not_before_ms: int
    expires_ms: int | None
    end_by_ms: int | None
    duration_ms: int
    order: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Command:
    """An order of the source system, accepted at `issued_ms`: play the item, or play it no more."""

    id: str
    action: Action
    issued_ms: int
    to: Area
    item: Item


def commands(scenario: Scenario) -> tuple[Command, ...]:
    """Every command of a scenario, by time of issue and then by id."""
    return _in_order(
        [
            *programme_commands(scenario.programme, scenario.start, scenario.horizon_ms),
            *bulletin_commands(scenario.bulletins, scenario.horizon_ms),
        ]
    )


def programme_commands(
    slots: Iterable[ProgrammeSlot], start: datetime, horizon_ms: int
) -> tuple[Command, ...]:
    """The items of every occurrence of each slot on Vietnamese days, `start` being aware.

    An item has its place in its slot: it follows the item before it, and nothing plays beyond
    the slot. Items whose place lies wholly before the scenario's start or beyond the slot's end,
    or begins at the horizon or later, are not sent. One whose place includes the start is sent
    there: its `not_before_ms` is negative.
    """
    return _in_order(
        Command(f"start:{item.id}", "start", max(0, slot_start - slot.lead_ms), slot.where, item)
        for slot in slots
        for day, slot_start in _occurrences(slot, start, horizon_ms)
        for item in _slot_items(slot, day, slot_start, horizon_ms)
    )


def bulletin_commands(bulletins: Iterable[Bulletin], horizon_ms: int) -> tuple[Command, ...]:
    """The plays of each bulletin that are issued in `[0, horizon_ms)`, and their cancels.

    A play that would be issued at the cancel or later is not issued. `not_before_ms` and
    `end_by_ms` move along with the repetitions. A first `not_before_ms` before the issue is
    kept: a live broadcast may have begun before the bulletin that points to it. Of the plays of
    before 0 those are issued, at 0, that are not due before.
    """
    return _in_order(
        command for bulletin in bulletins for command in _bulletin_commands(bulletin, horizon_ms)
    )


def _in_order(some: Iterable[Command]) -> tuple[Command, ...]:
    return tuple(sorted(some, key=lambda command: (command.issued_ms, command.id)))


def _occurrences(
    slot: ProgrammeSlot, start: datetime, horizon_ms: int
) -> Iterator[tuple[date, int]]:
    """Local days on which the slot reaches into `[0, horizon_ms)`, each with the slot's start."""
    local = start.astimezone(VIETNAM_TIME)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    first_day_start = slot.at_ms - (local - midnight) // timedelta(milliseconds=1)
    earliest = (-slot.slot_ms - first_day_start) // DAY_MS + 1
    latest = (horizon_ms - 1 - first_day_start) // DAY_MS
    for days in range(earliest, latest + 1):
        day = midnight.date() + timedelta(days=days)
        if day.weekday() in slot.days:
            yield day, first_day_start + days * DAY_MS


def _slot_items(slot: ProgrammeSlot, day: date, slot_start: int, horizon_ms: int) -> Iterator[Item]:
    slot_end = slot_start + slot.slot_ms
    place = slot_start
    for number, part in enumerate(slot.items, start=1):
        not_before, place = place, place + part.length_ms
        if not_before < min(slot_end, horizon_ms) and place > 0:
            yield Item(
                id=f"{slot.id}/{day.isoformat()}/{number}",
                bulletin=slot.id,
                bulletin_class="normal",
                severity=0,
                kind="file" if part.relay is None else "live",
                not_before_ms=not_before,
                expires_ms=None,
                end_by_ms=slot_end,
                duration_ms=part.length_ms,
                order=0,
                size_bytes=None,
            )


def _bulletin_commands(bulletin: Bulletin, horizon_ms: int) -> Iterator[Command]:
    first, cancel = bulletin.not_before_ms, bulletin.cancel_at_ms
    issue_until = horizon_ms if cancel is None else min(horizon_ms, cancel)
    for play in range(bulletin.times):
        shift = play * bulletin.gap_ms
        accepted = bulletin.at_ms + shift
        due = accepted if first is None else first + shift
        issued = max(0, accepted)
        if issued >= issue_until:
            return
        if due < 0 and accepted < 0:
            continue
        item = Item(
            id=f"{bulletin.id}/{play + 1}",
            bulletin=bulletin.id,
            bulletin_class=bulletin.bulletin_class,
            severity=bulletin.severity,
            kind=bulletin.sound.kind,
            not_before_ms=due,
            expires_ms=_later(bulletin.valid_ms, accepted),
            end_by_ms=_later(bulletin.end_by_ms, shift),
            duration_ms=bulletin.sound.length_ms,
            order=bulletin.order,
            size_bytes=bulletin.sound.size_bytes,
        )
        yield Command(f"start:{item.id}", "start", issued, bulletin.to, item)
        if cancel is not None and cancel < horizon_ms:
            yield Command(f"cancel:{item.id}", "cancel", cancel, bulletin.to, item)


def _later(instant_ms: int | None, by_ms: int) -> int | None:
    return None if instant_ms is None else instant_ms + by_ms
