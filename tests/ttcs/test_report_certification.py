"""`ttcs report` of a certification: every form, and what it refuses."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.ttcs.program import ENVIRONMENT, here

DEMO = ("certify", "--profile", "ip-speaker", "--demo", "--out", "tried")


@pytest.fixture
def tried(place: Path) -> Path:
    assert here(*DEMO)[0] == 3
    return place / "tried"


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_drawn_forms_are_written_here_by_its_name(tried: Path, form: str) -> None:
    before = {path: path.read_bytes() for path in tried.rglob("*") if path.is_file()}
    assert here("report", "tried", "--format", form) == (0, f"tried.{form}\n", "")
    assert Path(f"tried.{form}").read_bytes()[:5] in (b"<!doc", b"%PDF-")
    assert {path: path.read_bytes() for path in tried.rglob("*") if path.is_file()} == before


def test_forms_for_machines(tried: Path) -> None:
    code, out, _ = here("report", "tried", "--format", "json")
    assert code == 0
    results = json.loads((tried / "results.json").read_bytes())
    assert json.loads(out) == results
    code, out, _ = here("report", "tried", "--format", "junit")
    assert code == 0
    cases = list(ElementTree.fromstring(out).iter("testcase"))
    assert len(cases) == len(results["clauses"]) + 1


def test_mistakes_are_one_line(tried: Path) -> None:
    code, out, err = here("report", "tried", "--pictures", "pictures")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--pictures pictures: is given with a certification" in err
    plan = tried / "plan.json"
    plan.write_bytes(plan.read_bytes() + b" ")
    for form in ("html", "pdf", "junit", "json"):
        code, out, err = here("report", "tried", "--format", form)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "tried: plan.json: is changed" in err
        assert "ttcs verify tried" in err
    (tried / "manifest.json").unlink()
    assert here("report", "tried")[0] == 2


@pytest.mark.slow
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_it_takes_less_than_five_seconds(tried: Path, form: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "ttcs", "report", "tried", "--format", form]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5


def test_two_certifications_are_compared(tried: Path) -> None:
    code, out, _ = here("compare", "tried", "tried", "--format", "json")
    assert code == 0
    assert json.loads(out)["same"]
    code, out, _ = here("compare", "tried", "tried")
    assert code == 0
    assert "TT39-C12" in out
    assert here("compare", "tried", "tried", "--format", "html", "--out", "c.html")[0] == 0
    assert "So sánh hai lần thử" in Path("c.html").read_text("utf-8")


def test_a_run_and_a_certification_are_not_compared(tried: Path) -> None:
    assert here("run", "ci-smoke", "--out", "run")[0] == 0
    for pair in (("run", "tried"), ("tried", "run")):
        code, _, err = here("compare", *pair)
        assert (code, err.count("\n")) == (2, 1)
        assert 'the bundle of a run, "run"' in err
