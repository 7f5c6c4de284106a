"""A plan's works one by one: when each is begun and done, how surely, and what it costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from scenarios import territory
from scenarios.rollout.plan import Plan, WorkKind
from scenarios.territory import Territory
from simulator.rollout.figures import value
from simulator.rollout.results import Findings
from simulator.rollout.works import Work, Works

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkDone:
    """A work and when it is begun and done.

    `begun_p50` is the first year by whose end it is begun with 50 %, `done_p50` the end of the
    first quarter by which it is done with 50 %; None where that never comes. `done_by_year` is the
    probability, per million, of being done by each year's end, `cost_p50_vnd` its cost with every
    price at its P50.
    """

    id: str
    kind: WorkKind
    commune: str | None
    district: str | None
    province: str
    name: str
    generated: bool
    begun_p50: int | None
    done_p50: date | None
    done_by_year: tuple[int, ...]
    cost_p50_vnd: int


def works_done(plan: Plan, works: Works, findings: Findings) -> tuple[WorkDone, ...]:
    """Every work of the plan, in its order."""
    land, half = territory.load(plan.era), findings.replications / 2
    ends = [4 * place + 3 for place in range(len(plan.years))]
    return tuple(
        WorkDone(
            work.id,
            work.kind,
            work.commune or None,
            work.district or None,
            work.province,
            name_of(land, work),
            work.station >= 0 and plan.stations[work.station].generated,
            _first(plan.years, begun >= half),
            _first(map(_quarter_end, *_quarters(plan)), done >= half),
            tuple(int(done[end]) * 1_000_000 // findings.replications for end in ends),
            _cost_p50(plan, work),
        )
        for work, begun, done in zip(
            works.listed, findings.begun_by_year, findings.done_by_quarter, strict=True
        )
    )


def _cost_p50(plan: Plan, work: Work) -> int:
    prices = plan.prices
    price = {
        "station": prices.head_end,
        "join": prices.converter,
        "board": prices.board,
        "big-board": prices.big_board,
        "source-system": prices.source_system,
    }[work.kind]
    clusters = plan.stations[work.station].clusters if work.kind == "station" else 0
    return value(price, 0.5) + clusters * value(prices.cluster, 0.5)


def name_of(land: Territory, work: Work) -> str:
    """Where a work is done, as people write it."""
    if work.commune:
        return land.communes[work.commune].full_name
    return unit_name(land, work.district or work.province)


def unit_name(land: Territory, code: str) -> str:
    """A district or a province, as people write it."""
    return land.districts[code].full_name if code in land.districts else land.provinces[code]


def _quarters(plan: Plan) -> tuple[list[int], list[int]]:
    """The years and months that the quarters end in, until two years after the plan."""
    years = range(plan.first_year, plan.last_year + 3)
    return [year for year in years for _ in range(4)], [3, 6, 9, 12] * len(years)


def _quarter_end(year: int, month: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)


def _first(moments: Iterable[T], reached: Iterable[bool]) -> T | None:
    return next((moment for moment, is_so in zip(moments, reached, strict=True) if is_so), None)
