"""`ttcs plan`: from a plan's file to tables and a folder of results."""

import json
import signal
import subprocess
import time
from hashlib import sha256
from importlib.resources import files as resources
from pathlib import Path

import jsonschema
import pytest

from tests.ttcs.program import ENVIRONMENT, PROGRAM, files, here, written
from ttcs.main import INTERRUPTED

SNAPSHOT = Path(__file__).parent / "snapshots" / "plan-small.txt"

# Two communes and the township of An Lão are known; the township has an IP station already.
STOCK = """\
code,kind,since,condition,clusters,villages,villages covered,households
21609,ip,2021,good,4,5,5,1000
21610,fm-low,2012,broken,4,6,0,700
21616,fm-high,2019,good,3,4,4,500
"""

PLAN = """\
ttcs: 1
rollout: {from: 2022, to: 2025}
title: {vi: "Kế hoạch nhỏ", en: "A small plan"}
era: "2022"
seed: 7
territory: {province: "52"}
stock: {file: stock.csv, generate: {figures: end-2022}}
money:
  - id: province
    title: {vi: "Ngân sách tỉnh", en: "Provincial budget"}
    pays: [station, board, source-system]
    amounts: [20bn, 20bn, 20bn, 20bn]
    cut: {uniform: [0%, 40%], each: year, mark: assumed, source: "a test"}
    mark: assumed
    source: "a test"
prices:
  cluster: {triangular: [24M, 36M, 50M], each: plan, mark: assumed, source: "a test"}
  head_end: {fixed: 20M, mark: assumed, source: "a test"}
  converter: {fixed: 10M, mark: assumed, source: "a test"}
  board: {fixed: 100M, mark: assumed, source: "a test"}
  big_board: {fixed: 500M, mark: assumed, source: "a test"}
  source_system: {fixed: 50M, mark: assumed, source: "a test"}
running: {sim: 600k, power: 500k, upkeep: 1M, mark: assumed, source: "a test"}
delivery:
  crews: 3
  mark: assumed
  source: "a test"
  procurement: {fixed: 100d, mark: assumed, source: "a test"}
  lead: {uniform: [30d, 300d], each: work, mark: assumed, source: "a test"}
  install_cluster: {fixed: 1d, mark: assumed, source: "a test"}
  install_other: {fixed: 2d, mark: assumed, source: "a test"}
failures:
  good: {fixed: 0%, mark: assumed, source: "a test"}
  degraded: {fixed: 0%, mark: assumed, source: "a test"}
rules:
  yearly: 25%
  base: first-stock
  paced: true
  depreciation: 5
  no_district_transmission: true
  kinds: [source-system, station, board]
  mark: V
  source: "plan 96/KH-UBND II.1.a"
counted: {websites: [20, 60, 100, 140], mark: assumed, source: "a test"}
documents: [plan-binh-dinh]
"""

DECLARED = "target,count,of,value,unit,date,evidence\nBD-DEPT-100,20,20,,,2025-12-31,công văn 5\n"


@pytest.fixture
def small(place: Path) -> Path:
    """The folder of a small plan."""
    Path("small.yaml").write_text(PLAN)
    Path("stock.csv").write_text(STOCK)
    return place


def plan(*arguments: str) -> tuple[int, str, str]:
    return here("plan", "small.yaml", "--jobs", "1", *arguments)


def test_what_a_person_sees(small: Path) -> None:
    Path("declared.csv").write_text(DECLARED)
    ended, out, err = plan("--replications", "200", "--declared", "declared.csv")
    assert (ended, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert out == SNAPSHOT.read_text("utf-8"), f"to accept it: write it to {SNAPSHOT}"


def test_the_folder_of_results(small: Path) -> None:
    Path("declared.csv").write_text(DECLARED)
    ended, out, _ = plan(
        "--replications", "20", "--declared", "declared.csv", "--out", "r", "--json"
    )
    assert ended == 0
    found = written(Path("r"))
    assert json.loads(out) == found
    schema = resources("reports").joinpath("schemas/rollout-results.schema.json")
    jsonschema.validate(found, json.loads(schema.read_text("utf-8")))
    manifest = written(Path("r"), "manifest.json")
    assert (manifest["ttcs"], manifest["bundle"], manifest["kind"]) == (1, 1, "plan")
    content = files(Path("r"))
    del content["manifest.json"]
    assert {name: one["sha256"] for name, one in manifest["files"].items()} == {
        name: sha256(one).hexdigest() for name, one in content.items()
    }
    assert set(content) == {
        *("rollout.yaml", "rollout.resolved.json", "stock.csv", "declarations.csv", "plan.json"),
        *("stock.resolved.csv", "results.json", "events.jsonl", "tables/yearly.csv"),
    }
    assert content["rollout.yaml"].decode() == PLAN
    assert content["stock.csv"].decode() == STOCK
    assert found["plan"]["sha256"] == sha256(PLAN.encode()).hexdigest()
    header, *rows = content["tables/yearly.csv"].decode().splitlines()
    assert header.startswith("replication,year,converted-of-first-stock,")
    assert [row.split(",")[:2] for row in rows] == [
        [str(replication), str(year)] for replication in range(20) for year in range(2022, 2026)
    ]


def test_the_same_seed_gives_the_same_results_and_another_does_not(small: Path) -> None:
    for out, *more in (("a",), ("b",), ("c", "--seed", "8")):
        assert plan("--replications", "50", "--out", out, *more)[0] == 0
    first, again = (Path(out, "results.json").read_bytes() for out in "ab")
    assert first == again
    assert written(Path("c"))["plan"]["seed"] == 8
    assert written(Path("a"))["measures"] != written(Path("c"))["measures"]


def test_the_other_reading_of_the_yearly_share(small: Path) -> None:
    for base, measure in (
        ("first-stock", "converted-in-year-of-first-stock"),
        ("remaining", "converted-in-year-of-remaining"),
    ):
        assert plan("--replications", "5", "--base", base, "--out", "r")[0] == 0
        found = written(Path("r"))
        (yearly,) = [t for t in found["targets"] if t["id"] == "BD-25PCT-YEAR"]
        assert (found["plan"]["base"], yearly["measure"]) == (base, measure)


def test_a_folder_stands_where_nobody_says_otherwise(small: Path) -> None:
    assert plan("--replications", "1")[0] == 0
    assert Path("out/small/results.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-such-plan"], "neither a file nor the name of"),
        (["small.yaml", "--out", "stock.csv"], "stock.csv: is a file"),
        (["small.yaml", "--declared", "none.csv"], "none.csv: is not readable"),
        (["small.yaml", "--scheduler", "nowhere"], "--scheduler"),
        (["wrong.yaml"], 'is "plan-of-nowhere"'),
        (["ci-smoke"], ""),
    ],
)
def test_what_is_wrong_is_said_in_one_line(small: Path, arguments: list[str], told: str) -> None:
    Path("wrong.yaml").write_text(PLAN.replace("plan-binh-dinh", "plan-of-nowhere"))
    before = files(small)
    ended, out, err = here("plan", *arguments)
    assert (ended, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1
    assert files(small) == before


def test_phases_are_told_unless_nobody_wants_them(small: Path) -> None:
    assert plan("--replications", "5", "--out", "r")[0] == 0
    phases = written(Path("r"))["phases"]
    assert [phase["year"] for phase in phases["years"]] == [2022, 2023, 2024, 2025]
    assert phases["years"][0]["devices"]["cluster"] >= 4
    ended, out, _ = plan("--replications", "5", "--out", "q", "--no-phases")
    assert ended == 0
    assert written(Path("q"))["phases"] is None
    assert "Cuối năm, ở P50" not in out


def test_a_phase_is_written_and_run_to_the_same_reach(small: Path) -> None:
    asked = ("--replications", "5", "--out", "r", "--write-phase", "2025=phase.yaml")
    assert plan(*asked)[0] == 0
    names = {"phase.yaml", "phase-ordinary.yaml", "phase-households.csv"}
    assert names <= {path.name for path in small.iterdir()}
    for name in ("phase.yaml", "phase-ordinary.yaml"):
        assert here("check", name)[0] == 0
    here("run", "phase.yaml", "--out", "run", "--jobs", "1")
    told = written(Path("r"))["phases"]["years"][-1]["emergency"]
    (bulletin,) = [b for b in written(Path("run"))["bulletins"] if b["id"] == "emergency"]
    latency = bulletin["latency_ms"]
    assert (latency["p50"], latency["p95"]) == (told["t4_p50_ms"], told["t4_p95_ms"])
    assert bulletin["addressed"] == 3 * told["devices"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["2025"], "YEAR=FILE"),
        (["2021=p.yaml"], "a year from 2022 to 2025"),
        (["2025=a.yaml", "2025=b.yaml"], "each year once"),
        (["2025=p.json"], "ends in .yaml"),
        (["2025=none/p.yaml"], "a folder that there is"),
        (["2025=small.yaml"], "not there yet"),
    ],
)
def test_a_phase_that_cannot_be_written(small: Path, asked: list[str], expected: str) -> None:
    before = files(small)
    options = [part for one in asked for part in ("--write-phase", one)]
    ended, out, err = plan("--replications", "1", *options)
    assert (ended, out, len(err.splitlines())) == (2, "", 1)
    assert expected in err
    assert files(small) == before


def test_an_interruption_leaves_nothing(small: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "plan", "small.yaml", "--replications", "100000", "--jobs", "2"],
        cwd=small,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + 60
        while not any(Path("out").glob(".small.*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out) == (INTERRUPTED, b"")
    assert b"Traceback" not in err
    assert list(Path("out").iterdir()) == []
