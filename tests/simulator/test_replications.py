"""Replications: their seeds, and the same measurements wherever they are computed."""

from dataclasses import replace
from multiprocessing import active_children

import pytest
from distributed import LocalCluster
from hypothesis import given
from hypothesis import strategies as st

from reference_system.dispatch.commands import commands
from scenarios import loader
from scenarios.problems import BadInput
from simulator import replications, spreading, virtual
from simulator.fleet import Fleet
from simulator.measures.tally import Tally
from simulator.replications import Measures, Study, on_cluster, on_processes
from simulator.spreading import WorkersFailed

SEEDS = replications.seeds(1, 7)


@pytest.fixture(scope="module")
def study() -> Study:
    scenario = loader.load(loader.find("ci-smoke")).scenario
    return Study(scenario, commands(scenario), "virtual", "numpy")


@pytest.fixture(scope="module")
def measured(study: Study) -> list[Measures]:
    """Each seed run by itself, as `ttcs run --seed` does."""
    found = []
    for seed in SEEDS:
        scenario = replace(study.scenario, seed=seed)
        fleet = Fleet.of(scenario)
        tally = Tally(scenario, fleet, study.commands)
        for event in virtual.run(scenario, fleet, study.commands, chunk=5, workers=2):
            tally.add(event)
        found.append(tally.measurements())
    assert len({one["emergency_t4_max"].value for one in found}) > 1
    return found


def test_seeds() -> None:
    assert replications.seeds(1, 4) == (
        1,
        2683464844940401643,
        15652702985430256399,
        972511658375513135,
    )
    assert replications.seeds(2**64 - 1, 2) == (2**64 - 1, 9167850746251408540)
    assert replications.seeds(0, 1) == (0,)


@given(st.integers(0, 2**64 - 1), st.integers(1, 50), st.integers(1, 50))
def test_more_replications_keep_the_seeds_of_fewer(seed: int, few: int, more: int) -> None:
    many = replications.seeds(seed, few + more)
    assert replications.seeds(seed, few) == many[:few]
    assert len(set(many)) == few + more
    assert all(0 <= one < 2**64 for one in many)


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_change_nothing(study: Study, measured: list[Measures], jobs: int) -> None:
    assert list(on_processes(study, SEEDS, jobs)) == measured
    assert active_children() == []


def test_a_cluster_changes_nothing(study: Study, measured: list[Measures]) -> None:
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as workers,
        spreading.cluster(workers.scheduler_address) as client,
    ):
        assert list(on_cluster(study, SEEDS, client)) == measured
        broken = replace(study, engine="none of ours")
        with pytest.raises(WorkersFailed, match="LookupError"):
            list(on_cluster(broken, SEEDS, client))
        workers.scale(0)
        with (
            pytest.raises(BadInput, match="without workers"),
            spreading.cluster(workers.scheduler_address),
        ):
            pass


@given(st.integers(1, 2_000), st.integers(1, 64))
def test_tasks_hold_every_seed_once_and_are_bounded(count: int, workers: int) -> None:
    tasks = replications._tasks(range(count), workers)
    assert [seed for task in tasks for seed in task] == list(range(count))
    assert all(1 <= len(task) <= 16 for task in tasks)
    assert len(tasks) >= min(count, 4 * workers)
