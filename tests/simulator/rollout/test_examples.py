"""Rollouts small enough to follow by hand, in đồng and days.

A station of one cluster costs 3 + 7 = 10, is ordered on day 30 of a year, delivered on day 50, and
takes the one crew 10 days. The core does them; that the model does the same, `test_core` shows.
"""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.rollout.plan import Delivery, Failures, Plan
from simulator.rollout import core
from simulator.rollout.draws import Drawn
from simulator.rollout.measures import yearly
from simulator.rollout.results import MEASURES, NEVER, Ints, MeasureName
from simulator.rollout.swings import swings
from simulator.rollout.works import Works
from tests.simulator.rollout.plans import (
    BASIS,
    FAR_WARD,
    OTHER_WARD,
    PRICES,
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

YEAR_1 = 365
"""The day that the second year begins on."""


class Rolled:
    """One replication, its works by their ids."""

    def __init__(self, plan: Plan, assigned: Ints | None = None) -> None:
        self.works = Works.of(plan)
        self.ids = [work.id for work in self.works.listed]
        self.outcome = core.run(self.works, plan, Drawn(plan.seed), np.array([0]), assigned)
        self.measured = yearly(self.works, plan, self.outcome)[0]

    @property
    def begun(self) -> dict[str, int]:
        return dict(zip(self.ids, self.outcome.begun[0].tolist(), strict=True))

    @property
    def finished(self) -> dict[str, int]:
        return dict(zip(self.ids, self.outcome.finished[0].tolist(), strict=True))

    @property
    def paid(self) -> list[list[int]]:
        paid: list[list[int]] = self.outcome.paid[0].tolist()
        return paid

    def measure(self, name: MeasureName) -> list[int]:
        values: list[int] = self.measured[:, MEASURES.index(name)].tolist()
        return values


def test_the_broken_come_first_then_the_degraded_then_the_old() -> None:
    rolled = Rolled(
        plan(
            [
                row("a", since=2021),  # three years old in 2024: group 3
                row("b", since=2010),  # 12 years old: group 2
                row("c", condition="degraded", since=2021),
                row("d", condition="broken", since=2021),
            ],
            sources=(source(amounts=[20, 10, 10, 10]),),
        )
    )
    # 2022 has money for two; the one crew does them one after the other.
    assert rolled.begun == {"d": 0, "c": 0, "b": 1, "a": 2}
    assert rolled.finished["d"] == 50 + 10
    assert rolled.finished["c"] == 60 + 10
    assert rolled.finished["b"] == YEAR_1 + 50 + 10
    assert rolled.measure("converted-of-first-stock") == [500_000, 750_000, 1_000_000, 1_000_000]
    assert rolled.measure("converted-in-year-of-remaining") == [500_000, 500_000, 1_000_000, -1]
    assert rolled.measure("spent-vnd") == [20, 10, 10, 0]


def test_the_larger_commune_comes_first_and_then_the_earlier_id() -> None:
    rolled = Rolled(
        plan(
            [row("a"), row("b", OTHER_WARD), row("c", OTHER_WARD)],
            communes={WARD: commune(WARD, 900), OTHER_WARD: commune(OTHER_WARD, 901)},
            sources=(source(amounts=[10] * 4),),
        )
    )
    assert rolled.begun == {"b": 0, "c": 1, "a": 2}
    # In the second year all of the larger commune's are done: 901 of 1,801 households since 2022.
    assert rolled.measure("households-with-ip") == [500_277, 500_277, 1_000_000, 1_000_000]
    assert rolled.measure("one-system-of-communes") == [0, 500_000, 1_000_000, 1_000_000]


def test_a_purse_that_does_not_hold_a_work_is_closed_for_the_year() -> None:
    rolled = Rolled(
        plan(
            [row("a", clusters=100), row("b"), row("c", FAR_WARD)],  # 307, 10 and 10 đồng
            provinces=("44", "52"),
            communes={
                WARD: commune(WARD, board=False),
                FAR_WARD: commune(FAR_WARD, households=1),
            },
            sources=(
                source("far", [15] * 4, provinces=("44",)),
                source("stations", [100] * 4, provinces=("52",), pays=("station",)),
                source("boards", [5] * 4, provinces=("52",), pays=("board",)),
            ),
        )
    )
    # "a" waits for ever and "b" behind it; another purse, another province are not held up.
    assert rolled.begun == {"a": -1, "b": -1, "c": 0, f"board-{WARD}": 0}
    assert rolled.finished["b"] == NEVER


@pytest.mark.parametrize(("carries_over", "begun"), [(True, 1), (False, -1)])
def test_what_is_left_is_carried_over_or_lost(carries_over: bool, begun: int) -> None:
    sources = (source(amounts=[6] * 4, carries_over=carries_over),)
    assert Rolled(plan([row("a")], sources=sources)).begun == {"a": begun}  # 6 + 6 holds 10


def test_the_first_source_pays_as_far_as_it_goes() -> None:
    sources = (source("x", [7] * 4), source("y", [0, 4, 4, 4]))
    rolled = Rolled(plan([row("a")], sources=sources))
    assert rolled.paid == [[0, 0], [7, 3], [0, 0], [0, 0]]


def test_a_cut_takes_its_share() -> None:
    # A quarter off 13 leaves 9.75, so 9: not enough; off 14 it leaves 10.5, so 10.
    sources = (source(amounts=[13, 14, 0, 0], cut=certain(250_000)),)
    assert Rolled(plan([row("a")], sources=sources)).begun == {"a": 1}


def test_a_cut_takes_no_more_than_there_is() -> None:
    # What a spread beyond its P90 may come to: the other source's 10 are not touched.
    sources = (source("x", [10] * 4, cut=certain(1_500_000)), source("y", [10] * 4))
    assert Rolled(plan([row("a")], sources=sources)).paid[0] == [0, 10]


def test_a_source_of_the_country_is_divided_by_works() -> None:
    rolled = Rolled(
        plan(
            [row("a"), row("b"), row("c", FAR_WARD)],
            provinces=("44", "52"),
            sources=(source(amounts=[29, 30, 0, 0]),),
        )
    )
    # Two works here, one there. Of 29 đồng 19 and 9, so one work here; of 30 then 20 and 10.
    assert rolled.begun == {"a": 0, "b": 1, "c": 1}


def test_the_pace_of_the_first_stock() -> None:
    rolled = Rolled(plan([row(f"s{n}") for n in range(10)], rules=ruled(paced=True)))
    # A quarter of ten each year, rounded up: 2.5, 5, 7.5, 10.
    begun = list(rolled.begun.values())
    assert [begun.count(year) for year in range(4)] == [3, 2, 3, 2]


def test_a_quarter_of_what_remains_leaves_a_third_undone() -> None:
    rolled = Rolled(
        plan(
            [row(f"s{n:03}", clusters=0) for n in range(256)],
            delivery=Delivery(1, *[certain(0)] * 4, BASIS),
            rules=ruled(paced=True, base="remaining"),
        )
    )
    # 256 / 4 = 64, 192 / 4 = 48, 144 / 4 = 36, 108 / 4 = 27: in all 175 of 256 = 1 - 0.75 ** 4.
    begun = list(rolled.begun.values())
    assert [begun.count(year) for year in range(4)] == [64, 48, 36, 27]
    assert rolled.measure("converted-of-first-stock")[-1] == int((1 - 0.75**4) * 1_000_000)
    assert rolled.measure("converted-in-year-of-remaining") == [250_000] * 4


def test_young_stations_are_joined_by_converters() -> None:
    young, old, broken = row("a", since=2017), row("b", since=2016), row("c", condition="broken")
    rolled = Rolled(plan([young, old, broken], rules=ruled(joins=True)))
    kinds = {work.id: work.kind for work in rolled.works.listed}
    assert kinds == {"a": "join", "b": "station", "c": "station"}
    assert rolled.outcome.cost[0].tolist() == [2, 10, 10]
    # Stations come before joins: crews from day 50 on, 10 days, 10 days and 4 days.
    assert rolled.finished == {"c": 60, "b": 70, "a": 74}


def test_crews_work_side_by_side() -> None:
    delivery = Delivery(2, certain(0), certain(0), certain(10), certain(4), BASIS)
    stations = [row("a", clusters=3), row("b"), row("c")]
    # The first crew has 30 days of "a"; the other does "b" and then "c".
    assert Rolled(plan(stations, delivery=delivery)).finished == {"a": 30, "b": 10, "c": 20}


def test_what_breaks_down_comes_first_and_is_silent() -> None:
    sure = Failures(good=certain(1_000_000), degraded=certain(0))
    rolled = Rolled(
        plan(
            [row("a", since=2021), row("b", OTHER_WARD, condition="degraded")],
            failures=sure,
            sources=(source(amounts=[0, 10, 10, 0]),),
        )
    )
    assert rolled.outcome.broken[0].tolist() == [1, -1]
    assert rolled.begun == {"a": 1, "b": 2}  # in 2022 "b" would have been before "a"
    assert rolled.measure("working-of-communes") == [1_000_000, 1_000_000, 1_000_000, 1_000_000]
    # Money in 2022, but ordered on day 400 and done on day 810, in 2024.
    late = Delivery(1, certain(400), certain(400), certain(10), certain(4), BASIS)
    waits = Rolled(plan([row("a")], failures=sure, delivery=late))
    assert waits.begun == {"a": 0}
    assert waits.measure("working-of-communes") == [1_000_000, 0, 1_000_000, 1_000_000]


def test_an_assignment_says_who_may_begin_and_its_disorder_is_counted() -> None:
    stations = [row("a", condition="broken"), row("b"), row("c")]
    rolled = Rolled(plan(stations), np.array([2, 1, -1]))
    assert rolled.begun == {"a": 2, "b": 1, "c": -1}
    assert rolled.measure("out-of-order") == [0, 1, 0, 0]  # "b" while "a", broken, waited


def test_coverage_counts_villages() -> None:
    rolled = Rolled(
        plan(
            [row("a", villages=3, covered=2), row("b", kind="ip", villages=1, covered=1)],
            sources=(source(amounts=[0, 10, 0, 0]),),
        )
    )
    assert rolled.measure("covering-of-communes") == [0, 1_000_000, 1_000_000, 1_000_000]
    assert rolled.measure("ip-of-communes") == [1_000_000] * 4  # "b" is from the start


def test_boards_and_systems_and_who_pays_for_them() -> None:
    codes = (WARD, TOWNSHIP, VILLAGE)
    limited = source("ward", [9] * 4, communes=frozenset({WARD}))  # a board costs 5
    everywhere = source("all", [120, 0, 0, 50], pays=("big-board", "source-system"))
    rolled = Rolled(
        plan(
            [row(code, code, kind="ip") for code in codes],
            communes={code: commune(code, board=False) for code in codes},
            big_boards=frozenset({"542"}),
            source_system_done=False,
            sources=(limited, everywhere),
            rules=ruled(kinds=("source-system", "board", "big-board")),
        )
    )
    assert rolled.begun == {
        f"board-{WARD}": 0,
        f"board-{TOWNSHIP}": -1,  # nobody pays for it
        f"board-{VILLAGE}": -1,
        "big-board-540": 3,  # 50 more: of the first 120 the source system took 100
        "source-system-52": 0,
    }
    assert rolled.measure("boards-of-urban") == [500_000] * 4
    assert rolled.measure("boards-of-rural") == [0] * 4
    assert rolled.measure("big-boards-of-towns") == [0, 0, 0, 1_000_000]
    assert rolled.measure("big-boards-of-districts") == [1_000_000] * 4
    assert rolled.measure("source-system") == [1_000_000] * 4
    assert rolled.measure("converted-of-first-stock") == [-1] * 4  # there were none


def test_after_the_reform_there_are_no_districts() -> None:
    reformed = plan([row("a", "21553")], era="2025-07", big_boards=frozenset())
    rolled = Rolled(reformed)
    assert [work.id for work in rolled.works.listed] == ["a"]
    assert rolled.measure("big-boards-of-districts") == [-1] * 4


def test_what_one_figure_does_alone() -> None:
    # A cluster of 0 to 10 đồng: 1 at its P10, 9 at its P90; the head-end's 7 are added.
    # A lead of 0 to 1,000 days: 100 at its P10, 900 at its P90.
    prices = replace(PRICES, cluster=uniform(0, 10))
    delivery = Delivery(1, certain(0), uniform(0, 1_000), certain(1), certain(1), BASIS)
    short = plan(
        [row("a")],
        last_year=2023,
        prices=prices,
        delivery=delivery,
        sources=(source(amounts=[0, 1_000]),),
    )
    first, second = swings(short, Works.of(short))
    # Ordered on 1 January 2023: done after 101 days, or not within the year.
    assert (first.figure, first.values["converted-of-first-stock"]) == ("lead", (1_000_000, 0))
    assert (second.figure, second.values["spent-vnd"]) == ("price.cluster", (8, 16))
    assert first.values["spent-vnd"] == (12, 12)


def test_a_plan_with_nothing_left_to_do_is_measured() -> None:
    rolled = Rolled(plan([row("a", kind="ip")]))
    assert rolled.ids == []
    assert rolled.measure("ip-of-communes") == [1_000_000] * 4
    assert rolled.measure("converted-of-first-stock") == [-1] * 4
