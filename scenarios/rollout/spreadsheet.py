"""Tables in a spreadsheet (.xlsx): values as they were last computed, nothing else of it.

No formula is evaluated, no link followed, no picture or macro looked at. What a small file may
unfold to is bounded before anything is unfolded.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from scenarios.problems import BadInput, Problem
from scenarios.rollout.table import MAX_COLUMNS, Table, rows_of

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_UNFOLDED_BYTES: Final = 128 << 20
MAX_PARTS: Final = 1_000
MAX_SHEETS: Final = 50
MAX_ROWS_LOOKED_AT: Final = 100_000
"""Rows that hold nothing count here, too: a sheet may be formatted to its last row."""

_EXTRA: Final = "pip install 'ttcs-hil[spreadsheet]'"


def from_xlsx(file: str, source: bytes) -> tuple[Table, ...]:
    """Every sheet of a spreadsheet; raises `BadInput`."""
    try:
        import openpyxl
    except ImportError:
        wrong = "a spreadsheet, and what reads one is not installed"
        raise _bad(file, wrong, "a CSV file, or the extra spreadsheet", _EXTRA) from None
    try:
        _check_unfolded(file, source)
        with warnings.catch_warnings():
            # It warns of what it leaves out, such as validation lists: nothing is missed here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(source), read_only=True, data_only=True, keep_links=False
            )
            return _tables(file, book)
    except BadInput:
        raise
    except Exception as error:
        # A broken file fails wherever the library happens to trip over it.
        wrong = f"not a readable spreadsheet ({type(error).__name__})"
        raise _bad(file, wrong, "an .xlsx file", "save it again as .xlsx or CSV") from None


def _check_unfolded(file: str, source: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(source)) as parts:
        members = parts.infolist()
        if len(members) > MAX_PARTS:
            raise _bad(file, f"of {len(members):,} parts", f"at most {MAX_PARTS:,}")
        # Reading a part stops at the size that the archive states, so that it cannot understate.
        unfolded = sum(member.file_size for member in members)
        if unfolded > MAX_UNFOLDED_BYTES:
            wrong = f"{unfolded:,} bytes when unfolded"
            raise _bad(file, wrong, f"at most {MAX_UNFOLDED_BYTES:,} bytes")
        for member in members:
            if _declares_a_type(parts.read(member)):
                wrong = f"with a document type in {member.filename}"
                raise _bad(file, wrong, "a spreadsheet, which has none")


def _declares_a_type(part: bytes) -> bool:
    """Whether a part begins a DTD: entities in it could unfold without end."""
    return b"<!DOCTYPE" in part or b"<\0!\0D\0O\0C\0T" in part or b"\0<\0!\0D\0O\0C\0T" in part


def _tables(file: str, book: "Workbook") -> tuple[Table, ...]:
    sheets = book.worksheets
    if len(sheets) > MAX_SHEETS:
        raise _bad(file, f"of {len(sheets)} sheets", f"at most {MAX_SHEETS}")
    return tuple(Table(sheet.title, rows_of(file, _lines(sheet))) for sheet in sheets)


def _lines(sheet: object) -> Iterator[tuple[int, Sequence[str]]]:
    # The library's stubs do not know its read-only sheets.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows = sheet.iter_rows(  # type: ignore[attr-defined]
        max_row=MAX_ROWS_LOOKED_AT, max_col=MAX_COLUMNS + 1, values_only=True
    )
    for number, values in enumerate(rows, start=1):
        yield number, [_text(value) for value in values]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "có" if value else "không"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.strftime("%Y-%m-%d")
        case _:
            return str(value)


def _bad(file: str, wrong: str, expected: str, hint: str | None = None) -> BadInput:
    return BadInput([Problem(file, None, None, "", wrong, expected, hint)])
