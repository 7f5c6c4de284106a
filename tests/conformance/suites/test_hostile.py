"""Hostile messages: what counts as living on, and that a dead device is told nothing more."""

import pytest

from conformance.case import judged
from conformance.mutants.made import MUTANTS
from conformance.record import Record
from conformance.suites import CASES

LIVES = {
    "hostile-malformed": "lives-after-malformed",
    "hostile-frames": "lives-after-malformed",
    "hostile-types": "wrong-types-refused",
    "hostile-console": "no-remote-shell",
}


@pytest.mark.parametrize("case", ["hostile-malformed", "hostile-console"])
def test_to_a_dead_device_nothing_more_is_said(trial, case):
    """Each further message would be waited for in vain, three minutes of a bench's real time."""
    done = trial(CASES[case], "board-reference", MUTANTS["F43"].make)
    (raw,) = done.record.of("raw")
    assert done.record.end_ms - raw.at_ms < 200_000
    assert judged(CASES[case], done.record)[LIVES[case]].ok is False
    assert done.alive_after is False


@pytest.mark.parametrize("case", LIVES)
def test_what_was_not_said_is_no_pass(trial, case):
    """Not where the device lives: only a death is a reason to end before all were said."""
    whole = trial(CASES[case], "board-reference").record.happenings
    assert judged(CASES[case], Record(whole))[LIVES[case]].ok
    name = [each for each in whole if each.what == "raw"][-1].detail["name"]
    orders = {e.detail["order"] for e in whole if e.detail.get("name") == f"after {name}"}
    left = [
        each
        for each in whole
        if each.detail.get("name") not in (name, f"after {name}")
        and each.detail.get("order") not in orders
    ]
    assert len(left) < len(whole)
    assert judged(CASES[case], Record(left))[LIVES[case]].ok is None
