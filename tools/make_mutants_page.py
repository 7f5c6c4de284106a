"""Writes `docs/reference/mutants.md`: which clause kills which mutant, and which fault has none."""

import os
from pathlib import Path

from conformance.mutants import matrix
from conformance.mutants.faults import faults
from conformance.mutants.made import MUTANTS

PLACE = Path(__file__).parents[1] / "docs" / "reference" / "mutants.md"

HEAD = """# Mutants

Devices that are right in every respect but one, and what finds them. Each fault really occurred, is
in deployed software, or follows from such facts; H are this project's own. `ttcs mutants` tries
them; `python -m tools.make_mutants_page` writes this page, and a test holds that it is up to date.

## What each clause kills

| clause | mutants |
|---|---|
"""


def page() -> str:
    """The page, from trying everything."""
    found = list(matrix.rows(matrix.subjects(), os.cpu_count() or 1))
    return rendered(found)


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


if __name__ == "__main__":
    PLACE.write_text(page(), encoding="utf-8")
