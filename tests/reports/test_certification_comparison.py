"""Certifications side by side, clause by clause."""

import shutil
from dataclasses import replace

import pytest

from conformance import handed_over
from reports.certification_comparison import compared, heading, page, sections
from scenarios.problems import BadInput


@pytest.fixture(scope="module")
def handed(certified_of):
    """A device's bundle as it is handed over."""
    found = {}

    def of(device=None, role="ip-speaker"):
        if (device, role) not in found:
            place = certified_of(device, role).of.place
            found[device, role] = handed_over.read(place, ())
        return found[device, role]

    return of


def test_a_certification_is_like_itself(handed):
    told = compared([handed(), handed()])
    assert told["same"]
    assert {each["change"] for each in told["clauses"]} == {"same"}
    assert heading(told, "en") == "All clauses have the same verdicts."


def test_a_device_with_a_fault_is_worse_where_it_fails(handed):
    good, bad = handed(), handed("F08")
    forth, back = compared([good, bad]), compared([bad, good])
    assert not forth["same"]
    changes = {each["id"]: each["change"] for each in forth["clauses"]}
    failed = {c["id"] for c in bad.judged.results["clauses"] if c["verdict"] == "fail"}
    assert failed
    assert {changes[name] for name in failed} == {"worse"}
    turned = {each["id"]: each["change"] for each in back["clauses"]}
    assert {turned[name] for name in failed} == {"better"}
    differing = sum(change != "same" for change in changes.values())
    assert heading(forth, "vi") == f"Kết luận của {differing} điều khoản khác nhau."


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("number", [2, 6])
def test_every_clause_is_in_a_row_law_apart(handed, language, number):
    told = compared([handed(), *[handed("F08")] * (number - 1)])
    about, _, law, profile = sections(told, language)
    assert [row[0] for row in (*law.rows, *profile.rows)] == [e["id"] for e in told["clauses"]]
    assert {e["nature"] for e in told["clauses"][: len(law.rows)]} == {"law"}
    assert about.rows[-1][1].endswith(told["bundles"][0]["judged"]["sentence"][language])
    assert {len(row) for section in (law, profile) for row in section.rows} == {number + 2}
    assert b"TT39-C12" in page(told, language)


def test_of_several_it_is_told_only_that_they_differ(handed):
    told = compared([handed(), handed("F08"), handed()])
    assert {each["change"] for each in told["clauses"]} == {"same", "changed"}
    assert len(told["clauses"][0]["judged"]) == 3


def test_clauses_of_one_alone_are_told(handed):
    of = handed()
    clauses = of.judged.results["clauses"]
    judged = replace(of.judged, results={**of.judged.results, "clauses": clauses[1:]})
    shorter = replace(of, judged=judged)
    assert compared([of, shorter])["clauses"][0]["change"] == "missing"
    assert compared([shorter, of])["clauses"][-1]["change"] == "new"


def test_conditions_that_differ_are_named(handed):
    good, other = handed(), handed("F08")
    _, same, *_ = sections(compared([good, other]), "en")
    assert same.remark == "The conditions are the same."
    results = {**other.judged.results, "challenge": "17", "versions": {"ttcs-hil": "9.9"}}
    judged = replace(other.judged, results=results)
    _, conditions, *_ = sections(compared([good, replace(other, judged=judged)]), "en")
    assert conditions.remark == "They differ in: Suite, Challenge."


def test_a_changed_bundle_stands_beside_without_verdicts(handed, tmp_path):
    broken = shutil.copytree(handed().place, tmp_path / "vendor-b")
    (broken / "plan.json").write_bytes(b"{}")
    told = compared([handed(), handed_over.read(broken, ())])
    assert not told["same"]
    assert heading(told, "vi").startswith("vendor-b: KHÔNG CÓ KẾT LUẬN: gói không còn như khi")
    assert {each["judged"][1] for each in told["clauses"]} == {None}
    about, *_ = sections(told, "vi")
    assert "plan.json: bị sửa" in about.rows[1][2]


def test_devices_of_two_kinds_are_not_compared(handed):
    with pytest.raises(BadInput, match="role: is e-board, expected ip-speaker"):
        compared([handed(), handed(role="e-board")])
