"""The figures that every bundle carries: those of the page, by role, and told in the report."""

import re

import pytest

from conformance import demo
from conformance.clauses import ledger
from conformance.mutants import killed
from conformance.mutants.made import MUTANTS
from reports.findings.certified import guards
from tools import make_mutants_page


def test_they_are_those_of_the_page():
    page = make_mutants_page.PLACE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z0-9-]+)` \| ([^|]+) \|$", page, re.M))
    for clause, names in rows.items():
        found = {name for role in demo.PROFILES for name in killed.of(role).get(clause, ())}
        assert sorted(found) == names.split(", "), clause
    assert {clause for role in demo.PROFILES for clause in killed.of(role)} == set(rows)


@pytest.mark.parametrize("role", demo.PROFILES)
def test_each_is_a_mutant_of_the_role_and_a_clause_that_binds_it(role):
    assert killed.of(role)
    for clause, names in killed.of(role).items():
        assert role in ledger()[clause].binds
        assert all(role in MUTANTS[name].roles for name in names)


def test_where_no_device_is_emulated_there_are_none():
    assert killed.of("station-software") == {}


@pytest.mark.parametrize("data", [[], {"C": "F01"}, {"C": [1]}, None])
def test_strange_figures_are_refused(data):
    with pytest.raises(ValueError, match="no mutants by clause"):
        killed.parse(data)


def test_what_was_killed_comes_first_and_what_is_only_named_is_told_apart():
    told = guards({"killed": ["F21-resume", "F01"], "mutants": ["F02", "F21"]})
    assert [(name, found) for name, _, found in told] == [
        ("F21-resume", True),
        ("F01", True),
        ("F02", False),
    ]
    assert told[0][1].en != "F21-resume", "it has the title of its fault"
