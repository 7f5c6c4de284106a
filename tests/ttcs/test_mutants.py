"""`ttcs mutants`: one mutant of a role, and what may not be asked."""

import json

import pytest

from tests.ttcs.program import here


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--role", "operator"), "--role: is operator, expected one of ip-speaker"),
        (("--role", "ip-speaker", "--only", "H20"), "--only: is H20, expected a mutant"),
        (("--role", "source-system-province", "--only", "F01"), "--only: is F01, expected"),
    ],
)
def test_what_there_is_not(words: tuple[str, ...], said: str) -> None:
    status, out, error = here("mutants", *words)
    assert (status, out) == (2, "")
    assert error.startswith(said)
    assert error.count("\n") == 1


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_a_source_system_that_is_wrong_beside_the_right_one() -> None:
    words = ("--role", "source-system-province", "--only", "F39", "--jobs", "1", "--json")
    status, out, error = here("mutants", *words)
    assert (status, error) == (0, "")
    right, wrong = json.loads(out)["rows"]
    assert (right["kind"], right["failed"]) == ("conformant", [])
    assert (wrong["kind"], wrong["name"]) == ("mutant", "F39")
    assert "PLAN-BD-HTTTN-MONITOR" in wrong["failed"]
    assert "PLAN-BD-HTTTN-MONITOR" not in right["failed"]
