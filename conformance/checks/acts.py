"""What a judge asks of what people did at a source system."""

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.case import Seen
from conformance.record import Happening, Record
from scenarios.scenario import Text


def answers_named(record: Record, name: str) -> list[Happening]:
    """The answers to every act of that name that was done, in their order."""
    orders = [each.detail["order"] for each in record.of("told") if each.detail["name"] == name]
    answers = [each for order in orders for each in record.answers(order)]
    return [each for each in answers if each.detail["refusal"] is None]


def said_last(record: Record, name: str) -> Sequence[Any]:
    """What the last act of that name that was done brought; `KeyError` where none was."""
    done = answers_named(record, name)
    if not done or not isinstance(done[-1].detail["said"], list):
        raise KeyError(name)
    said: Sequence[Any] = done[-1].detail["said"]
    return said


def said_in(record: Record, name: str) -> Mapping[str, Any]:
    """The figures that the last act of that name that was done brought; `KeyError` where none
    was."""
    done = answers_named(record, name)
    if not done or not isinstance(done[-1].detail["said"], dict):
        raise KeyError(name)
    said: Mapping[str, Any] = done[-1].detail["said"]
    return said


def named(record: Record, name: str) -> str:
    """What the system calls what came of an act; `KeyError` where nothing did."""
    done = answers_named(record, name)
    if not done or done[-1].detail["id"] is None:
        raise KeyError(name)
    return str(done[-1].detail["id"])


def done(record: Record, name: str) -> Seen:
    """The system did an act; that it did not answer, or has no such thing, is no refusal."""
    seen = refused(record, name)
    if seen.ok is False:
        return Seen(True, Text(f"{record.told(name).vi}: đã làm", f"{name}: done"))
    return Seen(None if seen.ok is None else False, seen.says)


def refused(record: Record, name: str) -> Seen:
    """The system said no to an act; that it did not answer, or has no such thing, is no refusal."""
    told = record.told(name)
    answers = record.answers(told.order)
    if not answers:
        return Seen(None, Text(f"{told.vi}: không có trả lời", f"{name}: no answer"))
    status, why = answers[0].detail.get("status"), answers[0].detail["refusal"]
    if why is None:
        return Seen(False, Text(f"{told.vi}: vẫn được nhận", f"{name}: taken all the same"))
    if not status or status >= 500:
        return Seen(None, Text(f"{told.vi}: {why}", f"{name}: {why}"))
    return Seen(True, Text(f"{told.vi}: bị từ chối ({status})", f"{name}: refused ({status})"))
