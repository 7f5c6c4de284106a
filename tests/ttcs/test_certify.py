"""`ttcs certify`, `verify`, `keys`, `clauses`: what a user types, and what it ends with."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.ttcs.program import ENVIRONMENT, PROGRAM, ROOT, files, here, program, written

SNAPSHOTS = Path(__file__).parent / "snapshots"
DEMO = ("certify", "--profile", "ip-speaker", "--demo")
MINE_ON = ("--profile", "ip-speaker", "--capabilities", "mine.yaml", "--bench")
FEW = ("--case", "emergency-at-once", "--case", "connection-loss-told")
MINE = """\
ttcs: 1
device: {vendor: "ABC", model: "S2", serial: "17", firmware: {version: "2.3"}}
profile: ip-speaker
supports: {cancel: true, schedules: true, codecs: [mp3]}
"""
BENCH = """\
ttcs: 1
environment: test
dut: {driver: emulated, profile: speaker-linux}
permits: [link]
"""
OWN = """\
ttcs: 1
document:
  title: {vi: "Phụ lục của tôi", en: "My annex"}
  nature: profile
  held: true
  mark: C
  source: "own copy"
  checked_on: "2026-11-22"
clauses:
  OWN-1:
    requirement: {vi: "phát trong 1 ms", en: "is heard within 1 ms"}
    binds: [ip-speaker]
    verified_by: [measurement]
    checks: [emergency-latency]
    limits: {emergency_t2_t4: 1ms}
"""


def snapshot(name: str, shown: str) -> None:
    shown = re.sub("sha256:[0-9a-f]{64}", "sha256:…", shown)
    kept = SNAPSHOTS / f"{name}.txt"
    assert shown == kept.read_text("utf-8"), f"to accept it: write it to {kept}"


@pytest.fixture
def keys(place: Path) -> tuple[Path, Path]:
    assert here("keys", "new", "mine")[0] == 0
    return place / "mine.key.pem", place / "mine.pub.pem"


def test_the_demo_ends_open_and_verifies(place: Path, keys: tuple[Path, Path]) -> None:
    private, public = keys
    began = time.monotonic()
    code, out, _ = here(*DEMO, "--challenge", "Bình Định 7", "--key", private, "--out", "out")
    assert time.monotonic() - began < 60
    assert code == 3
    snapshot("certify-demo", out)
    code, out, err = here("verify", "out", "--trust", public, "--challenge", "Bình Định 7")
    assert (code, err) == (0, "")
    snapshot("verify", out)
    assert here("verify", "out")[0] == 3
    assert here("verify", "out", "--trust", public, "--challenge", "another")[0] == 3
    record = place / "out" / "cases" / "emergency-at-once" / "record.jsonl"
    record.write_bytes(record.read_bytes() + b"\n")
    code, out, _ = here("verify", "out", "--trust", public)
    assert code == 1
    assert "cases/emergency-at-once/record.jsonl: bị sửa / changed" in out


def test_an_experimental_profile_ends_open_and_never_conforms(
    place: Path, keys: tuple[Path, Path]
) -> None:
    private, public = keys
    asked = ("certify", "--profile", "station-software", "--demo", "--key", private)
    code, out, _ = here(*asked, "--out", "out")
    assert code == 3
    assert "NO OVERALL VERDICT (experimental profile)" in " ".join(out.split())
    code, out, _ = here("verify", "out", "--trust", public)
    assert code == 0
    assert " ".join(out.split()).count("none: experimental profile") == 3
    assert here("report", "out", "--format", "junit", "--out", "out.xml")[0] == 0
    suite = ElementTree.parse(place / "out.xml").getroot()[0]
    (whole,) = (each for each in suite if each.get("name") == "verdict")
    assert whole.find("skipped") is not None
    assert here("report", "out", "--out", "out.html")[0] == 0
    assert "KHÔNG KẾT LUẬN CHUNG (hồ sơ thử nghiệm)" in (place / "out.html").read_text("utf-8")


def test_json_of_each(place: Path, keys: tuple[Path, Path]) -> None:
    code, out, _ = here(*DEMO, *FEW, "--key", keys[0], "--out", "out", "--json")
    told = json.loads(out)
    assert code == 3
    assert told["results"] == written(place / "out")
    code, out, _ = here("verify", "out", "--trust", keys[1], "--json")
    found = json.loads(out)
    assert (code, found["exit"], found["signer"]) == (0, 0, "trusted")
    assert found["fingerprint"] == told["fingerprint"]
    code, out, _ = here("certify", "--replay", "out", "emergency-at-once", "--json")
    assert (code, json.loads(out)["same"]) == (0, True)


def test_a_device_with_faults_fails_and_its_failure_can_be_tried_again(place: Path) -> None:
    Path("mine.yaml").write_text(MINE)
    Path("bench.yaml").write_text(BENCH)
    options = (*MINE_ON, "bench.yaml", "--clauses", own(place), "--out", "out")
    code, out, _ = here("certify", *options)
    assert code == 1
    results = written(place / "out")
    assert results["subject"]["model"] == "S2"
    own_clause = next(each for each in results["clauses"] if each["id"] == "OWN-1")
    assert own_clause["verdict"] == "fail"
    assert own_clause["checks"][0]["limit_ms"] == 1
    # What is explored is drawn anew in each run.
    out = re.sub(r"PROFILE-EXPLORED: explored-[^$]*?--replay out exploration *\n", "", out)
    snapshot("certify-fails", out)
    assert here("certify", "--replay", "out", "emergency-at-once")[0] == 0


def test_a_case_that_sees_something_else_now_is_told(place: Path) -> None:
    here(*DEMO, *FEW, "--out", "out")
    record = place / "out" / "cases" / "emergency-at-once" / "record.jsonl"
    lines = record.read_text().splitlines(keepends=True)
    kept = [line for line in lines if '"sounds"' not in line]
    record.write_text("".join(kept))
    trial = record.with_name("trial.json")
    said = json.loads(trial.read_text()) | {"happenings": len(kept)}
    trial.write_text(json.dumps(said))
    code, out, _ = here("certify", "--replay", "out", "emergency-at-once")
    assert code == 1
    snapshot("certify-replay", out)


def own(place: Path) -> Path:
    (place / "own.yaml").write_text(OWN)
    return place / "own.yaml"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--demo", "--out", "o"), "--profile: is not given"),
        (("--profile", "ip-speaker", "--demo"), "--out: is not given"),
        (("--profile", "ip-speaker", "--out", "o"), "--capabilities: is not given"),
        (("--profile", "ip-speaker", "--capabilities", "mine.yaml", "--out", "o"), "--bench: is"),
        (
            ("--profile", "e-board", "--demo", "--capabilities", "mine.yaml", "--out", "o"),
            "e-board",
        ),
        ((*DEMO[1:], "--case", "nothing", "--out", "o"), "--case: is nothing"),
        ((*DEMO[1:], "--case", "board-shown", "--out", "o"), "--case: is board-shown"),
        ((*DEMO[1:], "--challenge", "x" * 201, "--out", "o"), "--challenge: is of 201"),
        ((*DEMO[1:], "--key", "mine.yaml", "--out", "o"), "no Ed25519 private key"),
        ((*DEMO[1:], "--out", "."), "never overwritten"),
        ((*DEMO[1:], "--clauses", "bad.yaml", "--out", "o"), "no check is called telepathy"),
        (
            (*MINE_ON, "network.yaml", "--out", "o"),
            'network.yaml:3:15: dut.driver: is "telepathic", expected emulated or network',
        ),
        (("--replay", "o", "x"), "no bundle"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_nothing(
    place: Path, arguments: tuple[str, ...], said: str
) -> None:
    Path("mine.yaml").write_text(MINE)
    Path("bad.yaml").write_text(OWN.replace("emergency-latency", "telepathy"))
    Path("network.yaml").write_text(BENCH.replace("emulated", "telepathic"))
    code, out, err = here("certify", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert not Path("o").exists()


def test_an_expired_waiver_stops_it_and_an_unused_one_is_an_error(place: Path) -> None:
    waiver = """\
ttcs: 1
waivers:
  - clause: PROFILE-LAST-WILL
    failure: "0011223344556677"
    kind: fix-promised
    device: {vendor: "ttcs-hil", model: "emulated IP speaker", firmware: "emulated"}
    until: "2099-01-01"
    reason: {vi: "hãng hứa sửa", en: "promised"}
"""
    Path("w.yaml").write_text(waiver.replace("2099", "2020"))
    code, _, err = here(*DEMO, *FEW, "--waivers", "w.yaml", "--out", "o")
    assert code == 2
    assert "expired on 2020-01-01" in err
    Path("w.yaml").write_text(waiver)
    code, out, _ = here(*DEMO, *FEW, "--waivers", "w.yaml", "--out", "o")
    assert code == 4
    assert "1 waivers match no failure" in " ".join(out.split())


def until_a_case_is_stored(process: "subprocess.Popen[bytes]", place: Path) -> None:
    for _ in range(600):
        if list(place.glob("cases/*/trial.json")):
            return
        assert process.poll() is None, "it ended before it could be interrupted"
        time.sleep(0.05)
    raise AssertionError("no case was stored within 30 s")


@pytest.fixture
def running(place: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [*PROGRAM, *DEMO, "--out", "out"],
        cwd=place,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    yield process
    process.kill()
    process.wait(30)


@pytest.mark.parametrize(
    ("how", "code", "lifecycle"),
    [(signal.SIGKILL, -9, "running"), (signal.SIGINT, 130, "aborted")],
)
def test_what_is_interrupted_says_so_and_cannot_pass(
    place: Path,
    running: "subprocess.Popen[bytes]",
    how: signal.Signals,
    code: int,
    lifecycle: str,
) -> None:
    until_a_case_is_stored(running, place / "out")
    running.send_signal(how)
    _, err = running.communicate(timeout=30)
    assert running.returncode == code
    if how is signal.SIGINT:
        assert err.decode().endswith("ttcs verify out\n")
        assert "Traceback" not in err.decode()
    left = files(place / "out")
    assert json.loads(left["manifest.json"])["lifecycle"] == lifecycle
    assert "results.json" not in left
    ended, out, _ = here("verify", "out", "--json")
    found = json.loads(out)
    assert (ended, found["signer"], found["stated"]) == (3, "unsigned", None)
    assert found["by_then"]["verdict"] != "pass"
    assert found["cases"]["tried"] < found["cases"]["planned"]


def test_no_key_is_ever_overwritten(place: Path, keys: tuple[Path, Path]) -> None:
    before = files(place)
    code, _, err = here("keys", "new", "mine")
    assert code == 2
    assert "there already" in err
    assert files(place) == before
    code, out, _ = here("keys", "new", "other", "--json")
    assert code == 0
    assert set(json.loads(out)) == {"private", "public", "fingerprint"}


@pytest.mark.parametrize(("name", "options"), [("clauses", ()), ("coverage", ("--coverage",))])
def test_the_ledger_is_told_law_first(place: Path, name: str, options: tuple[str, ...]) -> None:
    code, out, _ = here("clauses", *options, "--clauses", own(place))
    assert code == 0
    law, profile = out.split("Hồ sơ, không phải luật")
    assert "TT39-C7 " in law
    assert "PROFILE-" not in law
    assert "OWN-1" in profile
    assert ("emergency-at-once" in profile) is (name == "coverage")


def test_the_ledger_as_json_is_read_as_clauses(place: Path) -> None:
    code, out, _ = here("clauses", "--coverage", "--json")
    told = json.loads(out)
    assert code == 0
    assert "emergency-at-once" in told["coverage"]["TT39-C15"]["cases"]
    last = told["documents"][-1]
    name, clause = next(iter(last["clauses"].items()))
    clause["revision"] += 1
    Path("own.json").write_text(json.dumps(last | {"clauses": {name: clause}}))
    assert here("clauses", "--clauses", "own.json")[0] == 0


def test_the_files_of_the_how_to_are_read(place: Path) -> None:
    text = (ROOT / "docs" / "how-to" / "certify-a-device.md").read_text("utf-8")
    mine, bench, _, waivers = re.findall("```yaml\n(.*?)```", text, re.DOTALL)
    clauses = (ROOT / "docs" / "reference" / "clauses.md").read_text("utf-8")
    (own,) = re.findall("```yaml\n(.*?)```", clauses, re.DOTALL)
    for name, content in (("mine", mine), ("bench", bench), ("waivers", waivers), ("own", own)):
        Path(f"{name}.yaml").write_text(content)
    options = (*MINE_ON, "bench.yaml", "--clauses", "own.yaml", "--waivers", "waivers.yaml", *FEW)
    code, out, err = here("certify", *options, "--out", "out")
    assert (code, err) == (4, "")
    assert "TENDER-17-3" in out


def test_help_names_them(place: Path) -> None:
    shown = program("--help", cwd=place).stdout
    for command in ("certify", "verify", "clauses", "keys"):
        assert f"  {command} " in shown


@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
def test_a_device_on_real_sockets(place: Path) -> None:
    Path("mine.yaml").write_text(MINE)
    Path("bench.yaml").write_text(
        BENCH.replace("{driver: emulated, profile:", "{driver: network, emulates:").replace(
            "[link]", "[link, malformed]"
        )
    )
    options = (*MINE_ON, "bench.yaml", "--case", "hostile-oversized", "--out", "out", "--json")
    code, out, err = here("certify", *options)
    assert (code, err) == (3, "")  # some cases alone are never conformant
    results = json.loads(out)["results"]
    clauses = [each for each in results["clauses"] if each["verdict"] == "pass"]
    assert clauses, results
    assert here("verify", "out")[0] == 3  # unchanged, of an unknown signer


def test_a_bench_beyond_this_machine_must_be_allowed(place: Path) -> None:
    Path("mine.yaml").write_text(MINE)
    Path("password").write_text("secret\n")
    Path("bench.yaml").write_text(
        "ttcs: 1\nenvironment: test\n"
        'dut: {driver: network, name: a, address: "192.0.2.7", password_file: password}\n'
        'broker: {listen: "127.0.0.1:18883"}\nsounds: {listen: "127.0.0.1:18080"}\n'
    )
    code, out, err = here("certify", *MINE_ON, "bench.yaml", "--out", "out")
    assert (code, out) == (2, "")
    assert "--allow-target 192.0.2.7" in err
    assert not Path("out").exists()
