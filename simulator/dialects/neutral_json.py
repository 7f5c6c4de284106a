"""The neutral words of `contract` as JSON, for transcripts: strict both ways."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from scenarios.problems import one_line, place_of, shown

from .contract import (
    Action,
    AddSchedule,
    Answer,
    Cancel,
    DropSchedule,
    Entry,
    Order,
    Play,
    Restart,
    SetVolume,
    Status,
    Stop,
)

ACTIONS: Mapping[str, type[Action]] = {
    "play": Play,
    "cancel": Cancel,
    "stop": Stop,
    "restart": Restart,
    "set_volume": SetVolume,
    "add_schedule": AddSchedule,
    "drop_schedule": DropSchedule,
}
"""The field of an order that says what it asks."""

NAMES = {kind: name for name, kind in ACTIONS.items()}

_Words = TypeVar("_Words")
_STRICT = ConfigDict(strict=True, extra="forbid")


class NotNeutral(ValueError):
    """JSON that is none of the neutral words; the text is one line."""


def data_of(words: Answer | Entry | Status | Order) -> dict[str, Any]:
    """The words as JSON has them, without what is None."""
    if not isinstance(words, Order):
        return _without_none(asdict(words))
    said = {"id": words.id, "expires_ms": words.expires_ms, "refusal": words.refusal}
    return _without_none({**said, NAMES[type(words.action)]: asdict(words.action)})


def answer_of(data: object) -> Answer:
    """The answer; raises `NotNeutral`."""
    return _read(_ANSWER, [data], 1)[0]


def status_of(data: object) -> Status:
    """The status; raises `NotNeutral`."""
    return _read(_STATUS, [data], 1)[0]


def entries_of(data: object) -> tuple[Entry, ...]:
    """The entries; raises `NotNeutral`."""
    return _read(_ENTRIES, data, 0)


# Within tuples, as pydantic takes no configuration for a dataclass that is not its own.
_ANSWER = TypeAdapter(tuple[Answer], config=_STRICT)
_STATUS = TypeAdapter(tuple[Status], config=_STRICT)
_ENTRIES = TypeAdapter(tuple[Entry, ...], config=_STRICT)


def _read(adapter: TypeAdapter[_Words], data: object, above: int) -> _Words:
    """What `data` says; its place in messages is without the first `above` steps."""
    try:
        return adapter.validate_json(json.dumps(data))
    except ValidationError as error:
        first = error.errors()[0]
        wrong, expected = shown(first["input"]), first["msg"].removeprefix("Input should be ")
        place = place_of(first["loc"][above:])
        raise NotNeutral(one_line(f"{place}: is {wrong}, expected {expected}")) from None


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in data.items() if value is not None}


def _plain(data: Any) -> Any:
    match data:
        case dict():
            return _without_none(data)
        case list() | tuple():
            return [_plain(each) for each in data]
        case _:
            return data
