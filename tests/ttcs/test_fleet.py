"""`ttcs fleet`: refusals in one line, and from login to proof of play at a real `ttcs serve`."""

import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.emulator.source_system import (
    ADMINISTRATOR,
    PASSWORD,
    SourceSystem,
    serving,
)
from tests.ttcs.program import ENVIRONMENT, PROGRAM, TINY, here

DEVICES = 6  # the scenario has three: each commune's clusters are doubled


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY, "utf-8")
    return file


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--server", "http://192.0.2.1:8080"], "--allow-target 192.0.2.1"),
        (["--server", "http://nguon.example"], "--allow-target nguon.example"),
        (["--broker", "mqtt://192.0.2.1"], "--allow-target 192.0.2.1"),
        (["--broker", "http://127.0.0.1"], "mqtt://127.0.0.1:8080"),
        (["--broker", "mqtt://ai-do:mat-khau@127.0.0.1"], "an address with a login"),
        (["--server", "127.0.0.1:8080"], "http://127.0.0.1:8080"),
        (["--server", "http://127.0.0.1:99999"], "http://127.0.0.1:8080"),
        (["--server", "http://127.0.0.1/api"], "without a path"),
        (["--for", "soon"], "--for"),
        ([], "--login"),
        (["--login", "quantri"], "TTCS_PASSWORD"),
        (["--login", "quantri", "--password-file", "/nowhere"], "--password-file"),
        (["--broker", "mqtts://127.0.0.1", "--ca", "/nowhere"], "--ca"),
    ],
)
def test_wrong_use_is_refused_in_one_line(
    scenario: Path, options: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TTCS_PASSWORD", raising=False)
    status, out, error = here("fleet", "--scenario", scenario, *options)
    assert (status, out) == (2, "")
    assert said in error
    assert len(error.splitlines()) == 1
    assert "mat-khau" not in error


def test_a_server_that_is_not_there(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTCS_PASSWORD", PASSWORD)
    options = ["--server", "http://127.0.0.1:9", "--login", ADMINISTRATOR]
    status, _, error = here("fleet", "--scenario", scenario, *options)
    assert status == 2
    assert "http://127.0.0.1:9" in error
    assert PASSWORD not in error


@pytest.mark.parametrize(
    ("mode", "text", "said"),
    [
        (0o644, '{"ttcs": 1, "servers": {}}', "chmod 600"),
        (0o600, "[]", "another file"),
        (0o600, '{"ttcs": 1, "servers": {"http://127.0.0.1:8080": {"a": 1}}}', "a text for each"),
        (0o600, "{", "JSON"),
    ],
)
def test_a_credentials_file_is_read_strictly(
    scenario: Path, tmp_path: Path, mode: int, text: str, said: str
) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(text)
    file.chmod(mode)
    status, _, error = here("fleet", "--scenario", scenario, "--credentials", file)
    assert status == 2
    assert said in error


def started(system: SourceSystem, scenario: Path, *options: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(*PROGRAM, "fleet", "--scenario", scenario, "--server", system.url),
            *("--broker", system.broker, "--devices", str(DEVICES), *options),
        ],
        env=ENVIRONMENT | {"TTCS_PASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=scenario.parent,
    )


def ended(fleet: subprocess.Popen[str], *, interrupt: bool = True) -> tuple[int, str, str]:
    """Ctrl-C, unless it ends by itself, and what it said."""
    try:
        if interrupt:
            fleet.send_signal(signal.SIGINT)
        out, error = fleet.communicate(timeout=20)
        return fleet.returncode, out, error
    finally:
        fleet.kill()
        fleet.wait()


def until(fits: Any) -> None:
    deadline_s = time.monotonic() + 60
    while not fits():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
def test_from_login_to_proof_of_play(scenario: Path, tmp_path: Path) -> None:
    credentials, log = tmp_path / "credentials.json", tmp_path / "log.jsonl"
    with serving(tmp_path) as system:
        fleet = started(
            *(system, scenario, "--login", ADMINISTRATOR, "--json"),
            *("--credentials", credentials, "--log", log),
        )
        until(lambda: fleet.poll() or system.ask("GET", "/api/v1/device-counts")["online"] == 6)
        bulletin = system.emergency("Thử nghiệm loa.")
        until(lambda: fleet.poll() or system.proof(bulletin)["whole"] == DEVICES)
        began_s = time.monotonic()
        status, out, error = ended(fleet)
        assert (status, error) == (0, "")
        assert time.monotonic() - began_s < 6
        until(lambda: system.ask("GET", "/api/v1/device-counts")["offline"] == DEVICES)
        summary = json.loads(out)
        assert summary == {
            "devices": DEVICES,
            "connected": DEVICES,
            "answered": DEVICES,
            "heard": DEVICES,
            "orders": DEVICES,
            "segments": DEVICES,
            "entries": DEVICES,
            "confirmed": DEVICES,
            "sounds": 1,
            "errors": {},
        }
        events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        assert {event["device"] for event in events if event["event"] == "decoded"} == {
            f"21952-0{number}" for number in (1, 2, 3)
        }
        played = next(event for event in events if event["event"] == "ended")
        assert played["bulletin"] == bulletin
        assert played["at"].endswith("+07:00")
        assert played["at_ms"] == played["end_ms"]
        logs = system.ask("GET", f"/api/v1/play-logs?device={played['device']}")["items"]
        assert len(logs) == 1

        assert stat.S_IMODE(os.stat(credentials).st_mode) == 0o600
        before = json.loads(credentials.read_text())
        again = started(system, scenario, "--credentials", credentials, "--for", "3s")
        status, out, error = ended(again, interrupt=False)
        assert (status, error) == (0, "")
        assert "6  đang kết nối / connected now" in out
        assert json.loads(credentials.read_text()) == before

        # Who kept no secrets gets new ones; the old ones are void.
        third = started(system, scenario, "--login", ADMINISTRATOR)
        until(lambda: third.poll() or system.ask("GET", "/api/v1/device-counts")["online"] == 6)
        assert ended(third)[0] == 0
        fourth = started(system, scenario, "--credentials", credentials, "--for", "8s", "--json")
        status, out, _ = ended(fourth, interrupt=False)
        assert status == 4
        assert json.loads(out)["connected"] == 0
        assert json.loads(out)["errors"]["refused"] >= DEVICES

        wrong = started(system, scenario, "--login", "khong-co-ai")
        status, _, error = ended(wrong, interrupt=False)
        assert status == 2
        assert "login-refused" in error


Left = list[subprocess.Popen[str]]


@pytest.fixture
def left() -> Iterator[Left]:
    """Fleets that end with the test, however that ends."""
    begun: Left = []
    yield begun
    for fleet in begun:
        fleet.kill()
        fleet.communicate()


def processes_below(parent: subprocess.Popen[str]) -> list[int]:
    """Those with devices; a process of Python's own watches over them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # some end while we look
            words = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if int(words[1]) == parent.pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
@pytest.mark.needs_tool("espeak-ng")
def test_two_processes_are_one_fleet(scenario: Path, tmp_path: Path, left: Left) -> None:
    log = tmp_path / "log.jsonl"
    with serving(tmp_path) as system:
        options = ("--login", ADMINISTRATOR, "--processes", "2", "--json", "--log", log)
        fleet = started(system, scenario, *options)
        left.append(fleet)
        until(lambda: fleet.poll() or system.ask("GET", "/api/v1/device-counts")["online"] == 6)
        assert len(processes_below(fleet)) == 2
        bulletin = system.emergency("Thử nghiệm loa.")
        until(lambda: fleet.poll() or system.proof(bulletin)["whole"] == DEVICES)
        fleet.terminate()
        status, out, error = ended(fleet, interrupt=False)
        assert (status, error) == (0, "")
        until(lambda: system.ask("GET", "/api/v1/device-counts")["offline"] == DEVICES)
        summary = json.loads(out)
        assert {summary[what] for what in ("devices", "connected", "heard", "confirmed")} == {6}
        assert (summary["sounds"], summary["errors"]) == (2, {})
        events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        assert len({event["device"] for event in events if event["event"] == "ended"}) == DEVICES
        assert {event["device"] for event in events if event["event"] == "decoded"} == {
            f"21952-0{number}" for number in (1, 2, 3)
        }

        halved = started(system, scenario, *options)
        left.append(halved)
        until(lambda: halved.poll() or system.ask("GET", "/api/v1/device-counts")["online"] == 6)
        os.kill(processes_below(halved)[0], signal.SIGKILL)
        status, out, error = ended(halved, interrupt=False)
        assert (status, json.loads(out)["devices"]) == (4, 3)
        assert "ended before its time" in error
        assert len(error.splitlines()) == 1

        orphaned = started(system, scenario, *options)
        left.append(orphaned)
        until(lambda: orphaned.poll() or system.ask("GET", "/api/v1/device-counts")["online"] == 6)
        alone = processes_below(orphaned)
        orphaned.kill()
        ended(orphaned, interrupt=False)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in alone))
