import json
from pathlib import Path
from typing import Any

import pytest

from simulator.playout import engines
from tests.ttcs.program import ROOT, here, program

EXAMPLES = json.loads(
    (ROOT / "tests" / "simulator" / "playout" / "examples.json").read_text("utf-8")
)
ITEM = {
    "id": "tin-1",
    "class": "normal",
    "kind": "file",
    "issued": 0,
    "delivered": 0,
    "not_before": 0,
    "duration": 5,
}


def case(**item: Any) -> str:
    device = {"id": "loa-1", "power": [[0, 10]], "link": [], "items": [ITEM | item]}
    return json.dumps({"horizon": 10, "devices": [device]})


@pytest.mark.parametrize("engine", ["numpy", "compiled", "simpy"])
def test_every_worked_example(place: Path, engine: str) -> None:
    for example in EXAMPLES:
        Path("case.json").write_text(json.dumps(example["case"]))
        code, out, err = here("playout", "case.json", "--engine", engine)
        assert (code, err) == (0, "")
        assert json.loads(out) == example["result"]


def test_numpy_is_the_default_and_the_answer_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(case())
    ended = program("playout", "case.json", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        '{"loa-1": [{"item": "tin-1", "start": 0, "end": 5, "offset": 0, "reason": "finished"}]}\n'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "bad.json:1:1: is not JSON"),
        ("[]", "bad.json: is an empty list, expected a mapping with horizon, devices"),
        (case(duration=-5), 'bad.json: devices["loa-1"].items["tin-1"].duration: is the number -5'),
        (case(severity=1), 'bad.json: devices["loa-1"].items["tin-1"].severity: is the number 1'),
        (case(kind="film"), 'bad.json: devices["loa-1"].items["tin-1"].kind: is "film"'),
        (case().replace("[0, 10]", "[9, 1]"), 'bad.json: devices["loa-1"].power'),
    ],
)
def test_a_bad_case_gets_one_line(place: Path, text: str, said: str) -> None:
    Path("bad.json").write_text(text)
    for engine in ("numpy", "simpy"):
        code, out, err = here("playout", "bad.json", "--engine", engine)
        assert (code, out) == (2, "")
        assert err.startswith(said)
        assert err.count("\n") == 1


def test_a_missing_case_and_an_unknown_engine(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("case.json").write_text(case())
    code, _, err = here("playout", "missing.json")
    assert (code, err) == (
        2,
        "missing.json: is not readable: No such file or directory, expected a file\n",
    )
    code, _, err = here("playout", "case.json", "--engine", "abacus")
    assert code == 2
    assert "abacus" in err
    assert "simpy" in err
    monkeypatch.setattr(engines, "vectorised", lambda: ("numpy",))
    code, _, err = here("playout", "case.json", "--engine", "compiled")
    assert code == 2
    assert err.startswith("--engine: is compiled, expected one of simpy, numpy (")
