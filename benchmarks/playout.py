"""How fast the engines play a fleet's day: `python -m benchmarks.playout --json`.

All engines play the same devices in one process, in turns; a figure is the median of five runs.
Building the fleet is not counted. Nobody simulates heartbeats one by one: they follow from the
gaps in closed form (`heartbeats`). What that alone wins is measured apart, as `modelling`.
"""

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import simpy

from simulator.gaps import FAR, Gaps, Milliseconds
from simulator.playout import engines, model
from simulator.playout.batch import Batch
from simulator.playout.case import Case, Device, Segment
from simulator.playout.segments import Segments

from . import delivery
from .fleet_day import DAY, batches

HEARTBEAT = 60_000
SIMPY_DEVICES, CORE_DEVICES, EVENT_DEVICES = 10_000, 100_000, 200
RUNS, DELIVERY_RUNS = 5, 3


def heartbeats(power: Gaps, link: Gaps) -> Milliseconds:
    """Heartbeats of each device that get through in a day, one every `HEARTBEAT` from 0 on."""
    through = np.full(power.start.shape[1], DAY // HEARTBEAT, np.int64)
    troubled = np.flatnonzero((power.start < FAR).any(axis=0) | (link.start < FAR).any(axis=0))
    reach = power.take(troubled).union(link.take(troubled))
    start, end = np.minimum(reach.start, DAY), np.minimum(reach.end, DAY)
    through[troubled] -= (-(-end // HEARTBEAT) - -(-start // HEARTBEAT)).sum(axis=0)
    return through


def heartbeats_of(device: Device) -> int:
    """The same for one device as an object."""
    power, link = device.power, device.link
    both = [
        (max(p[0], k[0]), min(p[1], k[1]))
        for p in power
        for k in link
        if p[0] < k[1] and k[0] < p[1]
    ]
    return sum(-(-end // HEARTBEAT) - -(-start // HEARTBEAT) for start, end in both)


def heartbeat_events(env: simpy.Environment, device: Device) -> Generator[simpy.Event, None, None]:
    """Every heartbeat as an event, for what leaving them out wins."""
    power, link = model.Line(device.power), model.Line(device.link)
    while env.now < DAY:
        power.is_up(int(env.now)) and link.is_up(int(env.now))
        yield env.timeout(HEARTBEAT)


@dataclass
class Contender:
    """An engine with the devices that it plays and the times that its runs took."""

    name: str
    devices: int
    play: Callable[[], float]
    seconds: list[float] = field(default_factory=list)
    peak_memory_mb: float = 0.0

    def measure_memory(self) -> None:
        """One run that does not count, for the most memory that the process held in it."""
        reset, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
        if not reset.exists():
            return
        reset.write_text("5")
        self.play()
        high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        self.peak_memory_mb = int(high.split()[1]) / 1000

    @property
    def rate(self) -> float:
        """Device-days per second, by the median run."""
        return self.devices / median(self.seconds)


def run_simpy(case: Case, kept: list[list[Segment]]) -> float:
    """Plays a case with the SimPy model, each device in an Environment of its own; seconds.

    The segments are left in `kept`.
    """
    kept.clear()
    begin = time.perf_counter()
    for device in case.devices:
        kept.append(model.play_device(device, case.horizon))
        heartbeats_of(device)
    return time.perf_counter() - begin


def run_simpy_events(case: Case) -> float:
    """The same with every heartbeat an event; seconds."""
    begin = time.perf_counter()
    for device in case.devices:
        env = simpy.Environment()
        env.process(model.station(env, device, case.horizon, []))
        env.process(heartbeat_events(env, device))
        env.run()
    return time.perf_counter() - begin


def run_core(name: str, devices: int, hard: bool, workers: int) -> tuple[float, list[Segments]]:
    """Plays the fleet with a core, results kept; seconds of playing, and the segments."""
    engine = engines.engine(name)
    kept: list[Segments] = []
    seconds = 0.0
    waiting: list[Batch] = []

    def play(batch: Batch) -> Segments:
        heartbeats(batch.power, batch.link)
        return engine(batch)

    def flush() -> None:
        nonlocal seconds
        begin = time.perf_counter()
        kept.extend(engines.play_chunks(waiting, play, workers))
        seconds += time.perf_counter() - begin
        waiting.clear()

    for batch in batches(devices, engines.CHUNK, hard):
        waiting.append(batch)
        if len(waiting) == workers:
            flush()
    if waiting:
        flush()
    return seconds, kept


def core_seconds(name: str, devices: int, hard: bool, workers: int) -> float:
    """The seconds of `run_core`; its segments are dropped."""
    return run_core(name, devices, hard, workers)[0]


def equal(batch: Batch, names: Sequence[str], wanted: list[list[Segment]]) -> bool:
    """Whether each core gives the model's segments, device by device."""
    return all(
        engines.engine(name)(batch).by_device(batch.plans, batch.plan) == wanted for name in names
    )


def measure(cores: Sequence[str], devices: int, hard: bool, workers: int) -> dict[str, Any]:
    """Runs the cores and SimPy in turns and returns the table of figures."""
    contenders: list[Contender] = []
    for name in cores:
        run_core(name, engines.CHUNK, hard, workers)  # compile, load, warm up
        core = Contender(name, devices, partial(core_seconds, name, devices, hard, workers))
        core.measure_memory()  # before there are any objects of the model
        contenders.append(core)
    first = next(batches(SIMPY_DEVICES, SIMPY_DEVICES, hard))
    case = first.case()
    kept: list[list[Segment]] = []
    # The collector need not look through the devices again and again while the model runs.
    gc.collect()
    gc.freeze()
    simpy_model = Contender("simpy", len(case.devices), partial(run_simpy, case, kept))
    simpy_model.measure_memory()
    contenders.append(simpy_model)
    for _ in range(RUNS):
        for contender in contenders:
            contender.seconds.append(contender.play())
    table: dict[str, Any] = {
        "day": "hard" if hard else "calm",
        "workers": workers,
        "items_per_device": float((first.delivered < FAR).sum() / first.devices),
    }
    rates = {c.name: c.rate for c in contenders}
    table["engines"] = {
        c.name: {
            "device_days_per_s": round(c.rate),
            "peak_memory_mb": round(c.peak_memory_mb),
            "devices": c.devices,
        }
        for c in contenders
    }
    table["ratio"] = {name: round(rates[name] / rates["simpy"], 1) for name in cores}
    few = Case(case.horizon, case.devices[:EVENT_DEVICES])
    with_events = EVENT_DEVICES / median(run_simpy_events(few) for _ in range(3))
    table["modelling"] = {
        "simpy_every_heartbeat_device_days_per_s": round(with_events),
        "ratio_of_closed_form": round(rates["simpy"] / with_events, 1),
    }
    table["equal"] = equal(first, cores, kept)
    return table


def main() -> int:
    """The command line; 1 where the engines differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.playout", description=__doc__)
    parser.add_argument(
        "--devices", type=int, default=CORE_DEVICES, help="devices for the cores (default 100,000)"
    )
    parser.add_argument(
        "--engine", choices=["numpy", "compiled", "simpy", "best", "all"], default="all"
    )
    parser.add_argument("--hard", action="store_true", help="the hard day")
    parser.add_argument(
        "--delivery",
        action="store_true",
        help="a province's day with delivery and a shared uplink, with every engine",
    )
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    args = parser.parse_args()
    installed = engines.vectorised()
    chosen = {"all": installed, "best": installed[:1], "simpy": ()}.get(args.engine, (args.engine,))
    if missing := [name for name in chosen if name not in installed]:
        print(
            f"engine {missing[0]} is not installed: pip install 'ttcs-hil[compiled]'",
            file=sys.stderr,
        )
        return 2
    if args.delivery:
        table = delivery.measure(args.workers, DELIVERY_RUNS)
    else:
        table = measure(chosen, args.devices, args.hard, args.workers)
    if args.json:
        print(json.dumps(table, indent=1))
    else:
        for name, row in table["engines"].items():
            print(f"{name:10}", *(f"{key} {value:>12,}" for key, value in row.items()))
        print({key: value for key, value in table.items() if key != "engines"})
    return 0 if table["equal"] else 1


if __name__ == "__main__":
    sys.exit(main())
