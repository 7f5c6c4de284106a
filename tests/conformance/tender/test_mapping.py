"""What a person has to accept before it counts."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import ledger
from conformance.tender import sheets
from conformance.tender.mapping import TITLES, mapped, proposal, read
from conformance.tender.requirements import Requirement, Tender
from scenarios.problems import BadInput

CANCEL = "Lệnh hủy làm tắt tiếng đang phát và ngăn các lượt chưa phát"
TENDER = Tender(
    (
        Requirement(2, "1", CANCEL, "mandatory", ()),
        Requirement(3, "2", "Nối lại", "mandatory", ("TT39-C7",)),
        Requirement(4, "3", "Bảo hành tại chỗ", "encouraged", ()),
    ),
    (),
)


def links(*rows):
    return read("m.csv", sheets.written([TITLES, *rows]), TENDER, ledger())


def found(*rows):
    return {each.requirement.number: each for each in mapped(TENDER, links(*rows), ledger())}


def row(number, text, clause, decision):
    return (number, text, clause, "", "0,5", decision)


def test_without_a_mapping_suggestions_wait():
    one, two, three = mapped(TENDER, (), ledger())
    assert dict(one.clauses) == {}
    assert one.suggested[0].clause == "PROFILE-CANCEL"
    assert dict(two.clauses) == {"TT39-C7": "by-id"}
    assert two.suggested == ()
    assert (dict(three.clauses), three.suggested) == ({}, ())


@pytest.mark.parametrize("decision", ["duyệt", "Duyệt", "DUYET", "đồng ý", "x"])
def test_what_is_accepted_counts(decision):
    one = found(row("1", CANCEL, "PROFILE-CANCEL", decision))["1"]
    assert dict(one.clauses) == {"PROFILE-CANCEL": "reviewed"}
    assert one.suggested == ()


@pytest.mark.parametrize(("decision", "waiting"), [("", ["PROFILE-CANCEL"]), ("không", [])])
def test_what_is_not_accepted_does_not(decision, waiting):
    one = found(row("1", CANCEL, "PROFILE-CANCEL", decision))["1"]
    assert dict(one.clauses) == {}
    assert [each.clause for each in one.suggested] == waiting


def test_beside_what_the_tender_names():
    two = found(row("2", "Nối lại", "PROFILE-BACK-OFF", "duyệt"))["2"]
    assert dict(two.clauses) == {"PROFILE-BACK-OFF": "reviewed", "TT39-C7": "by-id"}


def test_a_review_of_another_text_does_not_count():
    one = found(row("1", "Lệnh hủy trong 1 giây", "PROFILE-CANCEL", "duyệt"))["1"]
    assert dict(one.clauses) == {}
    assert one.is_stale
    assert one.suggested


def test_every_wrong_row_is_named():
    with pytest.raises(BadInput) as caught:
        links(
            row("9", CANCEL, "PROFILE-CANCEL", ""),
            row("1", CANCEL, "PROFILE-CANCL", ""),
            row("1", CANCEL, "PROFILE-CANCEL", "có thể"),
            row("1", CANCEL, "PROFILE-CANCEL", "?"),
            row("1", CANCEL, "PROFILE-CANCEL", "duyệt"),
            row("1", CANCEL, "PROFILE-CANCEL", "không"),
        )
    assert [str(each).removeprefix("m.csv:") for each in caught.value.problems] == [
        '2: number: is "9", expected the number of a requirement of the tender',
        '3: clauses: is "PROFILE-CANCL", expected the id of a clause '
        '(did you mean "PROFILE-CANCEL"?)',
        '4: decision: is "có thể", expected duyệt, không, or nothing',
        '5: decision: is "?", expected duyệt, không, or nothing',
        '7: clauses: is "PROFILE-CANCEL" again, expected a clause once for each requirement',
    ]


def test_the_proposal_is_a_mapping_in_which_nothing_counts():
    source = proposal(mapped(TENDER, (), ledger()), ledger())
    assert source is not None
    again = mapped(TENDER, read("m.csv", source, TENDER, ledger()), ledger())
    assert again == mapped(TENDER, (), ledger())
    assert proposal(mapped(Tender(TENDER.requirements[1:], ()), (), ledger()), ledger()) is None


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@pytest.mark.parametrize("cell", ["=1+1", "'=1+1", "''", " @x", "it's", "-5"])
def test_a_cell_comes_back_as_it_was(cell):
    assert sheets.unguarded(sheets.guarded(cell)) == cell


@given(st.sampled_from("=+-@'＝") | st.just(""), CELLS)
def test_no_cell_is_a_formula_and_all_can_be_read(first, rest):
    cell = first + rest
    guarded = sheets.guarded(cell)
    assert not guarded.lstrip(" ").startswith(tuple("=+-@\t\r＝＋－＠"))
    assert sheets.unguarded(guarded) == cell


@given(CELLS.map(lambda text: " ".join(text.split())).filter(bool), st.sampled_from(["", "=", "-"]))
def test_a_text_survives_the_proposal(text, first):
    tender = Tender((Requirement(2, "-1", f"{first}{text} {CANCEL}", "mandatory", ()),), ())
    waiting = mapped(tender, (), ledger())
    source = proposal(waiting, ledger()) or sheets.written([TITLES])
    rows = list(csv.reader(io.StringIO(source.decode("utf-8-sig"))))
    kept = io.StringIO(newline="")
    csv.writer(kept).writerows([rows[0], *([*each[:-1], "duyệt"] for each in rows[1:])])
    (one,) = mapped(tender, read("m.csv", kept.getvalue().encode(), tender, ledger()), ledger())
    assert set(one.clauses) == {each.clause for each in waiting[0].suggested}


@given(st.binary(max_size=300))
def test_anything_is_a_mapping_or_is_refused(source):
    head = (",".join(TITLES) + "\n").encode()
    with suppress(BadInput):  # and nothing else is raised
        for link in read("m.csv", head + source, TENDER, ledger()):
            assert link.clause in ledger()
