"""The document of a certification: its text and its tags, as other programs read them."""

import subprocess
from dataclasses import replace

import pytest

from reports.certification_pdf import pdf
from reports.findings.certified import Certified

STRANGE = "漢字 $x^2$ #import \\ * _ @ \"'"


def output(*command):
    ended = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return ended.stdout.decode("utf-8", "replace")


def text_of(content, tmp_path):
    file = tmp_path / "report.pdf"
    file.write_bytes(content)
    return " ".join(output("pdftotext", file, "-").replace("\u200b", "").split())


@pytest.mark.needs_tool("pdftotext")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", ("Phiếu kết quả thử nghiệm", "Phát hiện", "Điều khoản", "điều khoản cần bổ sung")),
        ("en", ("Test report", "Findings", "article to be completed", "not a certificate of law")),
    ],
)
def test_it_says_what_the_page_says(certified_of, tmp_path, language, said):
    found = certified_of("F08")
    text = text_of(pdf(found, language), tmp_path)
    for words in (*said, found.results["verdict"]["sentence"][language]):
        assert words in text
    for failure in found.failures:
        assert failure.check in text
    assert found.of.seal.key.fingerprint in text.replace(" ", "")


@pytest.mark.needs_tool("pdftotext")
@pytest.mark.parametrize("role", ["fm-converter", "e-board"])
def test_what_the_circular_does_not_bind_is_said_first(certified_of, tmp_path, role):
    text = text_of(pdf(certified_of(role=role), "vi"), tmp_path)
    assert text.index("Thông tư 39/2020/TT-BTTTT") < text.index("điều khoản bắt buộc đạt")


@pytest.mark.needs_tool("pdfinfo")
def test_it_is_tagged_and_titled(certified_of, tmp_path):
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf(certified_of("does-nothing"), "vi"))
    about = dict(line.split(":", 1) for line in output("pdfinfo", file).splitlines())
    assert about["Tagged"].strip() == "yes"
    assert about["Title"].strip().startswith("Phiếu kết quả thử nghiệm")
    assert "H1" in output("pdfinfo", "-struct", file)


@pytest.mark.needs_tool("pdftotext")
def test_strange_names_are_text(certified_of, tmp_path):
    of = certified_of().of
    results = dict(of.results)
    results["subject"] = results["subject"] | {"model": STRANGE}
    text = text_of(pdf(Certified(replace(of, results=results)), "vi"), tmp_path)
    assert "$x^2$ #import \\ * _ @ \"'" in text
