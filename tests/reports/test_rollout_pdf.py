"""A plan's document: its text and its tags, as other programs read them."""

import subprocess

import pytest

from reports.findings.rollout import Rollout
from reports.rollout_pdf import pdf
from reports.rollout_reading import read

STRANGE = "漢字 🚨 ខ្មែរ $x^2$ #import \\ * _ @ \"'"


@pytest.fixture(scope="module", params=["vi", "en"])
def written(request, plan_bundle_of, tmp_path_factory):
    file = tmp_path_factory.mktemp("pdf") / f"{request.param}.pdf"
    file.write_bytes(pdf(Rollout(read(plan_bundle_of())), request.param))
    return file


def output(*command):
    ended = subprocess.run(command, capture_output=True, check=True)
    return ended.stdout.decode("utf-8", "replace")


def text_of(file):
    return " ".join(output("pdftotext", file, "-").split())


@pytest.mark.needs_tool("pdftotext")
def test_every_part_is_there_in_its_language(written):
    said = {
        "vi": (
            *("Bình Định chuyển đổi đài truyền thanh cấp xã", "Số liệu sinh ra hoặc giả định"),
            *("Tiến độ theo nơi", "Một tin khẩn cấp đến đâu", "Chi phí theo nguồn vốn"),
            "Phần này chưa được tính",
        ),
        "en": (
            *("Bình Định converts its commune stations", "Generated and assumed figures"),
            *("Timetable by place", "What an emergency reaches", "Cost by source"),
            "This part was not computed",
        ),
    }
    text = text_of(written)
    for words in (*said[written.stem], "BD-PA-100", "BD-V6-REPORT-DEC", "Huyện Vân Canh"):
        assert words in text


@pytest.mark.needs_tool("pdfinfo")
def test_it_is_tagged_and_titled(written):
    about = dict(line.split(":", 1) for line in output("pdfinfo", written).splitlines())
    assert about["Tagged"].strip() == "yes"
    assert about["Title"].strip()
    assert "Figure" in output("pdfinfo", "-struct", written)


@pytest.mark.needs_tool("pdftotext")
def test_names_of_others_are_text(changed_plan, tmp_path):
    def strange(data):
        data["plan"]["title"] = {"vi": STRANGE, "en": STRANGE}
        data["works"][0]["name"] = data["money"][0]["title"]["vi"] = STRANGE

    file = tmp_path / "strange.pdf"
    file.write_bytes(pdf(Rollout(read(changed_plan(strange))), "vi"))
    text = text_of(file)
    assert "$x^2$ #import \\ * _ @" in text
    assert "\\u6f22" in text
