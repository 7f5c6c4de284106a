"""Work on processes and clusters: where it is, how it ends, and what is no cluster."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import active_children
from threading import Thread

import pytest

from scenarios.problems import BadInput
from simulator import spreading
from simulator.spreading import WorkersFailed


@dataclass(frozen=True)
class Squares:
    """Work whose parts are easily known."""

    def measure(self, task: Sequence[int]) -> list[int]:
        """The square of each number."""
        return [number * number for number in task]


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


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_tasks(jobs: int) -> None:
    tasks = [range(3), range(3, 4), range(4, 9)]
    found = list(spreading.on_processes(Squares(), tasks, jobs))
    assert found == [number * number for number in range(9)]
    assert active_children() == []


def test_closing_stops_the_processes_at_once() -> None:
    several = spreading.on_processes(Squares(), [[n] for n in range(5_000)], 2)
    next(several)
    assert len(active_children()) == 2
    several.close()
    assert active_children() == []


def test_a_process_that_dies_is_told() -> None:
    several = spreading.on_processes(Squares(), [[n] for n in range(5_000)], 2)
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
    with pytest.raises(BadInput) as bad, spreading.cluster(address):
        pass
    (problem,) = bad.value.problems
    assert (problem.file, problem.line) == ("--scheduler", None)
    assert address in problem.wrong
    assert why in problem.wrong


def test_what_is_no_scheduler_is_said_in_one_line(speaking: str) -> None:
    with pytest.raises(BadInput, match="expected the address of"), spreading.cluster(speaking):
        pass


def test_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading, "_CONNECT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"tcp://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(BadInput, match="timed out"), spreading.cluster(address):
            pass


def test_without_dask(speaking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInput, match=r"ttcs-hil\[dask\]"), spreading.cluster(speaking):
        pass


def test_other_versions_are_said() -> None:
    spreading._check_alike("numpy", "2.4.6", {"tcp://w:1": "2.4.6"})
    with pytest.raises(BadInput, match=r"worker tcp://w:2 is with numpy 2\.3\.0"):
        spreading._check_alike("numpy", "2.4.6", {"tcp://w:1": "2.4.6", "tcp://w:2": "2.3.0"})
    with pytest.raises(BadInput, match="worker tcp://w:1 is without ttcs-hil"):
        spreading._check_alike("ttcs-hil", "0.1.0", {"tcp://w:1": LookupError()})


def test_dask_is_loaded_where_it_is_asked_for() -> None:
    program = "import sys, simulator.spreading; print('distributed' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout == "False\n"
