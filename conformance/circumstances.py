"""What a report tells of a case beside its checks: clock, state before and after, what passed."""

from typing import Any

from conformance.clock import offset
from conformance.record import Record
from conformance.traffic import Traffic
from conformance.trial import ALIVE, Trial

_STATE = ("own_ms", "boot", "volume", "playing", "item")


def told(trial: Trial) -> dict[str, Any]:
    """The parts of a case in `results.json`; all None where nothing is known."""
    return {
        "clock": _clock(trial.record),
        "state_before": _state(trial.record, _lived_ms(trial.record, "before") or 0),
        "state_after": _state(
            trial.record, _lived_ms(trial.record, "after") or trial.record.end_ms
        ),
        "traffic": trial.traffic and _traffic(trial.traffic),
    }


def _clock(record: Record) -> dict[str, int] | None:
    found = offset(record)
    if found is None:
        return None
    return {
        "offset_ms": found.ms,
        "uncertainty_ms": found.uncertainty_ms,
        "samples": found.samples,
    }


def _lived_ms(record: Record, when: str) -> int | None:
    """When the device showed the sign of life `before` or `after`; None where it did not."""
    try:
        answers = record.answers(record.told(f"{ALIVE} {when}").order)
    except KeyError:
        return None
    return answers[0].at_ms if answers else None


def _state(record: Record, until_ms: int) -> dict[str, Any] | None:
    """The last that the device said of itself until then, and whether it was told to be there."""
    said = [each for each in record.of("status", "presence") if each.at_ms <= until_ms]
    if not said:
        return None
    status = next((each for each in reversed(said) if each.what == "status"), None)
    presence = next((each for each in reversed(said) if each.what == "presence"), None)
    return {
        "at_ms": said[-1].at_ms,
        "online": presence and presence.detail.get("online"),
        **{name: status and status.detail.get(name) for name in _STATE},
    }


def _traffic(traffic: Traffic) -> dict[str, Any]:
    captured = traffic.captured
    return {
        "kept_by": "capture" if captured else "path",
        "why_not": traffic.why_not,
        "connections": len(traffic.record.connections) + traffic.record.connections_left_out,
        "from_device_bytes": sum(e.from_device_bytes for e in traffic.record.connections),
        "to_device_bytes": sum(e.to_device_bytes for e in traffic.record.connections),
        "packets": captured and captured.count,
        "left_out": captured and captured.left_out,
        "lost": captured and captured.lost,
    }
