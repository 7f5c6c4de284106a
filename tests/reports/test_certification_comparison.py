"""Two certifications side by side, clause by clause."""

import pytest

from reports.certification_comparison import compared, heading, page, sections
from scenarios.problems import BadInput


def test_a_certification_is_like_itself(certified_of):
    of = certified_of().of
    told = compared(of, of)
    assert told["same"]
    assert {each["change"] for each in told["clauses"]} == {"same"}
    assert heading(told, "en") == "All clauses have the same verdicts."


def test_a_device_with_a_fault_is_worse_where_it_fails(certified_of):
    good, bad = certified_of().of, certified_of("F08").of
    forth, back = compared(good, bad), compared(bad, good)
    assert not forth["same"]
    changes = {each["id"]: each["change"] for each in forth["clauses"]}
    failed = {c["id"] for c in bad.results["clauses"] if c["verdict"] == "fail"}
    assert failed
    assert {changes[name] for name in failed} == {"worse"}
    turned = {each["id"]: each["change"] for each in back["clauses"]}
    assert {turned[name] for name in failed} == {"better"}
    differing = sum(change != "same" for change in changes.values())
    assert heading(forth, "vi") == f"Kết luận của {differing} điều khoản khác nhau."


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_clause_is_in_a_row_law_apart(certified_of, language):
    told = compared(certified_of().of, certified_of("F08").of)
    about, law, profile = sections(told, language)
    assert [row[0] for row in (*law.rows, *profile.rows)] == [e["id"] for e in told["clauses"]]
    assert {e["nature"] for e in told["clauses"][: len(law.rows)]} == {"law"}
    assert about.rows[-1][1] == told["old"]["sentence"][language]
    assert b"TT39-C12" in page(told, language)


def test_clauses_of_one_alone_are_told(certified_of):
    of = certified_of().of
    results = dict(of.results)
    results["clauses"] = results["clauses"][1:]
    shorter = type(of)(of.place, of.seal, of.evidence, results, of.digests)
    assert compared(of, shorter)["clauses"][0]["change"] == "missing"
    assert compared(shorter, of)["clauses"][-1]["change"] == "new"


def test_devices_of_two_kinds_are_not_compared(certified_of):
    with pytest.raises(BadInput, match="role: is e-board, expected ip-speaker"):
        compared(certified_of().of, certified_of(role="e-board").of)
