"""A part of a scenario, and a scenario in less time. Pure functions of scenarios.

Faults keep their places, because draws belong to a fault's number; what is before the part keeps
its instants, which are negative then.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar

from scenarios.scenario import Bulletin, Fault, ProgrammeSlot, Scenario
from scenarios.units import DAY_MS, VIETNAM_TIME

LONGEST_COMPRESSED_MS = 6 * DAY_MS
"""A slot of the programme returns after a week."""

_MILLISECOND = timedelta(milliseconds=1)
_SECOND_MS = 1_000
_INSTANTS = frozenset({"at_ms", "until_ms", "not_before_ms", "end_by_ms", "cancel_at_ms"})

Part = TypeVar("Part", Bulletin, Fault)
Whole = TypeVar("Whole")


def window(scenario: Scenario, start: datetime, length_ms: int) -> Scenario:
    """What of a scenario lies in `[start, start + length_ms)`.

    Which plays of a bulletin are issued then is the dispatch rules' to say: those of before are
    not, but for those that are due only in the part. Raises `ValueError` for a part that does not
    lie within the scenario.
    """
    later_ms = (start - scenario.start) // _MILLISECOND
    if not 0 <= later_ms < later_ms + length_ms <= scenario.horizon_ms:
        end = scenario.start + scenario.horizon_ms * _MILLISECOND
        raise ValueError(
            f"a part of the scenario, {scenario.start.isoformat()} to {end.isoformat()}"
        )
    return replace(
        scenario,
        start=scenario.start + later_ms * _MILLISECOND,
        horizon_ms=length_ms,
        bulletins=tuple(_earlier(each, later_ms) for each in scenario.bulletins),
        faults=tuple(_earlier(each, later_ms) for each in scenario.faults),
    )


def compressed(scenario: Scenario, scale: Fraction) -> Scenario:
    """The scenario `scale` times as fast: all that is said and broken in that part of the time.

    Devices' own timers, the rates of links and the server, and times of day at which sound is
    permitted stay. Instants are rounded down to a millisecond, those of the programme to a second
    of the clock; its slots become one for each time that they are heard, the first under the old
    name. Raises `ValueError` where that is longer than `LONGEST_COMPRESSED_MS`.
    """
    if scale == 1:
        return scenario
    horizon_ms = _part(scenario.horizon_ms, scale)
    if horizon_ms > LONGEST_COMPRESSED_MS:
        raise ValueError("a scale by which it lasts at most six days")
    return replace(
        scenario,
        horizon_ms=horizon_ms,
        programme=tuple(
            each for slot in scenario.programme for each in _slots(scenario, slot, scale)
        ),
        bulletins=tuple(_faster(each, scale) for each in scenario.bulletins),
        faults=tuple(_faster(each, scale) for each in scenario.faults),
    )


def _earlier(said: Part, by_ms: int) -> Part:
    instants = {
        field.name: getattr(said, field.name) - by_ms
        for field in fields(said)
        if field.name in _INSTANTS and getattr(said, field.name) is not None
    }
    return replace(said, **instants)


def _faster(said: Whole, scale: Fraction) -> Whole:
    """The same with every time in it divided, to the innermost."""
    assert is_dataclass(said)
    assert not isinstance(said, type)
    changed: dict[str, Any] = {}
    for field in fields(said):
        value = getattr(said, field.name)
        if is_dataclass(value):
            changed[field.name] = _faster(value, scale)
        elif field.name.endswith("_ms") and value is not None:
            changed[field.name] = _part(value, scale)
    return replace(said, **changed)


def _part(ms: int, scale: Fraction) -> int:
    """The time divided, and not nothing where it was something."""
    return int(ms // scale) or (ms > 0) - (ms < 0)


def _slots(scenario: Scenario, slot: ProgrammeSlot, scale: Fraction) -> Iterator[ProgrammeSlot]:
    for number, at_ms in enumerate(_begins(scenario, slot), start=1):
        begins = (scenario.start + int(at_ms // scale) * _MILLISECOND).astimezone(VIETNAM_TIME)
        midnight = begins.replace(hour=0, minute=0, second=0, microsecond=0)
        since_ms = (begins - midnight) // _MILLISECOND
        faster = _faster(slot, scale)
        yield replace(
            faster,
            id=slot.id if number == 1 else f"{slot.id}.{number}",
            at_ms=since_ms - since_ms % _SECOND_MS,
            days=(begins.weekday(),),
            items=tuple(_faster(item, scale) for item in slot.items),
        )


def _begins(scenario: Scenario, slot: ProgrammeSlot) -> Iterator[int]:
    """When the slot begins that is heard within the scenario, from its start."""
    local = scenario.start.astimezone(VIETNAM_TIME)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    at_ms = slot.at_ms - (local - midnight) // _MILLISECOND - DAY_MS
    day = midnight - timedelta(days=1)
    while at_ms < scenario.horizon_ms:
        if day.weekday() in slot.days and at_ms + slot.slot_ms > 0:
            yield at_ms
        at_ms, day = at_ms + DAY_MS, day + timedelta(days=1)
