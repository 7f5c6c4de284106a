"""Readings as a bundle keeps them, for the reader that read them first."""

from collections.abc import Mapping
from typing import Any

from conformance.readings import Laboratory, Reading, Readings, Value, Vouched


def written(given: Readings, names: Mapping[str, str]) -> dict[str, Any]:
    """All of them; `names` are the bundle's names of the files."""
    device = {"vendor": given.vendor, "model": given.model, "serial": given.serial}
    kinds = {
        "readings": [_reading(each) for each in given.readings],
        "laboratories": [_laboratory(each, names) for each in given.laboratories],
        "inspections": [_vouched(e, "looked_at", names) for e in given.vouched if _seen(e)],
        "declarations": [_vouched(e, "statement", names) for e in given.vouched if not _seen(e)],
    }
    return {"ttcs": 1, "device": device, **{kind: told for kind, told in kinds.items() if told}}


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "clause": reading.value.clause,
        **_value(reading.value),
        "instrument": reading.instrument,
        "calibrated_until": reading.calibrated_until.isoformat(),
        "read_on": reading.read_on.isoformat(),
        "by": reading.by,
    }


def _value(value: Value) -> dict[str, Any]:
    k = None if value.k is None else int(value.k) if value.k % 1 == 0 else float(value.k)
    return {
        "name": value.name,
        "value": str(value.value),
        "uncertainty": str(value.uncertainty),
        **_given(k=k, basis=value.basis, at=value.at),
    }


def _laboratory(report: Laboratory, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "laboratory": report.laboratory,
        **_given(accreditation=report.accreditation, sha256=report.sha256),
        "number": report.number,
        "on": report.on.isoformat(),
        "file": names[report.file],
        "results": [
            {
                "clause": each.clause,
                "result": "pass" if each.passes else "fail",
                **_given(values=[_value(value) for value in each.values] or None),
            }
            for each in report.results
        ],
    }


def _vouched(each: Vouched, text: str, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "clause": each.clause,
        text: each.text,
        "holds": each.holds,
        "on": each.on.isoformat(),
        "by": each.by,
        **_given(file=names[each.file] if each.file else None, sha256=each.sha256),
    }


def _seen(each: Vouched) -> bool:
    return each.kind == "inspected"


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
