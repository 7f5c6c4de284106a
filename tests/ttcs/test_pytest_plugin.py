"""Scenario files as pytest tests, in a project of somebody else."""

import os
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from tests.ttcs.program import BAD, ENVIRONMENT, ROOT, TINY

REACH = "targets:\n  - {id: PROFILE-REACH-ONLINE}\n  - {id: PROFILE-T4-P99}\n"
EXPECTED = 'targets:\n  - {id: PROFILE-REACH-ONLINE, expect: fail, why: "it is cancelled"}\n'
CANCELLED = TINY.replace("to: all", "to: all, cancel: {at: '2022-09-26T04:05:00.001+07:00'}")
# Under CI pytest does not cut long lines off.
SAYS_OTHERWISE = ("PYTEST_ADDOPTS", "CI", "BUILD_NUMBER")
SNAPSHOT = Path(__file__).parent / "snapshots" / "pytest.txt"


def run_pytest(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and output of pytest with the plugin, in a process of its own."""
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "xdist", "-p", "ttcs.pytest_plugin"),
            *("-p", "no:cacheprovider", "-W", "error", "--strict-markers", *arguments),
        ],
        cwd=folder,
        env={name: value for name, value in ENVIRONMENT.items() if name not in SAYS_OTHERWISE}
        | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def outcomes(output: str) -> dict[str, str]:
    """PASSED, FAILED or SKIPPED by test, from `-v`, with xdist and without."""
    plain = re.findall(r"^(\S+::\S+) ([A-Z]+)", output, re.M)
    workers = re.findall(r"^\[gw\d\].* ([A-Z]+) (\S+::[^\s@]+)", output, re.M)
    return dict(plain) | {test: outcome for outcome, test in workers}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with scenarios and with YAML of its own."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nttcs_scenarios = scenarios/*.yaml\n")
    (tmp_path / "good.ttcs.yaml").write_text(TINY + EXPECTED.replace("fail, why", "pass, why"))
    (tmp_path / "settings.yaml").write_text("a: 1\n")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "cancelled.yaml").write_text(CANCELLED + EXPECTED)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "late.yaml").write_text(TINY + REACH)
    return tmp_path


def test_what_is_collected(project: Path) -> None:
    code, out = run_pytest(project, "-v")
    assert code == 0, out
    assert outcomes(out) == {
        "good.ttcs.yaml::run": "PASSED",
        "good.ttcs.yaml::PROFILE-REACH-ONLINE": "PASSED",
        "scenarios/cancelled.yaml::run": "PASSED",
        "scenarios/cancelled.yaml::PROFILE-REACH-ONLINE": "PASSED",
    }


@pytest.mark.parametrize("arguments", [[], ["."], ["good.ttcs.yaml", "other"]])
def test_a_file_that_is_named(project: Path, arguments: list[str]) -> None:
    code, out = run_pytest(project, "-v", "--ttcs", "other/late.yaml", *arguments)
    assert code == 1, out
    late = {test: found for test, found in outcomes(out).items() if "late" in test}
    assert late == {
        "other/late.yaml::run": "PASSED",
        "other/late.yaml::PROFILE-REACH-ONLINE": "PASSED",
        "other/late.yaml::PROFILE-T4-P99": "FAILED",  # inconclusive: too few observations
    }
    assert out.count("late.yaml::run PASSED") == 1


def test_everything_that_can_be_told(project: Path) -> None:
    (project / "open.ttcs.yaml").write_text(TINY)
    (project / "bad.ttcs.yaml").write_text(BAD)
    (project / "missed.ttcs.yaml").write_text(CANCELLED + REACH)
    code, out = run_pytest(project, "--continue-on-collection-errors", "-q", "--tb=short")
    assert code == 1
    shown = re.sub(r"in [0-9.]+s", "in 0 s", out.replace(str(project), "PROJECT"))
    assert shown == SNAPSHOT.read_text("utf-8"), f"to accept it: write it to {SNAPSHOT}"


def test_a_scenario_runs_once_among_workers(project: Path) -> None:
    # Every run of a scenario leaves a line.
    (project / "conftest.py").write_text(
        "from ttcs import pytest_plugin as p\n"
        "run = p.ScenarioFile._run\n"
        "def counted(self):\n"
        "    with open('runs', 'a') as runs:\n"
        "        runs.write(self.path.name + '\\n')\n"
        "    run(self)\n"
        "p.ScenarioFile._run = counted\n"
    )
    code, out = run_pytest(
        project, "-v", "-n", "2", "--dist", "loadfile", "--ttcs", "other/late.yaml"
    )
    assert code == 1, out
    assert outcomes(out)["other/late.yaml::PROFILE-T4-P99"] == "FAILED"
    assert len(outcomes(out)) == 7
    assert sorted((project / "runs").read_text().split()) == [
        "cancelled.yaml",
        "good.ttcs.yaml",
        "late.yaml",
    ]


def test_a_run_that_ends_in_an_error_fails_all_its_tests(project: Path) -> None:
    (project / "conftest.py").write_text(
        "import ttcs.run\n"
        "def no_disk(name, place):\n"
        "    raise OSError('no space left')\n"
        "ttcs.run.run_one = no_disk\n"
    )
    code, out = run_pytest(project, "-v", "good.ttcs.yaml")
    assert code == 1
    assert set(outcomes(out).values()) == {"FAILED"}
    assert "harness error: no space left" in out
    assert "Traceback" not in out


def test_unused_it_loads_nothing() -> None:
    program = "import sys, ttcs.pytest_plugin; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = set(ended.stdout.split())
    assert "ttcs.pytest_plugin" in loaded
    assert not loaded & {"numpy", "yaml", "jsonschema", "pyarrow", "scenarios", "ttcs.run"}


def test_pytest_finds_it_where_the_project_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (module,) = project["entry-points"]["pytest11"].values()
    assert import_module(module).pytest_collect_file


BENCH = "ttcs: 1\nenvironment: test\ndut: {driver: emulated, profile: speaker-reference}\n"
DEVICE = ("--ttcs-profile", "ip-speaker", "--ttcs-bench", "bench.yaml")
SOME = "told-twice or sounds-right or emergency-at-once or power-ready"


def test_the_cases_of_a_device(tmp_path: Path) -> None:
    """What passes passes; what is not permitted, or not measured, is no pass."""
    (tmp_path / "bench.yaml").write_text(BENCH)
    code, out = run_pytest(tmp_path, "-v", *DEVICE, "-k", SOME)
    assert code == 1, out
    assert outcomes(out) == {
        "bench.yaml::told-twice": "PASSED",
        "bench.yaml::sounds-right": "PASSED",
        "bench.yaml::emergency-at-once": "FAILED",  # latencies of a model are no measurements
        "bench.yaml::power-ready": "FAILED",
    }
    assert "not-measured" in out
    assert "not-permitted" in out
    assert re.search(r"^pass +PROFILE-", out, re.M)
    assert re.search(r"^inconclusive +=$", out, re.M), out
    assert "Traceback" not in out


def test_the_cases_of_a_device_that_pass(tmp_path: Path) -> None:
    (tmp_path / "bench.yaml").write_text(BENCH)
    code, out = run_pytest(tmp_path, "-v", *DEVICE, "-k", "told-twice")
    assert code == 0, out
    assert re.search(r"^pass +=$", out, re.M)


def test_what_the_device_does_not_declare_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "bench.yaml").write_text(BENCH)
    (tmp_path / "mine.yaml").write_text(
        'ttcs: 1\ndevice: {vendor: "A", model: "B", serial: "1", firmware: {version: "1"}}\n'
        "profile: ip-speaker\nsupports: {codecs: [mp3]}\n"
    )
    mine = ("--ttcs-capabilities", "mine.yaml")
    code, out = run_pytest(tmp_path, "-v", *DEVICE, *mine, "-k", "sounds-aac or sounds-mp3")
    assert outcomes(out) == {
        "bench.yaml::sounds-mp3": "PASSED",
        "bench.yaml::sounds-aac": "SKIPPED",
    }
    assert code == 0, out


@pytest.mark.parametrize(
    ("bench", "arguments", "said"),
    [
        (BENCH.replace("test", "village"), DEVICE, "bench.yaml:2:14: environment"),
        (BENCH, ("--ttcs-profile", "radio", *DEVICE[2:]), "--ttcs-profile radio"),
        (BENCH, DEVICE[:2], "go together"),
    ],
)
def test_wrong_use_of_a_bench(
    tmp_path: Path, bench: str, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "bench.yaml").write_text(bench)
    code, out = run_pytest(tmp_path, *arguments)
    assert code not in (0, 1, 5), out
    assert said in out
    assert "Traceback" not in out
