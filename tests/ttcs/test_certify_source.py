"""`ttcs certify --role source-system`: to its verdict, verified, told; and what it refuses."""

import csv
import io
import json
import shutil
import subprocess

import pytest

from scenarios import territory
from tests.ttcs.program import ENVIRONMENT, PROGRAM, here

TARGET = """\
ttcs: 1
environment: test
profile: source-system-province
subject: {vendor: "ABC", model: "TTN", serial: "1", version: "3.1"}
dialect: reference
start: reference
place: {level: province, code: "52", era: "2022"}
"""
TENDER = """\
STT,Nội dung yêu cầu,Bắt buộc/Khuyến khích,Mã điều khoản,Ghi chú
1,Bản tin đã được duyệt gửi được đến thiết bị,Bắt buộc,PROFILE-SOURCE-SENDS,
2,Gửi khẩn cấp toàn tỉnh đến mọi thiết bị đang kết nối,Bắt buộc,PROFILE-SOURCE-REACH,
3,"Bản tin chỉ được gửi sau khi biên tập, thẩm định và phê duyệt",Bắt buộc,,
"""
OWN_CLAUSE = """\
ttcs: 1
document: {title: {vi: "Riêng", en: "Own"}, nature: profile, held: true, checked_on: "2026-11-22"}
clauses:
  OWN-SENDS:
    requirement: {vi: "Gửi được.", en: "It can be sent."}
    binds: [source-system-province]
    verified_by: [test]
    checks: [source-sent-once-approved, source-log-once]
    mark: assumed
    source: "own"
"""
SYSTEM = ("certify", "--role", "source-system", "--target", "target.yaml", "--out", "out")


@pytest.fixture
def target(place):
    (place / "target.yaml").write_text(TARGET)
    return place


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_some_cases_to_their_verdict_and_told(target):
    chosen = ("source-approval", "source-roles", "source-states")
    few = ("--fleet", "8", *(word for case in chosen for word in ("--case", case)))
    done = subprocess.run(
        [*PROGRAM, *SYSTEM, *few, "--challenge", "Sở", "--json"],
        cwd=target,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, ""), (
        "not all was tried: open, and never conformant"
    )
    results = json.loads(done.stdout)["results"]
    assert (results["role"], results["challenge"]) == ("source-system-province", "Sở")
    verdicts = {each["id"]: each["verdict"] for each in results["clauses"]}
    assert verdicts["CV-APPRAISED"] == "not-run", "one of its two cases was not chosen"
    assert verdicts["PROFILE-SOURCE-SENDS"] == "pass"
    assert verdicts["PROFILE-SOURCE-LOG"] == "not-run"
    seen = {each["id"]: each["checks"] for each in results["cases"]}
    assert [check for case in chosen for check in seen[case] if not check["ok"]] == []
    code, out, _ = here("verify", "out")
    assert (code, "nguyên vẹn" in out) == (3, True), "signed by a key that nobody trusts"
    for language, subject, scope in (
        ("vi", "hệ thống thông tin nguồn", "không cho biết gì về mã hóa"),
        ("en", "source-information system", "this run shows nothing of encryption"),
    ):
        assert here("report", "out", "--lang", language, "--out", f"{language}.html")[0] == 0
        page = (target / f"{language}.html").read_text()
        assert subject in page.lower()
        assert scope in page
        assert "limits-title" not in page, "makers of systems declare none"
    assert here("report", "out", "--format", "pdf", "--out", "a.pdf")[0] == 0
    other_rules(target)
    beside_another(target)
    against_a_tender(target)
    record = target / "out/cases/source-approval/record.jsonl"
    record.write_text(record.read_text().replace('"refusal": "', '"refusal": null, "why": "'))
    assert here("verify", "out")[0] == 1


def other_rules(target):
    """The same rules change nothing; a clause that asks for more than was tried stays open."""
    code, out, _ = here("compare", "--suite", "now", "now", "out", "--json")
    assert (code, json.loads(out)["bundles"][0]["clauses"]) == (0, [])
    (target / "own.yaml").write_text(OWN_CLAUSE)
    code, out, _ = here("compare", "--suite", "now", "own.yaml", "out", "--json")
    (changed,) = json.loads(out)["bundles"][0]["clauses"]
    assert (code, changed["clause"], changed["new"]) == (1, "OWN-SENDS", "not-run")


def beside_another(target):
    """Two vendors of source systems stand side by side."""
    shutil.copytree(target / "out", target / "other")
    code, _, _ = here("compare", "out", "other", "--format", "html", "--out", "both.html")
    assert code == 0
    page = (target / "both.html").read_text()
    assert page.count("PROFILE-SOURCE-SENDS") >= 1
    assert "ABC TTN" in page


def against_a_tender(target):
    """A requirement is met by a clause that passed, open where its case was not tried."""
    (target / "tender.csv").write_text(TENDER)
    code, out, _ = here("report", "out", "--tender", "tender.csv", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    assert code == 0
    told = [(row["STT"], row["Kết luận"]) for row in rows]
    assert told == [("1", "đạt"), ("2", "chưa thử"), ("3", "chưa duyệt gợi ý")]
    assert "CV-APPRAISED" in rows[2]["Gợi ý chưa duyệt"]
    again = "--role source-system --target TARGET.yaml --case source-approval"
    assert again in rows[0]["Bằng chứng"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("certify", "--role", "source-system", "--out", "out"), "--target"),
        ((*SYSTEM, "--demo"), "--demo"),
        ((*SYSTEM, "--profile", "ip-speaker"), "--profile"),
        ((*SYSTEM, "--fleet", "7"), "from 8 to 5,000 devices"),
        ((*SYSTEM, "--case", "emergency-at-once"), "a case for source-system-province"),
        (("certify", "--target", "target.yaml", "--out", "out"), "--role source-system"),
        (("certify", "--demo", "--fleet", "9", "--out", "out"), "--role source-system"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_go_together(target, words, said):
    code, _, error = here(*words)
    assert (code, error.count("\n")) == (2, 1)
    assert said in error
    assert not (target / "out").exists()


def test_nothing_beyond_this_machine_is_opened(target):
    (target / "secret").write_text("x")
    reached = (
        'reached: {url: "http://192.0.2.1:80", broker: "mqtt://192.0.2.1",'
        ' administrator: {login: "a", password_file: "secret"}}'
    )
    (target / "target.yaml").write_text(TARGET.replace("start: reference", reached))
    code, _, error = here(*SYSTEM)
    assert (code, "--allow-target 192.0.2.1" in error) == (2, True)


@pytest.mark.parametrize(
    ("driver", "words", "said"),
    [
        ("page", ("--fleet", "9"), "none: the target names its devices"),
        ("terminal", (), "a terminal at hand"),
    ],
)
def test_people_who_are_asked(target, driver, words, said):
    communes = territory.load("2022").communes_of(province="52")
    rows = [f"loa-{n},{communes[n % 3].code},x" for n in range(8)]
    lines = ["device,commune,secret", *rows, f"loa-8,{communes[3].code},x"]
    (target / "devices.csv").write_text("\n".join(lines))
    text = TARGET.replace("dialect: reference\nstart: reference\n", "dialect: questions\n") + (
        f'reached: {{url: "http://127.0.0.1:9"}}\noperator: {{driver: {driver}}}\n'
        'fleet: {dialect: reference, broker: "mqtt://127.0.0.1:9", devices: devices.csv}\n'
    )
    (target / "target.yaml").write_text(text)
    code, _, error = here(*SYSTEM, *words)
    assert (code, said in error) == (2, True), error
