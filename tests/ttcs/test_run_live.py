"""`ttcs run` of a part, faster, and in the live world: refusals, and runs with real processes."""

import json
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files as resources
from pathlib import Path
from queue import SimpleQueue

import httpx2
import jsonschema
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.answering import Answering, answering
from tests.simulator.emulator.source_system import ADMINISTRATOR, PASSWORD, serving
from tests.ttcs.program import ENVIRONMENT, PROGRAM, here, written

SCHEMA = json.loads(resources("reports").joinpath("schemas/results.schema.json").read_text("utf-8"))

MINUTE = """\
ttcs: 1
title: {vi: "Một phút", en: "A minute"}
era: "2022"
start: "2022-09-26T05:00:00+07:00"
end: "2022-09-26T06:00:00+07:00"
seed: 1
territory: {communes: ["21952", "21955"]}
fleet:
  - {where: all, profile: speaker-reference, clusters: 12, link: 4g, basis: assumed}
programme:
  - {id: morning, at: "05:10", slot: 20m,
     items: [{relay: vov, length: 2m}, {local: true, length: 2m}]}
bulletins:
  - {id: storm, class: emergency, severity: 0, at: "2022-09-26T05:11:00+07:00", to: all,
     sound: {length: 1m}, repeat: {times: 4, gap: 2m}}
  - {id: flood, class: emergency, severity: 1, at: "2022-09-26T05:15:10+07:00",
     to: {commune: "21955"}, sound: {length: 4m}, cancel: {at: "2022-09-26T05:16:30+07:00"}}
faults:
  - {outage: [link], where: {device: "21952-05"}, at: "2022-09-26T05:10:00+07:00", lasts: 3m,
     basis: assumed}
targets:
  - {id: PROFILE-REACH-ONLINE}
  - {id: PROFILE-AFTER-CANCEL}
  - {id: PROFILE-WRONG-AREA}
  - {id: PROFILE-NO-DUPLICATES}
  - {id: PROFILE-LOG-LOST}
  - {id: PROFILE-LOG-DOUBLED}
"""
PART = ("--window", "2022-09-26T05:10/+8min", "--time-scale", "12")  # 40 s


@pytest.fixture
def scenario(place: Path) -> Path:
    file = Path("minute.yaml")
    file.write_text(MINUTE, "utf-8")
    return file


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--window", "05:10"], "START/+LENGTH"),
        (["--window", "2022-09-26T05:10/+8"], "START/+LENGTH"),
        (["--window", "2022-09-26T05:10/+8h"], "a part of the scenario"),
        (["--time-scale", "0"], "a number from 0.1 to 1000"),
        (["--time-scale", "nan"], "a number from 0.1 to 1000"),
        (["--devices", "25"], "at most the scenario's 24"),
        (["--leave-out", "3"], "--world live"),
        (["--world", "live", "--replications", "2"], "--replications"),
        (["--world", "live", "--leave-out", "24"], "--leave-out"),
        (["--world", "live", "--leave-out", "99999"], "a commune's code or a device's id"),
        (["--world", "live", "--time-scale", "1000"], "at least 1s in a live run"),
        (["--world", "live", "--server", "http://192.0.2.1"], "--allow-target 192.0.2.1"),
        (["--world", "live", "--server", "http://127.0.0.1:9"], "--login"),
    ],
)
def test_wrong_use_is_refused_in_one_line(scenario: Path, options: list[str], said: str) -> None:
    status, out, error = here("run", scenario, *options)
    assert (status, out) == (2, "")
    assert said in error
    assert len(error.splitlines()) == 1
    assert not Path("out").exists()


def test_a_fault_that_cannot_be_brought_about_is_refused_before_the_run(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTCS_PASSWORD", "x" * 20)
    fails = '  - {fails: server, at: "2022-09-26T05:12:00+07:00", lasts: 10s, basis: assumed}\n'
    scenario.write_text(MINUTE.replace("faults:\n", f"faults:\n{fails}"), "utf-8")
    there = ("--server", "http://127.0.0.1:9", "--login", "quantri")
    status, _, error = here("run", scenario, "--world", "live", *there)
    assert status == 2
    assert "faults that cannot be brought about at http://127.0.0.1:9: server" in error


def test_a_part_of_a_scenario_in_virtual_time(scenario: Path) -> None:
    status, _, _ = here("run", scenario, *PART, "--devices", "10")
    found = written(Path("out/minute"))
    assert status == 3  # what devices log is not observed here
    jsonschema.validate(found, SCHEMA)
    assert found["scenario"]["horizon_ms"] == 40_000
    assert found["excerpt"] == {
        "window": "2022-09-26T05:10/+8min",
        "time_scale": 12.0,
        "devices_of": 24,
    }
    assert found["fleet"]["devices"] == 10
    assert [b["plays"] for b in found["bulletins"]] == [4, 1]


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
def test_a_part_of_a_scenario_lived_through(scenario: Path) -> None:
    status, out, error = here("run", scenario, "--world", "live", *PART, "--leave-out", "21955-12")
    found = written(Path("out/minute"))
    assert status == 0, (out, error)
    jsonschema.validate(found, SCHEMA)
    assert found["world"] == "live"
    assert {target["verdict"] for target in found["targets"]} == {"pass"}
    assert all(target["measure"] for target in found["targets"])
    assert found["fleet"]["devices"] == found["live"]["devices_connected"] == 23
    assert all(deed["taken_ms"] is not None for deed in found["live"]["deeds"])
    assert [fault["did"] for fault in found["live"]["faults"]] == ["link-cut", "link-back"]
    storm, flood = found["bulletins"]
    assert storm["addressed"] == storm["heard"] == 4 * 23
    assert flood["complete"] == 0  # it was cancelled
    logs = found["live"]["play_log"]
    assert logs["made"] > 5 * 23
    assert (logs["lost"], logs["doubled"], logs["invented"]) == (0, 0, 0)

    here("run", scenario, *PART, "--out", "virtual")
    computed = written(Path("virtual"))
    assert [b["plays"] for b in computed["bulletins"]] == [b["plays"] for b in found["bulletins"]]

    secrets = Path("out/minute.credentials.json")
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    kept = secrets_in(secrets)
    assert list(kept) == ["21955-12"]
    told = b"".join(p.read_bytes() for p in Path("out/minute").rglob("*") if p.is_file())
    assert kept["21955-12"].encode() not in told


def secrets_in(file: Path) -> dict[str, str]:
    (kept,) = json.loads(file.read_bytes())["servers"].values()
    return dict(kept)


def begun_in(folder: Path) -> list[str]:
    """The command lines of processes that were begun for something in this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if f"{folder}/" in words:
                found.append(words)
    return found


BOARDS = MINUTE.replace(
    "programme:",
    "  - {where: all, profile: board-reference, clusters: 1, link: wifi, basis: assumed,\n"
    "     adds: true}\nprogramme:",
).replace("sound: {length: 1m}", 'sound: {length: 1m, text: "Thử nghiệm: vào nhà ngay."}')


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
@pytest.mark.needs_tool("chromium")
def test_a_board_is_rendered_and_the_virtual_world_stands_beside(scenario: Path) -> None:
    scenario.write_text(BOARDS, "utf-8")
    status, out, error = here("run", scenario, "--world", "live", *PART)
    found = written(Path("out/minute"))
    assert status == 0, (out, error)
    jsonschema.validate(found, SCHEMA)
    board = found["live"]["board"]
    assert (board["device"], board["item"], board["why"]) == ("21952-13", "storm/1", None)
    assert board["words"].split("\n\n") == [
        *("KHẨN CẤP / EMERGENCY", "Thử nghiệm: storm", "Thử nghiệm: vào nhà ngay.")
    ]
    picture = Path("out/minute", board["picture"]).read_bytes()
    assert picture.startswith(b"\x89PNG")
    manifest = written(Path("out/minute"), "manifest.json")
    assert manifest["files"][board["picture"]]["bytes"] == len(picture)
    assert "E-board 21952-13: rendered storm/1" in out

    beside = found["comparison"]
    assert beside["tolerance"]["time_judged"] is False
    assert [curve["id"] for curve in beside["curves"]] == ["storm", "flood"]
    assert beside["within"] is True, beside
    here("run", scenario, *PART, "--out", "virtual")
    told = json.loads(here("compare", "virtual", "out/minute", "--json")[1])
    assert told["worlds"] == beside


def let_in(port: int, name: str, secret: str) -> bool:
    """Whether the broker lets a device in that is not ours, within 30 s: it learns of it late."""
    refused: SimpleQueue[bool] = SimpleQueue()
    client = Client(CallbackAPIVersion.VERSION2, client_id=name)
    client.username_pw_set(name, secret)
    client.on_connect = lambda _c, _u, _f, reason, _p: refused.put(reason.is_failure)
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        return any(not refused.get(timeout=10) for _ in range(20))
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
def test_a_free_place_is_free_for_others_and_an_interrupted_run_leaves_nothing(
    scenario: Path, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    run = subprocess.Popen(
        [*PROGRAM, "run", scenario, "--world", "live", "--leave-out", "1", *PART],
        env=ENVIRONMENT | {"TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert run.stderr is not None
        said = run.stderr.readline()
        assert "places left free" in said
        assert begun_in(temporary)
        ((name, secret),) = secrets_in(Path("out/minute.credentials.json")).items()
        assert let_in(int(said.rpartition(":")[2]), name, secret)
        run.send_signal(signal.SIGINT)
        _, error = run.communicate(timeout=60)
    finally:
        run.kill()
        run.communicate()
    assert (run.returncode, error) == (130, "")
    assert begun_in(temporary) == []
    assert list(temporary.iterdir()) == []
    assert list(Path("out").iterdir()) == []


@contextmanager
def swallowing(server: str, what: str) -> Iterator[str]:
    """A source system like this one that says yes to what is asked there, and does nothing."""

    class Between(Answering):
        def treat(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.command == "POST" and re.search(what, self.path):
                self.answer(201, b"{}", content_type="application/json")
                return
            passed = {
                k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")
            }
            with httpx2.Client(trust_env=False, timeout=60) as client:
                url = server + self.path
                got = client.request(self.command, url, content=body, headers=passed)
            kind = got.headers.get("content-type", "")
            self.answer(got.status_code, got.content, content_type=kind)

    with answering(Between) as proxy:
        yield proxy


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
def test_a_source_system_that_only_says_yes_does_not_pass(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTCS_PASSWORD", PASSWORD)
    with serving(tmp_path) as real, swallowing(real.url, r"/orders$") as proxy:
        status, _, error = here(
            *("run", scenario, "--world", "live", *PART, "--server", proxy),
            *("--broker", real.broker, "--login", ADMINISTRATOR),
        )
    assert status == 1, error
    found = written(Path("out/minute"))
    verdicts = {target["id"]: target["verdict"] for target in found["targets"]}
    assert verdicts["PROFILE-REACH-ONLINE"] == "fail"
    orders = [deed for deed in found["live"]["deeds"] if deed["did"] == "GiveOrder"]
    assert all(deed["taken_ms"] is not None for deed in orders)
    assert [bulletin["heard"] for bulletin in found["bulletins"]] == [0, 0]
