"""Files that somebody else wrote, wrong in every way: a line and an exit code, never a traceback.

`here` raises what the command lets through.
"""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ttcs.program import TINY, here, shipped
from tests.ttcs.test_playout import EXAMPLES

LINES = [line + "\n" for line in f"{shipped('ci-smoke')}{shipped('commune')}".splitlines()]
WORDS = ["", "0", "-1", "1e9", "null", "[]", "{}", "all", "2h", "'", "]", "9" * 30, "\x00", "ế"]
CASES = [json.dumps(example["case"]) for example in EXAMPLES]
LOG_WORDS = [*WORDS, '"all": true', "null", "2022-09-26T05:05:00.000+07:00", "cancel", "\n"]

quickly = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def mutated(draw: st.DrawFn, text: str, words: list[str]) -> str:
    """The text with a few stretches replaced by words that mean something elsewhere."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 12))
        text = text[:start] + draw(st.sampled_from(words)) + text[start + length :]
    return text


def answered(*arguments: str) -> None:
    code, out, err = here(*arguments)
    assert code in {0, 1, 2, 3}
    if code == 2:
        said = out if arguments[0] == "check" else err
        assert said.strip()
        assert all(line.isprintable() for line in said.splitlines())
    if code == 2 and arguments[0] != "check":
        assert err.count("\n") == 1


@quickly
@given(mutated(TINY, [*WORDS, *LINES]))
def test_scenarios(place: Path, text: str) -> None:
    Path("fuzzed.yaml").write_text(text, "utf-8")
    answered("check", "fuzzed.yaml")
    answered("run", "fuzzed.yaml", "--engine", "numpy")


@quickly
@given(st.sampled_from(CASES).flatmap(lambda case: mutated(case, WORDS)))
@pytest.mark.parametrize("engine", ["numpy", "simpy"])
def test_cases(place: Path, engine: str, text: str) -> None:
    Path("fuzzed.json").write_text(text, "utf-8")
    answered("playout", "fuzzed.json", "--engine", engine)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    bundle = tmp_path_factory.mktemp("log") / "o"
    here("run", "ci-smoke", "--out", bundle)
    return (bundle / "commands.jsonl").read_text("utf-8")


@quickly
@given(st.data())
def test_logs(place: Path, log: str, data: st.DataObject) -> None:
    Path("fuzzed.jsonl").write_text(data.draw(mutated(log, LOG_WORDS)), "utf-8")
    answered("run", "ci-smoke", "--commands", "fuzzed.jsonl", "--engine", "numpy")


@quickly
@given(st.binary(max_size=40))
def test_any_bytes(place: Path, source: bytes) -> None:
    Path("fuzzed").write_bytes(source)
    for arguments in (["check", "fuzzed"], ["run", "fuzzed"], ["playout", "fuzzed"]):
        answered(*arguments)
    answered("run", "ci-smoke", "--commands", "fuzzed", "--engine", "numpy")
