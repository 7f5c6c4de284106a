"""The phases of a rollout plan as the part of `results.json` that tells of them."""

from collections.abc import Sequence
from typing import Any

from scenarios.scenario import MILLION
from simulator.rollout.loads import ASSUMED, Load, SimTraffic
from simulator.rollout.phases import Phase
from simulator.rollout.reach import CURVE_S, Reached


def phases(found: Sequence[Phase]) -> dict[str, Any]:
    """Every phase, and what their loads rest on. Shares are rounded down to the millionth."""
    return {
        "rest_on": [
            {
                "name": name,
                "value": assumed.value,
                "unit": assumed.unit,
                "mark": assumed.basis.mark,
                "source": assumed.basis.source,
            }
            for name, assumed in ASSUMED.items()
        ],
        "years": [_phase(phase) for phase in found],
    }


def _phase(phase: Phase) -> dict[str, Any]:
    running = phase.running
    return {
        "year": phase.year,
        "works_done": phase.works_done,
        "devices": dict(phase.devices),
        "cellular": phase.cellular,
        "households": phase.households,
        "households_in_earshot": phase.in_earshot,
        "households_assumed": phase.assumed,
        "emergency": _reached(phase.reached, phase.households),
        "load": {
            "ordinary": _load(phase.ordinary),
            "emergency": _load(phase.emergency),
        },
        "sim": _sim(phase.sim),
        "running_vnd": {
            "sim": running.sim,
            "power": running.power,
            "upkeep": running.upkeep,
            "total": running.total,
        },
        "communes": [
            {
                "code": one.code,
                "devices": one.devices,
                "devices_reached": one.devices_reached,
                "households": one.households,
                "households_in_earshot": one.in_earshot,
                "households_reached": one.households_reached,
                "assumed": one.generated,
            }
            for one in phase.reached.communes
        ],
    }


def _reached(reached: Reached, households: int) -> dict[str, Any]:
    curve = zip(CURVE_S, reached.devices_curve, reached.households_curve, strict=True)
    return {
        "devices": reached.devices,
        "devices_online": reached.online,
        "devices_reached": reached.devices_reached,
        "households_reached": reached.households_reached,
        "device_reach": _share(reached.devices_reached, reached.devices),
        "household_reach": _share(reached.households_reached, households),
        "curve": [
            {
                "seconds": seconds,
                "device_reach": _share(devices, reached.devices),
                "household_reach": _share(reached_by_then, households),
            }
            for seconds, devices, reached_by_then in curve
        ],
        "t4_p50_ms": reached.t4_p50_ms,
        "t4_p95_ms": reached.t4_p95_ms,
    }


def _load(load: Load | None) -> dict[str, Any] | None:
    if load is None:
        return None
    return {
        "province": load.province,
        "within_ms": load.within_ms,
        "peak_bit_s": load.peak_bit_s,
        "needed_bit_s": load.needed_bit_s,
        "stream_bit_s": load.stream_bit_s,
        "day_bytes": load.day_bytes,
        "connections": load.connections,
        "messages_per_s": load.messages_per_s,
    }


def _sim(sim: SimTraffic | None) -> dict[str, Any] | None:
    if sim is None:
        return None
    return {
        "devices": sim.devices,
        "month_bytes": sim.month_bytes,
        "status_bytes": sim.status_bytes,
        "message_bytes": sim.message_bytes,
        "download_bytes": sim.download_bytes,
        "stream_bytes": sim.stream_bytes,
    }


def _share(part: int, whole: int) -> int | float | None:
    """None where it is of nothing."""
    if not whole:
        return None
    share = part * MILLION // whole / MILLION
    return int(share) if share.is_integer() else share
