"""The shipped ledger: every known row of the circular, law apart from profile, nothing invented."""

import re

import pytest

from conformance import clauses
from conformance.clauses import ledger, parse
from scenarios import strict_yaml
from scenarios.problems import BadInput

LAW = {clause.id: clause for clause in ledger().values() if clause.is_law}

ARTICLES = {
    "TT39-C1": "Art. 1",
    "TT39-C2": "Art. 3(1)",
    "TT39-C4": "Art. 4(1)",
    "TT39-C5": "Art. 4(2)",
    "TT39-C6": "Art. 5(1)-(4)",
    **dict.fromkeys(("TT39-C7", "TT39-C8-AC", "TT39-C8-DC", "TT39-C10", "TT39-C11"), "Annex 1"),
    **dict.fromkeys(("TT39-C9-UNDER", "TT39-C9-OVER"), "Annex 1"),
    **dict.fromkeys(("TT39-C9-PHASE", "TT39-C9-NEUTRAL"), "Annex 1"),
}
"""The only places of the circular whose numbers are known."""

ONE = """
ttcs: 1
document:
  {title: {vi: "văn bản", en: "document"}, nature: law, held: true, checked_on: "2026-11-22"}
clauses:
  OWN-1:
    place: {vi: "Điều 7", en: "Art. 7"}
    requirement: {vi: "phát", en: "speaks"}
    binds: [ip-speaker]
    verified_by: [test]
    checks: [emergency-heard]
    mark: V
    source: "own copy"
"""


def parsed(text):
    return parse(strict_yaml.parse("own.yaml", text.encode()))


def test_every_row_of_the_circular_is_there():
    rows = {match[1] for name in ledger() if (match := re.match(r"TT39-(C[0-9]+)", name))}
    assert rows == {f"C{number}" for number in range(1, 19)}


def test_law_is_the_circular_alone_and_was_seen():
    assert {clause.document.en for clause in LAW.values()} == {"Circular 39/2020/TT-BTTTT"}
    assert {clause.mark for clause in LAW.values()} == {"V"}
    assert "TT39-C17" not in LAW
    assert "TT39-C18" not in LAW


def test_no_article_is_named_that_is_not_known():
    assert {name: clause.place.en for name, clause in LAW.items() if clause.place} == ARTICLES


def test_the_circular_gives_no_seconds():
    for clause in LAW.values():
        assert not clause.limits
        assert not re.search(r"[0-9]+ ?(s|ms|giây)\b", clause.requirement.vi)


def test_the_numbers_of_annex_1():
    said = {name: LAW[name].requirement.en for name in ARTICLES if ARTICLES[name] == "Annex 1"}
    assert "90-240 V" in said["TT39-C8-AC"]
    assert "50 Hz" in said["TT39-C8-AC"]
    assert "12-24 V" in said["TT39-C8-DC"]
    assert "below 90 V" in said["TT39-C9-UNDER"]
    assert "above 240 V" in said["TT39-C9-OVER"]
    assert "50-120 W" in said["TT39-C10"]


def test_nothing_but_the_speaker_is_bound_by_annex_1():
    # The circular excludes wired and FM, and no known row is of boards.
    for name, place in ARTICLES.items():
        if place == "Annex 1":
            assert LAW[name].binds == ("ip-speaker",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("TT39-C8-AC", "Circular 39/2020/TT-BTTTT, Annex 1"),
        ("TT39-C15", "Circular 39/2020/TT-BTTTT, article to be completed"),
        ("TT39-C18", "Circular 39/2020/TT-BTTTT, Chapter IV; Annex 2, Annex 4 (text not held)"),
        ("ND49-PROGRAMME", "Decree 49/2024, Art. 9 (text not held)"),
        ("CV-LINKS", "Dispatches 1273, 2455 and 5616/BTTTT-TTCS (text not held)"),
        ("PLAN-BD-BIGBOARD-LINK", "Bình Định, plan 96/KH-UBND of 07/07/2022, II.1.d"),
    ],
)
def test_how_a_clause_is_cited(name, said):
    assert ledger()[name].cited().en == said


def test_a_users_clause_is_laid_over():
    own = parsed(ONE)
    whole = clauses.laid_over(ledger(), own, {"emergency-heard": None})
    assert whole["OWN-1"].cited().vi == "văn bản, Điều 7"
    assert set(whole) == {*ledger(), "OWN-1"}


def test_a_users_clause_names_a_check_that_there_is():
    with pytest.raises(ValueError, match=r"^OWN-1: checks: no check is called emergency-heard$"):
        clauses.laid_over(ledger(), parsed(ONE), {"other": None})


def test_a_shipped_clause_is_changed_by_a_higher_revision_alone():
    text = ONE.replace("OWN-1", "TT39-C15")
    with pytest.raises(ValueError, match=r"^TT39-C15: revision: is 1, expected more than 1"):
        clauses.laid_over(ledger(), parsed(text), {"emergency-heard": None})
    newer = parsed(text.replace("    binds", "    revision: 2\n    binds"))
    changed = clauses.laid_over(ledger(), newer, {"emergency-heard": None})
    assert changed["TT39-C15"].place.en == "Art. 7"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mark: V", "mark: P", "own.yaml:12:11: clauses.OWN-1.mark: is P, expected V of a text"),
        (
            "held: true",
            "held: false",
            "clauses.OWN-1.mark: is V, expected V of a text that is held",
        ),
        ("[ip-speaker]", "[]", "clauses.OWN-1.binds: is nobody, expected somebody"),
        ("[ip-speaker]", "[speaker]", "clauses.OWN-1.binds: is"),
        ("[test]", "[inspection]", "checks: is emergency-heard, expected a way of verifying"),
        ("    checks: [emergency-heard]\n", "", "clauses.OWN-1.not_tested: is missing"),
        ("mark: V", "mark: V\n    limits: {answer: 5}", "clauses.OWN-1.limits: is"),
        ("mark: V", 'mark: V\n    in_force: "soon"', 'in_force: is "soon", expected a day'),
        ("mark: V", "mark: V\n    article: 7", "clauses.OWN-1.article: is an unknown"),
        ("ttcs: 1", "ttcs: 2", "own.yaml:2:7: ttcs: is the number 2, expected 1"),
    ],
)
def test_what_a_file_of_clauses_may_not_say(old, new, said):
    assert old in ONE
    with pytest.raises(BadInput) as caught:
        parsed(ONE.replace(old, new))
    assert said in str(caught.value.problems[0])
