"""`ttcs run --replications`: what it writes, says and ends with, on this machine and on Dask."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files as resources
from pathlib import Path

import jsonschema
import pytest
from distributed import LocalCluster

from simulator.replications import seeds
from tests.ttcs.program import ENVIRONMENT, PROGRAM, files, here, shipped, written
from tests.ttcs.test_terminal import on_a_terminal

SCHEMA = json.loads(resources("reports").joinpath("schemas/results.schema.json").read_text("utf-8"))

# Of eight replications of `ci-smoke` one, the seventh, has a slower 95th percentile: 684 ms.
TIGHT = "  - {id: PROFILE-T4-P95, limit: 680ms}\n"
SLOW = "  - {id: PROFILE-T4-P95, limit: 680ms, expect: fail, why: w}\n"


def test_one_replication_is_a_run_as_always(place: Path) -> None:
    assert here("run", "ci-smoke", "--out", "plain")[0] == 0
    assert here("run", "ci-smoke", "--out", "one", "--replications", 1, "--jobs", 1)[0] == 0
    plain, one = files(place / "plain"), files(place / "one")
    changing = {"events.jsonl", "manifest.json"}
    assert plain.keys() == one.keys()
    assert all(plain[name] == one[name] for name in plain.keys() - changing)
    assert "replications" not in written(place / "one")
    assert "replications" not in written(place / "one", "plan.json")


def test_a_target_must_hold_in_every_replication(place: Path) -> None:
    Path("tight.yaml").write_text(shipped("ci-smoke") + TIGHT)
    code, out, err = here("run", "tight.yaml", "--replications", 8, "--jobs", 1)
    assert (code, err) == (1, "")
    results = written(place / "out/tight")
    jsonschema.validate(results, SCHEMA)
    seed = seeds(1, 8)[6]
    assert results["verdict"] == {
        "verdict": "fail",
        "reason": "limit-not-met",
        "sentence": {
            "vi": "Không đạt trong 1/8 lần chạy lặp: PROFILE-T4-P95 (ngoài giới hạn, 1 lần, đầu "
            f"tiên với số mầm {seed}).",
            "en": "Fail in 1 of 8 replications: PROFILE-T4-P95 (outside the limit, in 1, first "
            f"with seed {seed}).",
        },
    }
    part = results["replications"]
    assert (part["count"], part["verdicts"]) == (8, {"fail": 1, "pass": 7})
    assert part["targets"][3] == {
        "id": "PROFILE-T4-P95",
        "verdicts": {"fail": 1, "pass": 7},
        "verdict": "fail",
        "reason": "limit-not-met",
        "first": {"replication": 6, "seed": seed},
    }
    assert part["measures"]["emergency_t4_p95"] == {
        "unit": "ms",
        "observed": 8,
        "unbounded": 0,
        "min": 658,
        "p10": 658,
        "p50": 673,
        "p90": 684,
        "max": 684,
    }
    assert results["targets"][3]["value"] == 673
    assert results["targets"][3]["verdict"] == "pass"
    rows = written(place / "out/tight", "replications.json")["replications"]
    assert [row["seed"] for row in rows] == list(seeds(1, 8))
    assert [row["verdict"] for row in rows] == ["pass"] * 6 + ["fail", "pass"]
    assert written(place / "out/tight", "plan.json")["replications"] == 8
    assert "7/8" in out
    # The seed that is named gives that run again.
    assert here("run", "tight.yaml", "--seed", seed, "--out", "again")[0] == 1
    assert written(place / "again")["measures"]["emergency_t4_p95"]["value"] == 684


def test_an_expected_failure_must_happen_in_every_replication(place: Path) -> None:
    Path("slow.yaml").write_text(shipped("ci-smoke") + SLOW)
    assert here("run", "slow.yaml", "--replications", 8, "--jobs", 1)[0] == 1
    results = written(place / "out/slow")
    assert results["verdict"]["reason"] == "unexpected-pass"
    assert results["replications"]["targets"][3]["verdicts"] == {"fail": 7, "pass": 1}


def test_workers_and_cluster_change_no_byte(place: Path) -> None:
    asked = ["run", "ci-smoke", "--replications", "9", "--out"]
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as workers:
        code, out, err = here(*asked, "dask", "--scheduler", workers.scheduler_address)
    assert (code, err) == (0, "")
    assert "Đạt trong cả 9 lần chạy lặp.\nPass in all 9 replications.\n" in out
    for jobs in ("1", "2"):
        assert here(*asked, jobs, "--jobs", jobs)[0] == 0
        for name in ("results.json", "replications.json"):
            assert (place / jobs / name).read_bytes() == (place / "dask" / name).read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scheduler", "tcp://127.0.0.1:1"), "given for a single run"),
        (("--replications", "2", "--scheduler", "nowhere"), '--scheduler: is "nowhere"'),
        (("--replications", "2", "--scheduler", "tcp://127.0.0.1:1"), "refused"),
        (("--replications", "0"), "--replications"),
        (("--replications", "100001"), "--replications"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_wrong_use_writes_nothing(place: Path, options: tuple[str, ...], said: str) -> None:
    code, out, err = here("run", "ci-smoke", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert list(place.iterdir()) == []


@contextmanager
def with_two_workers(cwd: Path) -> Iterator[tuple[subprocess.Popen[str], list[Path]]]:
    """A long run, in a process group of its own as a terminal makes one, and its processes."""
    with subprocess.Popen(
        [*PROGRAM, "run", "ci-smoke", "--replications", "100000", "--jobs", "2"],
        cwd=cwd,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
            # Two workers, and what Python tracks them by.
            while len(found := children.read_text().split()) < 3:
                assert running.poll() is None
                time.sleep(0.02)
            yield running, [Path("/proc") / child for child in found]
        finally:
            running.kill()


def gone_soon(processes: list[Path]) -> bool:
    until = time.monotonic() + 20
    while any(process.exists() for process in processes) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(process.exists() for process in processes)


@pytest.mark.parametrize("seconds", [0, 1])
def test_an_interruption_stops_every_worker(tmp_path: Path, seconds: int) -> None:
    """Workers that only begin, and workers at work."""
    with with_two_workers(tmp_path) as (running, workers):
        time.sleep(seconds)
        os.killpg(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=20)
        assert running.returncode == 130
        assert "Traceback" not in err
        assert list(tmp_path.rglob("*")) == [tmp_path / "out"]
        assert gone_soon(workers)


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with with_two_workers(tmp_path) as (running, workers):
        time.sleep(1)
        running.kill()
        assert gone_soon(workers)


def test_a_terminal_counts_replications(tmp_path: Path) -> None:
    code, shown = on_a_terminal(
        "run", "ci-smoke", "--replications", "5", "--jobs", "1", cwd=tmp_path
    )
    assert code == 0
    assert "/5" in shown
    assert shown.index("Pass in all 5") > shown.rindex("\x1b[?25h")
