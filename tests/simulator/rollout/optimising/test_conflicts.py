"""Plans that cannot do what is asked of them: which limits are in the way, none of them to spare.

A station of one cluster costs 10 đồng, is delivered on day 50 and takes a crew 10 days.
"""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings

from scenarios.rollout.plan import Plan
from simulator.rollout.optimising.limits import Demand
from simulator.rollout.optimising.optimiser import Optimised, optimise
from tests.simulator.rollout.optimising.test_against_all import converted, kept_to, tiny
from tests.simulator.rollout.plans import OTHER_WARD, WARD, commune, plan, row, ruled, source

TWO = [row("a"), row("b", OTHER_WARD)]


def demand(year: int, share: int = 1_000_000) -> Demand:
    return Demand("T", "converted-of-first-stock", year, share)


def names(found: Optimised) -> list[str]:
    (given_up,) = found.given_up
    assert given_up.conflict.is_minimal
    return sorted(limit.name for limit in given_up.conflict.limits)


@pytest.mark.parametrize(
    ("asked", "given_plan", "keep_order", "conflict"),
    [
        pytest.param(
            demand(2023),
            plan(
                TWO,
                sources=(
                    source("boards", [5] * 4, pays=("board",)),
                    source("x", [10, 4, 90, 90]),
                    source("y", [5, 5, 90, 90]),
                ),
            ),
            False,
            ["demand T 2023", "money x 2022", "money x 2023", "money y 2022", "money y 2023"],
            id="any-more-of-what-pays-for-stations-would-do",
        ),
        pytest.param(
            demand(2023),
            plan(TWO, sources=(source(amounts=[10, 0, 90, 90]),)),
            False,
            ["demand T 2023", "money province 2022", "money province 2023"],
            id="money-of-either-year-would-do",
        ),
        pytest.param(
            demand(2022),
            plan([row("a", clusters=16), row("b", OTHER_WARD, clusters=16)]),  # 160 days each
            False,
            ["crews 2022", "demand T 2022"],
            id="one-crew",
        ),
        pytest.param(
            demand(2022),
            plan(TWO, rules=ruled(paced=True)),
            False,
            ["demand T 2022", "pace 2022"],
            id="the-yearly-share-is-one-of-two",
        ),
        pytest.param(
            Demand("T", "households-with-ip", 2022, 900_000),
            plan(
                [row("a", condition="broken", clusters=400), row("b", OTHER_WARD)],
                communes={WARD: commune(WARD, 10), OTHER_WARD: commune(OTHER_WARD, 990)},
            ),
            True,
            ["demand T 2022", "money province 2022", "order 2022"],
            id="what-is-broken-first-costs-too-much",
        ),
        pytest.param(
            demand(2025),
            plan(TWO, sources=(source(amounts=[90] * 4, pays=("board",)),)),
            False,
            ["demand T 2025"],
            id="nobody-pays",
        ),
    ],
)
def test_what_is_in_the_way(
    asked: Demand, given_plan: Plan, keep_order: bool, conflict: list[str]
) -> None:
    found = optimise(given_plan, "coverage", [asked], keep_order=keep_order)
    assert names(found) == conflict
    assert found.unmet == ()


def test_of_two_demands_the_later_is_given_up_and_the_other_met() -> None:
    first, second = demand(2022, 500_000), replace(demand(2023), id="U")
    found = optimise(plan(TWO, sources=(source(amounts=[10, 0, 0, 0]),)), "cost", [first, second])
    assert [one.demand for one in found.given_up] == [second]
    assert (found.value, found.unmet) == (10, ())


def test_without_order_the_same_can_be_met() -> None:
    many = plan(
        [row("a", condition="broken", clusters=400), row("b", OTHER_WARD)],
        communes={WARD: commune(WARD, 10), OTHER_WARD: commune(OTHER_WARD, 990)},
    )
    asked = Demand("T", "households-with-ip", 2022, 900_000)
    found = optimise(many, "coverage", [asked])
    assert (found.given_up, found.unmet, found.value) == ((), (), 4 * 990)


@settings(max_examples=25, deadline=None)
@given(tiny())
def test_a_conflict_holds_and_nothing_of_it_is_to_spare(plan: Plan) -> None:
    plan = replace(plan, rules=replace(plan.rules, paced=False))
    found = optimise(plan, "coverage", [demand(plan.last_year, 500_000)])
    for one in found.given_up:
        assert one.conflict.is_minimal
        money = {(limit.id, limit.year) for limit in one.conflict.limits if limit.kind == "money"}
        assert len(one.conflict.limits) == len(money) + 1
        assert not can_half(lifted(plan, but_for=money))
        for spared in money:
            assert can_half(lifted(plan, but_for=money - {spared}))


def lifted(plan: Plan, but_for: Iterable[tuple[str, int]]) -> Plan:
    """More than enough of each source in each year, but for these."""
    return replace(
        plan,
        sources=tuple(
            replace(
                one,
                amounts_vnd=tuple(
                    amount if (one.id, year) in but_for else 10_000
                    for amount, year in zip(one.amounts_vnd, plan.years, strict=True)
                ),
            )
            for one in plan.sources
        ),
    )


def can_half(plan: Plan) -> bool:
    return any(converted(one, len(plan.years) - 1) for one in kept_to(plan))
