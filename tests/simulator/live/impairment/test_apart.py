"""A network in its own process: it obeys, answers, and ends with whoever opened it."""

import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from simulator.live.impairment.apart import NetworkApart, NetworkError
from simulator.live.impairment.link import Link, Way, about
from simulator.live.impairment.network import Plan
from simulator.live.impairment.proxy import Entrance

ROOT = Path(__file__).parents[4]


def plan(target) -> Plan:
    way = Way(about(20))
    return Plan((Link("l", way, way),), (Entrance("in", target.address, "l"),), 1)


def runs(pid: int | None) -> bool:
    return pid is not None and Path(f"/proc/{pid}").exists()


def test_it_obeys_and_answers(target):
    with NetworkApart(plan(target)) as network:
        with closing(socket.create_connection(network.addresses["in"], timeout=10)) as device:
            device.sendall(b"ping")
            assert device.recv(4) == b"ping"
            network.cut(links=["l"])
            device.sendall(b"held")
            device.settimeout(0.2)
            with pytest.raises(TimeoutError):
                device.recv(4)
            network.heal(links=["l"])
            device.settimeout(10)
            assert device.recv(4) == b"held"
            network.reset(sources=["127.0.0.1"])
            with pytest.raises(ConnectionResetError):
                device.recv(4)
        result = network.result()
        assert (result.backend, result.links["l"].up.bytes) == ("proxy", 8)
        assert result.connections.reset == 1
        with pytest.raises(NetworkError, match="cut: 'other'"):
            network.cut(links=["other"])
        pid = network.pid
        assert runs(pid)
    assert not runs(pid)
    network.close()
    with pytest.raises(NetworkError, match="has ended"):
        network.result()


def test_what_cannot_be_opened_is_told(target, monkeypatch):
    monkeypatch.setenv("PATH", "")  # so that nobody, root neither, finds the programs
    tun = Plan(plan(target).links, plan(target).entrances, 1, "tun")
    with pytest.raises(NetworkError, match="cannot be opened"):
        NetworkApart(tun)


PARENT = """
import sys, time
from simulator.live.impairment.apart import NetworkApart
from simulator.live.impairment.link import Link
from simulator.live.impairment.network import Plan
from simulator.live.impairment.proxy import Entrance

if __name__ == "__main__":
    network = NetworkApart(Plan((Link("l"),), (Entrance("in", ("127.0.0.1", 9), "l"),), 1))
    print(network.pid, flush=True)
    time.sleep(60)
"""


def test_it_does_not_outlive_who_opened_it(tmp_path):
    file = tmp_path / "parent.py"
    file.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, file], env=environment, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert runs(pid)
        parent.kill()
        parent.wait(10)
    until = time.monotonic() + 10
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not runs(pid)
