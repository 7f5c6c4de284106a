"""Source systems that are wrong in one respect, at the real one behind proxies: each is killed."""

import pytest

from conformance.mutants import killed, matrix, source_matrix
from conformance.mutants.matrix import Subject
from conformance.mutants.source_bench import behind
from conformance.mutants.sources.made import MUTANTS

FIGURES = killed.of(source_matrix.ROLE)
KILLERS = {name: {c for c, names in FIGURES.items() if name in names} for name in MUTANTS}

TRIED = {
    "variant": ("other-headers", "in-chunks", "more-fields", "another-order", "sent-again"),
    "nothing": ("tells-nobody",),
    "mutant": (
        *("F11-exchange", "F39", "H11", "H12", "H15-neighbour", "H15-province"),
        *("H18", "H20", "H22-returned", "H23", "H27", "H31", "H33"),
    ),
}
"""One for each way in which the proxies work, of those that are found soon; `ttcs mutants` and the
page that its figures make have all."""


@pytest.fixture(scope="session")
def try_one():
    with behind() as found:
        yield found


@pytest.mark.needs_tool("mosquitto")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name"), [(k, name) for k, names in TRIED.items() for name in names]
)
def test_a_mutant_is_killed_by_its_clauses_and_what_is_right_is_not(try_one, kind, name):
    subject = Subject(kind, source_matrix.ROLE, name)
    row = source_matrix.row(subject, source_matrix.cases_of(subject), try_one)
    if kind == "variant":
        assert row.failed == ()
    elif kind == "mutant":
        assert set(row.failed) & KILLERS[name]
    else:
        assert row.failed


def test_the_figures_have_every_mutant():
    assert {name for name, killers in KILLERS.items() if not killers} == set()
    assert {name for names in FIGURES.values() for name in names} == MUTANTS.keys()


def test_what_is_tried_where_only_some_are_wanted(monkeypatch):
    asked = []
    monkeypatch.setattr(
        source_matrix, "row", lambda subject, names, _: asked.append((subject.name, [*names]))
    )
    monkeypatch.setattr(source_matrix, "behind", Nobody)
    some = source_matrix.subjects()
    list(source_matrix.rows([each for each in some if each.name in ("conformant", "F39", "H20")]))
    assert asked == [
        ("conformant", ["source-states", "source-audit"]),
        ("F39", ["source-states"]),
        ("H20", ["source-audit"]),
    ]
    asked.clear()
    list(source_matrix.rows(some))
    assert asked[0] == ("conformant", list(source_matrix.CASES))


class Nobody:
    def __enter__(self):
        return None

    def __exit__(self, *_):
        return None


def test_every_fault_that_a_clause_names_is_to_be_killed_by_it():
    tried = [Subject("mutant", source_matrix.ROLE, name) for name in MUTANTS]
    found = [matrix.Row(each, tuple(sorted(KILLERS[each.name])), ()) for each in tried]
    assert matrix.unguarded(found) == {}
