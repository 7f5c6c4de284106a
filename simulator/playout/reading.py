"""Reads a play-out case from JSON, and writes what was played as JSON.

`schemas/case.schema.json` describes a case. Beyond it, ids are used once, an interval does not end
before it starts, and a whole number is written as one. Reading stops at the first fault: fields are
looked at in the order in which they are written, missing ones after them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path as FilePath
from typing import Any

from scenarios import strict_json
from scenarios.problems import BadInput, Problem, shortened, shown
from scenarios.scenario import CLASSES, KINDS

from .case import AFTER, SEVERITIES, Case, Device, Interval, Item, Segment

MAX_NUMBER = 2**53
"""Numbers lie within ± this, which every JSON reader keeps exactly."""

MAX_ITEMS = 2**15 - 1
"""The most items of a device: `Segments` counts them in 16 bits."""


def read(path: FilePath) -> Case:
    """The case in a file; raises `BadInput` with the first fault."""
    return parse(strict_json.read(path), str(path))


def parse(data: Any, file: str) -> Case:
    """The case in decoded JSON, named `file` in messages; raises as `read` does."""
    try:
        return Case(**_fields(data, _CASE))
    except _Fault as fault:
        place = fault.place.removeprefix(".")
        raise BadInput([Problem(file, None, None, place, fault.wrong, fault.expected)]) from None


def segments_as_json(
    played: Mapping[str, Sequence[Segment]],
) -> dict[str, list[dict[str, int | str]]]:
    """The segments of each device as JSON data: `{"device id": [{"item", "start", "end", …}]}`."""
    return {
        device: [asdict(segment) for segment in segments] for device, segments in played.items()
    }


_Reader = Callable[[Any], Any]
"""Turns decoded JSON into a value; raises `_Fault`."""


class _Fault(Exception):
    def __init__(self, wrong: str, expected: str, place: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.expected, self.place = wrong, expected, place

    def within(self, outer: str) -> "_Fault":
        return _Fault(self.wrong, self.expected, outer + self.place)


def _whole(least: int = -MAX_NUMBER, most: int = MAX_NUMBER) -> _Reader:
    def read(data: Any) -> int:
        if type(data) is not int or not least <= data <= most:
            raise _Fault(shown(data), f"a whole number from {least} to {most}")
        return data

    return read


def _one_of(*choices: str) -> _Reader:
    def read(data: Any) -> Any:
        if data not in choices:
            raise _Fault(shown(data), f"one of {', '.join(choices)}")
        return data

    return read


def _or_null(read_value: _Reader) -> _Reader:
    def read(data: Any) -> Any:
        try:
            return None if data is None else read_value(data)
        except _Fault as fault:
            raise _Fault(fault.wrong, f"{fault.expected}, or null") from None

    return read


def _text(data: Any) -> str:
    if not isinstance(data, str) or not data:
        raise _Fault(shown(data), "text that is not empty")
    return data


def _yes_or_no(data: Any) -> bool:
    if not isinstance(data, bool):
        raise _Fault(shown(data), "true or false")
    return data


def _interval(data: Any) -> Interval:
    match data:
        case [int(start), int(end)] if _TIME(start) > _TIME(end):
            raise _Fault(f"the interval [{start}, {end}]", "one that does not end before it starts")
        case [start, end]:
            return _TIME(start), _TIME(end)
        case _:
            raise _Fault(shown(data), "an interval [start, end]")


def _list_of(read_entry: _Reader, most: int | None = None) -> _Reader:
    def read(data: Any) -> tuple[Any, ...]:
        if not isinstance(data, list):
            raise _Fault(shown(data), "a list")
        if most is not None and len(data) > most:
            raise _Fault(f"a list of {len(data)}", f"at most {most}")
        entries = []
        ids: set[str] = set()
        for number, entry in enumerate(data):
            name = entry.get("id") if isinstance(entry, dict) else None
            here = f"[{shown(name) if isinstance(name, str) and name else number}]"
            try:
                entries.append(read_entry(entry))
            except _Fault as fault:
                raise fault.within(here) from None
            if name in ids:
                raise _Fault(f"{shown(name)} again", "each id once", f"{here}.id")
            if name is not None:
                ids.add(name)
        return tuple(entries)

    return read


def _fields(data: Any, readers: Mapping[str, _Reader]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _Fault(shown(data), f"a mapping with {', '.join(readers)}")
    values = {}
    for name, value in data.items():
        if name not in readers:
            known = f"one of {', '.join(readers)}"
            raise _Fault("an unknown field", known, f".{shortened(name)}")
        try:
            values[name] = readers[name](value)
        except _Fault as fault:
            raise fault.within(f".{name}") from None
    for name in readers:
        if name not in data and name not in _OPTIONAL:
            raise _Fault("missing", "a value", f".{name}")
    return values


def _item(data: Any) -> Item:
    values = _fields(data, _ITEM)
    values["bulletin_class"] = values.pop("class")
    item = Item(**values)
    if item.severity and item.bulletin_class != "emergency":
        expected = f"0 in the class {item.bulletin_class}"
        raise _Fault(shown(item.severity), expected, ".severity")
    return item


def _device(data: Any) -> Device:
    return Device(**_fields(data, _DEVICE))


_TIME = _whole()

_ITEM: dict[str, _Reader] = {
    "id": _text,
    "class": _one_of(*CLASSES),
    "kind": _one_of(*KINDS),
    "issued": _TIME,
    "delivered": _or_null(_TIME),
    "not_before": _TIME,
    "duration": _whole(least=1),
    "severity": _whole(0, SEVERITIES - 1),
    "order": _TIME,
    "expires": _or_null(_TIME),
    "end_by": _or_null(_TIME),
    "cancelled": _or_null(_TIME),
}

_DEVICE: dict[str, _Reader] = {
    "id": _text,
    "power": _list_of(_interval),
    "link": _list_of(_interval),
    "items": _list_of(_item, MAX_ITEMS),
    "power_recovery": _one_of(*AFTER),
    "after_cut": _one_of(*AFTER),
    "priority_cuts": _yes_or_no,
    "start_delay": _whole(least=0),
}

_CASE: dict[str, _Reader] = {"horizon": _whole(least=0), "devices": _list_of(_device)}

_OPTIONAL = {
    *("power_recovery", "after_cut", "priority_cuts", "start_delay"),
    *("severity", "order", "expires", "end_by", "cancelled"),
}
"""Fields that may be left out: `case` says what that means."""
