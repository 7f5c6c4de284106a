"""The kill matrix: every mutant is killed by what names it, and nothing right is refused."""

import pytest

from conformance.clauses import ledger
from conformance.mutants import killed, matrix
from conformance.mutants.matrix import Row, Subject
from tools import make_mutants_page


def row(kind, name, failed=()):
    return Row(Subject(kind, "ip-speaker", name), tuple(failed), ())


def test_what_the_matrix_says():
    found = [
        row("conformant", "conformant"),
        row("variant", "chatty", ["TT39-C7"]),
        row("nothing", "does-nothing"),
        row("mutant", "F01", ["PROFILE-EMG-RECONNECT"]),
        row("mutant", "F02"),
    ]
    assert [each.subject.name for each in matrix.survivors(found)] == ["F02"]
    assert [each.subject.name for each in matrix.false_alarms(found)] == ["chatty"]
    assert [each.subject.name for each in matrix.conforming(found)] == ["does-nothing"]
    assert matrix.kills(found) == {"PROFILE-EMG-RECONNECT": ("F01",)}
    unguarded = matrix.unguarded(found)
    assert "PROFILE-EMG-RECONNECT" not in unguarded
    assert unguarded["PROFILE-EMG-ENDS"] == ("F02",)
    assert "PROFILE-BOARD-ALONE" not in unguarded, "no board was tried"


@pytest.mark.parametrize(
    ("name", "clause"),
    [("F01", "PROFILE-EMG-RECONNECT"), ("F68", "PROFILE-LOG-BACKFILL"), ("F18", "TT39-C15")],
)
def test_a_mutant_is_killed_by_its_clause_which_the_right_device_meets(name, clause):
    right, wrong = (
        matrix.row(Subject(kind, "ip-speaker", device))
        for kind, device in (("conformant", "conformant"), ("mutant", name))
    )
    assert clause in right.passed
    assert right.failed == ()
    assert clause in wrong.failed


@pytest.mark.slow
def test_the_whole_matrix():
    found = list(matrix.rows(matrix.subjects(), 2))
    assert [each.subject for each in matrix.survivors(found)] == []
    assert [(each.subject, each.failed) for each in matrix.false_alarms(found)] == []
    assert [each.subject for each in matrix.conforming(found)] == []
    assert matrix.unguarded(found) == {}
    tested = {clause.id for clause in ledger().values() if clause.checks}
    roles = {"ip-speaker", "fm-converter", "e-board"}
    devices = {name for name in tested if roles & set(ledger()[name].binds)}
    assert devices == set(matrix.kills(found)) & devices
    page = make_mutants_page.PLACE.read_text(encoding="utf-8")
    assert make_mutants_page.kills(make_mutants_page.DEVICES, found) in page
    for role, figures in make_mutants_page.figures(found).items():
        assert {name: list(some) for name, some in killed.of(role).items()} == figures
