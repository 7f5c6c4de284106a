"""What a device has and what it was told to play, one object each: the words of the play-out rules.

Times are whole milliseconds from the start; intervals are half-open `[start, end)`.
"""

from dataclasses import dataclass
from typing import Literal

from scenarios.scenario import BulletinClass, SoundKind

Interval = tuple[int, int]
AfterCut = Literal["resume", "restart", "drop"]
PowerRecovery = Literal["restart", "resume", "drop"]
Reason = Literal["finished", "power", "cancelled", "window", "link", "preempted", "horizon"]

AFTER: tuple[AfterCut, ...] = ("resume", "restart", "drop")
"""What may happen to an item's position after a cut or a power loss; the index is its code."""

REASONS: tuple[Reason, ...] = (
    "finished",
    "power",
    "cancelled",
    "window",
    "link",
    "preempted",
    "horizon",
)
"""Why a segment ends; before the horizon the first that holds counts. The index is its code."""

SEVERITIES = 4
"""Severities of an emergency: 0 (most severe) to 3."""

URGENCY: dict[BulletinClass, int] = {
    "emergency": 0,
    "priority": SEVERITIES,
    "normal": SEVERITIES + 1,
}
"""Class and severity as one number: that of the class plus the severity; smaller cuts larger."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to play on one device. `delivered` and `cancelled` are None for never."""

    id: str
    bulletin_class: BulletinClass
    kind: SoundKind
    issued: int
    delivered: int | None
    not_before: int
    duration: int
    severity: int = 0
    expires: int | None = None
    end_by: int | None = None
    order: int = 0
    cancelled: int | None = None

    @property
    def urgency(self) -> int:
        """See `URGENCY`."""
        return URGENCY[self.bulletin_class] + self.severity

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """What rule 3 compares, before the position in the list."""
        return (self.urgency, self.order, self.not_before, self.issued)


@dataclass(frozen=True, slots=True)
class Device:
    """One device with its day."""

    id: str
    power: tuple[Interval, ...]
    link: tuple[Interval, ...]
    items: tuple[Item, ...]
    power_recovery: PowerRecovery = "restart"
    after_cut: AfterCut = "resume"
    priority_cuts: bool = True
    start_delay: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """`item` sounded over `[start, end)` from `offset` in its sound, and why it ended."""

    item: str
    start: int
    end: int
    offset: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Case:
    """Devices and the horizon of their day."""

    horizon: int
    devices: tuple[Device, ...]
