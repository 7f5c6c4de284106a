"""A fleet at work for minutes: `python -m benchmarks.live_fleet --soak 10m`.

`ttcs fleet` with a scenario's devices at `ttcs serve` with SQLite and mosquitto, each as a process
of its own. An emergency is repeated all the time, every device plays and logs each play, and
reports as its profile says. Afterwards the server's database is held against the fleet's own log:
each entry that a device made stands in it once, and each device was heard of.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from . import served as process
from .live_clients import resident_bytes
from .served import PASSWORD, Served, told

SCENARIO = "binh-dinh-day"
GAP_S = 120.0
"""From one play to the next."""

PATIENCE_S = 300.0
BUSY = 503
SEEN_LIMIT_S = 75.0
"""Devices report once a minute."""

WAIT_LIMIT_MS = 15_000
"""The longest that an entry may take from the end of its play to the database."""

GROWTH_LIMIT_BYTES = 100 << 20
"""How much more memory each part may have at the end than after a quarter of the time."""

Entries = Counter[tuple[str, str, int]]
"""Entries of the play log by device, boot and number; how often each is told."""


def soaked(devices: int, processes: int, lasting_s: float) -> dict[str, Any]:
    """Let them work, and say what became of it; raises `TimeoutError`."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        served = Served(folder / "data", options=("--era", "2022"))
        try:
            served.start()
            administrator = process.first_administrator(served)
            lan = process.person(served, administrator, "lan")
            with _fleet(served, folder, devices, processes) as fleet:
                return _worked(served, lan, fleet, devices, lasting_s)
        finally:
            served.close()


@contextmanager
def _fleet(
    served: Served, folder: Path, devices: int, processes: int
) -> Iterator[subprocess.Popen[str]]:
    assert served.first is not None
    child = subprocess.Popen(
        [
            *(sys.executable, "-c", "from ttcs.main import entry; entry()", "fleet"),
            *("--scenario", SCENARIO, "--devices", str(devices), "--processes", str(processes)),
            *("--server", served.url, "--broker", f"mqtt://127.0.0.1:{served.mqtt_port}"),
            *("--login", served.first[0], "--log", str(_log(served)), "--json"),
        ],
        env={**os.environ, "TTCS_PASSWORD": PASSWORD},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()  # it has ended in good order, unless something is wrong
        child.communicate()


def _worked(
    served: Served,
    lan: httpx2.Client,
    fleet: subprocess.Popen[str],
    devices: int,
    lasting_s: float,
) -> dict[str, Any]:
    _until(lambda: _online(lan) == devices, fleet)
    times = max(1, int(lasting_s / GAP_S))
    _order(lan, times)
    assert served.process is not None
    began_s, samples, answers_ms = time.monotonic(), [], []
    online: int | None = None
    unanswered = 0
    while (passed_s := time.monotonic() - began_s) < lasting_s:
        asked_s = time.perf_counter()
        online = _online(lan)
        unanswered += online is None
        answers_ms.append((time.perf_counter() - asked_s) * 1_000)
        samples.append((passed_s, _memory(served.process.pid, fleet.pid)))
        if fleet.poll() is not None:
            raise RuntimeError(f"the fleet ended: {fleet.returncode}")
        time.sleep(max(0.0, min(lasting_s / 60, lasting_s - passed_s)))
    seen_s, unreported = _last_seen(served)
    late_s = None  # for what never came
    with suppress(TimeoutError):
        late_s = _until(lambda: _count(served, "play_log") >= times * devices, served.process)
    fleet.send_signal(signal.SIGINT)
    summary = json.loads(fleet.communicate(timeout=PATIENCE_S)[0])
    made, stored, waits_ms = _made(served), *_stored(served)
    quarter = next(memory for passed_s, memory in samples if passed_s >= lasting_s / 4)
    memory = {
        part: {"quarter": quarter[part], "end": samples[-1][1][part]} for part in sorted(quarter)
    }
    return {
        "devices": devices,
        "lasted_s": round(lasting_s),
        "load": os.getloadavg()[0],
        "entries": compared(made, stored),
        "late_s": late_s,
        "waits_ms": waits_ms,
        "answers_ms": {"median": _part(answers_ms, 0.5), "most": _part(answers_ms, 1.0)},
        "last_seen_s": seen_s,
        "unanswered": unanswered,
        "online": online,
        "without_report": unreported,
        "refused": _count(served, "devices WHERE refused != '{}'"),
        "memory_bytes": memory,
        "summary": summary,
        "within": {
            "nothing lost": made == stored and made.total() == times * devices,
            "all seen": online == devices and seen_s <= SEEN_LIMIT_S,
            "all reported": unreported == 0 or lasting_s < 2 * SEEN_LIMIT_S,
            "nothing refused": not summary["errors"] and not unanswered,
            "no falling behind": waits_ms["most"] <= WAIT_LIMIT_MS,
            "memory": all(
                each["end"] - each["quarter"] <= GROWTH_LIMIT_BYTES for each in memory.values()
            ),
        },
    }


def _order(lan: httpx2.Client, times: int) -> None:
    process.confirmed(lan)
    order = {
        "bulletin_id": process.emergency(lan),
        "area": {"era": "2022", "everywhere": True},
        "times": times,
        "gap_ms": int(GAP_S * 1_000),
    }
    told(lan.post("/orders", json=order))


def _online(client: httpx2.Client) -> int | None:
    """How many devices are; None where the server is too busy to say."""
    answer = client.get("/device-counts")
    return None if answer.status_code == BUSY else int(told(answer)["online"])


def _until(holds: Callable[[], bool], child: subprocess.Popen[Any]) -> float:
    """Seconds until it holds; raises `TimeoutError`."""
    began_s = time.monotonic()
    while not holds():
        if child.poll() is not None or time.monotonic() - began_s > PATIENCE_S:
            raise TimeoutError(f"waited in vain; exit code {child.poll()}")
        time.sleep(0.5)
    return round(time.monotonic() - began_s, 1)


# ---- What it took -------------------------------------------------------------------------------


def _memory(server: int, fleet: int) -> dict[str, int]:
    """Of the server, its broker, and all processes of the fleet."""
    parents = _parents()
    return {
        "server": resident_bytes(server),
        "broker": sum(resident_bytes(pid) for pid in _below(server, parents)),
        "fleet": resident_bytes(fleet) + sum(resident_bytes(pid) for pid in _below(fleet, parents)),
    }


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # some end while we look
            words = (folder / "stat").read_text("utf-8", "replace").rsplit(")", 1)[1].split()
            found[int(folder.name)] = int(words[1])
    return found


def _below(pid: int, parents: dict[int, int]) -> Iterator[int]:
    for child, parent in parents.items():
        if parent == pid:
            yield child
            yield from _below(child, parents)


# ---- What became of it --------------------------------------------------------------------------


def compared(made: Entries, stored: Entries) -> dict[str, int]:
    """How many entries were made, stored, and only the one or the other; twice counts too."""
    return {
        "made": made.total(),
        "stored": stored.total(),
        "lost": (made - stored).total(),
        "unknown": (stored - made).total(),
    }


def _log(served: Served) -> Path:
    return served.folder.parent / "events.jsonl"


def _made(served: Served) -> Entries:
    """As the fleet's own log has them."""
    with _log(served).open(encoding="utf-8") as lines:
        events = (json.loads(line) for line in lines if '"noted"' in line)
        return Counter((each["device"], each["boot"], each["sequence"]) for each in events)


@contextmanager
def _database(served: Served) -> Iterator[sqlite3.Connection]:
    file = served.folder / "ttcs.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
        yield database


def _stored(served: Served) -> tuple[Entries, dict[str, float]]:
    """As the server has them; and how long after the ends of the plays it had them."""
    query = (
        "SELECT device_id, boot, sequence, received_ms - began_ms - played_ms FROM play_log "
        "ORDER BY began_ms"
    )
    with _database(served) as database:
        rows = database.execute(query).fetchall()
    waits = [wait_ms for _, _, _, wait_ms in rows]
    return Counter((device, boot, sequence) for device, boot, sequence, _ in rows), {
        "median": _part(waits, 0.5),
        "p99": _part(waits, 0.99),
        "most": _part(waits, 1.0),
        "p99_first_quarter": _part(waits[: len(waits) // 4], 0.99),
        "p99_last_quarter": _part(waits[-(len(waits) // 4) :], 0.99),
    }


def _last_seen(served: Served) -> tuple[float, int]:
    """For how many seconds the quietest device has not been heard; how many never reported."""
    with _database(served) as database:
        oldest_ms, unreported = database.execute(
            "SELECT min(heard_ms), sum(status_ms = 0) FROM devices"
        ).fetchone()
    return round(time.time() - oldest_ms / 1_000, 1), int(unreported)


def _count(served: Served, what: str) -> int:
    with _database(served) as database:
        return int(database.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def _part(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1) if ordered else 0.0


def told_to_people(figures: dict[str, Any]) -> str:
    """The figures in lines for people."""
    entries, waits, memory = figures["entries"], figures["waits_ms"], figures["memory_bytes"]
    late = "never" if figures["late_s"] is None else f"{figures['late_s']} s"
    lines = [
        f"{figures['devices']:,} devices for {figures['lasted_s']:,} s, load {figures['load']:.1f}",
        f"play log: {entries['made']:,} entries made, {entries['stored']:,} stored, "
        f"{entries['lost']:,} lost, {entries['unknown']:,} that nobody made; "
        f"all there {late} after the end",
        f"from the end of a play to the database: median {waits['median']:,.0f} ms, "
        f"p99 {waits['p99']:,.0f} ms, most {waits['most']:,.0f} ms "
        f"(p99 of the first quarter {waits['p99_first_quarter']:,.0f} ms, "
        f"of the last {waits['p99_last_quarter']:,.0f} ms)",
        f"last heard of: {figures['last_seen_s']} s ago at most; "
        f"{figures['online'] or 0:,} online, {figures['without_report']:,} without any report",
        f"HTTP answers meanwhile: median {figures['answers_ms']['median']:.0f} ms, "
        f"most {figures['answers_ms']['most']:.0f} ms, {figures['unanswered']} none at all",
    ]
    lines += [
        f"memory, {part}: {each['quarter'] / 1e6:.0f} MB after a quarter of the time, "
        f"{each['end'] / 1e6:.0f} MB at the end"
        for part, each in memory.items()
    ]
    return "\n".join(lines)
