"""How far a device's clock is from the bench's, by what a case recorded.

A device says an instant of its own in each answer: after the order was told, before the answer
came. Each such pair leaves the offset an interval, and all of them together a smaller one. What the
device only reports leaves a lower bound. Where no interval is left, or none was given, the offset
is not known, and nothing that rests on the device's instants can pass.
"""

from dataclasses import dataclass
from typing import Final

from conformance.record import Happening, Record

BY_DEVICE_TIME: Final = frozenset(
    {"log-tells-what-was-heard", "log-times-true", "log-of-update", "times-in-utc-seconds"}
)
"""The checks that hold instants which the device said against those of the bench."""

SECOND_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Offset:
    """The device's clock is `ms` ahead of the bench's, give or take `uncertainty_ms`."""

    ms: int
    uncertainty_ms: int
    samples: int


def offset(record: Record) -> Offset | None:
    """The offset in a case; None where it is not known: no instants, or some that contradict."""
    said = [each for each in record.of("answer", "status") if _is_time(each)]
    told_ms: dict[str, int] = {}
    for each in record.of("told"):
        told_ms.setdefault(each.detail["order"], each.at_ms)
    whole_seconds = all(each.detail["own_ms"] % SECOND_MS == 0 for each in said)
    # Seconds may be cut off or rounded.
    early_ms, late_ms = (SECOND_MS // 2, SECOND_MS) if whole_seconds else (0, 1)
    low_ms = [each.detail["own_ms"] - early_ms - each.at_ms for each in said]
    high_ms = [
        each.detail["own_ms"] + late_ms - told_ms[each.detail["order"]]
        for each in said
        if each.detail.get("order") in told_ms
    ]
    if not high_ms or max(low_ms) > min(high_ms):
        return None
    low, high = max(low_ms), min(high_ms)
    return Offset((low + high) // 2, (high - low + 1) // 2, len(said))


def _is_time(happening: Happening) -> bool:
    return type(happening.detail.get("own_ms")) is int
