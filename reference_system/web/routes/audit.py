"""The audit log, for administrators."""

import csv
import io
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from reference_system.services.paging import PAGE
from reference_system.services.people import audit
from reference_system.services.people.audit import Wanted
from reference_system.store.people import AuditEntry
from reference_system.web.acting import Looking
from reference_system.web.models import (
    LOGGED_IN,
    InstantIn,
    InstantOut,
    Limit,
    Strict,
    instant_text,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], route_class=Route)

COLUMNS = ("number", "at", "login", "action", "subject", "detail", "chain")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class EntryOut(Strict):
    """One act; `chain` is the hash of this entry and of all before it."""

    number: int
    at: InstantOut
    login: str
    action: str
    subject: str
    detail: dict[str, Any]
    chain: str


class EntriesOut(Strict):
    """Some of the log, newest first; `before` asks for the next page, null where there is none."""

    items: list[EntryOut]
    before: int | None


class VerificationOut(Strict):
    """Whether the log is as it was written; `broken` is the number of the first entry that is not.

    `head` is the hash of the last entry: kept elsewhere, it shows later whether any are missing.
    """

    entries: int
    broken: int | None
    head: str


def _wanted(
    login: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9._-]+$")] = None,
    action: Annotated[str | None, Query(max_length=32, pattern=r"^[a-z0-9-]+$")] = None,
    since: Annotated[InstantIn | None, Query(description="ISO 8601 with its offset.")] = None,
    before_time: Annotated[InstantIn | None, Query(description="ISO 8601 with its offset.")] = None,
) -> Wanted:
    return Wanted(login, action, since, before_time)


Filter = Annotated[Wanted, Depends(_wanted)]


@router.get("", responses=LOGGED_IN)
def entries(
    act: Looking,
    wanted: Filter,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Limit = PAGE,
) -> EntriesOut:
    """What the people of the own unit and below did."""
    found = audit.listed(act, wanted, before, limit)
    return EntriesOut(items=[_out(each) for each in found.items], before=found.before)


@router.get(
    "/export",
    responses=LOGGED_IN | {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    response_class=Response,
)
def export(act: Looking, wanted: Filter) -> Response:
    """The same as a table for a spreadsheet (CSV, UTF-8), oldest first."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for entry in audit.exported(act, wanted):
        table.writerow(_plain(cell) for cell in _cells(entry))
    return Response(
        "\ufeff" + written.getvalue(),  # without this mark, Excel misreads Vietnamese
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="audit.csv"'},
    )


@router.get("/verification", responses=LOGGED_IN)
def verification(act: Looking) -> VerificationOut:
    """Compute the chain of hashes again, from the first entry on."""
    found = audit.verified(act)
    return VerificationOut(entries=found.entries, broken=found.broken, head=found.head.hex())


def _out(entry: AuditEntry) -> EntryOut:
    return EntryOut(
        number=entry.number,
        at=entry.at_ms,
        login=entry.login,
        action=entry.action,
        subject=entry.subject,
        detail=entry.detail,
        chain=entry.chain.hex(),
    )


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True)
    return (
        *(str(entry.number), instant_text(entry.at_ms), entry.login, entry.action),
        *(entry.subject, detail, entry.chain.hex()),
    )


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
