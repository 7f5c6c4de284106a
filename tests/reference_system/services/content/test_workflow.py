import pytest

from reference_system.services.content.bulletin_words import STATES
from reference_system.services.content.workflow import RULES, STEPS, rule, steps_from
from reference_system.services.refusals import Conflict

# Where each step leads from each state; a dash where it cannot be taken.
TABLE = """
            edit   submit     appraise   approve   return    withdraw   approve-at-once
draft       draft  submitted  -          -         -         withdrawn  approved
submitted   -      -          appraised  -         returned  withdrawn  -
appraised   -      -          -          approved  returned  withdrawn  -
approved    -      -          -          -         -         withdrawn  -
returned    draft  -          -          -         -         withdrawn  -
withdrawn   -      -          -          -         -         -          -
"""
_HEAD, *_ROWS = (line.split() for line in TABLE.strip().splitlines())
LEADS = {(row[0], step): to for row in _ROWS for step, to in zip(_HEAD, row[1:], strict=True)}


def test_the_table_has_every_state_and_step():
    assert {state for state, _ in LEADS} == set(STATES)
    assert {step for _, step in LEADS} == set(STEPS)


@pytest.mark.parametrize(("state", "step"), LEADS)
def test_each_step_leads_where_the_table_says_or_nowhere(state, step):
    if LEADS[state, step] == "-":
        with pytest.raises(Conflict, match="wrong-state"):
            rule(state, step)
        assert step not in steps_from(state, "emergency")
    else:
        assert rule(state, step).to == LEADS[state, step]
        assert step in steps_from(state, "emergency")
        assert (step in steps_from(state, "normal")) is (step != "approve-at-once")


def test_nothing_is_approved_by_one_person_but_an_emergency_with_the_second_factor():
    approving = {key: each for key, each in RULES.items() if each.to == "approved"}
    assert all(each.by_another or each.confirmed for each in approving.values())
    assert [key for key, each in approving.items() if each.confirmed] == [
        ("draft", "approve-at-once")
    ]
    assert RULES["draft", "approve-at-once"].roles == ("compose", "approve", "operate")


def test_nothing_leaves_the_writer_or_is_approved_with_something_missing():
    assert all(each.complete for each in RULES.values() if each.to in ("submitted", "approved"))


def test_returning_and_withdrawing_what_is_approved_say_why():
    assert {key for key, each in RULES.items() if each.with_reason} == {
        ("submitted", "return"),
        ("appraised", "return"),
        ("approved", "withdraw"),
    }
