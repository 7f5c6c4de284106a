"""How a live run went, as plain data: parts of its results, and its log of events."""

from collections.abc import Iterable
from typing import Any

from simulator.live.breaking import Broken
from simulator.live.logs import LogsCompared
from simulator.live.observed import Seen
from simulator.live.operators import Done


def of_deeds(done: Iterable[Done]) -> list[dict[str, Any]]:
    """What people did, by the instant at which they first asked for it."""
    return [
        {
            "did": type(each.deed).__name__,
            "plays": [item.id for item in each.deed.plays],
            "planned_ms": each.deed.at_ms,
            "asked_ms": each.asked_ms,
            "taken_ms": each.taken_ms,
            "why": each.why or None,
        }
        for each in sorted(done, key=lambda each: each.asked_ms)
    ]


def of_faults(broken: Iterable[Broken]) -> list[dict[str, Any]]:
    """What was broken and mended."""
    return [
        {
            "did": each.step.what,
            "devices": len(each.step.devices),
            "amount": each.step.amount,
            "planned_ms": each.step.at_ms,
            "began_ms": each.began_ms,
            "done_ms": each.done_ms,
        }
        for each in broken
    ]


def of_logs(compared: LogsCompared) -> dict[str, int]:
    """The play logs of all devices beside the source system's."""
    return {
        "made": compared.made,
        "held": compared.held,
        "lost": compared.lost,
        "doubled": compared.doubled,
        "invented": compared.invented,
    }


def of_events(seen: Seen, begin_ms: int) -> tuple[dict[str, Any], ...]:
    """Every event of every device, from moment 0."""
    return tuple(
        {"at_ms": event.at_ms - begin_ms, "device": event.device, "event": event.what}
        | dict(event.detail)
        for event in seen.events
    )
