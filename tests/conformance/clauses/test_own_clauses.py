"""Clauses of a user's own file: whatever is wrong in it is told when it is read, in one line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.cases import CHECKS
from conformance.clauses import laid_over, ledger, parse
from conformance.clauses.written import documents
from scenarios import strict_yaml
from scenarios.problems import BadInput


def own(**changed):
    """A file with one clause."""
    clause = {
        "requirement": {"vi": "Nhanh.", "en": "Quick."},
        "binds": ["ip-speaker"],
        "verified_by": ["test"],
        "checks": ["emergency-latency"],
        "limits": {"emergency_t2_t4": "2s"},
        "mutants": ["F04"],
    }
    return {
        "ttcs": 1,
        "document": {
            "title": {"vi": "Hồ sơ mời thầu", "en": "Tender"},
            "nature": "profile",
            "held": True,
            "mark": "R",
            "source": "tender 7",
            "checked_on": "2026-11-22",
        },
        "clauses": {"MY-1": {name: v for name, v in {**clause, **changed}.items() if v != ...}},
    }


def read(data):
    return parse(strict_yaml.parse("own.yaml", json.dumps(data).encode()))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"requirement": "Quick."}, 'requirement: is "Quick."'),
        ({"requirement": 1}, "requirement"),
        ({"not_tested": "why"}, "not_tested"),
        ({"limits": {"emergency_t2_t4": "soon"}}, "limits: .*duration"),
        ({"limits": {"emergency_t2_t4": "95%"}}, "limits: .*duration"),
    ],
)
def test_what_is_no_clause_is_told_when_it_is_read(changed, said):
    with pytest.raises(BadInput, match=said):
        read(own(**changed))


def test_a_limit_that_nothing_is_measured_by_is_refused():
    """It would be passed over, and the clause pass without it."""
    mistyped = read(own(limits={"emergency_t2_t5": "2s"}))
    with pytest.raises(
        ValueError, match=r"MY-1: limits: none of its checks measures emergency_t2_t5$"
    ):
        laid_over(ledger(), mistyped, CHECKS)
    assert "MY-1" in laid_over(ledger(), read(own()), CHECKS)


def test_a_limit_that_its_checks_do_not_measure_is_refused_and_those_that_would_are_named():
    """`emergency-heard` sees that it was heard, not how soon: the limit would be passed over."""
    elsewhere = read(own(checks=["emergency-heard", "told-while-away"]))
    said = r"MY-1: limits: none of its checks measures emergency_t2_t4, emergency-latency would$"
    with pytest.raises(ValueError, match=said):
        laid_over(ledger(), elsewhere, CHECKS)


def test_a_limit_without_any_check_is_refused():
    untested = read(own(checks=..., mutants=..., not_tested={"vi": "Chưa.", "en": "Not yet."}))
    with pytest.raises(ValueError, match="MY-1: limits: none of its checks measures"):
        laid_over(ledger(), untested, CHECKS)


def test_the_shipped_limits_are_all_measured_by_their_own_checks():
    assert laid_over({}, ledger(), CHECKS) == ledger()


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def _places(holder):
    for key, held in holder.items():
        yield holder, key
        if isinstance(held, dict):
            yield from _places(held)


@given(st.data())
def test_any_value_anywhere_is_a_clause_or_a_problem_in_single_lines(data):
    given_file = own(place={"vi": "Mục 1", "en": "Item 1"}, in_force="2026-01-01", level="SHOULD")
    holder, key = data.draw(st.sampled_from(list(_places(given_file))))
    holder[key] = data.draw(JUNK)
    try:
        found = read(given_file)
    except BadInput as bad:
        lines = [str(problem).splitlines() for problem in bad.problems]
    else:
        lines = []
        stored = [strict_yaml.parse("c", json.dumps(d).encode()) for d in documents(found.values())]
        assert {name: c for each in stored for name, c in parse(each).items()} == found
    assert all(len(each) == 1 for each in lines)
