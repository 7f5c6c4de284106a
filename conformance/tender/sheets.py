"""Tables for people with a spreadsheet, in which nothing that others wrote becomes a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Final

_FORMULA: Final = tuple("=+-@\t\r＝＋－＠")


def written(rows: Iterable[Iterable[str]]) -> bytes:
    """The rows as CSV, each cell guarded; with the mark by which spreadsheets know UTF-8."""
    table = io.StringIO(newline="")
    csv.writer(table, lineterminator="\r\n").writerows(map(guarded, row) for row in rows)
    return table.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """The text behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith((*_FORMULA, "'")) else cell


def unguarded(cell: str) -> str:
    """What was guarded."""
    bare = cell.removeprefix("'")
    return bare if guarded(bare) == cell else cell
