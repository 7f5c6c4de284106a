"""The document: its text and its tags, as other programs read them."""

import json
import subprocess

import pytest

from reports.bundle_reading import read
from reports.findings.found import Found
from reports.pdf import pdf

STRANGE = "漢字 🚨 ខ្មែរ $x^2$ #import \\ * _ @ \"'"


@pytest.fixture(scope="module", params=["vi", "en"])
def written(request, bundle_of, tmp_path_factory):
    file = tmp_path_factory.mktemp("pdf") / f"{request.param}.pdf"
    file.write_bytes(pdf(Found.of(read(bundle_of("binh-dinh-day"))), request.param))
    return file


def output(*command):
    ended = subprocess.run(command, capture_output=True, check=True)
    return ended.stdout.decode("utf-8", "replace")


def text_of(file):
    return " ".join(output("pdftotext", file, "-").split())


@pytest.mark.needs_tool("pdftotext")
def test_diacritics_are_right_in_the_text(written):
    said = {
        "vi": (
            *("Một ngày ở tỉnh Bình Định, có bão", "Đường tiếp cận", "Điều gì đã hạn chế"),
            *("Diễn biến ở các xã lỡ nhiều nhất", "phát trọn vẹn"),
        ),
        "en": (
            *("A day in Bình Định province", "Reach curve", "What limited the run"),
            *("What the communes that missed most heard", "heard whole"),
        ),
    }
    text = text_of(written)
    for words in said[written.stem]:
        assert words in text


@pytest.mark.needs_tool("pdfinfo")
def test_it_is_tagged_and_titled(written):
    about = dict(line.split(":", 1) for line in output("pdfinfo", written).splitlines())
    assert about["Tagged"].strip() == "yes"
    assert about["Title"].strip()
    assert "H1" in output("pdfinfo", "-struct", written)
    assert b"/Lang" in written.read_bytes()


@pytest.mark.needs_tool("pdftoppm")
def test_letters_are_drawn(written, tmp_path):
    """A title drawn in a font without its letters would be blank or boxes all alike."""
    from matplotlib.image import imread

    output("pdftoppm", "-r", "100", "-l", "1", "-png", "-singlefile", written, tmp_path / "page")
    page = imread(tmp_path / "page.png")
    assert 0.7 < page[..., :3].mean() < 0.999


@pytest.mark.needs_tool("pdftotext")
def test_strange_titles_are_text(changed, tmp_path):
    def change(results):
        told = json.loads(results)
        told["scenario"]["title"] = {"vi": STRANGE, "en": STRANGE}
        return json.dumps(told).encode()

    file = tmp_path / "strange.pdf"
    file.write_bytes(pdf(Found.of(read(changed("ci-smoke", "results.json", change))), "vi"))
    text = text_of(file)
    assert "$x^2$ #import \\ * _ @ \"'" in text
    assert "\\u6f22\\u5b57" in text.replace(" ", "")
