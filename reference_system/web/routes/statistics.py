"""Statistics and yearly reports over HTTP, as JSON, CSV, and a page to print."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Response
from pydantic import Field

from reference_system.services.acting import Act
from reference_system.services.administration import statistics, yearly_report
from reference_system.services.administration.statistics import SECTIONS, Period, Statistics
from reference_system.services.units import Level
from reference_system.store.administration import YearlyReport
from reference_system.web.acting import Acting, Looking
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    After,
    InstantIn,
    InstantOut,
    Limit,
    PageOut,
    PathId,
    Strict,
    problems,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1", tags=["statistics"], route_class=Route)

Moment = Annotated[InstantIn, Query(description="ISO 8601 with its offset.")]
UnitCode = Annotated[str | None, Query(pattern="^([0-9]{1,5}|VN)$")]
YearIn = Annotated[int, Field(ge=2020, le=2199)]

_CSV: dict[str, Any] = {"content": {"text/csv": {"schema": {"type": "string"}}}}
_HTML: dict[str, Any] = {"content": {"text/html": {"schema": {"type": "string"}}}}
_COUNTED = problems(401, 403)


class FigureOut(Strict):
    """A figure; `parts` has a value for each of the section's `parts`."""

    parts: list[str]
    value: int


class SectionOut(Strict):
    """What was counted by which parts; `total` is the sum of the figures."""

    name: str
    name_en: str
    parts: list[str]
    total: int
    figures: list[FigureOut]


class StatisticsOut(Strict):
    """The figures of a unit and all below it, from `since` to before `until`, counted at `at`."""

    level: Level
    code: str
    since: InstantOut
    until: InstantOut
    at: InstantOut
    sections: dict[str, SectionOut]


class ReportIn(Strict):
    """Which year; without `since` and `until` from 1 January to now, within the year."""

    year: YearIn
    since: InstantIn | None = None
    until: InstantIn | None = None


class SubmitIn(Strict):
    """The hash of the report that the person has seen."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class ReportOut(Strict):
    """A unit's yearly report; `sha256` is of both its files, which never change once submitted."""

    id: str
    level: Level
    code: str
    year: int
    since: InstantOut
    until: InstantOut
    made: InstantOut
    submitted: InstantOut | None
    sha256: str


@router.get("/statistics", responses=_COUNTED)
def read_statistics(
    act: Looking,
    since: Moment,
    until: Moment,
    level: Level | None = None,
    code: UnitCode = None,
) -> StatisticsOut:
    """The figures of a period, of the own unit or one below; needs the role view there."""
    return _told(_summary(act, since, until, level, code))


@router.get("/statistics.csv", response_class=Response, responses={**_COUNTED, 200: _CSV})
def read_csv(
    act: Looking,
    since: Moment,
    until: Moment,
    level: Level | None = None,
    code: UnitCode = None,
) -> Response:
    """The same as a table."""
    counted = _summary(act, since, until, level, code)
    return _file(statistics.csv_text([counted], act.system.units.name), "statistics.csv")


@router.post("/reports", status_code=201, responses=CHANGES)
def make_report(act: Acting, asked: ReportIn) -> ReportOut:
    """Make the own unit's report on a year, or make it anew; needs the role operate."""
    return _report(yearly_report.make(act, asked.year, asked.since, asked.until))


@router.get("/reports", responses=_COUNTED)
def read_reports(act: Looking, after: After = None, limit: Limit = 50) -> PageOut[ReportOut]:
    """The own unit's reports, and those submitted from below."""
    page = yearly_report.listed(act, after, limit)
    return PageOut(items=[_report(row) for row in page.items], after=page.after)


@router.get("/reports/{report_id}", responses=ABOUT_ONE)
def read_report(act: Looking, report_id: PathId) -> ReportOut:
    """What is known of a report."""
    return _report(yearly_report.shown(act, report_id))


@router.get("/reports/{report_id}/csv", response_class=Response, responses={**ABOUT_ONE, 200: _CSV})
def read_report_csv(act: Looking, report_id: PathId) -> Response:
    """Its table."""
    row = yearly_report.shown(act, report_id)
    return _file(row.csv, f"{row.year}-{row.code}.csv")


@router.get(
    "/reports/{report_id}/html", response_class=Response, responses={**ABOUT_ONE, 200: _HTML}
)
def read_report_html(act: Looking, report_id: PathId) -> Response:
    """The page to print."""
    return as_page(yearly_report.shown(act, report_id))


@router.post("/reports/{report_id}/submit", responses=CHANGES)
def submit_report(act: Acting, report_id: PathId, asked: SubmitIn) -> ReportOut:
    """Hand it up: from now on nothing in it changes. Needs the role approve."""
    return _report(yearly_report.submit(act, report_id, asked.sha256))


def as_page(row: YearlyReport) -> Response:
    """The page of a report, which holds its own style and nothing else."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return Response(row.html, media_type="text/html", headers={"content-security-policy": policy})


def _summary(act: Act, since: int, until: int, level: Level | None, code: str | None) -> Statistics:
    own = act.actor.unit
    unit = act.system.units.named(level or own.level, code or own.code)
    return statistics.summary(act, unit, Period(since, until))


def _told(counted: Statistics) -> StatisticsOut:
    return StatisticsOut(
        level=counted.unit.level,
        code=counted.unit.code,
        since=counted.period.since_ms,
        until=counted.period.until_ms,
        at=counted.at_ms,
        sections={
            section: SectionOut(
                name=meaning.name.vi,
                name_en=meaning.name.en,
                parts=list(meaning.parts),
                total=counted.total(section),
                figures=[
                    FigureOut(parts=list(key[1:]), value=value)
                    for key, value in counted.figures.items()
                    if key[0] == section
                ],
            )
            for section, meaning in SECTIONS.items()
        },
    )


def _report(row: YearlyReport) -> ReportOut:
    return ReportOut(
        id=row.id,
        level=cast(Level, row.level),
        code=row.code,
        year=row.year,
        since=row.since_ms,
        until=row.until_ms,
        made=row.made_ms,
        submitted=row.submitted_ms,
        sha256=row.sha256,
    )


def _file(text: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv", headers=headers)
