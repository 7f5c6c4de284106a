"""`ttcs report`: every form, every place, every mistake."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.ttcs.program import here


@pytest.fixture
def bundle(place: Path) -> Path:
    assert here("run", "ci-smoke", "--out", "run")[0] == 0
    return place / "run"


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_drawn_forms_are_written_here_by_the_name_of_the_run(bundle: Path, form: str) -> None:
    before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    assert here("report", "run", "--format", form) == (0, f"run.{form}\n", "")
    assert Path(f"run.{form}").read_bytes()[:5] in (b"<!doc", b"%PDF-")
    assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before


def test_json_is_the_results(bundle: Path) -> None:
    code, out, _ = here("report", bundle, "--format", "json")
    assert code == 0
    assert json.loads(out) == json.loads((bundle / "results.json").read_bytes())


def test_junit_is_a_suite(bundle: Path) -> None:
    assert here("report", bundle, "--format", "junit", "--out", "j.xml") == (0, "j.xml\n", "")
    assert "<testsuites" in Path("j.xml").read_text("utf-8")


def test_pictures_stand_in_a_folder_of_their_own(bundle: Path) -> None:
    code, out, _ = here("report", bundle, "--pictures", "new/pictures")
    assert code == 0
    assert sorted(out.splitlines()) == sorted(
        ["run.html", *(str(path) for path in Path("new/pictures").iterdir())]
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "nothing/manifest.json: is not readable"),
        (["run", "--out", "run"], "--out run: is something other than a file"),
        (["run", "--out", "no/such/file"], "in a folder that is not there"),
        (["run", "--pictures", "run/results.json"], "something other than a folder"),
    ],
)
def test_a_mistake_is_one_line(bundle: Path, arguments: list[str], said: str) -> None:
    code, out, err = here("report", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def broken(place: Path) -> None:
    """A table that is none, though the manifest agrees with it."""
    (place / "tables/plays.parquet").write_bytes(b"PAR1<script>PAR1")
    manifest = json.loads((place / "manifest.json").read_bytes())
    told = sha256((place / "tables/plays.parquet").read_bytes()).hexdigest()
    manifest["files"]["tables/plays.parquet"]["sha256"] = told
    (place / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (broken, "run/tables/plays.parquet: is not a Parquet table"),
        (lambda place: (place / "tables/plays.parquet").unlink(), "plays.parquet: is not readable"),
        (lambda place: (place / "results.json").write_text("{}"), "not what the manifest says"),
        (lambda place: (place / "manifest.json").write_text("[[["), "manifest.json"),
    ],
)
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_spoilt_run_is_one_line_and_leaves_no_file(
    bundle: Path, form: str, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(bundle)
    before = set(Path().rglob("*"))
    code, out, err = here("report", "run", "--format", form, "--pictures", "pictures")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert set(Path().rglob("*")) == before


def test_without_the_extra_it_says_what_to_install(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ttcs.report.find_spec", lambda name: None)
    code, _, err = here("report", bundle)
    assert code == 2
    assert "pip install 'ttcs-hil[report]'" in err
    assert here("report", bundle, "--format", "json")[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_the_report_of_a_province_takes_less_than_five_seconds(place: Path, form: str) -> None:
    assert here("run", "binh-dinh-day", "--out", "run")[0] == 0
    # Processor time, as other tests run beside this one.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "ttcs", "report", "run", "--format", form]
    assert subprocess.run(command, check=True, stdout=subprocess.DEVNULL).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5
    assert Path(f"run.{form}").stat().st_size < 5 << 20
