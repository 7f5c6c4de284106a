"""What a bundle shows of a requirement: the worst of its clauses and numbers, or no verdict."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import ledger
from conformance.handed_over import HandedOver, Judged
from conformance.tender.judging import answers, totals
from conformance.tender.mapping import Mapped
from conformance.tender.requirements import Requirement
from conformance.tender.suggestions import Suggestion
from conformance.verdicts import PRECEDENCE, Verdict

NAMES = ("TT39-C7", "TT39-C12", "PROFILE-CANCEL", "PROFILE-WORDS", "PROFILE-ONCE")


def bundle(verdicts):
    """One judged so, without cases or readings."""
    clauses = [
        {"id": name, "verdict": verdict, "reason": "met", "checks": []}
        for name, verdict in verdicts.items()
    ]
    told = {
        "clauses": clauses,
        "cases": [],
        "readings": [],
        "uncertainty_ms": 0,
        "measures_time": True,
    }
    return HandedOver("b", None, Judged(SimpleNamespace(clauses=ledger()), told), None)


def mapped(*clauses, text="yêu cầu", suggested=()):
    of = Requirement(2, "1", text, "mandatory", ())
    return Mapped(of, dict.fromkeys(clauses, "by-id"), suggested, False)


def standing(of, verdicts):
    (only,) = answers([of], ledger(), bundle(verdicts))
    return only.standing


@given(st.lists(st.sampled_from(Verdict), min_size=1, max_size=5))
def test_the_worst_clause_is_the_verdict_and_what_does_not_apply_is_no_pass(verdicts):
    given_to = dict(zip(NAMES, verdicts, strict=False))
    asked = [Verdict.NOT_RUN if v is Verdict.NOT_APPLICABLE else v for v in given_to.values()]
    assert standing(mapped(*given_to), given_to) is min(asked, key=PRECEDENCE.index)


def test_a_clause_that_the_bundle_was_not_judged_by_is_not_run():
    assert standing(mapped("TT39-C7", "CV-FUNCTIONS"), {"TT39-C7": "pass"}) is Verdict.NOT_RUN


def test_a_number_of_the_tender_keeps_a_pass_away():
    passes = {"TT39-C7": "pass"}
    assert standing(mapped("TT39-C7", text="nối lại trong 5 giây"), passes) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (mapped(suggested=(Suggestion("TT39-C7", 0.9),)), "not-reviewed"),
        (mapped(), "no-clause"),
    ],
)
def test_what_nobody_accepted_has_no_verdict(of, expected):
    assert standing(of, dict.fromkeys(NAMES, "pass")) == expected


def test_a_bundle_without_verdicts_gives_none():
    broken = HandedOver("b", None, None, "changed")
    (one, other) = answers([mapped("TT39-C7"), mapped()], ledger(), broken)
    assert {one.standing, other.standing} == {"not-verified"}
    assert [each.verdict for each in one.shown] == [None]


def test_totals_count_each_requirement_once():
    found = answers([mapped("TT39-C7"), mapped()], ledger(), bundle({"TT39-C7": "fail"}))
    counted = totals(found)
    assert counted["mandatory"] == {Verdict.FAIL: 1, "no-clause": 1}
    assert counted["encouraged"] == {}
