"""How fast a fleet of emulated devices is: `python -m benchmarks.live_fleet --json`.

Beside it, in the same run, the least that speaks MQTT (`bare_mqtt`), with the same devices at the
same broker: mosquitto as `ttcs serve` runs it, with a login and access rules for each device. Each
kind of client has processes of its own, and both take turns. An emergency is one command for each
device, all of them published in one breath; its fan-out is counted from that instant to the one at
which the device's process has read it. Emulated devices also understand it, answer it, fetch its
sound and log it; what comes back is counted at the source.

`--soak 10m` instead lets `ttcs fleet` work that long for `ttcs serve`; see `soak`.
"""

import argparse
import asyncio
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
from reference_system.broker.own import OwnBroker
from reference_system.interface.messages import Command, Item, Targets, encode
from reference_system.interface.topics import topic
from scenarios.units import duration_ms

from . import bare_mqtt, soak
from .live_clients import PASSWORD, name_of
from .served import free_port

PATIENCE_S = 60.0
SOUND = b"ttcs" * 25_000
SOUND_MS = 2_000

FAN_OUT_LIMIT, CONNECTS_LIMIT, BYTES_LIMIT = 4.0, 2_000, 40_000
"""At most so many times the bare client's p99; at least so many a second; at most so many bytes a
device in all."""


def percentile(latencies_ms: list[float], part: float) -> float:
    """The smallest value that no more than that part of them exceed."""
    ordered = sorted(latencies_ms)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@dataclass
class Turn:
    """What one kind of client did once, in all its processes.

    Connects a second; processor time of the clients and of the broker for each connect, in
    microseconds, which say who is the bound; bytes a device and in all; latencies in ms.
    """

    connects_s: float
    client_us: float
    broker_us: float
    own_bytes: float
    all_bytes: float
    p50_ms: float
    p99_ms: float
    answers_p99_ms: float
    summaries: list[dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """Where they work: the broker's port and process, the source system's password, the sounds."""

    port: int
    broker: int
    secret: str
    sounds: str


@contextmanager
def broker_running(devices: int) -> Iterator[OwnBroker]:
    """A mosquitto that knows the devices."""
    with TemporaryDirectory() as folder:
        broker = mosquitto(Path(folder) / "broker", Address("127.0.0.1", free_port()))
        broker.start()
        try:
            secret = passwords.hashed(PASSWORD)
            broker.replace_credentials({name_of(number): secret for number in range(devices)})
            time.sleep(0.5)
            yield broker
        finally:
            broker.stop()


def processor_s(pid: int) -> float:
    """The time that a process has used of the processor."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


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


class Clients:
    """A process of clients; see `live_clients`."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        """It runs."""
        assert child.stdin is not None
        assert child.stdout is not None
        self.child, self._asks, self._says = child, child.stdin, child.stdout

    @staticmethod
    async def start(kind: str, devices: range, place: Place) -> "Clients":
        """Start it, and do not wait for it to connect."""
        return Clients(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.live_clients", kind),
                *("--first", str(devices.start), "--devices", str(len(devices))),
                *("--port", str(place.port), "--sounds", place.sounds),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 24,
            )
        )

    async def told(self) -> dict[str, Any]:
        """What it says next."""
        async with asyncio.timeout(PATIENCE_S):
            return dict(json.loads(await self._says.readline()))

    def ask(self, began_ns: int) -> None:
        """Ask for the latencies of a round."""
        self._asks.write(f"{began_ns}\n".encode())

    def end(self) -> None:
        """Let it end."""
        self._asks.close()


async def turn(kind: str, devices: int, processes: int, rounds: int, place: Place) -> Turn:
    """Processes of clients, some emergencies."""
    shares = [
        range(devices * n // processes, devices * (n + 1) // processes) for n in range(processes)
    ]
    broker_s = processor_s(place.broker)
    clients = [await Clients.start(kind, share, place) for share in shares]
    try:
        said = [await each.told() for each in clients]
        broker_s = processor_s(place.broker) - broker_s
        took_ns = max(each["ended_ns"] for each in said) - min(each["began_ns"] for each in said)
        fan_out = [await _round(kind, devices, clients, place) for _ in range(rounds)]
        for each in clients:
            each.end()
        summaries = [await each.told() for each in clients] if kind == "emulated" else []
        async with asyncio.timeout(PATIENCE_S):
            for each in clients:
                await each.child.wait()
    finally:
        for each in clients:
            if each.child.returncode is None:
                each.child.kill()
                await each.child.wait()
    after = fan_out[-1][3]
    return Turn(
        devices / (took_ns / 1e9),
        sum(each["processor_s"] for each in said) / devices * 1e6,
        broker_s / devices * 1e6,
        (after - sum(each["before"] for each in said)) / devices,
        after / devices,
        median(p50_ms for p50_ms, _, _, _ in fan_out),
        median(p99_ms for _, p99_ms, _, _ in fan_out),
        median(answers_ms for _, _, answers_ms, _ in fan_out),
        summaries,
    )


async def _round(
    kind: str, devices: int, clients: list[Clients], place: Place
) -> tuple[float, float, float, int]:
    """An emergency: p50 and p99 of reaching devices, p99 of their answers; bytes afterwards."""
    answers: list[float] = []
    source = await bare_mqtt.connected(
        "127.0.0.1", place.port, "@source", place.secret, "ttcs/1/+/ack",
        lambda _topic, _payload: answers.append(time.time_ns() / 1e6),
    )  # fmt: skip
    messages = emergencies(devices, place.sounds, f"{kind}-{time.time_ns()}")
    began_ns = await bare_mqtt.published(source, messages, PATIENCE_S)
    wanted = devices if kind == "emulated" else 0
    async with asyncio.timeout(PATIENCE_S):
        while len(answers) < wanted:
            await asyncio.sleep(0.05)
    await asyncio.sleep(SOUND_MS / 1000 + 1)
    source.transport.close()
    for each in clients:
        each.ask(began_ns)
    told = [await each.told() for each in clients]
    latencies_ms = [latency for each in told for latency in each["latencies"]]
    assert len(latencies_ms) == devices, f"{len(latencies_ms)} arrived"
    return (
        percentile(latencies_ms, 0.5),
        percentile(latencies_ms, 0.99),
        percentile([at - began_ns / 1e6 for at in answers], 0.99) if answers else 0.0,
        sum(each["after"] for each in told),
    )


def measured(devices: int, processes: int, turns: int, rounds: int) -> dict[str, Any]:
    """Both kinds in turns; medians of the turns."""
    found: dict[str, list[Turn]] = {"bare": [], "emulated": []}
    with broker_running(devices) as broker, sounds_served() as sounds:
        assert broker.pid is not None
        place = Place(broker.address.port, broker.pid, str(broker.login.password), sounds)
        for _ in range(turns):
            for kind, of_kind in found.items():
                of_kind.append(asyncio.run(turn(kind, devices, processes, rounds, place)))
    figures = {
        kind: {
            field: round(median(getattr(one, field) for one in of_kind), 1)
            for field in asdict(of_kind[0])
            if field != "summaries"
        }
        for kind, of_kind in found.items()
    }
    bare, emulated = figures["bare"], figures["emulated"]
    ratio = emulated["p99_ms"] / bare["p99_ms"]
    return {
        "devices": devices,
        "processes": processes,
        "load": os.getloadavg()[0],
        **figures,
        "fan_out_p99_ratio": round(ratio, 2),
        "connects_ratio": round(emulated["connects_s"] / bare["connects_s"], 2),
        "summaries": found["emulated"][-1].summaries,
        "within": {
            "fan_out": ratio <= FAN_OUT_LIMIT,
            "connects": emulated["connects_s"] >= CONNECTS_LIMIT,
            "memory": emulated["all_bytes"] <= BYTES_LIMIT,
        },
    }


def told_to_people(figures: dict[str, Any]) -> str:
    """The figures in lines for people."""
    lines = []
    for kind in ("bare", "emulated"):
        each = figures[kind]
        lines.append(
            f"{kind:>9}: {each['connects_s']:>7,.0f} connects/s "
            f"(of a processor for each: {each['client_us']:.0f} us, and of the broker's "
            f"{each['broker_us']:.0f}), "
            f"{each['own_bytes'] / 1000:.1f} kB a device ({each['all_bytes'] / 1000:.1f} in all), "
            f"fan-out p50 {each['p50_ms']:.0f} ms, p99 {each['p99_ms']:.0f} ms, "
            f"answers p99 {each['answers_p99_ms']:.0f} ms"
        )
    lines.append(
        f"of the bare client's: fan-out p99 {figures['fan_out_p99_ratio']} times, "
        f"connects {figures['connects_ratio']} times; load {figures['load']:.1f}"
    )
    return "\n".join(lines)


def main() -> None:
    """Measure and print; a soak ends with 1 where it is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.live_fleet")
    parser.add_argument("--devices", type=int, default=5_000)
    parser.add_argument("--processes", type=int, default=1, help="of each kind of client")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3, help="emergencies in each turn")
    parser.add_argument("--soak", metavar="DURATION", help="such as 10m")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.soak:
        lasting_s = duration_ms(asked.soak) / 1000
        figures, words = soak.soaked(asked.devices, asked.processes, lasting_s), soak.told_to_people
    else:
        figures = measured(asked.devices, asked.processes, asked.turns, asked.rounds)
        words = told_to_people
    within = figures["within"]
    if asked.json:
        print(json.dumps(figures, indent=1))
    else:
        print(words(figures))
        print(", ".join(f"{what}: {'met' if met else 'NOT met'}" for what, met in within.items()))
    if asked.soak and not all(within.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
