"""The solver against every assignment of tiny plans, each rolled out by the plain model."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.rollout.plan import Delivery, Plan, Prices, Source, Station
from simulator.rollout import model
from simulator.rollout.optimising.limits import Demand, Objective
from simulator.rollout.optimising.optimiser import Optimised, optimise
from simulator.rollout.optimising.solving import Limits
from tests.simulator.rollout.plans import (
    ALL_KINDS,
    BASIS,
    TOWNSHIP,
    VILLAGE,
    WARD,
    certain,
    commune,
    plan,
    row,
    ruled,
    source,
    uniform,
)

EXACTLY = Limits(gap=0, nodes=100_000, seconds=30)
CODES = (WARD, TOWNSHIP, VILLAGE)


def at_median(figure: str, entity: str, replication: int) -> float:
    return 1.0 if figure == "breaks" else 0.5


def kept_to(plan: Plan) -> Iterator[model.Rollout]:
    """The rollouts of all assignments that begin each work in its year."""
    works = model.works_of(plan)
    years = [range(-1, len(plan.years)) if work.purse else [-1] for work in works]
    for assigned in product(*years):
        rollout = model.run(plan, 0, at_median, assigned)
        if all(work.begun == year for work, year in zip(rollout.works, assigned, strict=True)):
            yield rollout


def worth(rollout: model.Rollout, objective: Objective) -> int:
    """What is sought, counted plainly."""
    if objective == "cost":
        return sum(work.cost for work in rollout.works)
    plan = rollout.plan
    total = 0
    for year in range(len(plan.years)):
        done = {work.id for work in rollout.works if work.finished < rollout.first_day(year + 1)}
        for code, stock in plan.communes.items():
            rows = [one for one in plan.stations if one.commune == code]
            if objective == "coverage":
                if any(one.kind == "ip" or one.id in done for one in rows):
                    total += stock.households
                continue
            villages = sum(one.villages for one in rows)
            joined = {work.id for work in rollout.works if work.kind == "join"}
            for one in rows:
                whole = one.id in done and one.id not in joined
                heard = one.villages if whole else one.covered
                if one.kind == "ip" or one.id in done:
                    part = stock.households * heard // villages if villages else None
                    total += stock.households // len(rows) if part is None else part
    return total


def converted(rollout: model.Rollout, year: int) -> bool:
    """Whether a half of the first stock is done by a year's end."""
    counted = [work for work in rollout.works if work.counted]
    done = [work for work in counted if work.finished < rollout.first_day(year + 1)]
    return 2 * len(done) >= len(counted)


def is_in_order(rollout: model.Rollout) -> bool:
    for year in range(len(rollout.plan.years)):
        stations = [work for work in rollout.works if work.kind == "station" and work.purse]
        for one, other in product(stations, stations):
            worse = model.group(rollout.plan, other, year) < model.group(rollout.plan, one, year)
            waits = not 0 <= other.begun <= year
            if one.purse == other.purse and one.begun == year and worse and waits:
                return False
    return True


@st.composite
def rows(draw: st.DrawFn) -> Station:
    villages = draw(st.integers(0, 3))
    return row(
        draw(st.sampled_from("abcdef")),
        draw(st.sampled_from(CODES)),
        kind=draw(st.sampled_from(["none", "wired", "fm-low", "ip"])),
        since=draw(st.sampled_from([None, 2015, 2021])),
        condition=draw(st.sampled_from(["good", "degraded", "broken"])),
        clusters=draw(st.integers(0, 4)),
        villages=villages,
        covered=draw(st.integers(0, villages)),
    )


@st.composite
def sources(draw: st.DrawFn, years: int, *, scoped: bool) -> list[Source]:
    return [
        source(
            name,
            draw(st.lists(st.integers(0, 25), min_size=years, max_size=years)),
            pays=tuple(draw(st.sets(st.sampled_from(ALL_KINDS), min_size=1))),
            communes=draw(st.none() | st.frozensets(st.sampled_from(CODES))) if scoped else None,
            cut=draw(st.none() | st.just(uniform(0, 600_000, "year"))),
            carries_over=draw(st.booleans()),
        )
        for name in draw(st.lists(st.sampled_from("xyz"), max_size=3, unique=True))
    ]


@st.composite
def tiny(draw: st.DrawFn, *, scoped: bool = False, crews: int = 6) -> Plan:
    """At most five works that money buys, over two or three years."""
    years = draw(st.integers(2, 3))
    stations = draw(st.lists(rows(), min_size=1, max_size=4, unique_by=lambda one: one.id))
    without = draw(st.sampled_from([None, WARD]))
    codes = {one.commune for one in stations}
    return plan(
        stations,
        last_year=2021 + years,
        communes={
            code: commune(code, draw(st.integers(0, 9)), code != without) for code in sorted(codes)
        },
        sources=tuple(draw(sources(years, scoped=scoped))),
        prices=Prices(*(uniform(0, draw(st.integers(0, 9))) for _ in range(6))),
        delivery=Delivery(crews, *(uniform(0, n) for n in (200, 200)), *([certain(30)] * 2), BASIS),
        rules=ruled(
            yearly_per_million=draw(st.sampled_from([250_000, 500_000])),
            base=draw(st.sampled_from(["first-stock", "remaining"])),
            paced=draw(st.booleans()),
            joins=draw(st.booleans()),
            kinds=tuple(draw(st.permutations(ALL_KINDS))),
        ),
    )


def best(found: Sequence[model.Rollout], objective: Objective) -> int:
    return (min if objective == "cost" else max)(worth(one, objective) for one in found)


def solved(
    plan: Plan, objective: Objective, demands: Sequence[Demand] = (), *, keep_order: bool = False
) -> Optimised:
    return optimise(plan, objective, demands, keep_order=keep_order, limits=EXACTLY)


objectives: st.SearchStrategy[Objective] = st.sampled_from(["coverage", "reach"])


@settings(max_examples=60, deadline=None)
@given(tiny(), objectives, st.booleans())
def test_no_assignment_is_better(plan: Plan, objective: Objective, keep_order: bool) -> None:
    every = [one for one in kept_to(plan) if not keep_order or is_in_order(one)]
    found = solved(plan, objective, keep_order=keep_order)
    assert found.value == found.bound == best(every, objective)
    assert (found.slipped, found.gap_per_million) == ((), 0)


@settings(max_examples=40, deadline=None)
@given(tiny())
def test_none_that_meets_a_demand_is_cheaper_and_a_demand_that_none_meets_is_given_up(
    plan: Plan,
) -> None:
    half = Demand("HALF", "converted-of-first-stock", plan.last_year, 500_000)
    found = solved(plan, "cost", [half])
    can = [one for one in kept_to(plan) if converted(one, len(plan.years) - 1)]
    assert [one.demand for one in found.given_up] == ([] if can else [half])
    households = worth(model.run(plan, 0, at_median), "coverage")
    if can and not households:  # nothing is asked for beside it
        assert found.value == best(can, "cost")
    assert found.unmet == ()


@settings(max_examples=30, deadline=None)
@given(tiny(scoped=True, crews=1), objectives)
def test_where_scopes_or_crews_are_tight_the_bound_still_holds(
    plan: Plan, objective: Objective
) -> None:
    plan = replace(plan, delivery=replace(plan.delivery, install_cluster=certain(90)))
    found = solved(plan, objective)
    assert found.value <= found.bound
    assert best(list(kept_to(plan)), objective) <= found.bound


@settings(max_examples=30, deadline=None)
@given(tiny(), objectives)
def test_money_is_kept_to_the_dong(plan: Plan, objective: Objective) -> None:
    found = solved(plan, objective)
    rollout = model.run(plan, 0, at_median, found.assigned.tolist())
    for place, one in enumerate(plan.sources):
        paid = [year[place] for year in rollout.paid]
        held = 0
        for year, amount in enumerate(one.amounts_vnd):
            held = amount + (held if one.carries_over else 0)
            assert paid[year] <= held
            held -= paid[year]
    # All that was assigned was paid for, so no purse was short by a đồng.
    assert [work.begun for work in rollout.works] == found.assigned.tolist()
