"""What the proxy takes for thousands of connections, and how much it carries."""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.live.impairment.apart import NetworkApart
from simulator.live.impairment.link import Link, Way, about
from simulator.live.impairment.network import Plan
from simulator.live.impairment.proxy import Entrance

CONNECTIONS = 5_000
MOST_KB_EACH = 20
RATE_BYTES_PER_S = 12_500_000  # 100 Mbit/s


class Kept:
    """A target that keeps its connections and says nothing."""

    def __init__(self) -> None:
        self.peers: list[socket.socket] = []
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=4_096)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self.peers.append(self.listening.accept()[0])
            except OSError:
                return

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 60
        while len(self.peers) < count:
            assert time.monotonic() < until, f"{len(self.peers)} of {count} came through"
            time.sleep(0.02)

    def close(self) -> None:
        for closing in (self.listening, *self.peers):
            closing.close()


@pytest.fixture
def kept() -> Iterator[Kept]:
    target = Kept()
    yield target
    target.close()


@pytest.fixture
def many_files() -> Iterator[None]:
    """Room for both ends of every connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * CONNECTIONS + 500:
        pytest.skip(f"this machine lets a process open {hard} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident_kb(pid: int | None) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def carried_bytes_per_s(network: NetworkApart, kept: Kept, size: int) -> float:
    before = len(kept.peers)
    with socket.create_connection(network.addresses["in"]) as device:
        kept.wait_for(before + 1)
        peer, got, buffer = kept.peers[-1], 0, bytearray(2**20)
        sender = threading.Thread(target=device.sendall, args=(bytes(size),))
        begin_s = time.monotonic()
        sender.start()
        while got < size:
            got += peer.recv_into(buffer)
        sender.join()
        return size / (time.monotonic() - begin_s)


@pytest.mark.slow
def test_thousands_of_idle_connections_and_100_mbit_s(kept, many_files, record_property):
    way = Way(about(20, 5), rate_bytes_per_s=RATE_BYTES_PER_S)
    entrance = Entrance("in", kept.listening.getsockname(), "l")
    with NetworkApart(Plan((Link("l", way, way),), (entrance,), 1)) as network:
        before_kb = resident_kb(network.pid)
        begin_s = time.monotonic()
        devices = [socket.create_connection(network.addresses["in"]) for _ in range(CONNECTIONS)]
        kept.wait_for(CONNECTIONS)
        connects_per_s = CONNECTIONS / (time.monotonic() - begin_s)
        kb_each = (resident_kb(network.pid) - before_kb) / CONNECTIONS
        rate = carried_bytes_per_s(network, kept, 2 * RATE_BYTES_PER_S)
        assert network.result().connections.open_now >= CONNECTIONS
        for device in devices:
            device.close()
    record_property("connects_per_s", round(connects_per_s))
    record_property("kb_per_connection", round(kb_each, 1))
    record_property("mbit_per_s", round(rate * 8 / 1e6, 1))
    assert kb_each < MOST_KB_EACH
    assert 0.8 * RATE_BYTES_PER_S < rate < 1.05 * RATE_BYTES_PER_S
