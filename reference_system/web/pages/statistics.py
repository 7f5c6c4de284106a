"""Statistics: the figures of a unit in a period, as tables and as a file, shared with peers."""

from datetime import timedelta

from fastapi import APIRouter, Response

from reference_system.services.acting import Act
from reference_system.services.administration import statistics
from reference_system.services.administration.statistics import SECTIONS, Period, Statistics
from reference_system.services.refusals import Refusal
from reference_system.services.sharing import exchange, peers
from reference_system.web.pages import areas
from reference_system.web.pages.downloads import table
from reference_system.web.pages.rendering import local, midnight_ms
from reference_system.web.pages.units_typed import one_unit
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/statistics")
def figures(visit: TheVisit) -> Response:
    """The figures; without a period those of this year."""
    return _figures(visit)


@router.get("/statistics.csv")
def export(visit: TheVisit) -> Response:
    """The same as a table."""
    with visit.looking() as act:
        counted = _counted(visit, act)
        return table([statistics.csv_text([counted], act.system.units.name)], "statistics.csv")


@router.post("/statistics")
def share(visit: TheVisit) -> Response:
    """Share them, as they are counted now, with every active peer."""
    try:
        with visit.acting() as act:
            exchange.share_statistics(act, _counted(visit, act))
    except Refusal as refusal:
        return _figures(visit, refusal)
    return visit.go("/statistics", "shared")


def _figures(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("view")
        try:
            counted = _counted(visit, act)
        except Refusal as wrong:
            counted, refusal = None, wrong
        today = local(act.now_ms).date()
        return visit.show(
            "statistics",
            refusal=refusal,
            here="/statistics",
            counted=counted,
            sections=SECTIONS,
            first_day=today.replace(month=1, day=1),
            today=today,
            groups=areas.groups(act),
            may_share=visit.can("operate") and any(each.active for each in peers.listed(act)),
        )


def _counted(visit: Visit, act: Act) -> Statistics:
    typed, today = visit.typed, local(act.now_ms).date()
    unit = one_unit(act.system.units, typed) if typed.shown("unit") else act.actor.unit
    since = typed.day("since", today.replace(month=1, day=1))
    until = typed.day("until", today) + timedelta(days=1)
    return statistics.summary(act, unit, Period(midnight_ms(since), midnight_ms(until)))
