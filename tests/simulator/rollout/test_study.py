"""Many replications: the same findings in whatever portions, wherever they are computed."""

from dataclasses import fields
from multiprocessing import active_children

import numpy as np
import pytest
from distributed import LocalCluster

from scenarios.rollout.plan import Delivery, Failures, Plan
from simulator.rollout import study as studies
from simulator.rollout.results import MEASURES, Findings
from simulator.rollout.study import study
from tests.simulator.rollout.plans import (
    BASIS,
    FAR_WARD,
    OTHER_WARD,
    WARD,
    certain,
    plan,
    row,
    ruled,
    source,
    uniform,
)

COUNT = 23


@pytest.fixture(scope="module")
def uncertain() -> Plan:
    """A plan of which every replication is another."""
    names = "abcdefghijkl"
    return plan(
        [row(name, (WARD, OTHER_WARD, FAR_WARD)[n % 3]) for n, name in enumerate(names)],
        provinces=("44", "52"),
        sources=(source(amounts=[35] * 4, cut=uniform(0, 500_000, "year"), carries_over=True),),
        failures=Failures(uniform(0, 400_000), certain(0)),
        rules=ruled(paced=True),
    )


@pytest.fixture(scope="module")
def found(uncertain: Plan) -> Findings:
    once = study(uncertain, COUNT, jobs=1)
    assert len({one.tobytes() for one in once.yearly}) > COUNT // 2
    return once


def assert_equal(one: Findings, other: Findings) -> None:
    for field in fields(Findings):
        here, there = getattr(one, field.name), getattr(other, field.name)
        if isinstance(here, np.ndarray):
            assert here.dtype == there.dtype
            assert here.tolist() == there.tolist(), field.name
        else:
            assert here == there


def test_counts_are_those_of_the_replications(uncertain: Plan, found: Findings) -> None:
    assert found.yearly.shape == (COUNT, 4, len(MEASURES))
    assert found.done_by_quarter.shape == (12, 6 * 4)
    done = found.yearly[:, :, MEASURES.index("converted-of-first-stock")]
    for year in range(4):
        by_work = found.done_by_quarter[:, 4 * year + 3].sum()
        by_replication = np.rint(done[:, year] * 12 / 1_000_000).sum()  # shares are rounded down
        assert by_work == by_replication
    spent = found.yearly[:, :, MEASURES.index("spent-vnd")]
    assert (found.paid.sum(axis=2) == spent).all()
    # A work costs 10 đồng, so money and works begun say the same.
    assert (found.begun_by_year.sum(axis=0) * 10 == spent.sum(axis=0).cumsum()).all()


def test_quarters_end_where_the_next_begins() -> None:
    # Delivered on day 50: done on day 89, 31 March 2022, and on day 50 + 40, 1 April.
    for days, quarter in ((39, 0), (40, 1)):
        delivery = Delivery(1, certain(30), certain(20), certain(days), certain(1), BASIS)
        done = study(plan([row("a")], delivery=delivery), 2, jobs=1).done_by_quarter
        assert done.tolist() == [[0] * quarter + [2] * (24 - quarter)]


@pytest.mark.parametrize("cells", [1, 50])
def test_portions_change_nothing(
    uncertain: Plan, found: Findings, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "_CELLS", cells)
    told: list[int] = []
    assert_equal(study(uncertain, COUNT, jobs=1, progress=told.append), found)
    assert sum(told) == COUNT
    assert len(told) == {1: COUNT, 50: 6}[cells]  # 50 // 12 works: four replications at a time


def test_processes_change_nothing(uncertain: Plan, found: Findings) -> None:
    assert_equal(study(uncertain, COUNT, jobs=2), found)
    assert active_children() == []


def test_a_cluster_changes_nothing(uncertain: Plan, found: Findings) -> None:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as workers:
        assert_equal(study(uncertain, COUNT, scheduler=workers.scheduler_address), found)


def test_more_replications_keep_the_fewer(uncertain: Plan, found: Findings) -> None:
    few = study(uncertain, 5, jobs=1)
    assert few.yearly.tolist() == found.yearly[:5].tolist()


def test_an_interruption_leaves_no_process(
    uncertain: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "_CELLS", 1)

    def interrupt(_: int) -> None:
        assert len(active_children()) == 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study(uncertain, 2_000, jobs=2, progress=interrupt)
    assert active_children() == []


def test_an_assignment_reaches_the_workers(uncertain: Plan) -> None:
    never = np.full(12, -1)
    assert study(uncertain, 4, jobs=2, assigned=never).begun_by_year.sum() == 0
