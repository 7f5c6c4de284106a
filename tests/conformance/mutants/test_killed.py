"""The figures that every bundle carries: those of the page, by role, and told in the report."""

import re

import pytest

from conformance.clauses import binding, ledger
from conformance.mutants import killed
from conformance.mutants.made import MUTANTS
from conformance.mutants.sources.made import MUTANTS as SYSTEMS
from reports.findings.certified import guards
from tools import make_mutants_page


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        (make_mutants_page.DEVICES, make_mutants_page.ROLES[:-1]),
        (make_mutants_page.SYSTEMS, make_mutants_page.ROLES[-1:]),
    ],
)
def test_they_are_those_of_the_page(title, roles):
    page = make_mutants_page.PLACE.read_text(encoding="utf-8")
    part = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `([A-Z0-9-]+)` \| ([^|]+) \|$", part, re.M))
    for clause, names in rows.items():
        found = {name for role in roles for name in killed.of(role).get(clause, ())}
        assert sorted(found) == names.split(", "), clause
    assert {clause for role in roles for clause in killed.of(role)} == set(rows)


def test_the_page_has_every_fault():
    page = make_mutants_page.PLACE.read_text(encoding="utf-8")
    assert page.endswith(make_mutants_page.table_of_faults())
    assert page.startswith(make_mutants_page.HEAD)


@pytest.mark.parametrize("role", make_mutants_page.ROLES)
def test_each_is_a_mutant_of_the_role_and_a_clause_that_binds_it(role):
    assert killed.of(role)
    bound = {clause.id for clause in binding(ledger(), role)}
    for clause, names in killed.of(role).items():
        assert clause in bound
        assert all(
            role in MUTANTS[name].roles if name in MUTANTS else name in SYSTEMS for name in names
        )


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
