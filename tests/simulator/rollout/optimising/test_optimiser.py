"""What the optimiser answers, on plans small enough to follow by hand."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scenarios.problems import BadInput
from scenarios.rollout.plan import Plan
from simulator.rollout.optimising import solving
from simulator.rollout.optimising.heuristics import HEURISTICS, assigned_by
from simulator.rollout.optimising.limits import Demand
from simulator.rollout.optimising.medians import Medians, rolled
from simulator.rollout.optimising.optimiser import optimise, sought_by, worth
from simulator.rollout.optimising.solving import Limits
from simulator.rollout.works import Works
from tests.simulator.rollout.plans import (
    FAR_WARD,
    OTHER_WARD,
    PRICES,
    TOWNSHIP,
    VILLAGE,
    WARD,
    commune,
    plan,
    row,
    ruled,
    source,
    uniform,
)

ROOT = Path(__file__).parents[4]
CODES = (WARD, OTHER_WARD, VILLAGE)

# The plan's own order: the large commune, 7 + 3 * 6 = 25 đồng, then the small ones, 10 each.
LARGE_AND_SMALL = plan(
    [row("a", WARD, clusters=6), row("b", OTHER_WARD), row("c", VILLAGE)],
    communes={
        WARD: commune(WARD, 1_000),
        OTHER_WARD: commune(OTHER_WARD, 900),
        VILLAGE: commune(VILLAGE, 800),
    },
    sources=(source(amounts=[25, 25, 0, 0]),),
)


def years(found: Plan, assigned: np.ndarray) -> dict[str, int]:
    ids = [work.id for work in Works.of(found).listed]
    return dict(zip(ids, assigned.tolist(), strict=True))


def test_two_small_communes_come_before_a_large_one() -> None:
    found = optimise(LARGE_AND_SMALL, "coverage")
    assert years(LARGE_AND_SMALL, found.assigned) == {"b": 0, "c": 0, "a": 1}
    # 1,700 households from the first year on, all 2,700 from the second.
    assert found.value == found.bound == 1_700 + 3 * 2_700
    works = Works.of(LARGE_AND_SMALL)
    assert worth("coverage", LARGE_AND_SMALL, works, None) == 1_000 + 3 * 2_700


def test_what_wins_no_household_is_done_with_what_is_left() -> None:
    boards = replace(
        LARGE_AND_SMALL,
        communes={code: replace(c, board=False) for code, c in LARGE_AND_SMALL.communes.items()},
    )
    found = optimise(boards, "coverage")
    # 5 đồng are left in 2022; of 25 in 2023 none; a board costs 5.
    assert years(boards, found.assigned)["b"] == 0
    begun = [years(boards, found.assigned)[f"board-{code}"] for code in boards.communes]
    assert sorted(begun) == [-1, -1, 0]
    assert found.value == optimise(LARGE_AND_SMALL, "coverage").value


def test_reach_counts_villages_where_coverage_counts_communes() -> None:
    # Of the merged commune one part is on IP already; the other has four fifths of its villages.
    parts = plan(
        [
            row("a", WARD, kind="ip", villages=1, covered=1),
            row("b", WARD, villages=4),
            row("c", VILLAGE, villages=1),
        ],
        communes={WARD: commune(WARD, 1_000), VILLAGE: commune(VILLAGE, 500)},
        sources=(source(amounts=[10, 0, 0, 0]),),
    )
    assert years(parts, optimise(parts, "coverage").assigned) == {"b": -1, "c": 0}
    reach = optimise(parts, "reach")
    assert years(parts, reach.assigned) == {"b": 0, "c": -1}
    assert reach.value == 4 * 1_000


def test_least_cost_gives_what_the_plan_gives() -> None:
    # The plan pays for both parts of the ward; one is enough for its households.
    parts = plan([row("a", WARD, clusters=3), row("b", WARD)])
    found = optimise(parts, "cost")
    assert years(parts, found.assigned) in [{"a": -1, "b": year} for year in range(4)]
    assert found.value == found.bound == 10
    assert worth("cost", parts, Works.of(parts), None) == 16 + 10


def test_the_worst_first_has_its_price() -> None:
    broken = replace(
        LARGE_AND_SMALL,
        stations=(
            row("a", WARD, clusters=6, condition="broken"),
            row("b", OTHER_WARD),
            row("c", VILLAGE),
        ),
    )
    free, kept = optimise(broken, "coverage"), optimise(broken, "coverage", keep_order=True)
    assert years(broken, kept.assigned) == {"a": 0, "b": 1, "c": 1}
    assert free.value - kept.value == 1_700 - 1_000
    works = Works.of(broken)
    assert not rolled(broken, works, kept.assigned).begun[0][0]


def test_crews_have_no_more_work_than_days() -> None:
    # 160 days each, 315 from the first delivery to the year's end: one of them in 2022.
    three = plan([row(name, code, clusters=16) for name, code in zip("abc", CODES, strict=True)])
    found = optimise(three, "coverage")
    assert found.value == found.bound == 1_000 + 3 * 3_000


def test_the_first_source_pays_first_though_the_other_is_lost() -> None:
    # One station each year. The first is paid by x, so that y's money is lost and x's is gone.
    two = plan(
        [row("a", WARD), row("b", VILLAGE)],
        sources=(source("x", [10, 0, 0, 0], carries_over=True), source("y", [10, 0, 0, 0])),
        rules=ruled(paced=True, yearly_per_million=500_000),
    )
    assert optimise(two, "coverage").bound == 4 * 1_000
    other_way = replace(two, sources=two.sources[::-1])
    assert optimise(other_way, "coverage").value == 4 * 1_000 + 3 * 1_000


def test_the_median_of_what_is_uncertain_counts() -> None:
    # A cluster for 2 to 9 đồng: 5 at the median, so 7 + 5 = 12; a cut of a half of 24 leaves 12.
    uncertain = plan(
        [row("a")],
        prices=replace(PRICES, cluster=uniform(2, 9)),
        sources=(source(amounts=[24, 0, 0, 0], cut=uniform(0, 1_000_000, "year")),),
    )
    assert years(uncertain, optimise(uncertain, "coverage").assigned) == {"a": 0}
    short = replace(uncertain, sources=(replace(uncertain.sources[0], amounts_vnd=(23, 0, 0, 0)),))
    assert years(short, optimise(short, "coverage").assigned) == {"a": -1}


@pytest.mark.parametrize(
    ("heuristic", "first"), [("most-per-dong", "c"), ("cheapest", "b"), ("random", None)]
)
def test_heuristics_in_their_order(heuristic: str, first: str | None) -> None:
    three = plan(
        [row("a", WARD, clusters=5), row("b", OTHER_WARD), row("c", TOWNSHIP, clusters=2)],
        communes={
            WARD: commune(WARD, 500),
            OTHER_WARD: commune(OTHER_WARD, 100),
            TOWNSHIP: commune(TOWNSHIP, 400),
        },
        sources=(source(amounts=[13, 22, 10, 0]),),
    )
    works = Works.of(three)
    medians = Medians.of(three, works)
    assert medians.costs == (22, 10, 13)
    sought = sought_by("coverage", three, works)
    (known,) = [name for name in HEURISTICS if name == heuristic]
    assigned = assigned_by(known, three, works, medians, sought)
    if first:
        assert years(three, assigned)[first] == 0
    assert (rolled(three, works, assigned).begun[0] == assigned).all()
    assert worth("coverage", three, works, assigned) <= optimise(three, "coverage").bound


def test_the_same_answer_every_time() -> None:
    program = (
        "from tests.simulator.rollout.optimising.test_optimiser import LARGE_AND_SMALL\n"
        "from simulator.rollout.optimising.optimiser import optimise\n"
        "print(optimise(LARGE_AND_SMALL, 'coverage').assigned.tolist())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {f"{optimise(LARGE_AND_SMALL, 'coverage').assigned.tolist()}\n"}


def test_stopped_at_once_it_gives_the_plans_own_order_and_says_so() -> None:
    at_once = Limits(seconds=0.0)
    found = optimise(LARGE_AND_SMALL, "coverage", limits=at_once)
    assert found.stopped == "time"
    assert found.value <= found.bound
    assert found.value >= worth("coverage", LARGE_AND_SMALL, Works.of(LARGE_AND_SMALL), None)


def test_a_plan_of_several_provinces_is_refused() -> None:
    with pytest.raises(BadInput, match="2 provinces"):
        optimise(plan([row("a"), row("b", FAR_WARD)], provinces=("44", "52")), "coverage")


def test_without_the_solver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "find_spec", lambda name: None)
    with pytest.raises(BadInput) as bad:
        optimise(LARGE_AND_SMALL, "coverage")
    assert "ttcs-hil[optimise]" in str(bad.value.problems[0])


def test_a_measure_that_is_no_share_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="spent-vnd"):
        optimise(LARGE_AND_SMALL, "coverage", [Demand("T", "spent-vnd", 2022, 1)])
