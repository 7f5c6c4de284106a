"""`ttcs report`, `compare` and `verify` of a plan's bundle."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.slowness import slowness
from tests.ttcs.program import ENVIRONMENT, here


@pytest.fixture
def bundle(place: Path) -> Path:
    """A plan simulated a few times, in the folder `plan`."""
    code, *_ = here("plan", "binh-dinh-2022-2025", "--replications", "9", "--out", "plan")
    assert code == 0
    return place / "plan"


def test_every_form(bundle: Path) -> None:
    before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    for form, start in (("html", b"<!doc"), ("pdf", b"%PDF-")):
        assert here("report", "plan", "--format", form) == (0, f"plan.{form}\n", "")
        assert Path(f"plan.{form}").read_bytes()[:5] == start
    code, out, _ = here("report", "plan", "--format", "csv", "--lang", "en")
    assert code == 0
    assert sorted(out.splitlines()) == [
        f"plan-csv/{name}.csv" for name in ("money", "phases", "targets", "works", "yearly")
    ]
    assert json.loads(here("report", "plan", "--format", "json")[1]) == json.loads(
        (bundle / "results.json").read_bytes()
    )
    assert 'name="BD-CONVERT-100"' in here("report", "plan", "--format", "junit")[1]
    assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before


def test_pictures_stand_in_a_folder_of_their_own(bundle: Path) -> None:
    code, out, _ = here("report", "plan", "--pictures", "p", "--format", "junit", "--out", "j.xml")
    assert code == 0
    drawn = {path.name for path in Path("p").iterdir()}
    assert {"timetable.png", "money.png", "map-2021.png", "map-2025.png"} <= drawn
    assert {"curve-households-with-ip.png", "household_reach.png", "device_reach.png"} <= drawn
    assert set(out.splitlines()) == {"j.xml", *(f"p/{name}" for name in drawn)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["plan", "--format", "csv", "--out", "plan/results.json"],
            "something other than a folder",
        ),
        (["run", "--format", "csv"], "expected the bundle of a plan"),
        (["plan", "--out", "plan"], "--out plan: is something other than a file"),
    ],
)
def test_a_mistake_is_one_line(bundle: Path, arguments: list[str], said: str) -> None:
    assert here("run", "ci-smoke", "--out", "run")[0] == 0
    code, out, err = here("report", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_two_plans_are_compared(bundle: Path) -> None:
    other = ("--replications", "9", "--base", "remaining", "--no-phases", "--out", "other")
    assert here("plan", "binh-dinh-2022-2025", *other)[0] == 0
    assert here("compare", "plan", "plan")[0] == 0
    code, out, _ = here("compare", "plan", "other", "--lang", "en")
    assert (code, max(map(len, out.splitlines())) <= 80) == (1, True)
    assert "BD-CONVERT-100" in out
    code, out, _ = here("compare", "plan", "other", "--json")
    assert (code, json.loads(out)["kind"]) == (1, "plan")
    assert here("compare", "plan", "other", "--format", "html", "--out", "c.html") == (1, "", "")
    assert Path("c.html").read_bytes().startswith(b"<!doctype html>")


def test_a_plan_is_not_compared_with_a_run(bundle: Path) -> None:
    assert here("run", "ci-smoke", "--out", "run")[0] == 0
    code, out, err = here("compare", "run", "plan")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert 'kind: is "plan"' in err


@pytest.mark.parametrize("kind", ["plan", "run"])
def test_an_unsigned_bundle_is_unchanged_or_not(bundle: Path, kind: str) -> None:
    if kind == "run":
        assert here("run", "ci-smoke", "--out", "run")[0] == 0
    code, out, err = here("verify", kind)
    assert (code, err) == (3, "")
    assert "as its manifest.json says" in out
    assert "nobody signs it" in out
    told = json.loads(here("verify", kind, "--json")[1])
    assert (told["kind"], told["unchanged"], told["signer"]) == (kind, True, "unsigned")


@pytest.mark.parametrize(
    ("spoil", "how"),
    [
        (lambda place: (place / "results.json").write_text("{}"), "results.json: bị sửa / changed"),
        (lambda place: (place / "rollout.yaml").unlink(), "rollout.yaml: bị mất / missing"),
        (lambda place: (place / "more.txt").write_text("x"), "more.txt: thêm vào / added"),
        (
            lambda place: (place / "link").symlink_to(place / "results.json"),
            "link: không phải tệp thường / not a plain file",
        ),
    ],
)
def test_every_change_of_a_plan_is_named(
    bundle: Path, spoil: Callable[[Path], object], how: str
) -> None:
    spoil(bundle)
    code, out, _ = here("verify", "plan")
    assert code == 1
    assert [line.strip() for line in out.splitlines()].count(how) == 1
    told = json.loads(here("verify", "plan", "--json")[1])
    assert (told["unchanged"], told["exit"], len(told["changes"])) == (False, 1, 1)


@pytest.mark.parametrize("files", ['{"results.json": {}}', "[]", '{"a": {"sha256": 1}}'])
def test_a_manifest_that_names_no_hashes_is_one_line(bundle: Path, files: str) -> None:
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    manifest["files"] = json.loads(files)
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    code, out, err = here("verify", "plan")
    assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_the_report_of_a_province_takes_less_than_five_seconds(bundle: Path, form: str) -> None:
    slow, before = slowness(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "ttcs", "report", "plan", "--format", form]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert taken_s / slow < 5, f"{taken_s} s on a machine {slow} times slower than its best"
    assert Path(f"plan.{form}").stat().st_size < 5 << 20
