"""Writes `docs/reference/mutants.md`: which clause kills which mutant, and which fault has none;
and `conformance/mutants/killed.json`, the same by role, for every bundle.

Source systems are tried in real time: that takes half an hour or so.
"""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from conformance import demo
from conformance.mutants import killed, made, matrix, source_matrix
from conformance.mutants.faults import Fault, faults
from conformance.mutants.sources import made as sources
from scenarios.scenario import Text

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "docs" / "reference" / "mutants.md"
KILLED = ROOT / "conformance" / "mutants" / killed.FILE
ROLES = (*demo.PROFILES, source_matrix.ROLE)

HEAD = """# Mutants

Devices and source systems that are right in every respect but one, and what finds them. Each fault
really occurred, is in deployed software, or follows from such facts; H are this project's own.
`ttcs mutants` tries the devices, `ttcs mutants --role source-system-province` the source systems;
`python -m tools.make_mutants_page` writes this page, and a test holds that it is up to date.

A device that is wrong is a program of its own. A source system is made wrong by proxies before the
real one, which alter what is asked of it over HTTP, what it answers, and what passes over MQTT
between its broker and the devices; nothing in it is switched.
"""
DEVICES, SYSTEMS, FAULTS = (
    "What each clause kills: devices",
    "What each clause kills: source systems",
    "Faults",
)


def kills(title: str, found: Iterable[matrix.Row]) -> str:
    """The part of the page that says what came of everything."""
    lines = [f"| `{name}` | {', '.join(some)} |" for name, some in matrix.kills(found).items()]
    return "\n".join([f"## {title}", "", "| clause | mutants |", "|---|---|", *lines]) + "\n"


def table_of_faults() -> str:
    """The part of the page that has every fault, with its mutants, or why there are none."""
    lines = [f"## {FAULTS}", "", "| fault | of | what | devices | source systems |"]
    lines.append("|---|---|---|---|---|")
    for fault in faults().values():
        devices = _shown(fault, made.MUTANTS, fault.no_mutant)
        systems = _shown(fault, sources.MUTANTS, fault.no_source_mutant)
        roles = ", ".join(fault.roles)
        what = fault.title.en
        lines.append(f"| {fault.id} [{fault.mark}] | {roles} | {what} | {devices} | {systems} |")
    return "\n".join(lines) + "\n"


def _shown(fault: Fault, mutants: Iterable[str], why: Text | None) -> str:
    names = [name for name in sorted(mutants) if name.partition("-")[0] == fault.id]
    return ", ".join(names) or (why.en if why else "")


def figures(found: Sequence[matrix.Row]) -> dict[str, dict[str, list[str]]]:
    """What was found as data, by role."""
    roles = dict.fromkeys(row.subject.role for row in found)
    return {
        role: killed.written(matrix.kills(row for row in found if row.subject.role == role))
        for role in roles
    }


if __name__ == "__main__":
    processes = os.cpu_count() or 1
    devices = list(matrix.rows(matrix.subjects(), processes))
    systems = list(source_matrix.rows(source_matrix.subjects()))
    parts = (HEAD, kills(DEVICES, devices), kills(SYSTEMS, systems), table_of_faults())
    PLACE.write_text("\n".join(parts), encoding="utf-8")
    figured = json.dumps(figures([*devices, *systems]), indent=1) + "\n"
    KILLED.write_text(figured, encoding="utf-8")
