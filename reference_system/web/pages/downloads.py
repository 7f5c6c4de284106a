"""Files that a page hands out: tables for the programs that officers open them with."""

from collections.abc import Iterable, Iterator
from itertools import chain

from fastapi import Response
from fastapi.responses import StreamingResponse

_MARK = "\ufeff"
"""Without it the usual spreadsheet programs read Vietnamese letters as something else."""


def table(lines: Iterable[str], name: str) -> Response:
    """A CSV file to be saved, in UTF-8 that says so."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    told: Iterator[str] = chain([_MARK], lines)
    return StreamingResponse(told, media_type="text/csv; charset=utf-8", headers=headers)
