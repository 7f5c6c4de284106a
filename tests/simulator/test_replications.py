"""Replications: their seeds, and the same measurements wherever they are computed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import active_children
from threading import Thread

import pytest
from distributed import LocalCluster
from hypothesis import given
from hypothesis import strategies as st

from reference_system.dispatch.commands import commands
from scenarios import loader
from scenarios.problems import BadInput
from simulator import replications, virtual
from simulator.fleet import Fleet
from simulator.measures.tally import Tally
from simulator.replications import Measures, Study, WorkersFailed, on_cluster, on_processes

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


@pytest.fixture
def speaking() -> Iterator[str]:
    """The address of something that speaks first, and says nothing that Dask understands."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            while True:
                try:
                    guest, _ = server.accept()
                except OSError:
                    return
                guest.sendall(b"SSH-2.0-x\r\n")
                guest.close()

        Thread(target=greet, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


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
        replications.cluster(workers.scheduler_address) as client,
    ):
        assert list(on_cluster(study, SEEDS, client)) == measured
        broken = replace(study, engine="none of ours")
        with pytest.raises(WorkersFailed, match="LookupError"):
            list(on_cluster(broken, SEEDS, client))
        workers.scale(0)
        with (
            pytest.raises(BadInput, match="without workers"),
            replications.cluster(workers.scheduler_address),
        ):
            pass


@given(st.integers(1, 2_000), st.integers(1, 64))
def test_tasks_hold_every_seed_once_and_are_bounded(count: int, workers: int) -> None:
    tasks = replications._tasks(range(count), workers)
    assert [seed for task in tasks for seed in task] == list(range(count))
    assert all(1 <= len(task) <= 16 for task in tasks)
    assert len(tasks) >= min(count, 4 * workers)


def test_closing_stops_the_processes_at_once(study: Study) -> None:
    several = on_processes(study, replications.seeds(1, 5_000), 2)
    next(several)
    assert len(active_children()) == 2
    several.close()
    assert active_children() == []


def test_a_process_that_dies_is_told(study: Study) -> None:
    several = on_processes(study, replications.seeds(1, 5_000), 2)
    next(several)
    os.kill(active_children()[0].pid or 0, signal.SIGKILL)
    with pytest.raises(WorkersFailed, match="ended before its work"):
        list(several)
    assert active_children() == []


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("x", ""),
        ("http://127.0.0.1:8786", ""),
        ("tcp://127.0.0.1", ""),
        ("tcp://127.0.0.1:8786/x", ""),
        ("tcp://127.0.0.1:99999", ""),
        ("tcp://127.0.0.1:1", "refused"),
        ("tcp://[::1]:1", ""),
        ("tcp://a..b:1", "label"),
    ],
)
def test_what_is_no_address_is_said_in_one_line(address: str, why: str) -> None:
    with pytest.raises(BadInput) as bad, replications.cluster(address):
        pass
    (problem,) = bad.value.problems
    assert (problem.file, problem.line) == ("--scheduler", None)
    assert address in problem.wrong
    assert why in problem.wrong


def test_what_is_no_scheduler_is_said_in_one_line(speaking: str) -> None:
    with pytest.raises(BadInput, match="expected the address of"), replications.cluster(speaking):
        pass


def test_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replications, "_CONNECT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(BadInput, match="timed out"), replications.cluster(address):
            pass


def test_without_dask(speaking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInput, match=r"ttcs-hil\[dask\]"), replications.cluster(speaking):
        pass


def test_other_versions_are_said() -> None:
    replications._check_alike("numpy", "2.4.6", {"tcp://w:1": "2.4.6"})
    with pytest.raises(BadInput, match=r"worker tcp://w:2 is with numpy 2\.3\.0"):
        replications._check_alike("numpy", "2.4.6", {"tcp://w:1": "2.4.6", "tcp://w:2": "2.3.0"})
    with pytest.raises(BadInput, match="worker tcp://w:1 is without ttcs-hil"):
        replications._check_alike("ttcs-hil", "0.1.0", {"tcp://w:1": LookupError()})


def test_dask_is_loaded_where_it_is_asked_for() -> None:
    program = "import sys, simulator.replications; print('distributed' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout == "False\n"
