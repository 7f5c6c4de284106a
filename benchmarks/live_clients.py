"""One process of clients for `benchmarks.live_fleet`: emulated devices, or bare connections.

Both connect as many at once, with a login for each, and read the topic of their own commands.
"""

import argparse
import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reference_system.interface.topics import topic
from scenarios import links, profiles
from simulator.dialects.reference import Reference
from simulator.emulator.connection import Broker
from simulator.emulator.events import Event
from simulator.emulator.fleet import CONNECTS_AT_ONCE, EmulatedFleet
from simulator.emulator.member import Member

from . import bare_mqtt

PASSWORD = "not-a-secret-for-this-benchmark"


def name_of(number: int) -> str:
    """A device's name."""
    return f"bench-{number:05}"


def resident_bytes(pid: int | None = None) -> int:
    """The memory of a process, this one if none is named."""
    pages = Path(f"/proc/{pid or 'self'}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class Arrivals:
    """When each device was reached in this round, in milliseconds since the epoch."""

    def __init__(self) -> None:
        """None yet."""
        self.at_ms: list[float] = []

    def event(self, event: Event) -> None:
        """An emulated device's."""
        if event.what == "ordered":
            self.at_ms.append(event.at_ms)

    def bare(self, _topic: str, _payload: bytes) -> None:
        """A bare client's."""
        self.at_ms.append(time.time_ns() / 1e6)


async def bare_clients(names: Sequence[str], port: int, arrivals: Arrivals) -> Any:
    """Connect them all."""
    clients, left = [], iter(names)

    async def one_after_the_other() -> None:
        for name in left:
            client = await bare_mqtt.connected(
                "127.0.0.1", port, name, PASSWORD, topic(name, "cmd"), arrivals.bare
            )
            clients.append(client)

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTS_AT_ONCE):
            group.create_task(one_after_the_other())
    return clients


async def emulated_clients(
    names: Sequence[str], port: int, sounds: str, arrivals: Arrivals, begun: Callable[[], None]
) -> Any:
    """Connect them all, and say when that is begun."""
    profile, link = profiles.load("speaker-reference"), links.load("4g")
    members = [Member(name, "", profile, link, PASSWORD) for name in names]
    fleet = EmulatedFleet(
        members,
        Broker("127.0.0.1", port, "127.0.0.1"),
        Reference(),
        origins=[sounds],
        listener=arrivals.event,
    )
    begun()
    await fleet.start()
    assert fleet.summary().connected == len(names), fleet.summary()
    return fleet


async def client_process(kind: str, names: Sequence[str], port: int, sounds: str) -> None:
    """Connect, say so, and answer each `round` with what has arrived, until standard input ends."""
    arrivals, before = Arrivals(), resident_bytes()
    began_ns, used_s = 0, 0.0

    def begun() -> None:
        nonlocal began_ns, used_s
        began_ns, used_s = time.time_ns(), time.process_time()

    if kind == "bare":
        begun()
        clients = await bare_clients(names, port, arrivals)
    else:
        clients = await emulated_clients(names, port, sounds, arrivals, begun)
    said = {
        "began_ns": began_ns,
        "ended_ns": time.time_ns(),
        "processor_s": time.process_time() - used_s,
        "before": before,
        "after": resident_bytes(),
    }
    gc.collect()
    gc.freeze()
    print(json.dumps(said), flush=True)
    questions = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(questions), sys.stdin
    )
    while line := await questions.readline():
        began_ns = int(line)
        latencies_ms = [at_ms - began_ns / 1e6 for at_ms in arrivals.at_ms]
        arrivals.at_ms.clear()
        print(json.dumps({"latencies": latencies_ms, "after": resident_bytes()}), flush=True)
    if kind == "emulated":
        print(json.dumps(clients.summary().as_data()), flush=True)
        await clients.stop()


def main() -> None:
    """Be one process of clients; `benchmarks.live_fleet` starts it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("bare", "emulated"))
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--devices", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sounds", required=True)
    asked = parser.parse_args()
    names = [name_of(asked.first + number) for number in range(asked.devices)]
    asyncio.run(client_process(asked.kind, names, asked.port, asked.sounds))


if __name__ == "__main__":
    main()
