"""What a link really did, beside what it was set to do."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from scenarios.scenario import MILLION
from simulator.live.impairment.link import Way


@dataclass(frozen=True, slots=True)
class Figures:
    """What a way was set to, or achieved; None where it is not limited or was not measured."""

    delay_p5_ms: float | None
    delay_p50_ms: float | None
    delay_p95_ms: float | None
    loss_per_million: int | None
    rate_bytes_per_s: int | None


@dataclass(frozen=True, slots=True)
class WayResult:
    """One direction of a link in a run: set, achieved, and how much went over it.

    `packets` do not include those that a full queue dropped (`overflowed`; None where they cannot
    be told from the lost ones); `measured` says how the achieved figures were won.
    """

    asked: Figures
    achieved: Figures
    packets: int
    bytes: int
    overflowed: int | None
    measured: str


@dataclass(frozen=True, slots=True)
class LinkResult:
    """Both directions of a link."""

    up: WayResult
    down: WayResult


@dataclass(frozen=True, slots=True)
class Connections:
    """What became of the connections: `reset` on demand, `refused` for want of room."""

    opened: int
    open_now: int
    reset: int
    refused: int


@dataclass(frozen=True, slots=True)
class Result:
    """A network's account of itself: which back-end carried it, how, and with what effect."""

    backend: str
    repeatable: bool
    treatment: Mapping[str, str]
    links: Mapping[str, LinkResult]
    connections: Connections


@dataclass(slots=True)
class Tally:
    """Counts of one direction of one link, as it is carried in this program.

    A delay is the link's own with what this program was late; `queued` are the bytes that waited
    for others on a line, and the time in which they came out of it one after another.
    """

    packets: int = 0
    bytes: int = 0
    lost: int = 0
    overflowed: int = 0
    delays_ms: Counter[int] = field(default_factory=Counter)
    queued_bytes: int = 0
    queued_s: float = 0.0

    def result(self, way: Way, measured: str) -> WayResult:
        """What was set beside what was counted."""
        achieved = Figures(
            *quantiles_ms(self.delays_ms),
            loss_per_million=share_per_million(self.lost, self.packets),
            rate_bytes_per_s=round(self.queued_bytes / self.queued_s) if self.queued_s else None,
        )
        return WayResult(asked(way), achieved, self.packets, self.bytes, self.overflowed, measured)


def asked(way: Way) -> Figures:
    """What a way was set to."""
    return Figures(
        way.quantile_ms(5),
        way.median_ms,
        way.quantile_ms(95),
        way.loss_per_million,
        way.rate_bytes_per_s,
    )


def share_per_million(part: int, whole: int) -> int | None:
    """The part in a million, rounded; None of nothing."""
    return round(part * MILLION / whole) if whole else None


def quantiles_ms(counted: Mapping[int, int]) -> tuple[float | None, float | None, float | None]:
    """The delays that 5, 50 and 95 in a hundred do not exceed."""
    total = sum(counted.values())
    if not total:
        return None, None, None
    wanted = [-(-total * percent // 100) for percent in (5, 50, 95)]
    found: list[float] = []
    below = 0
    for delay_ms in sorted(counted):
        below += counted[delay_ms]
        while len(found) < len(wanted) and below >= wanted[len(found)]:
            found.append(delay_ms)
    p5, p50, p95 = found
    return p5, p50, p95
