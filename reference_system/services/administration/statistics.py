"""Figures of a period, by unit: what was composed, ordered, delivered, played, asked, answered.

All figures are counted for the units where things belong and then added up, so that the figures
of a unit are the sum of its own and of those below it, and every total that of its parts.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from reference_system.services.acting import Act
from reference_system.services.administration.feedback import OPEN_STATES
from reference_system.services.refusals import Invalid
from reference_system.services.units import Level, Unit
from reference_system.services.within import commune_within, within
from reference_system.store.administration import Feedback
from reference_system.store.content import BulletinRow
from reference_system.store.devices import Device, PlayLogEntry
from reference_system.store.orders import Delivery, Order
from scenarios.scenario import Text

Section = Literal["bulletins", "orders", "deliveries", "plays", "on_air_ms", "devices", "feedback"]
Key = tuple[str, ...]
"""A section, then a value for each of the section's `parts`."""

LONGEST_MS = 400 * 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a section counts; `parts` are what it is counted by."""

    name: Text
    parts: tuple[str, ...]


SECTIONS: Mapping[Section, Meaning] = {
    "bulletins": Meaning(
        Text("Bản tin lập trong kỳ", "Bulletins made in the period"), ("class", "field", "state")
    ),
    "orders": Meaning(
        Text("Lệnh phát trong kỳ", "Orders issued in the period"), ("class", "status", "state")
    ),
    "deliveries": Meaning(
        Text("Lệnh gửi tới thiết bị trong kỳ", "Commands to devices in the period"),
        ("action", "state"),
    ),
    "plays": Meaning(
        Text("Lượt trong nhật ký phát trong kỳ", "Entries of the play log in the period"),
        ("class", "outcome"),
    ),
    "on_air_ms": Meaning(
        Text("Thời lượng phát theo nhật ký (ms)", "Time on air by the play log (ms)"),
        ("class", "outcome"),
    ),
    "devices": Meaning(Text("Thiết bị, lúc thống kê", "Devices, at this moment"), ("presence",)),
    "feedback": Meaning(
        Text("Phản ánh nhận trong kỳ", "Feedback received in the period"), ("outcome",)
    ),
}
assert tuple(SECTIONS) == get_args(Section)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since_ms` to before `until_ms`."""

    since_ms: int
    until_ms: int

    def __post_init__(self) -> None:
        """A period has a length, of at most 400 days."""
        if not 0 < self.until_ms - self.since_ms <= LONGEST_MS:
            raise Invalid(
                "bad-period",
                "Kỳ thống kê phải có điểm cuối sau điểm đầu, dài không quá 400 ngày.",
                "A period ends after it begins, and has at most 400 days.",
                "until",
            )

    def has(self, moment: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Whether the moment in that column lies in it."""
        return and_(moment >= self.since_ms, moment < self.until_ms)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of a unit and all below it in a period; those of devices are of `at_ms`."""

    unit: Unit
    period: Period
    at_ms: int
    figures: Mapping[Key, int]

    def total(self, section: Section) -> int:
        """The sum of a section."""
        return sum(number for key, number in self.figures.items() if key[0] == section)


def summary(act: Act, unit: Unit, period: Period) -> Statistics:
    """The figures of a unit and all below it; needs `view` there."""
    figures: Counter[Key] = Counter()
    for own in by_unit(act, unit, period).values():
        figures.update(own)
    return Statistics(unit, period, act.now_ms, dict(sorted(figures.items())))


def by_unit(act: Act, outer: Unit, period: Period) -> dict[Unit, Counter[Key]]:
    """Each unit's own figures, without those below it; needs `view` over `outer`.

    Devices, their commands and plays, and feedback belong to communes; bulletins and orders to
    the unit that made them. Units without any are left out.
    """
    act.require("view", outer)
    found: dict[Unit, Counter[Key]] = {}
    for level, code, key, number in _counted(act, outer, period):
        found.setdefault(Unit(level, code), Counter())[key] += number
    return found


def csv_text(some: Iterable[Statistics], unit_name: Callable[[Unit], str]) -> str:
    """A table of figures, a line for each, under a heading in Vietnamese; RFC 4180."""
    file = io.StringIO()
    table = csv.writer(file)
    heading = ("Cấp", "Mã", "Đơn vị", "Nhóm", "section", "part", "value")
    table.writerow(heading)
    for each in some:
        place = (each.unit.level, each.unit.code, unit_name(each.unit))
        for section, meaning in SECTIONS.items():
            table.writerow((*place, meaning.name.vi, section, "total", each.total(section)))
            for key, number in sorted(each.figures.items()):
                if key[0] == section:
                    words = "/".join(key[1:])
                    table.writerow((*place, meaning.name.vi, section, words, number))
    return file.getvalue()


def _counted(act: Act, outer: Unit, period: Period) -> Iterator[tuple[Level, str, Key, int]]:
    for section, query in _by_maker(act, outer, period).items():
        for level, code, *parts, number in act.session.execute(query):
            yield level, code, (section, *parts), number
    for section, query in _by_commune(act, outer, period).items():
        for commune, *parts, number in act.session.execute(query):
            yield "commune", commune, (section, *parts), int(number)


def _by_maker(act: Act, outer: Unit, period: Period) -> dict[str, Select[*tuple[Any, ...]]]:
    row, order, units = BulletinRow, Order, act.system.units
    made = (row.level, row.code, row.bulletin_class, row.field, row.state)
    issued = (
        *(order.issuer_level, order.issuer_code),
        *(order.bulletin_class, order.status, order.state),
    )
    return {
        "bulletins": select(*made, func.count())
        .where(period.has(row.created_ms), within(units, outer, row.level, row.code))
        .group_by(*made),
        "orders": select(*issued, func.count())
        .where(
            period.has(order.issued_ms),
            within(units, outer, order.issuer_level, order.issuer_code),
        )
        .group_by(*issued),
    }


def _by_commune(act: Act, outer: Unit, period: Period) -> dict[str, Select[*tuple[Any, ...]]]:
    units, play = act.system.units, PlayLogEntry
    inside = commune_within(units, outer, Device.commune)
    plays = (Device.commune, play.bulletin_class, play.outcome)
    played = select(*plays).join(Device).where(period.has(play.began_ms), inside).group_by(*plays)
    commands = (Device.commune, Delivery.action, Delivery.state)
    presence = case((Device.active, Device.presence), else_="withdrawn").label("known_as")
    outcome = _outcome(act.now_ms).label("outcome")
    return {
        "deliveries": select(*commands, func.count())
        .join(Device)
        .where(period.has(Delivery.created_ms), inside)
        .group_by(*commands),
        "plays": played.add_columns(func.count()),
        "on_air_ms": played.add_columns(func.sum(play.played_ms)),
        "devices": select(Device.commune, presence, func.count())
        .where(inside)
        .group_by(Device.commune, "known_as"),
        "feedback": select(Feedback.commune, outcome, func.count())
        .where(period.has(Feedback.received_ms), commune_within(units, outer, Feedback.commune))
        .group_by(Feedback.commune, "outcome"),
    }


def _outcome(now_ms: int) -> ColumnElement[str]:
    waits = Feedback.state.in_(OPEN_STATES)
    return case(
        (and_(waits, Feedback.due_ms < now_ms), "overdue"),
        (waits, "waiting"),
        (Feedback.answered_ms > Feedback.due_ms, "answered-late"),
        else_="answered-on-time",
    )
