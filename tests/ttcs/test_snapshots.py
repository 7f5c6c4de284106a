"""Whole outputs, as a person sees them."""

import re
from pathlib import Path

import pytest

from tests.ttcs.program import BAD, here

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("help", ["--help"], 0),
        ("check-bad", ["check", "bad.yaml"], 2),
        ("run-bad", ["run", "bad.yaml"], 2),
        ("run-ci-smoke", ["run", "ci-smoke"], 0),
    ],
)
def test_output(place: Path, name: str, arguments: list[str], code: int) -> None:
    Path("bad.yaml").write_text(BAD)
    ended, out, err = here(*arguments)
    assert ended == code
    shown = re.sub("engine (compiled|numpy)", "engine best", out + err)
    snapshot = SNAPSHOTS / f"{name}.txt"
    assert shown == snapshot.read_text("utf-8"), f"to accept it: write it to {snapshot}"
