"""The suite in CI: JUnit, scenarios side by side, and the ready jobs as a runner would do them."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.ttcs.program import ENVIRONMENT, PROGRAM, ROOT, TINY, files, here, program, shipped

REACH = "targets:\n  - {id: PROFILE-REACH-ONLINE}\n"
FAILING = TINY.replace("to: all", "to: all, cancel: {at: '2022-09-26T04:05:00.001+07:00'}") + REACH
SNAPSHOT = Path(__file__).parent / "snapshots" / "run-junit.xml"


def outcomes(junit: Path) -> dict[str, list[str]]:
    """What became of each case: the elements that are no properties."""
    return {
        f"{case.get('classname')} {case.get('name')}": [
            f"{part.tag} {part.get('type')}"
            for part in case
            if part.tag not in ("properties", "system-out")
        ]
        for case in ElementTree.parse(junit).getroot().iter("testcase")
    }


def test_a_case_for_each_target(place: Path) -> None:
    Path("good.yaml").write_text(TINY + REACH)
    Path("failing.yaml").write_text(FAILING)
    Path("open.yaml").write_text(TINY)
    Path("few.yaml").write_text(TINY + "targets:\n  - {id: PROFILE-T4-P99}\n")
    names = ["good.yaml", "failing.yaml", "open.yaml", "few.yaml"]
    code, _, err = here("run", *names, "--junit", "j.xml")
    assert (code, err) == (1, "")
    assert outcomes(Path("j.xml")) == {
        "good PROFILE-REACH-ONLINE": [],
        "failing PROFILE-REACH-ONLINE": ["failure fail"],
        "open run": ["error not-run"],
        "few PROFILE-T4-P99": ["error inconclusive"],
    }
    shown = re.sub(
        r'(name="(?:engine|version\.[^"]*)" value=)"[^"]*"', r'\1"…"', Path("j.xml").read_text()
    )
    shown = re.sub(r' *<property name="version\.numba".*\n', "", shown)
    assert shown == SNAPSHOT.read_text("utf-8"), f"to accept it: write it to {SNAPSHOT}"


def test_bad_input_leaves_an_older_file_as_it_was(place: Path) -> None:
    Path("j.xml").write_text("older")
    assert here("run", "missing", "--junit", "j.xml")[0] == 2
    assert Path("j.xml").read_text() == "older"


def test_a_failed_run_leaves_no_older_file(place: Path) -> None:
    Path("j.xml").write_text("older")
    Path("file").write_text("in the way")
    code, _, err = here("run", "ci-smoke", "--junit", "j.xml", "--out", "file/o")
    assert (code, err.count("\n")) == (4, 1)
    assert not Path("j.xml").exists()


@pytest.mark.parametrize("junit", [".", "no/j.xml", "fifo"])
def test_where_no_file_can_be(place: Path, junit: str) -> None:
    os.mkfifo("fifo")
    code, out, err = here("run", "ci-smoke", "--junit", junit)
    assert (code, out) == (2, "")
    assert err.startswith(f"--junit {junit}: is ")
    assert err.count("\n") == 1
    assert not Path("out").exists()


def test_side_by_side_as_one_after_the_other(place: Path) -> None:
    Path("good.yaml").write_text(TINY + REACH)
    Path("failing.yaml").write_text(FAILING)
    names = ["commune", "good.yaml", "failing.yaml"]
    alone = program("run", *names, "--out", "o", "--junit", "j.xml", cwd=place)
    before = files(place)
    together = program("run", *names, "--out", "o", "--junit", "j.xml", "--jobs", "2", cwd=place)
    assert (together.returncode, together.stdout) == (1, alone.stdout)
    assert together.stderr == ""
    after = files(place)
    assert {name for name in before | after if before.get(name) != after.get(name)} <= {
        f"o/{run}/{file}"
        for run in ("commune", "good", "failing")
        for file in ("events.jsonl", "manifest.json")
    }


def test_side_by_side_a_harness_error_is_one_line(place: Path) -> None:
    Path("good.yaml").write_text(TINY + REACH)
    Path("o").mkdir()
    Path("o/good").write_text("in the way")
    ended = program("run", "good.yaml", "commune", "--out", "o", "--jobs", "2", cwd=place)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    name = "n" * 250
    Path(f"{name}.yaml").write_text(TINY)
    ended = program("run", f"{name}.yaml", "good.yaml", "--out", "p", "--jobs", "2", cwd=place)
    assert (ended.returncode, ended.stdout) == (4, "")
    assert ended.stderr == f"p/{name}: File name too long; nothing was written there\n"
    assert not list(place.rglob("*.part"))


def test_side_by_side_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(shipped("binh-dinh-day"))
    command = [*PROGRAM, "run", "binh-dinh-day", "again.yaml", "--world", "model", "--jobs", "2"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            while len(list(tmp_path.glob("out/.*.part"))) < 2:
                assert running.poll() is None
                time.sleep(0.02)
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=60)
        finally:
            running.kill()
    assert (running.returncode, err) == (130, "")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["again.yaml", "out"]


def gitlab() -> dict:
    return yaml.safe_load((ROOT / "docs/ci/gitlab-ci.yml").read_text("utf-8"))["ttcs"]


def github() -> dict:
    return yaml.safe_load((ROOT / "docs/ci/github-workflow.yml").read_text("utf-8"))["jobs"]["ttcs"]


def scripts() -> dict[str, list[str]]:
    """The lines that each job runs, on its default branch."""
    return {
        "gitlab": gitlab()["script"],
        "github": [step["run"] for step in github()["steps"] if "run" in step],
    }


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A checked-out project with scenarios, and programs as after the job's installation."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "ttcs").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ttcs "$@"\n')
    # The installation itself, which needs a network, is only written down.
    (programs / "python").write_text('#!/bin/sh\necho "$@" >> "$INSTALLED"\n')
    for file in programs.iterdir():
        file.chmod(0o755)
    scenarios = tmp_path / "project" / "scenarios"
    scenarios.mkdir(parents=True)
    (scenarios / "a.yaml").write_text(TINY + REACH)
    (scenarios / "b.yaml").write_text(TINY + REACH)
    return tmp_path


def run_job(lines: list[str], runner: Path, job: dict) -> subprocess.CompletedProcess[str]:
    """All lines in one shell that stops at the first failure, as runners do."""
    variables = job.get("variables") or job["env"]
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=runner / "project",
        env=ENVIRONMENT
        | variables
        | {
            "PATH": f"{runner / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "INSTALLED": str(runner / "installed"),
            "CI_COMMIT_BRANCH": "main",
            "CI_DEFAULT_BRANCH": "main",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("kind", ["gitlab", "github"])
def test_the_ready_jobs(runner: Path, kind: str) -> None:
    job = {"gitlab": gitlab, "github": github}[kind]()
    project = runner / "project"
    first = run_job(scripts()[kind], runner, job)
    assert first.returncode == 0, first.stderr
    assert (runner / "installed").read_text() == "-m pip install ttcs-hil[compiled]\n"
    assert first.stdout.count("no older run to compare with") == 2
    again = run_job(scripts()[kind], runner, job)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("no target worse or otherwise judged") == 2
    good = files(project / "baseline")

    (project / "scenarios" / "a.yaml").write_text(FAILING)
    failed = run_job(scripts()[kind], runner, job)
    assert failed.returncode == 1
    assert "PROFILE-REACH-ONLINE: kém đi / worse: " in failed.stdout
    assert files(project / "baseline") == good
    assert outcomes(project / "junit.xml") == {
        "a PROFILE-REACH-ONLINE": ["failure fail"],
        "b PROFILE-REACH-ONLINE": [],
    }


def test_the_jobs_keep_what_they_write(runner: Path) -> None:
    job = gitlab()
    kept = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    uploads = [step for step in github()["steps"] if "upload-artifact" in step.get("uses", "")]
    assert uploads[0]["with"]["path"].split() == kept == ["out/", "junit.xml"]
    assert (job["artifacts"]["when"], uploads[0]["if"]) == ("always", "always()")
    assert job["cache"]["paths"] == ["baseline/"]


def test_the_how_to_names_what_the_jobs_run() -> None:
    how_to = (ROOT / "docs/how-to/ci.md").read_text("utf-8")
    (asked,) = {line for line in how_to.splitlines() if line.startswith("ttcs run ")}
    for lines in scripts().values():
        assert asked in [line.replace('"$SCENARIOS"', "scenarios") for line in lines]
