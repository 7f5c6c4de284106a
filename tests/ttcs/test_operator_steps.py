"""Questions to an operator, and power that somebody switches, through the commands themselves."""

import json
import os
import pty
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from conformance import evidence
from conformance.record import Record
from tests import plugged
from tests.ttcs.program import ENVIRONMENT, PROGRAM, program

pytestmark = [pytest.mark.needs_tool("mosquitto"), pytest.mark.needs_tool("espeak-ng")]

MINE = """\
ttcs: 1
device: {vendor: "ABC", model: "S2", serial: "17", firmware: {version: "2.3"}}
profile: ip-speaker
supports: {cancel: true, schedules: true, restart: true, session_kept: true, last_will: true,
           codecs: [mp3]}
limits: {message_bytes: 16384, commands_per_s: 2, cold_start: 60s}
"""
CERTIFY = ("certify", "--profile", "ip-speaker", "--capabilities", "mine.yaml")
PYTEST = (
    *(sys.executable, "-m", "pytest", "-p", "ttcs.pytest_plugin", "-p", "no:cacheprovider"),
    *("--ttcs-profile", "ip-speaker", "--ttcs-bench", "bench.yaml"),
    *("--ttcs-capabilities", "mine.yaml", "-k", "power-ready"),
)
ONE = (*CERTIFY, "--bench", "bench.yaml", "--case", "power-ready", "--out", "out")


def free_ports() -> tuple[int, int]:
    """Two ports that nobody has."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        return one.getsockname()[1], other.getsockname()[1]


@contextmanager
def bench(place: Path, operator: str) -> Iterator[None]:
    """A bench in `bench.yaml` with a speaker on a plug, switched by this operator."""
    port, sounds_port = free_ports()
    (place / "mine.yaml").write_text(MINE)
    (place / "password").write_text("its password\n")
    (place / "bench.yaml").write_text(
        "ttcs: 1\nenvironment: test\n"
        'dut: {driver: network, name: loa-1, address: "127.0.0.1", password_file: password}\n'
        f'broker: {{listen: "127.0.0.1:{port}"}}\nsounds: {{listen: "127.0.0.1:{sounds_port}"}}\n'
        f"operator: {operator}\npower: {{driver: manual}}\npermits: [power]\n"
    )
    device = plugged.settings("loa-1", "its password", port, sounds_port)
    with plugged.plugged_in(place, device):
        yield


def by_program(place: Path, what: str) -> str:
    """An operator that does this."""
    return json.dumps({"driver": "program", "command": plugged.words(place, what), "wait": "30s"})


def recorded(place: Path) -> Record:
    """What happened in the case of the bundle."""
    files = {
        str(file.relative_to(place)): file.read_bytes()
        for file in place.rglob("*")
        if file.is_file()
    }
    return evidence.read(files).trials["power-ready"].record


def result(place: Path) -> dict[str, object]:
    """How the one case fared, in the results of the bundle."""
    results = json.loads((place / "results.json").read_text("utf-8"))
    return next(
        check
        for clause in results["clauses"]
        for check in clause["checks"]
        if check["case"] == "power-ready"
    )


@pytest.mark.slow
def test_a_device_is_certified_with_its_power_cut_by_an_operator(tmp_path: Path) -> None:
    with bench(tmp_path, by_program(tmp_path, "answer")):
        ended = subprocess.run(
            [*PROGRAM, *ONE],
            cwd=tmp_path,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert ended.returncode == 3, ended.stderr  # one case alone is never conformant
        assert plugged.is_on(tmp_path)
    found = result(tmp_path / "out")
    assert (found["verdict"], found["limit_ms"]) == ("pass", 60_000)
    record = recorded(tmp_path / "out")
    answers = [(each.detail["name"], each.detail["answer"]) for each in record.of("asked")]
    assert answers == [("power-off", "done"), ("power-on", "done")]
    power = record.first("power-on")
    assert 0 < power.detail["uncertainty_ms"] == power.at_ms - record.earliest_ms("power-on")
    # Nobody's name, and no secret.
    kept = b"".join(file.read_bytes() for file in (tmp_path / "out").rglob("*.json*"))
    assert b"its password" not in kept
    verified = program("verify", "out", "--json", cwd=tmp_path)
    told = json.loads(verified.stdout)
    assert verified.returncode == 3  # of an unknown signer
    assert told["by_then"]["differences"] == told["by_now"]["differences"] == []


def test_no_answer_is_inconclusive_and_nobody_s_fault(tmp_path: Path) -> None:
    with bench(tmp_path, by_program(tmp_path, "leave")):
        ended = program(*ONE, cwd=tmp_path)
    assert ended.returncode == 3, ended.stderr
    found = result(tmp_path / "out")
    assert (found["verdict"], found["reason"]) == ("inconclusive", "no-answer")
    assert recorded(tmp_path / "out").is_unanswered
    told = json.loads(program("verify", "out", "--json", cwd=tmp_path).stdout)
    assert told["by_then"]["differences"] == []


def test_a_terminal_asks(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with bench(tmp_path, "{driver: terminal, wait: 40s}"):
        running = subprocess.Popen(
            [*PROGRAM, *ONE],
            cwd=tmp_path,
            env=ENVIRONMENT | {"TERM": "xterm"},
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        )
        os.close(theirs)
        try:
            shown = until(ours, "Không làm được")
            os.write(ours, b"0\n")
            shown += until(ours, "Không làm được")
            os.write(ours, b"0\n")  # it is asked to see to it that the device has power
            assert running.wait(60) == 3
        finally:
            running.kill()
            running.wait()
            os.close(ours)
    assert "Ngắt nguồn điện của thiết bị" in shown
    assert "Cut the device's mains" in shown
    assert result(tmp_path / "out")["reason"] == "no-answer"
    assert recorded(tmp_path / "out").first("asked").detail["by"] == "operator"


def until(terminal: int, words: str) -> str:
    """What a terminal shows until these words, in a minute."""
    shown, deadline = b"", time.monotonic() + 60
    while words not in shown.decode("utf-8", "ignore"):
        ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
        assert ready, shown
        shown += os.read(terminal, 65_536)
    return shown.decode("utf-8", "ignore")


def test_without_a_terminal_it_is_said_before_the_run(tmp_path: Path) -> None:
    with bench(tmp_path, "{driver: terminal}"):
        ended = program(*ONE, cwd=tmp_path, stdin=subprocess.DEVNULL)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "operator.driver: is terminal, expected a terminal at hand" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_pytest_tells_where_the_page_is_whatever_it_captures(tmp_path: Path) -> None:
    with bench(tmp_path, "{driver: page, wait: 40s}"):
        running = subprocess.Popen(
            PYTEST,
            cwd=tmp_path,
            env=ENVIRONMENT | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert running.stderr is not None
            line = next(line for line in running.stderr if "http://127.0.0.1:" in line)
            (url,) = re.findall(r"http://\S+", line)
            for _ in range(2):  # to cut the power, and to see to it that it is on
                cannot(url)
            out, _ = running.communicate(timeout=60)
        finally:
            running.kill()
            running.wait()
    assert running.returncode == 1
    assert "no-answer" in out
    assert "Traceback" not in out


def cannot(url: str) -> None:
    """Say on the page that it cannot be done, once it asks."""
    for _ in range(600):
        if found := re.search(r'name="question" value="([^"]+)"', httpx2.get(url).text):
            break
        time.sleep(0.1)
    assert found
    form = urlencode({"question": found[1], "answer": ""})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert httpx2.post(url, content=form, headers=headers).status_code == 303


def test_pytest_has_no_terminal_while_it_captures(tmp_path: Path) -> None:
    with bench(tmp_path, "{driver: terminal}"):
        ended = subprocess.run(
            PYTEST,
            cwd=tmp_path,
            env=ENVIRONMENT | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 2
    assert "operator.driver: is terminal" in ended.stdout
