"""The yearly report: made from the figures, read, submitted once and for all, shared upward."""

import csv
import io
from datetime import timedelta

from fastapi import APIRouter, Response

from reference_system.services.administration import yearly_report
from reference_system.services.refusals import Refusal
from reference_system.services.sharing import exchange, peers
from reference_system.web.pages.downloads import table
from reference_system.web.pages.rendering import local, midnight_ms
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit
from reference_system.web.routes.statistics import as_page

router = APIRouter(route_class=PageRoute)

FIRST_YEAR, LAST_YEAR = 2020, 2199


@router.get("/reports")
def report_list(visit: TheVisit) -> Response:
    """The own unit's reports, and those submitted from below."""
    return _list(visit)


@router.post("/reports")
def make(visit: TheVisit) -> Response:
    """Make the report on a year, or make it anew."""
    typed = visit.typed
    try:
        year = typed.a_number("year", FIRST_YEAR, LAST_YEAR)
        since_ms, until_ms = _midnight_ms(typed, "since"), _midnight_ms(typed, "until", 1)
        with visit.acting() as act:
            row = yearly_report.make(act, year, since_ms, until_ms)
    except Refusal as refusal:
        return _list(visit, refusal)
    return visit.go(f"/reports/{row.id}", "report-made")


@router.get("/reports/{report_id}")
def report(visit: TheVisit, report_id: str) -> Response:
    """A report as a table, and what can be done with it."""
    return _report(visit, report_id)


@router.post("/reports/{report_id}")
def hand_up(visit: TheVisit, report_id: str) -> Response:
    """Submit it as it was seen, or share it with every active peer."""
    typed = visit.typed
    try:
        do = typed.choice("do", ("submit", "share"))
        with visit.acting() as act:
            if do == "submit":
                yearly_report.submit(act, report_id, typed.line("sha256", needed=True))
            else:
                exchange.share_report(act, report_id)
    except Refusal as refusal:
        return _report(visit, report_id, refusal)
    return visit.go(f"/reports/{report_id}", "shared" if do == "share" else "report-submitted")


@router.get("/reports/{report_id}/print")
def printed(visit: TheVisit, report_id: str) -> Response:
    """The page to print."""
    with visit.looking() as act:
        return as_page(yearly_report.shown(act, report_id))


@router.get("/reports/{report_id}/table.csv")
def export(visit: TheVisit, report_id: str) -> Response:
    """The table as a file."""
    with visit.looking() as act:
        row = yearly_report.shown(act, report_id)
        return table([row.csv], f"{row.year}-{row.code}.csv")


def rows_of(text: str) -> list[list[str]]:
    """The table of a report: its heading, a line for each unit, the sum."""
    return list(csv.reader(io.StringIO(text)))


def _midnight_ms(typed: Typed, name: str, days_later: int = 0) -> int | None:
    if not typed.line(name):
        return None
    return midnight_ms(typed.day(name) + timedelta(days=days_later))


def _list(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        units = act.system.units
        return visit.show(
            "reports",
            refusal=refusal,
            page=yearly_report.listed(act, visit.typed.cursor()),
            year=local(act.now_ms).year,
            first_year=FIRST_YEAR,
            last_year=LAST_YEAR,
            name_of=lambda row: units.name(units.named(row.level, row.code)),
        )


def _report(visit: Visit, report_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        row = yearly_report.shown(act, report_id)
        units = act.system.units
        unit = units.named(row.level, row.code)
        return visit.show(
            "report",
            refusal=refusal,
            here=f"/reports/{report_id}",
            row=row,
            unit=units.name(unit),
            rows=rows_of(row.csv),
            may_submit=visit.can("approve") and unit == act.actor.unit,
            may_share=visit.can("approve") and any(each.active for each in peers.listed(act)),
        )
