"""What `ttcs run` ends with, says and leaves behind."""

import json
from dataclasses import fields
from importlib.resources import files as resources
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest

from scenarios.scenario import Area
from simulator.playout import engines
from tests.ttcs.program import BAD, TINY, files, here, program, shipped, written

SCHEMA = json.loads(resources("reports").joinpath("schemas/results.schema.json").read_text("utf-8"))
BUNDLE = {
    "commands.jsonl",
    "events.jsonl",
    "manifest.json",
    "plan.json",
    "results.json",
    "scenario.resolved.json",
    "scenario.yaml",
    "tables/communes.parquet",
    "tables/devices.parquet",
    "tables/plays.parquet",
    "tables/segments.parquet",
}
REACH = "targets:\n  - {id: PROFILE-REACH-ONLINE}\n"
# Of 84 device-plays in `ci-smoke` no one is heard within a millisecond.
AT_ONCE = "{id: PROFILE-T4-P95, limit: 1ms"


def test_a_conformant_run_in_a_pipe(tmp_path: Path) -> None:
    ended = program("run", "ci-smoke", cwd=tmp_path)
    assert ended.returncode == 0
    assert ended.stderr == ""
    assert ended.stdout.splitlines()[-2:] == ["", "out/ci-smoke"]
    assert "\x1b" not in ended.stdout
    assert files(tmp_path).keys() == {f"out/ci-smoke/{name}" for name in BUNDLE}


def test_the_bundle_says_what_was_to_be_done_and_what_happened(place: Path) -> None:
    assert here("run", "ci-smoke")[0] == 0
    bundle = Path("out/ci-smoke")
    assert (bundle / "scenario.yaml").read_text("utf-8") == shipped("ci-smoke")
    assert written(bundle, "scenario.resolved.json")["horizon_ms"] == 3 * 60 * 60 * 1000
    plan = written(bundle, "plan.json")
    assert (plan["world"], plan["seed"], plan["devices"]) == ("virtual", 1, 36)
    assert [target["id"] for target in plan["targets"]] == [
        "PROFILE-REACH-ONLINE",
        "PROFILE-AFTER-CANCEL",
        "PROFILE-WRONG-AREA",
    ]
    events = [json.loads(line) for line in (bundle / "events.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events] == ["run-started", "devices-played", "run-judged"]
    assert events[1]["devices"] == 36
    results = written(bundle)
    jsonschema.validate(results, SCHEMA)
    assert results["verdict"]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("targets", "code", "reason"),
    [
        (f"  - {AT_ONCE}}}\n", 1, "limit-not-met"),
        (f'  - {AT_ONCE}, expect: fail, why: "no link is that fast"}}\n', 0, "expected-failure"),
        ('  - {id: PROFILE-REACH-ONLINE, expect: fail, why: "?"}\n', 1, "unexpected-pass"),
        ("  - {id: PROFILE-T4-P99}\n", 3, "sample-too-small"),
    ],
)
def test_the_targets_decide_the_exit_code(
    place: Path, targets: str, code: int, reason: str
) -> None:
    Path("s.yaml").write_text(shipped("ci-smoke").split("targets:")[0] + "targets:\n" + targets)
    assert here("run", "s.yaml")[0] == code
    assert written(Path("out/s"))["verdict"]["reason"] == reason


def test_without_targets_there_is_no_verdict(place: Path) -> None:
    Path("s.yaml").write_text(TINY)
    code, out, _ = here("run", "s.yaml")
    assert code == 3
    assert "Not run: the scenario names no target" in out
    assert written(Path("out/s"))["verdict"] | {"sentence": None} == {
        "verdict": "not-run",
        "reason": "no-target",
        "sentence": None,
    }


def test_a_day_on_which_nothing_is_said(place: Path) -> None:
    Path("s.yaml").write_text(TINY.split("bulletins:")[0] + REACH)
    assert here("run", "s.yaml")[0] == 3
    assert written(Path("out/s"))["verdict"]["reason"] == "no-observation"


def test_several_scenarios_and_the_worst_verdict(place: Path) -> None:
    Path("good.yaml").write_text(TINY + REACH)
    Path("open.yaml").write_text(TINY)
    Path("failing.yaml").write_text(
        TINY.replace("to: all", "to: all, cancel: {at: '2022-09-26T04:05:00.001+07:00'}") + REACH
    )
    code, out, _ = here("run", "good.yaml", "failing.yaml", "open.yaml", "--out", "all")
    verdicts = [written(Path("all") / n)["verdict"]["verdict"] for n in ("good", "failing", "open")]
    assert verdicts == ["pass", "fail", "not-run"]
    assert code == 1
    assert [line for line in out.splitlines() if line.startswith("all/")] == [
        "all/good",
        "all/failing",
        "all/open",
    ]
    assert here("run", "good.yaml", "open.yaml", "--out", "two")[0] == 3


def test_json_is_one_document(place: Path) -> None:
    Path("good.yaml").write_text(TINY + REACH)
    code, out, err = here("run", "good.yaml", "ci-smoke", "--json")
    runs = json.loads(out)["runs"]
    assert (code, err) == (0, "")
    for run, name in zip(runs, ["good", "ci-smoke"], strict=True):
        jsonschema.validate(run, SCHEMA)
        assert run == written(Path("out") / name)


def test_the_seed_can_be_given(place: Path) -> None:
    for seed in ("7", "7", "18446744073709551615"):
        assert here("run", "ci-smoke", "--seed", seed, "--out", f"s{seed}")[0] == 0
    seven, largest = written(Path("s7")), written(Path("s18446744073709551615"))
    assert (seven["seed"], largest["seed"]) == (7, 2**64 - 1)
    assert seven["measures"]["emergency_t4_p95"] != largest["measures"]["emergency_t4_p95"]
    assert written(Path("s7"), "scenario.resolved.json")["seed"] == 7


@pytest.mark.parametrize("seed", ["-1", "18446744073709551616", "x"])
def test_what_is_no_seed(place: Path, seed: str) -> None:
    code, _, err = here("run", "ci-smoke", "--seed", seed)
    assert code == 2
    assert "--seed" in err
    assert not Path("out").exists()


def test_worlds_and_engines_agree(place: Path) -> None:
    ways = {"model": ["--world", "model"]} | {e: ["--engine", e] for e in engines.vectorised()}
    for name, options in ways.items():
        assert here("run", "commune", "--out", name, *options)[0] == 0
    (model, *others) = [written(Path(name)) for name in ways]
    assert (model["world"], model["engine"]) == ("model", "simpy")
    for other in others:
        assert model == other | {"world": "model", "engine": "simpy"}


@pytest.mark.parametrize("name", ["binh-dinh-day", "ci-smoke", "commune"])
def test_the_log_of_a_run_replays_it(place: Path, name: str) -> None:
    first = here("run", name, "--out", "first")[0]
    assert here("run", name, "--out", "again", "--commands", "first/commands.jsonl")[0] == first
    left, right = files(Path("first")), files(Path("again"))
    for file in BUNDLE - {"events.jsonl", "manifest.json"}:
        assert left[file] == right[file]


def test_a_bundle_is_the_same_at_every_run_but_for_the_clock(place: Path) -> None:
    here("run", "commune", "--out", "first")
    here("run", "commune", "--out", "again")
    left, right = files(Path("first")), files(Path("again"))
    assert {name for name in left if left[name] != right[name]} <= {"events.jsonl", "manifest.json"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bad.yaml"], "bad.yaml:8:56: fleet[0].clusters: is the number 0, "),
        (["ci-smoke", "bad.yaml"], "bad.yaml:8:56: fleet[0].clusters: is the number 0, "),
        (["ci-smok"], "ci-smok: is neither a file nor the name of a scenario, "),
        (["missing.yaml"], "missing.yaml: is neither a file nor the name of a scenario, "),
        (["."], ".: is not readable: Is a directory, "),
        (["unknown-target.yaml"], 'unknown-target.yaml:12:10: targets[0].id: is "QB", '),
        (["ci-smoke", "--commands", "missing.jsonl"], "missing.jsonl: is not readable: "),
        (["ci-smoke", "--commands", "bad.jsonl"], 'bad.jsonl:1: era: is "2025-06", '),
        (["ci-smoke", "sub/ci-smoke.yaml"], "sub/ci-smoke.yaml: is named like "),
        (["ci-smoke", "ci-smoke"], "ci-smoke.yaml: is named like "),
    ],
)
def test_what_cannot_be_run_is_told_in_a_line_and_leaves_nothing(
    place: Path, arguments: list[str], said: str
) -> None:
    Path("bad.yaml").write_text(BAD)
    Path("unknown-target.yaml").write_text(TINY + "targets:\n  - {id: QB}\n")
    Path("bad.jsonl").write_text(
        '{"ttcs": 1, "log": "commands", "era": "2025-06", "start": "2025-06-01T00:00:00Z"}\n{}\n'
    )
    Path("sub").mkdir()
    Path("sub/ci-smoke.yaml").write_text(TINY)
    before = files(place)
    code, out, err = here("run", *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err
    assert files(place) == before
    assert not Path("out").exists()


def test_the_number_of_further_errors_is_told(place: Path) -> None:
    Path("bad.yaml").write_text(BAD)
    assert "và 2 lỗi nữa / and 2 more" in here("run", "bad.yaml")[2]


def test_an_engine_that_is_not_installed_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "vectorised", lambda: ("numpy",))
    code, _, err = here("run", "ci-smoke", "--engine", "compiled")
    assert code == 2
    assert err == (
        "--engine: is compiled, expected one of best, numpy (pip install 'ttcs-hil[compiled]')\n"
    )
    assert here("run", "ci-smoke")[0] == 0
    assert written(Path("out/ci-smoke"))["engine"] == "numpy"


def test_a_log_of_somebody_else_with_names_unlike_ours(place: Path) -> None:
    here("run", "ci-smoke", "--out", "ours")
    lines = Path("ours/commands.jsonl").read_text().splitlines()
    to = ["speaker17", "21952-1", "21952-03", "x-y", "21952-0_5", "21952-٠٤", "-", "21952-99"]
    commands = [json.loads(line) for line in lines[1:]]
    for command in commands:
        command["to"] = {field.name: [] for field in fields(Area)[1:]} | {"devices": to}
    theirs = [lines[0], *map(json.dumps, commands)]
    Path("theirs.jsonl").write_text("\n".join(theirs))
    here("run", "ci-smoke", "--commands", "theirs.jsonl", "--out", "theirs")
    storm = written(Path("theirs"))["bulletins"][0]
    assert (storm["id"], storm["plays"], storm["addressed"]) == ("storm", 2, 2)


def test_a_day_without_districts(place: Path) -> None:
    Path("s.yaml").write_text(TINY.replace('"2022"', '"2025-07"') + REACH)
    assert here("run", "s.yaml")[0] == 0
    communes = pq.read_table("out/s/tables/communes.parquet").to_pydict()
    assert (communes["commune"], communes["district"]) == (["21952"], [None])


def test_a_part_of_the_installation_that_is_missing_is_an_error_of_the_harness(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: str) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("ttcs.scenario_files.load", gone)
    code, _, error = here("run", "ci-smoke")
    assert code == 4
    assert error == "ttcs run: No such file or directory; nothing was written there\n"
