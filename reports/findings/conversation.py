"""A case's record for people: what happened on each line of time, and the words on the wire."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from conformance.record import Record, What

Name = Literal["orders", "answers", "sound", "shown", "power", "link"]
"""What the device was told and what it answered; what was heard and seen of it; when its power and
its connection were taken."""

MOST_MARKS: Final = 400
MOST_CHARACTERS: Final = 240

_POINTS: Final[tuple[tuple[Name, tuple[What, ...]], ...]] = (
    ("orders", ("told", "raw")),
    ("answers", ("answer",)),
    ("shown", ("shown",)),
)
_SPANS: Final[tuple[tuple[Name, tuple[tuple[What, What], ...]], ...]] = (
    ("power", (("power-off", "power-on"),)),
    ("link", (("link-off", "link-on"), ("broker-off", "broker-on"))),
)
DONE: Final[tuple[What, ...]] = (
    *("power-off", "power-on", "link-off", "link-on", "broker-off", "broker-on"),
    *("server-off", "server-on", "server-mute", "server-back"),
    *("booted", "restarting", "disconnected", "connected"),
    *("sounds", "silent", "shown", "deaf", "asked"),
)


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of time: instants and stretches, in milliseconds from the case's beginning.

    Of too many marks the first are kept, and `cut` is true.
    """

    name: Name
    points: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The lanes of a case that have something on them; orders and answers always."""

    length_ms: int
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A line of the wire: `way` is > to the device, < from it, - where something happened."""

    at_ms: int
    way: Literal[">", "<", "-"]
    topic: str
    text: str


def timeline(record: Record) -> Timeline:
    """What happened in a case; raises `KeyError` for sound of nothing, which no bench records."""
    if not record.happenings:
        return Timeline(1, (_lane("orders"), _lane("answers")))
    since, end = record.happenings[0].at_ms, record.end_ms
    lanes = [
        _lane(name, [each.at_ms - since for each in record.of(*whats)]) for name, whats in _POINTS
    ]
    sound = () if any(record.of("deaf")) else record.heard()
    heard = [(s.from_ms - since, (s.until_ms or end) - since) for s in sound]
    lanes.insert(2, _lane("sound", (), heard))
    for name, pairs in _SPANS:
        away = [span for pair in pairs for span in _away(record, *pair, end)]
        lanes.append(_lane(name, (), [(start - since, until - since) for start, until in away]))
    kept = [each for each in lanes if each.points or each.spans or each.name in _ALWAYS]
    return Timeline(max(1, end - since), tuple(kept))


_ALWAYS: Final = ("orders", "answers")


def wire(record: Record, most: int) -> tuple[Sequence[Word], int]:
    """At most so many words of a case, in their order, and how many between them are left out.

    The first and the last are kept, and then what was told and what happened before what the device
    said: the order that a finding is about may be anywhere.
    """
    words = list(_words(record))
    ends = most // 4

    def rank(at: int) -> tuple[bool, int]:
        from_end = min(at, len(words) - 1 - at)
        return words[at].way == "<" and from_end >= ends, from_end

    kept = sorted(sorted(range(len(words)), key=rank)[:most])
    return [words[at] for at in kept], len(words) - len(kept)


def _words(record: Record) -> Iterator[Word]:
    since = record.happenings[0].at_ms if record.happenings else 0
    for each in record.happenings:
        at_ms, detail = each.at_ms - since, each.detail
        match each.what:
            case "told" | "raw":
                yield Word(at_ms, ">", _short(detail.get("topic")), _short(detail.get("payload")))
            case "said":
                yield Word(at_ms, "<", _short(detail.get("topic")), _short(detail.get("payload")))
            case "asked":
                answer = detail.get("answer")
                said = "–" if answer is None else answer
                yield Word(at_ms, "-", "asked", _short(f"{detail.get('name')}: {said}"))
            case what if what in DONE:
                yield Word(at_ms, "-", what, _short(detail.get("item")))


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def _away(record: Record, off: What, on: What, end: int) -> Iterator[tuple[int, int]]:
    since: int | None = None
    for each in record.of(off, on):
        if each.what == off and since is None:
            since = each.at_ms
        elif each.what == on and since is not None:
            yield since, each.at_ms
            since = None
    if since is not None:
        yield since, end


def _lane(name: Name, points: Sequence[int] = (), spans: Sequence[tuple[int, int]] = ()) -> Lane:
    cut = max(len(points), len(spans)) > MOST_MARKS
    return Lane(name, tuple(points[:MOST_MARKS]), tuple(sorted(spans)[:MOST_MARKS]), cut)
