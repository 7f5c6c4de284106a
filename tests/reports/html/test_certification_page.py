"""What the page of a certification says."""

import re
from dataclasses import replace
from html import unescape
from typing import get_args

import pytest

from conformance.sources import features as of_systems
from reports.certification_report_words import (
    CAPABILITIES,
    CAUSES,
    FOLLOWS,
    HAPPENED,
    LANES,
    STANDINGS,
)
from reports.findings.certified import Certified
from reports.findings.conversation import DONE, Name
from reports.findings.failures import Cause
from reports.findings.standing import Standing, standing_of
from reports.html.certification_page import page


def text_of(content, language=None):
    """The words of a page; of one language alone where it is named."""
    shown = re.sub("<style>.*?</style>|<script>.*?</script>", "", content.decode(), flags=re.S)
    if language is not None:
        other = {"vi": "en", "en": "vi"}[language]
        shown = re.sub(f'<span class="{other}" lang="{other}">.*?</span>', "", shown)
    return " ".join(unescape(re.sub("<[^>]*>", " ", shown)).split())


@pytest.fixture(scope="module")
def broken(certified_of):
    return certified_of("F08")


@pytest.fixture(scope="module")
def shown(broken):
    return page(broken, "vi")


def test_it_says_what_it_is_and_what_it_is_not(shown):
    assert "Phiếu kết quả thử nghiệm: ttcs-hil emulated IP speaker" in text_of(shown, "vi")
    assert "không phải chứng nhận theo pháp luật" in text_of(shown, "vi")
    assert "not a certificate of law" in text_of(shown, "en")


def test_both_languages_say_the_verdict(shown, broken):
    for language in ("vi", "en"):
        assert broken.results["verdict"]["sentence"][language] in text_of(shown, language)


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("fm-converter", "không điều chỉnh truyền thanh hữu tuyến và FM"),
        ("e-board", "Không dòng nào đã biết của Thông tư 39/2020/TT-BTTTT ràng buộc bảng tin"),
    ],
)
def test_what_the_circular_does_not_bind_is_said_before_the_verdict(certified_of, role, said):
    text = text_of(page(certified_of(role=role), "vi"), "vi")
    sentence = certified_of(role=role).results["verdict"]["sentence"]["vi"]
    assert text.index(said) < text.index(sentence)


def test_a_speaker_is_told_nothing_of_the_kind(shown):
    assert "không điều chỉnh" not in text_of(shown, "vi").partition("Tóm tắt")[0]


def test_every_failure_has_its_clauses_its_command_and_its_wire(shown, broken):
    text = text_of(shown, "en")
    assert broken.failures
    for failure in broken.failures:
        assert ", ".join(failure.clauses) in text
        assert f"ttcs certify --replay {broken.of.place} {failure.case}" in text
        assert f"cases/{failure.case}/record.jsonl" in text
    assert shown.count(b'<figure class="lanes">') == len({f.case for f in broken.failures})
    assert "to the device" in text
    assert '"MucDoUuTien":1' in text


def test_a_real_device_is_tried_again_with_its_own_files(broken):
    real = Certified(replace(broken.of, results=dict(broken.results) | {"emulated": False}))
    case = broken.failures[0].case
    command = f"--capabilities CAPABILITIES.yaml --bench BENCH.yaml --case {case} --out NEW"
    assert f"ttcs certify --profile ip-speaker {command}" in text_of(page(real, "en"))


def test_law_and_profile_stand_apart_each_cited(shown, broken):
    text = text_of(shown, "vi")
    _, _, clauses = text.partition(" Điều khoản Pháp luật ")
    law, _, profile = clauses.partition(" Hồ sơ, không phải luật ")
    for clause in broken.results["clauses"]:
        there, elsewhere = (law, profile) if clause["nature"] == "law" else (profile, law)
        assert f"{clause['id']} , bản" in there
        assert f"{clause['id']} , bản" not in elsewhere
        assert clause["cited"]["vi"] in there
    assert "điều khoản cần bổ sung" in law


def test_what_is_not_tested_stands_apart_and_is_no_part_of_any_count(shown, broken):
    for nature in ("law", "profile"):
        counted = sum(sum(broken.counted(nature, level).values()) for level in ("MUST", "SHOULD"))
        judged = [e for e in broken.results["clauses"] if e["nature"] == nature and e["checks"]]
        assert counted == len(judged)
    for standing in ("not-tested", "vouched"):
        assert STANDINGS[standing].vi in text_of(shown, "vi")


@pytest.mark.parametrize(
    ("clause", "standing"),
    [
        ({"checks": [{"by": "tested"}], "verdict": "fail", "verified_by": ["test"]}, "judged"),
        ({"checks": [{"by": "declared"}], "verdict": "fail", "verified_by": ["test"]}, "vouched"),
        ({"checks": [], "verdict": "not-run", "verified_by": ["measurement"]}, "not-tested"),
        ({"checks": [], "verdict": "not-run", "verified_by": ["inspection"]}, "vouched"),
        ({"checks": [], "verdict": "not-run", "verified_by": ["declaration"]}, "vouched"),
        ({"checks": [], "verdict": "not-applicable", "verified_by": ["test"]}, "not-applicable"),
    ],
)
def test_how_far_a_clause_was_tested(clause, standing):
    assert standing_of(clause) == standing


def test_guards_of_a_clause_are_named(shown):
    assert "Đột biến canh giữ : F" in text_of(shown, "vi")


def test_measurements_of_a_model_are_told_as_such(shown, broken):
    text = text_of(shown, "vi")
    assert "Bàn thử này không đo thời gian" in text
    assert "Theo mô hình" in text
    assert {each.clause for each in broken.measurements} >= {"PROFILE-STATE-EVERY"}
    told = replace(broken.of, results=dict(broken.results) | {"measures_time": True})
    assert "Theo mô hình" not in text_of(page(Certified(told), "vi"), "vi")


def test_a_device_that_is_not_as_declared_is_told(certified_of):
    of = certified_of().of
    assert "khác khai báo" not in text_of(page(Certified(of), "vi"), "vi")
    first, *others = of.results["capabilities"]
    changed = first | {"discovered": False, "effective": False, "differs": True}
    told = replace(of, results=dict(of.results) | {"capabilities": [changed, *others]})
    assert text_of(page(Certified(told), "vi"), "vi").count("khác khai báo") == 1


def test_a_silent_device_is_one_cause(certified_of):
    found = certified_of("does-nothing")
    text = text_of(page(found, "vi"), "vi")
    assert [each.cause for each in found.blocked] == ["silent"]
    assert text.count(CAUSES["silent"].vi) == 1
    assert "bị chặn" in text


def test_signature_hashes_and_configuration(shown, broken):
    text = text_of(shown, "en")
    assert broken.of.seal.key.fingerprint in text
    for digest in broken.of.digests.values():
        assert digest in text
    assert broken.results["run"] in text
    assert "speaker-reference" in text


def test_names_of_others_are_text(broken):
    strange = "<script>alert(1)</script>\u202e\x1b"
    results = dict(broken.results)
    results["subject"] = results["subject"] | {"vendor": strange, "serial": strange}
    results["challenge"] = strange
    content = page(Certified(replace(broken.of, results=results)), "vi")
    assert b"<script>alert" not in content
    assert b"\x1b" not in content
    assert "\u202e" not in content.decode()


def test_nothing_comes_from_outside(shown):
    assert b"default-src 'none'" in shown
    assert not re.findall(rb'(?:src|href)="(?!#|data:)', shown)


def test_everything_that_can_be_told_has_words(broken):
    of_a_device = {each["name"] for each in broken.results["capabilities"]}
    assert of_a_device | set(of_systems.FEATURES) == set(CAPABILITIES)
    assert set(get_args(Cause)) == set(CAUSES) == set(FOLLOWS)
    assert set(get_args(Name)) == set(LANES)
    assert set(DONE) == set(HAPPENED)
    assert set(get_args(Standing)) == set(STANDINGS)
