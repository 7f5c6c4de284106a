"""The daily programme of a scenario file: its slots, and which of them collide."""

from collections.abc import Sequence
from itertools import product

from scenarios import units
from scenarios.areas import Places, area_of
from scenarios.problems import Path
from scenarios.reading import Reading
from scenarios.scenario import ProgrammeItem, ProgrammeSlot

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DEFAULT_LEAD_MS = 12 * units.HOUR_MS
_WEEK_MS = 7 * units.DAY_MS


def programme_of(reading: Reading, places: Places | None) -> tuple[ProgrammeSlot, ...]:
    """The slots in the order of the file; those that run over or collide are warned of."""
    slots: list[ProgrammeSlot] = []
    sound: list[tuple[Path, ProgrammeSlot]] = []
    for path in reading.entries(("programme",)):
        slot = _slot(reading, places, path, len(slots) + 1)
        slots.append(slot)
        if reading.is_sound(path):
            _warn_of_overrun(reading, path, slot)
            sound.append((path, slot))
    if places is not None:
        _warn_of_collisions(reading, places, sound)
    return tuple(slots)


def _slot(reading: Reading, places: Places | None, path: Path, number: int) -> ProgrammeSlot:
    slot_ms = reading.positive((*path, "slot"), units.duration_ms)
    if slot_ms > units.DAY_MS:
        text = units.duration_text(slot_ms)
        reading.error((*path, "slot"), text, "at most 24h")
    return ProgrammeSlot(
        id=reading.value((*path, "id"), f"programme-{number}"),
        where=area_of(places, (*path, "where")),
        at_ms=reading.quantity((*path, "at"), units.clock_ms),
        days=tuple(sorted({DAYS.index(day) for day in reading.value((*path, "days"), DAYS)})),
        slot_ms=slot_ms,
        lead_ms=reading.quantity((*path, "lead"), units.duration_ms, _DEFAULT_LEAD_MS),
        items=tuple(
            ProgrammeItem(
                relay=reading.value((*item, "relay")),
                length_ms=reading.positive((*item, "length"), units.duration_ms),
            )
            for item in reading.entries((*path, "items"))
        ),
    )


def _warn_of_overrun(reading: Reading, path: Path, slot: ProgrammeSlot) -> None:
    length_ms = sum(item.length_ms for item in slot.items)
    if length_ms > slot.slot_ms:
        wrong = f"{units.duration_text(length_ms)} long and will be cut off"
        expected = f"at most the slot's {units.duration_text(slot.slot_ms)}"
        reading.warn((*path, "items"), wrong, expected)


def _warn_of_collisions(
    reading: Reading, places: Places, slots: Sequence[tuple[Path, ProgrammeSlot]]
) -> None:
    communes = [places.communes_of(slot.where) for _, slot in slots]
    for later, (path, slot) in enumerate(slots):
        for earlier, (_, other) in enumerate(slots[:later]):
            day = _shared_day(other, slot)
            shared = communes[earlier] & communes[later] if day is not None else None
            if day is not None and shared:
                wrong = (
                    f"{_clock_span(slot)} and collides on {DAYS[day]}"
                    f' in commune {min(shared)} with "{other.id}" of {_clock_span(other)}'
                )
                reading.warn(path, wrong, "slots apart: play-out plays one at a time")
                break


def _shared_day(one: ProgrammeSlot, other: ProgrammeSlot) -> int | None:
    for day, other_day in product(one.days, other.days):
        apart_ms = (other_day - day) * units.DAY_MS + other.at_ms - one.at_ms
        # Days go round: a slot of Sunday night may run into Monday.
        if apart_ms % _WEEK_MS < one.slot_ms or -apart_ms % _WEEK_MS < other.slot_ms:
            return other_day
    return None


def _clock_span(slot: ProgrammeSlot) -> str:
    start, end = units.clock_text(slot.at_ms), units.clock_text(slot.at_ms + slot.slot_ms)
    return f"{start} to {end}"
