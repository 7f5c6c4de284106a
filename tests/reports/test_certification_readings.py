"""Readings in every form of a report: with limit and uncertainty, vouching told apart."""

import io
import re
from xml.etree import ElementTree

import pytest
from rich.console import Console

from conformance.readings import attachments
from reports import certification_junit, certification_reading
from reports.certification_console import results
from reports.certification_pdf import pdf
from reports.findings.certified import Certified
from reports.findings.standing import standing_of
from reports.html.certification_page import page
from tests.conformance.readings.readings_file import PDF, PNG, WHOLE, parsed
from tests.reports.certified import certify

TEXT = WHOLE.replace('"82 W"', '"300 W"').replace("hộp", "<b>hộp</b>")
"""Too strong, and what somebody looked at would be markup."""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readings")
    (folder / "report.pdf").write_bytes(PDF)
    (folder / "relay.png").write_bytes(PNG)
    given = parsed(TEXT)
    attached = attachments.read(folder, given.files)
    place = certify(folder / "out", chosen=(), readings=given, attached=attached)
    return Certified(certification_reading.read(place))


def test_the_page_tells_values_and_marks_nothing_up(found):
    told = page(found, "vi").decode()
    assert "86.2 V ± 0.5 V (k = 2)" in told
    assert "≤ 90 V" in told
    assert "hiệu chuẩn đến" in told
    assert "<b>hộp</b>" not in told
    assert "&lt;b&gt;hộp&lt;/b&gt;" in told


def test_the_standings_are_told_apart(found):
    standing = {each["id"]: standing_of(each) for each in found.results["clauses"]}
    assert standing["TT39-C10"] == standing["TT39-C9-PHASE"] == "judged"
    assert standing["TT39-C9-NEUTRAL"] == standing["PROFILE-TELEMETRY"] == "vouched"
    assert standing["TT39-C8-DC"] == "not-tested"


def test_a_failed_reading_is_a_finding_without_a_case_to_replay(found):
    (failure,) = [each for each in found.failures if not each.case]
    assert failure.clauses == ("TT39-C10",)
    assert "300 W ± 3 W" in failure.says["en"]
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(results(found.results, "out"))
    told = console.export_text()
    assert re.search(r"TT39-C9-NEUTRAL: xem xét / inspection: rơ-le trong <b>hộp</b>", told)
    assert "TT39-C10: output_power" in told
    assert not re.search(r"--replay out *$", told, re.MULTILINE)


def test_junit_fails_for_a_reading_and_skips_what_is_vouched(found):
    root = ElementTree.fromstring(certification_junit.junit(found.results))
    cases = {each.get("name"): each for each in root.iter("testcase")}
    assert cases["TT39-C10"].find("failure") is not None
    assert cases["TT39-C9-NEUTRAL"].find("skipped") is not None
    assert cases["TT39-C8-AC"].find("skipped") is None
    assert len(cases["TT39-C8-AC"].findall("failure")) == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_document_is_made(found, language):
    assert pdf(found, language).startswith(b"%PDF")
