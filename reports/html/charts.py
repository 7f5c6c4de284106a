"""Where the marks of the page's charts stand, in percent of their frames."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reports.findings.link_latency import LinkLatency
from reports.findings.reach import STEPS_S, Reach
from reports.words import NEVER
from scenarios.scenario import Text
from scenarios.units import SECOND_MS
from simulator.measurement import Measurement

TICKS_S: Final = (1, 10, 60, 600, 3_600, STEPS_S[-1])
_TICK_WORDS: Final = ("1 s", "10 s", "1 min", "10 min", "1 h", "3 h")

NEVER_AT: Final = 97.0
"""Where a latency chart has what never comes; its time axis ends before."""

_LATENCY_AXIS_ENDS: Final = 82.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A label of an axis."""

    at: float
    label: Text


@dataclass(frozen=True, slots=True)
class Curve:
    """A bulletin's reach curve: points of all devices, marks of those online at issue."""

    reach: Reach
    points: str
    marks: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A link class's latencies, from the median to the 95th percentile."""

    latency: LinkLatency
    p50: float
    p95: float


def time_ticks() -> tuple[Tick, ...]:
    """The labels of the reach curve's logarithmic axis, 1 s to 3 h."""
    words = zip(TICKS_S, _TICK_WORDS, strict=True)
    return tuple(Tick(_at(seconds), Text(word, word)) for seconds, word in words)


def latency_ticks() -> tuple[Tick, ...]:
    """The same of the latency chart, and where never is."""
    scale = _LATENCY_AXIS_ENDS / 100
    first, *others = (Tick(round(tick.at * scale, 2), tick.label) for tick in time_ticks())
    shorter = Tick(first.at, Text(f"≤ {first.label.vi}", f"≤ {first.label.en}"))
    return (shorter, *others, Tick(NEVER_AT, NEVER))


def curve(reach: Reach) -> Curve:
    """The curve of one bulletin."""
    devices = int(reach.devices.sum())
    heard = reach.heard.sum(axis=0).tolist()
    points = " ".join(
        f"{_at(seconds):g},{100 - 100 * number / devices:.2f}"
        for seconds, number in zip(STEPS_S[1:], heard[1:-1], strict=True)
    )
    return Curve(reach, points, tuple(_marks(reach)))


def latency_range(latency: LinkLatency) -> Range:
    """The range of one link class."""
    return Range(latency, _latency_at(latency.p50), _latency_at(latency.p95))


def _marks(reach: Reach) -> Iterator[tuple[float, float]]:
    online = reach.results["online"]
    for seconds, number in reach.results["reach_online"].items() if online else ():
        yield _at(int(seconds)), round(min(100, 100 * number / online), 2)


def _at(seconds: float) -> float:
    return round(100 * math.log(max(seconds, 1)) / math.log(STEPS_S[-1]), 2)


def _latency_at(rank: Measurement) -> float:
    if rank.value is None:
        return NEVER_AT
    seconds = min(float(rank.value) / SECOND_MS, STEPS_S[-1] * 1.2)
    return round(_at(seconds) * _LATENCY_AXIS_ENDS / 100, 2)
