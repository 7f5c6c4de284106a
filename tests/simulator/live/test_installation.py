"""An installation of real processes: what it consists of, that it ends, and what it keeps quiet."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import httpx2
import pytest

from simulator.emulator.connection import Broker
from simulator.live import disk, mosquitto
from simulator.live.children import Children, NotStarted
from simulator.live.installation import CannotBreak, Installation
from simulator.live.people import engaged
from simulator.live.running_system import RunningSystem

ROOT = Path(__file__).parents[3]


def log_in(installation, account) -> int:
    with httpx2.Client(base_url=f"{installation.server_url}/api/v1", timeout=30) as client:
        words = {"login": account.login, "password": account.password}
        return client.post("/sessions", json=words).status_code


def family(pid: int) -> set[int]:
    """The process and all that came from it."""
    found = {pid}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found |= family(int(child))
    return found


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_it_keeps_its_people_over_a_kill_says_no_secret_and_ends_with_all_it_started(tmp_path):
    before = family(os.getpid())
    with Installation(tmp_path, place="province:52", era="2022") as made:
        assert made.breakable == {"server", "broker"}
        pid = made.server_pid
        made.kill_server()
        assert made.server_pid is None
        made.stop_broker()
        made.start_broker()
        made.start_server()
        assert made.server_pid not in (None, pid)
        people = made.people
        everybody = (people.administrator, people.composer, people.approver)
        assert [log_in(made, account) for account in everybody] == [201] * 3
        with pytest.raises(CannotBreak):
            made.fill_disk()
        facts = made.facts()
        assert facts["broker"].startswith("mosquitto version 2")
        assert facts["database"] == "SQLite"
        for account in everybody:
            assert account.password not in f"{people} {facts}"
        first = Path(tmp_path / "server.log").read_text().split()[-1]
        assert first not in {account.password for account in everybody}, "the printed one is void"
        running = family(os.getpid()) - before
        assert len(running) >= 2
    assert not [pid for pid in running if alive(pid)]


@pytest.mark.slow
def test_without_mosquitto_the_broker_is_part_of_the_server(tmp_path, monkeypatch):
    monkeypatch.setattr(mosquitto, "find", lambda: None)
    with pytest.raises(CannotBreak, match="nobody break: broker"):
        Installation(tmp_path, place="province:52", era="2022", breaks=["broker"])
    with Installation(tmp_path, place="province:52", era="2022") as made:
        assert made.breakable == {"server"}
        assert made.facts()["broker"] == "embedded"
        with pytest.raises(CannotBreak):
            made.stop_broker()


@pytest.mark.slow
@pytest.mark.needs_tool("mosquitto")
def test_a_running_system_gets_two_operators_for_a_run(tmp_path):
    with Installation(tmp_path, place="province:52", era="2022") as made:
        with engaged(made.server_url, made.people.administrator) as people:
            assert [log_in(made, one) for one in (people.composer, people.approver)] == [201] * 2
            assert people.composer.totp_secret
        assert [log_in(made, one) for one in (people.composer, people.approver)] == [401] * 2
        assert log_in(made, people.administrator) == 201


def test_nothing_of_a_running_system_is_broken():
    system = RunningSystem("http://127.0.0.1:1", Broker("localhost", 1883, "127.0.0.1"), None)
    assert system.breakable == frozenset()
    for broken in (system.kill_server, system.fill_disk, system.stop_broker):
        with pytest.raises(CannotBreak, match="not ours to break"):
            broken()


def test_a_program_that_does_not_start_says_why_and_one_that_hangs_is_ended(tmp_path):
    children = Children(tmp_path)
    try:
        fails = children.child("fails", ["/bin/sh", "-c", "echo something is wrong; exit 3"])
        with pytest.raises(NotStarted, match="fails did not start: something is wrong"):
            fails.start(lambda: False)
        with pytest.raises(NotStarted, match="No such file"):
            Children(tmp_path).child("missing", [], inside=["/no/such"]).start(lambda: True)
        child = children.child("sleeps", ["/bin/sh", "-c", "sleep 600"])
        child.start(lambda: True)
        pid = child.pid
        child.kill()
        assert child.pid is None
        assert not alive(pid)
    finally:
        children.close()


@pytest.mark.skipif(not disk.is_possible(), reason="this machine lets us mount nothing")
def test_a_disk_is_full_to_the_byte_and_gone_with_all_that_holds_it(tmp_path):
    before = family(os.getpid())
    children = Children(tmp_path)
    try:
        made = disk.Disk(children, tmp_path / "data")
        write = [*made.inside, "/bin/sh", "-c", 'echo x > "$1"', "sh", str(tmp_path / "data/file")]
        made.fill()
        assert subprocess.run(write, capture_output=True, check=False).returncode != 0
        made.free()
        assert subprocess.run(write, capture_output=True, check=False).returncode == 0
        assert not list((tmp_path / "data").iterdir()), "nobody else sees it"
        holding = family(os.getpid()) - before
    finally:
        children.close()
    assert holding
    assert not [pid for pid in holding if alive(pid)]


def test_programs_do_not_outlive_a_killed_parent(tmp_path):
    script = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from simulator.live.children import Children
        child = Children(Path(sys.argv[1])).child("sleeps", ["/bin/sleep", "600"])
        name = lambda: Path(f"/proc/{child.pid}/comm").read_text().strip()
        child.start(lambda: name() == "sleep")  # tied to us by then
        print(child.pid, flush=True)
        time.sleep(600)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    ) as parent:
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(signal.SIGKILL)
    deadline_s = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
