"""The yearly report, made in December: figures by unit, as two files that freeze on submission.

The project plan asks for a report each year in December; no document held here says which period
it covers. So that is chosen with the report: without a choice, the calendar year up to the moment
when the report is made.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

import jinja2
from sqlalchemy import select

from reference_system.interface import exchange as wire
from reference_system.services.acting import Act
from reference_system.services.administration.statistics import Key, Period, by_unit
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Invalid, TooLarge
from reference_system.services.sharing import peers
from reference_system.services.sharing.outbox import Told, put_out
from reference_system.services.units import Level, Unit
from reference_system.services.within import communes_of, nothing_there, within
from reference_system.store.administration import YearlyReport
from reference_system.store.base import new_id
from scenarios.units import VIETNAM_TIME

Figures = Mapping[Key, int]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the report's table: what people call it, and how it is counted."""

    vi: str
    en: str
    count: Callable[[Figures], int]


def _sum(section: str, *parts: str | None) -> Callable[[Figures], int]:
    """Counts a section; each part is a value that it must have, None for any."""

    def count(figures: Figures) -> int:
        return sum(
            number
            for key, number in figures.items()
            if key[0] == section
            and all(part in (None, had) for part, had in zip(parts, key[1:], strict=False))
        )

    return count


COLUMNS: tuple[Column, ...] = (
    Column("Thiết bị", "Devices", _sum("devices")),
    Column("Đang nối mạng", "Online", _sum("devices", "online")),
    Column("Mất liên lạc", "Lost", _sum("devices", "lost")),
    Column("Bản tin", "Bulletins", _sum("bulletins")),
    Column("Bản tin đã duyệt", "Approved bulletins", _sum("bulletins", None, None, "approved")),
    Column("Lệnh phát", "Orders", _sum("orders")),
    Column("Lệnh phát khẩn cấp", "Emergency orders", _sum("orders", "emergency")),
    Column("Lượt phát", "Plays", _sum("plays", None, "played")),
    Column("Thời lượng phát (ms)", "On air (ms)", _sum("on_air_ms")),
    Column("Phản ánh", "Feedback", _sum("feedback")),
    Column("Trả lời đúng hạn", "Answered on time", _sum("feedback", "answered-on-time")),
    Column("Trả lời quá hạn", "Answered late", _sum("feedback", "answered-late")),
    Column("Chưa trả lời, còn hạn", "Waiting", _sum("feedback", "waiting")),
    Column("Chưa trả lời, quá hạn", "Overdue", _sum("feedback", "overdue")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: a unit by itself, or the sum of all lines (`level` "total")."""

    level: str
    code: str
    name: str
    numbers: tuple[int, ...]


def make(
    act: Act, year: int, since_ms: int | None = None, until_ms: int | None = None
) -> YearlyReport:
    """Make the own unit's report on a year, or make it anew; needs `operate`.

    Raises `Invalid` for a period that is not over yet, `Conflict` once it was submitted.
    """
    act.require("operate")
    own = act.actor.unit
    period = Period(
        _new_year_ms(year) if since_ms is None else since_ms,
        min(act.now_ms, _new_year_ms(year + 1)) if until_ms is None else until_ms,
    )
    if period.until_ms > act.now_ms:
        raise Invalid(
            "not-over",
            "Kỳ báo cáo chưa kết thúc.",
            "The period of the report is not over yet.",
            "until",
        )
    row = act.session.scalars(
        select(YearlyReport).where(
            YearlyReport.level == own.level,
            YearlyReport.code == own.code,
            YearlyReport.year == year,
        )
    ).one_or_none()
    if row is None:
        row = YearlyReport(id=new_id(act.now_ms), level=own.level, code=own.code, year=year)
    _must_be_open(row)
    table = lines(act, own, period)
    row.since_ms, row.until_ms = period.since_ms, period.until_ms
    row.made_ms, row.made_by = act.now_ms, act.actor.person_id
    row.csv, row.html = _csv(table), _html(act, year, period, table)
    row.sha256 = seal(row.csv, row.html)
    act.session.add(row)
    act.session.flush()
    act.record("report.made", row.id, year=year, sha256=row.sha256)
    return row


def submit(act: Act, report_id: str, sha256: str) -> YearlyReport:
    """Hand the report up: from now on nothing in it changes, and units above see it.

    That of the whole system goes to the systems above it as well. Needs `approve`. `sha256` is of
    what the person has seen; raises `Conflict` for another.
    """
    act.require("approve")
    row = shown(act, report_id)
    if (row.level, row.code) != (act.actor.unit.level, act.actor.unit.code):
        raise nothing_there("báo cáo", "report")
    if row.sha256 != sha256:
        raise Conflict(
            "report-changed",
            "Báo cáo đã được lập lại; hãy xem bản mới trước khi nộp.",
            "The report was made anew; look at it before you submit it.",
            "sha256",
        )
    if row.submitted_ms is None:
        row.submitted_ms, row.submitted_by = act.now_ms, act.actor.person_id
        act.record("report.submitted", row.id, year=row.year, sha256=row.sha256)
        if act.actor.unit == act.system.settings.unit:
            put_out(act, peers.above(act), message(row))
    return row


def message(row: YearlyReport) -> Told:
    """A submitted report as it goes to other systems; raises `TooLarge`."""
    if len(row.csv) > wire.CSV_CHARACTERS or len(row.html) > wire.HTML_CHARACTERS:
        raise TooLarge(
            "report-too-large",
            "Báo cáo quá lớn để chia sẻ.",
            "The report is too large to be shared.",
        )
    body = wire.Report(
        kind="report",
        unit=wire.Place(level=cast(Level, row.level), code=row.code),
        year=row.year,
        since=cast(Any, wire.instant_text(row.since_ms)),
        until=cast(Any, wire.instant_text(row.until_ms)),
        submitted=cast(Any, wire.instant_text(row.submitted_ms or row.made_ms)),
        sha256=row.sha256,
        csv=row.csv,
        html=row.html,
    )
    return Told("report", row.id, body)


def shown(act: Act, report_id: str) -> YearlyReport:
    """A report of the own unit, or one submitted by a unit below; raises `Missing`."""
    act.require("view")
    row = act.session.get(YearlyReport, report_id)
    if row is not None:
        unit, own = act.system.units.named(row.level, row.code), act.actor.unit
        if unit == own or (row.submitted_ms is not None and act.system.units.holds(own, unit)):
            return row
    raise nothing_there("báo cáo", "report")


def listed(act: Act, after: str | None = None, limit: int = PAGE) -> Page[YearlyReport]:
    """The reports that `shown` shows, newest first."""
    act.require("view")
    own, row = act.actor.unit, YearlyReport
    query = select(row).where(
        within(act.system.units, own, row.level, row.code),
        row.submitted_ms.is_not(None) | ((row.level == own.level) & (row.code == own.code)),
    )
    return newest_first(act.session, query, row.made_ms, row.id, after, limit)


def lines(act: Act, outer: Unit, period: Period) -> tuple[Line, ...]:
    """The table: each unit with figures of its own, every commune, and the sum at the end."""
    units = act.system.units
    found = by_unit(act, outer, period)
    for code in communes_of(units, outer) if outer.level != "central" else ():
        found.setdefault(Unit("commune", code), Counter())
    total: Counter[Key] = Counter()
    for figures in found.values():
        total.update(figures)
    rows = [
        Line(unit.level, unit.code, units.name(unit), _numbers(found[unit]))
        for unit in sorted(found, key=lambda unit: (unit.level == "commune", unit.level, unit.code))
    ]
    return (*rows, Line("total", outer.code, "Tổng cộng", _numbers(total)))


def seal(csv_text: str, html: str) -> str:
    """The SHA-256 of both files, each before its length: what a submitted report is known by."""
    digest = hashlib.sha256()
    for text in (csv_text, html):
        content = text.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _numbers(figures: Figures) -> tuple[int, ...]:
    return tuple(column.count(figures) for column in COLUMNS)


def _must_be_open(row: YearlyReport) -> None:
    if row.submitted_ms is not None:
        raise Conflict(
            "report-submitted",
            "Báo cáo đã nộp; không lập lại được.",
            "The report was submitted; it cannot be made anew.",
        )


def _csv(table: tuple[Line, ...]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("Cấp", "Mã", "Đơn vị", *(column.vi for column in COLUMNS)))
    writer.writerows((line.level, line.code, line.name, *line.numbers) for line in table)
    return file.getvalue()


def _html(act: Act, year: int, period: Period, table: tuple[Line, ...]) -> str:
    return _template().render(
        year=year,
        unit=act.system.units.name(act.actor.unit),
        era=act.system.settings.era,
        since=_date_text(period.since_ms),
        until=_date_text(period.until_ms),
        made=_date_text(act.now_ms),
        columns=COLUMNS,
        lines=table,
    )


@cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("reference_system.services.administration", "")
    strict = jinja2.StrictUndefined
    return jinja2.Environment(loader=loader, autoescape=True, undefined=strict).get_template(
        "yearly_report.html.jinja"
    )


def _new_year_ms(year: int) -> int:
    return round(datetime(year, 1, 1, tzinfo=VIETNAM_TIME).timestamp()) * 1000


def _date_text(ms: int) -> str:
    moment = datetime.fromtimestamp(ms / 1000, VIETNAM_TIME)
    return f"{moment:%H:%M:%S} ngày {moment:%d/%m/%Y}"
