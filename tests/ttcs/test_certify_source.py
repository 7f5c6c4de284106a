"""`ttcs certify --role source-system`: to its verdict, verified, told; and what it refuses."""

import json
import subprocess

import pytest

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
SYSTEM = ("certify", "--role", "source-system", "--target", "target.yaml", "--out", "out")


@pytest.fixture
def target(place):
    (place / "target.yaml").write_text(TARGET)
    return place


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_some_cases_to_their_verdict_and_told(target):
    few = ("--fleet", "8", "--case", "source-approval", "--case", "source-states")
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
    assert all(check["ok"] for check in seen["source-approval"] + seen["source-states"])
    code, out, _ = here("verify", "out")
    assert (code, "nguyên vẹn" in out) == (3, True), "signed by a key that nobody trusts"
    for language, words in (
        ("vi", "hệ thống thông tin nguồn"),
        ("en", "source-information system"),
    ):
        assert here("report", "out", "--lang", language, "--out", f"{language}.html")[0] == 0
        assert words in (target / f"{language}.html").read_text().lower()
    assert here("report", "out", "--format", "pdf", "--out", "a.pdf")[0] == 0
    record = target / "out/cases/source-approval/record.jsonl"
    record.write_text(record.read_text().replace('"refusal": "', '"refusal": null, "why": "'))
    assert here("verify", "out")[0] == 1


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
