"""Phases of a rollout plan written out as scenario files, for `ttcs run` and for CI."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from scenarios.problems import BadInput, Problem, shown
from scenarios.rollout.plan import Plan
from scenarios.writing import written
from simulator.rollout.phases import phase_days
from simulator.rollout.results import Findings

_ASKED: Final = re.compile(r"([0-9]{4})=(.+)", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}\.yaml")

_COMMENT: Final = (
    "The end of {year} of the rollout plan {plan} at P50, as `ttcs plan --write-phase` wrote it.",
    "The fleet is what the plan's stock and its works that are done by then come to. What is said",
    "and what breaks on this day is assumed; the uplink is never the limit, to show what is used.",
)


def places(asked: Sequence[str], plan: Plan) -> Mapping[int, Path]:
    """The file for each year, of texts such as `2024=phase.yaml`; raises `BadInput`.

    Nothing that is there is written over.
    """
    found: dict[int, Path] = {}
    for text in asked:
        match = _ASKED.fullmatch(text)
        if match is None:
            raise _wrong(text, "YEAR=FILE, such as 2024=phase.yaml")
        year, file = int(match[1]), Path(match[2])
        if year not in plan.years:
            raise _wrong(text, f"a year from {plan.first_year} to {plan.last_year}")
        if year in found:
            raise _wrong(text, "each year once")
        if not _NAME.fullmatch(file.name):
            raise _wrong(text, "a name of letters, digits, dot, - and _ that ends in .yaml")
        if not file.parent.is_dir():
            raise _wrong(text, "a file in a folder that there is")
        for one in (file, _ordinary(file), _households(file)):
            if one.exists():
                raise _wrong(text, f"files that are not there yet, unlike {one.name}")
        found[year] = file
    return found


def write(plan: Plan, name: str, findings: Findings, files: Mapping[int, Path]) -> None:
    """Each phase: its emergency day, beside it the ordinary one and the table of households.

    Raises `OSError`, and `BadInput` for a year at whose end no device stands anywhere.
    """
    for year, file in files.items():
        days = phase_days(plan, findings, year)
        if days is None:
            raise _wrong(f"{year}={file}", "a year at whose end some device stands")
        comment = [line.format(year=year, plan=name) for line in _COMMENT]
        table = _households(file)
        for place, day in ((file, days.emergency), (_ordinary(file), days.ordinary)):
            text = written(day, comment, table.name)
            place.write_text(text.text, "utf-8")
            table.write_text(text.households or "", "utf-8")


def _ordinary(file: Path) -> Path:
    return file.with_name(f"{file.stem}-ordinary.yaml")


def _households(file: Path) -> Path:
    return file.with_name(f"{file.stem}-households.csv")


def _wrong(text: str, expected: str) -> BadInput:
    return BadInput([Problem("--write-phase", None, None, "", shown(text), expected)])
