"""Writes `docs/reference/mutants.md`: which clause kills which mutant, and which fault has none;
and `conformance/mutants/killed.json`, the same by role, for every bundle."""

import json
import os
from pathlib import Path

from conformance import demo
from conformance.mutants import killed, matrix
from conformance.mutants.faults import faults
from conformance.mutants.made import MUTANTS

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "docs" / "reference" / "mutants.md"
KILLED = ROOT / "conformance" / "mutants" / killed.FILE

HEAD = """# Mutants

Devices that are right in every respect but one, and what finds them. Each fault really occurred, is
in deployed software, or follows from such facts; H are this project's own. `ttcs mutants` tries
them; `python -m tools.make_mutants_page` writes this page, and a test holds that it is up to date.

## What each clause kills

| clause | mutants |
|---|---|
"""


def rendered(found: list[matrix.Row]) -> str:
    """The page of what came of everything."""
    lines = [f"| `{name}` | {', '.join(some)} |" for name, some in matrix.kills(found).items()]
    lines += ["", "## Faults", "", "| fault | of | what | mutants, or why there is none |"]
    lines.append("|---|---|---|---|")
    for fault in faults().values():
        names = sorted(each.id for each in MUTANTS.values() if each.fault == fault.id)
        why = fault.no_mutant.en if fault.no_mutant else ""
        shown = ", ".join(names) or why
        roles = ", ".join(fault.roles)
        lines.append(f"| {fault.id} [{fault.mark}] | {roles} | {fault.title.en} | {shown} |")
    return HEAD + "\n".join(lines) + "\n"


def figures(found: list[matrix.Row]) -> str:
    """The same as data, by role."""
    by_role = {
        role: killed.written(matrix.kills(row for row in found if row.subject.role == role))
        for role in demo.PROFILES
    }
    return json.dumps(by_role, indent=1) + "\n"


if __name__ == "__main__":
    tried = list(matrix.rows(matrix.subjects(), os.cpu_count() or 1))
    PLACE.write_text(rendered(tried), encoding="utf-8")
    KILLED.write_text(figures(tried), encoding="utf-8")
