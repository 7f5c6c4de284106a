"""What plays at the same time in the same places, and what plays at night. Pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from heapq import merge
from typing import Literal

from scenarios.scenario import CLASSES, BulletinClass, Hours
from scenarios.units import DAY_MS, VIETNAM_TIME

_AHEAD_MS = VIETNAM_TIME.utcoffset(None) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where something is heard: in whole communes, and by single devices as (commune, device)."""

    communes: frozenset[str]
    devices: frozenset[tuple[str, str]] = frozenset()

    def shared(self, other: "Reach") -> frozenset[str]:
        """The communes where a device may hear both."""
        return (
            self.communes & other.communes
            | {commune for commune, _ in self.devices if commune in other.communes}
            | {commune for commune, _ in other.devices if commune in self.communes}
            | {commune for commune, _ in self.devices & other.devices}
        )

    def holds(self, commune: str) -> bool:
        """Whether any device of the commune hears it."""
        return commune in self.communes or any(there == commune for there, _ in self.devices)


@dataclass(frozen=True, slots=True)
class Span:
    """Something that is to be heard over `[begin_ms, end_ms)`.

    `source` is the id of the order or slot that it is of, `item` its own.
    """

    item: str
    source: str
    title: str
    bulletin_class: BulletinClass
    begin_ms: int
    end_ms: int
    reach: Reach


Effect = Literal["cuts", "waits", "takes-turns"]
"""What one does to another at the same device: cut it off, wait for it, or, among equals, play
before or after it."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two things for the same devices over `[begin_ms, end_ms)`; `effect` is that of `mine`."""

    mine: Span
    other: Span
    begin_ms: int
    end_ms: int
    communes: frozenset[str]
    effect: Effect


def overlaps(mine: Iterable[Span], others: Iterable[Span]) -> Iterator[Overlap]:
    """Every pair of one of mine and one of the others that meet in time and place.

    By the later one's begin. Spans without length meet nothing.
    """
    beginnings = merge(
        sorted(((span.begin_ms, 0, span) for span in mine), key=lambda each: each[0]),
        sorted(((span.begin_ms, 1, span) for span in others), key=lambda each: each[0]),
        key=lambda each: each[0],
    )
    running: tuple[list[Span], list[Span]] = ([], [])
    for begin_ms, side, span in beginnings:
        if span.end_ms <= begin_ms:
            continue
        across = running[1 - side]
        across[:] = [each for each in across if each.end_ms > begin_ms]
        for each in across:
            if communes := span.reach.shared(each.reach):
                own, other = (span, each) if side == 0 else (each, span)
                end_ms = min(own.end_ms, other.end_ms)
                yield Overlap(own, other, begin_ms, end_ms, communes, _effect(own, other))
        running[side].append(span)


def _effect(mine: Span, other: Span) -> Effect:
    own, its = CLASSES.index(mine.bulletin_class), CLASSES.index(other.bulletin_class)
    return "cuts" if own < its else "waits" if own > its else "takes-turns"


def midnight_ms(at_ms: int) -> int:
    """The last midnight in Viet Nam at an instant, in milliseconds since the epoch."""
    return at_ms - (at_ms + _AHEAD_MS) % DAY_MS


def closing_ms(begin_ms: int, hours: Hours) -> int | None:
    """When the permitted hours end in which an instant lies; None where it lies outside them."""
    midnight = midnight_ms(begin_ms)
    if midnight + hours.from_ms <= begin_ms < midnight + hours.to_ms:
        return midnight + hours.to_ms
    return None


def outside_hours(begin_ms: int, end_ms: int, hours: Hours) -> bool:
    """Whether any of `[begin_ms, end_ms)` lies outside the permitted hours of its day."""
    if hours.to_ms - hours.from_ms >= DAY_MS:
        return False
    closing = closing_ms(begin_ms, hours)
    return closing is None or end_ms > closing
