"""Figures that somebody declares for targets that no run can measure: a table with evidence.

The columns are `target`, then the figure, `date` and `evidence`. The figure is so many of so many
(`count`, `of`), or a number with its unit (`value`, `unit`: `98.5` and `%`), or none where the
document sets none. `date` is the day that the figure is true of, `evidence` what shows it.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

from conformance import targets
from conformance.targets import Target
from scenarios.files import decode_utf8, read_bounded
from scenarios.problems import BadInput, Problem, shown
from scenarios.schema import did_you_mean
from simulator.measurement import Measurement

MAX_BYTES: Final = 1 << 20
MAX_ROWS: Final = 1_000
MAX_CHARACTERS: Final = 2_000

COLUMNS: Final = ("target", "count", "of", "value", "unit", "date", "evidence")

_COUNT = re.compile("[0-9]{1,9}")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared for a target, of which day, on what evidence; None and empty for none.

    The sample of a figure is what it is a share of; 1 where that is not said.
    """

    target: str
    figure: Measurement | None
    day: date
    evidence: str


def read(path: Path) -> dict[str, Declaration]:
    """The declarations in a file by target; raises `BadInput` with every row that is wrong."""
    return parse(str(path), read_bounded(path, MAX_BYTES))


def parse(file: str, source: bytes) -> dict[str, Declaration]:
    """The declarations in `source`, named `file` in messages; raises `BadInput`."""
    declared: dict[str, Declaration] = {}
    line_of: dict[str, int] = {}
    problems = []
    for line, row in _rows(file, decode_utf8(file, source)):
        try:
            one = _declaration(row, line_of)
        except _CellError as wrong:
            problems.append(wrong.problem(file, line))
        else:
            declared[one.target] = one
        line_of.setdefault(row[0], line)
    if problems:
        raise BadInput(problems)
    return declared


class _CellError(ValueError):
    """A cell that cannot be used: its column, what it is, what was expected."""

    def __init__(self, column: str, wrong: str, expected: str, hint: str | None = None) -> None:
        super().__init__(expected)
        self._told = (column, wrong, expected, hint)

    def problem(self, file: str, line: int) -> Problem:
        return Problem(file, line, None, *self._told)


def _rows(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Every row below the header that is not blank, with the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header, line = f"the header {','.join(COLUMNS)}", 1
    try:
        first = next(reader, [])
        if tuple(first) != COLUMNS:
            raise BadInput([Problem(file, 1, None, "", shown(",".join(first)), header)])
        line = reader.line_num + 1
        for number, row in enumerate(reader):
            if number >= MAX_ROWS:
                expected = f"at most {MAX_ROWS:,} rows"
                raise BadInput([Problem(file, line, None, "", "one row too many", expected)])
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        wrong = f"not CSV ({error})"
        raise BadInput([Problem(file, reader.line_num, None, "", wrong, "a row")]) from None


def _declaration(cells: Sequence[str], line_of: Mapping[str, int]) -> Declaration:
    if len(cells) != len(COLUMNS):
        raise _CellError("", f"of {len(cells)} columns", f"{len(COLUMNS)}: {', '.join(COLUMNS)}")
    row = dict(zip(COLUMNS, cells, strict=True))
    name, evidence = row["target"], row["evidence"].strip()
    if name not in targets.names():
        hint = did_you_mean(name, targets.names())
        raise _CellError("target", shown(name), "the id of a target", hint)
    if name in line_of:
        wrong = f"{shown(name)}, the target of line {line_of[name]}"
        raise _CellError("target", wrong, "each target once")
    target = targets.load(name)
    if target.check != "declared":
        raise _CellError("target", shown(name), "a target that a declaration can show")
    if len(evidence) > MAX_CHARACTERS:
        wrong, expected = f"of {len(evidence):,} characters", f"at most {MAX_CHARACTERS:,}"
        raise _CellError("evidence", wrong, expected)
    return Declaration(name, _figure(target, row), _day(row["date"]), evidence)


def _figure(target: Target, row: Mapping[str, str]) -> Measurement | None:
    given = tuple(column for column in ("count", "of", "value", "unit") if row[column])
    if target.threshold is None:
        if given:
            expected = f"nothing: the document gives no figure for {target.id}"
            raise _CellError(given[0], shown(row[given[0]]), expected)
        return None
    unit = target.threshold.unit
    if unit == "share" and given == ("count", "of"):
        return _share(row["count"], row["of"])
    if given not in (("value",), ("value", "unit")):
        wrong = ", ".join(given) or "nothing"
        raise _CellError("figure", wrong, "either count and of, or value and unit")
    written = row["value"] + row["unit"]
    try:
        return Measurement(targets.limit_of(written, unit), unit, 1)
    except ValueError as error:
        raise _CellError("value", shown(written), str(error)) from None


def _share(count: str, of: str) -> Measurement:
    for column, cell in (("count", count), ("of", of)):
        if not _COUNT.fullmatch(cell):
            raise _CellError(column, shown(cell), "a whole number from 0 to 999999999")
    if int(of) == 0 or int(of) < int(count):
        raise _CellError("of", shown(of), "at least the count, and at least 1")
    return Measurement(Fraction(int(count), int(of)), "share", int(of))


def _day(written: str) -> date:
    try:
        if not _DAY.fullmatch(written):
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        raise _CellError("date", shown(written), "a day such as 2025-12-31") from None
