"""The names that a plan gives: of this run, of this challenge, of this case."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.plan import BenchFacts, Plan, PlannedCase

BENCH = BenchFacts("test", {"driver": "emulated"}, False, 0, ())
PLAN = Plan(
    role="ip-speaker",
    run="r",
    challenge="c",
    run_by="vendor",
    created="2026-11-22T10:00:00+07:00",
    bench=BENCH,
    versions={},
    chosen=None,
    inputs={},
    cases=(PlannedCase("a", 1, None), PlannedCase("b", 1, None)),
)

WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"))


@given(st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=2, unique=True))
def test_no_two_runs_and_no_two_challenges_share_their_names(pairs):
    first, second = (replace(PLAN, challenge=c, run=r) for c, r in pairs)
    assert first.token != second.token


def test_each_case_has_names_of_its_own():
    assert PLAN.prefix("a") != PLAN.prefix("b")
    assert all(PLAN.prefix(name).startswith(f"{PLAN.token}-") for name in "ab")
    with pytest.raises(KeyError):
        PLAN.prefix("c")
