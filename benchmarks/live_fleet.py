"""How fast a fleet of emulated devices is: `python -m benchmarks.live_fleet --json`.

Beside it, in the same run, the least that speaks MQTT (`bare_mqtt`), with the same devices at the
same broker: mosquitto as `ttcs serve` runs it, with a login and access rules for each device. Each
kind of client has a process of its own, and both take turns. An emergency is one command for each
device, all of them published in one breath; its fan-out is counted from that instant to the one at
which the device's process has read it. Emulated devices also understand it, answer it, fetch its
sound and log it; what comes back is counted at the source.
"""

import argparse
import asyncio
import gc
import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from reference_system.broker import passwords
from reference_system.broker.contract import Address
from reference_system.broker.mosquitto import mosquitto
from reference_system.interface.messages import Command, Item, Targets, encode
from reference_system.interface.topics import topic
from scenarios import links, profiles
from simulator.dialects.reference import Reference
from simulator.emulator.connection import Broker
from simulator.emulator.events import Event
from simulator.emulator.fleet import CONNECTS_AT_ONCE, EmulatedFleet
from simulator.emulator.member import Member

from . import bare_mqtt

PATIENCE_S = 60.0
SOUND = b"ttcs" * 25_000
SOUND_MS = 2_000
PASSWORD = "not-a-secret-for-this-benchmark"

FAN_OUT_LIMIT, CONNECTS_LIMIT, BYTES_LIMIT = 4.0, 2_000, 40_000
"""At most so many times the bare client's p99; at least so many a second; at most so many bytes a
device in all."""


def name_of(number: int) -> str:
    """A device's name."""
    return f"bench-{number:05}"


def percentile(latencies_ms: list[float], part: float) -> float:
    """The smallest value that no more than that part of them exceed."""
    ordered = sorted(latencies_ms)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def resident_bytes() -> int:
    """The memory of this process."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


# ---- The clients, each in a process of its own --------------------------------------------------


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


async def bare_clients(devices: int, port: int, arrivals: Arrivals) -> Any:
    """Connect them all."""
    clients, numbers = [], iter(range(devices))

    async def one_after_the_other() -> None:
        for number in numbers:
            name = name_of(number)
            client = await bare_mqtt.connected(
                "127.0.0.1", port, name, PASSWORD, topic(name, "cmd"), arrivals.bare
            )
            clients.append(client)

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTS_AT_ONCE):
            group.create_task(one_after_the_other())
    gc.collect()
    gc.freeze()
    return clients


async def emulated_clients(devices: int, port: int, sounds: str, arrivals: Arrivals) -> Any:
    """Connect them all."""
    profile, link = profiles.load("speaker-reference"), links.load("4g")
    members = [Member(name_of(n), "", profile, link, PASSWORD) for n in range(devices)]
    fleet = EmulatedFleet(
        members,
        Broker("127.0.0.1", port, "127.0.0.1"),
        Reference(),
        origins=[sounds],
        listener=arrivals.event,
    )
    await fleet.start()
    assert fleet.summary().connected == devices, fleet.summary()
    return fleet


async def client_process(kind: str, devices: int, port: int, sounds: str) -> None:
    """Connect, say so, and answer each `round` with what has arrived, until standard input ends."""
    arrivals = Arrivals()
    before = resident_bytes()
    began_s, used_s = time.perf_counter(), time.process_time()
    if kind == "bare":
        clients = await bare_clients(devices, port, arrivals)
    else:
        clients = await emulated_clients(devices, port, sounds, arrivals)
    said = {
        "seconds": time.perf_counter() - began_s,
        "processor_seconds": time.process_time() - used_s,
        "before": before,
        "after": resident_bytes(),
    }
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


# ---- The run ------------------------------------------------------------------------------------


@dataclass
class Turn:
    """One process of clients: connects a second, and a second of its processor (what a machine that
    nobody else uses could reach), bytes a device and in all, latencies in ms."""

    connects_s: float
    connects_processor_s: float
    own_bytes: float
    all_bytes: float
    p50_ms: float
    p99_ms: float
    answers_p99_ms: float
    summary: dict[str, Any]


@contextmanager
def broker_running(devices: int) -> Iterator[tuple[int, str]]:
    """A mosquitto that knows the devices: its port, and the password of the source system."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        broker = mosquitto(Path(folder) / "broker", Address("127.0.0.1", port))
        broker.start()
        try:
            secret = passwords.hashed(PASSWORD)
            broker.replace_credentials({name_of(number): secret for number in range(devices)})
            time.sleep(0.5)
            yield port, str(broker.login.password)
        finally:
            broker.stop()


@contextmanager
def sounds_served() -> Iterator[str]:
    """Where devices fetch the sound of every emergency."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(SOUND)))
            self.end_headers()
            self.wfile.write(SOUND)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def emergencies(devices: int, sounds: str, which: str) -> list[tuple[str, bytes]]:
    """One command for each device, with its topic."""
    now_ms = time.time_ns() // 1_000_000
    item = Item(
        bulletin=which,
        item=f"{which}/1",
        priority=1,
        media=3,
        title="Thử nghiệm: bão khẩn cấp",
        duration="00:00:02",
        duration_ms=SOUND_MS,
        content_url=f"{sounds}/media/{which}",
        sha256=hashlib.sha256(SOUND).hexdigest(),
        size_bytes=len(SOUND),
        not_before_ms=now_ms,
        expires_ms=now_ms + 600_000,
    )
    return [
        (
            topic(name, "cmd"),
            encode(
                Command(
                    id=f"start:{which}:{name}",
                    source="TTN-52",
                    sent_s=now_ms // 1000,
                    expires_s=now_ms // 1000 + 600,
                    status="Test",
                    targets=Targets(devices=(name,)),
                    start=item,
                )
            ),
        )
        for name in map(name_of, range(devices))
    ]


async def turn(kind: str, devices: int, rounds: int, port: int, secret: str, sounds: str) -> Turn:
    """One process of clients, some emergencies."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.live_fleet", "--clients", kind),
        *("--devices", str(devices), "--port", str(port), "--sounds", sounds),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            said = json.loads(await child.stdout.readline())
        answers: list[float] = []
        source = await bare_mqtt.connected(
            "127.0.0.1", port, "@source", secret, "ttcs/1/+/ack",
            lambda _topic, _payload: answers.append(time.time_ns() / 1e6),
        )  # fmt: skip
        p50s, p99s, answers_p99s, after = [], [], [], said["after"]
        for _ in range(rounds):
            messages = emergencies(devices, sounds, f"{kind}-{time.time_ns()}")
            answers.clear()
            began_ns = await bare_mqtt.published(source, messages, PATIENCE_S)
            wanted = devices if kind == "emulated" else 0
            async with asyncio.timeout(PATIENCE_S):
                while len(answers) < wanted:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(SOUND_MS / 1000 + 1)
            child.stdin.write(f"{began_ns}\n".encode())
            async with asyncio.timeout(PATIENCE_S):
                told = json.loads(await child.stdout.readline())
            assert len(told["latencies"]) == devices, f"{len(told['latencies'])} arrived"
            p50s.append(percentile(told["latencies"], 0.5))
            p99s.append(percentile(told["latencies"], 0.99))
            answers_p99s.append(
                percentile([at - began_ns / 1e6 for at in answers], 0.99) if answers else 0.0
            )
            after = told["after"]
        source.transport.close()
        child.stdin.close()
        summary = json.loads(await child.stdout.readline()) if kind == "emulated" else {}
        async with asyncio.timeout(PATIENCE_S):
            await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return Turn(
        devices / said["seconds"],
        devices / said["processor_seconds"],
        (after - said["before"]) / devices,
        after / devices,
        median(p50s),
        median(p99s),
        median(answers_p99s),
        summary,
    )


def measured(devices: int, turns: int, rounds: int) -> dict[str, Any]:
    """Both kinds in turns; medians of the turns."""
    found: dict[str, list[Turn]] = {"bare": [], "emulated": []}
    with broker_running(devices) as (port, secret), sounds_served() as sounds:
        for _ in range(turns):
            for kind, of_kind in found.items():
                of_kind.append(asyncio.run(turn(kind, devices, rounds, port, secret, sounds)))
    figures = {
        kind: {
            field: round(median(getattr(one, field) for one in of_kind), 1)
            for field in asdict(of_kind[0])
            if field != "summary"
        }
        for kind, of_kind in found.items()
    }
    ratio = figures["emulated"]["p99_ms"] / figures["bare"]["p99_ms"]
    return {
        "devices": devices,
        **figures,
        "fan_out_p99_ratio": round(ratio, 2),
        "summary": found["emulated"][-1].summary,
        "within": {
            "fan_out": ratio <= FAN_OUT_LIMIT,
            "connects": figures["emulated"]["connects_s"] >= CONNECTS_LIMIT,
            "memory": figures["emulated"]["all_bytes"] <= BYTES_LIMIT,
        },
    }


def main() -> None:
    """Measure and print; or, called by itself, be one process of clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=5_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3, help="emergencies in each turn")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--clients", choices=("bare", "emulated"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--sounds", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.clients:
        asyncio.run(client_process(asked.clients, asked.devices, asked.port, asked.sounds))
        return
    figures = measured(asked.devices, asked.turns, asked.rounds)
    if asked.json:
        print(json.dumps(figures, indent=1))
        return
    for kind in ("bare", "emulated"):
        told = figures[kind]
        print(
            f"{kind:>9}: {told['connects_s']:>7,.0f} connects/s "
            f"({told['connects_processor_s']:,.0f} a second of processor), "
            f"{told['own_bytes'] / 1000:.1f} kB a device ({told['all_bytes'] / 1000:.1f} in all), "
            f"fan-out p50 {told['p50_ms']:.0f} ms, p99 {told['p99_ms']:.0f} ms, "
            f"answers p99 {told['answers_p99_ms']:.0f} ms"
        )
    print(f"fan-out p99: {figures['fan_out_p99_ratio']} times the bare client's")
    print(
        ", ".join(
            f"{what}: {'met' if met else 'NOT met'}" for what, met in figures["within"].items()
        )
    )


if __name__ == "__main__":
    main()
