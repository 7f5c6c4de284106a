"""A table as people keep it: rows of text, bounded in every direction; from CSV here."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scenarios.files import decode_utf8
from scenarios.problems import BadInput, Problem

MAX_BYTES: Final = 16 << 20
MAX_ROWS: Final = 40_000
MAX_COLUMNS: Final = 100
MAX_CHARACTERS: Final = 1_000

DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its number in the file, from 1, and its cells up to the last."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """The text in a column, from 0; empty where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one sheet; `name` is empty for a file that is only one."""

    name: str
    rows: tuple[Row, ...]


def from_csv(file: str, source: bytes, delimiter: str | None = None) -> Table:
    """The table in a CSV file, parted by commas, semicolons or tabs; raises `BadInput`.

    Unless one is named, the delimiter is the one that parts the first lines into most cells.
    """
    text = decode_utf8(file, source)
    first = text[:10_000]
    chosen = delimiter or max(DELIMITERS, key=first.count)
    return Table("", rows_of(file, _lines(file, text, chosen)))


def rows_of(file: str, lines: Iterator[tuple[int, Sequence[str]]]) -> tuple[Row, ...]:
    """The rows that hold something, trimmed; raises `BadInput` for too many or too long ones."""
    rows: list[Row] = []
    for number, cells in lines:
        trimmed = [" ".join(cell.split()) for cell in cells]
        while trimmed and not trimmed[-1]:
            trimmed.pop()
        if not trimmed:
            continue
        if len(rows) == MAX_ROWS:
            raise too_much(file, number, f"row {MAX_ROWS + 1:,}", f"at most {MAX_ROWS:,} rows")
        if len(trimmed) > MAX_COLUMNS:
            wrong = "longer than its columns"
            raise too_much(file, number, wrong, f"at most {MAX_COLUMNS} columns")
        if any(len(cell) > MAX_CHARACTERS for cell in trimmed):
            wrong = "a row with a long cell"
            raise too_much(file, number, wrong, f"at most {MAX_CHARACTERS:,} characters in a cell")
        rows.append(Row(number, tuple(trimmed)))
    return tuple(rows)


def too_much(file: str, number: int | None, wrong: str, expected: str) -> BadInput:
    """That a table is out of bounds."""
    return BadInput([Problem(file, number, None, "", wrong, expected)])


def _lines(file: str, text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise too_much(file, number, f"not CSV ({error})", "a CSV file") from None
