"""The same devices with delivery: commands, downloads under a shared uplink, then play-out.

Not the generated day of `fleet_day` but a scenario, since there is more to set up: the shipped day
of a province under an uplink that everybody shares, with as many clusters in each commune as it
takes.
"""

import time
from dataclasses import replace
from typing import Any

from reference_system.dispatch.commands import Command, commands
from scenarios import loader
from scenarios.scenario import Scenario, Server
from simulator import virtual
from simulator.fleet import Fleet
from simulator.playout import engines
from simulator.virtual import Chunk

SCENARIO = "binh-dinh-day"
UPLINK_BIT_S = 1_000_000_000
MODEL_CLUSTERS, CORE_CLUSTERS = 2, 125

Played = list[tuple[list[int], list[tuple[int, ...]]]]


def province(clusters: int) -> tuple[Scenario, Fleet, tuple[Command, ...]]:
    """The scenario with so many clusters in every commune."""
    scenario = loader.load(loader.find(SCENARIO)).scenario
    fleet = tuple(replace(group, clusters=clusters) for group in scenario.fleet)
    scenario = replace(scenario, fleet=fleet, server=Server(UPLINK_BIT_S))
    return scenario, Fleet.of(scenario), commands(scenario)


def run(clusters: int, world: virtual.World, engine: str, workers: int) -> tuple[float, int]:
    """Seconds of one run, and how many devices it had."""
    scenario, fleet, sent = province(clusters)
    begin = time.perf_counter()
    for _ in virtual.run(scenario, fleet, sent, world=world, engine=engine, workers=workers):
        pass
    return time.perf_counter() - begin, len(fleet)


def played(world: virtual.World, engine: str) -> Played:
    """Every segment of the small fleet, for comparison."""
    scenario, fleet, sent = province(MODEL_CLUSTERS)
    return [
        (
            event.places.tolist(),
            sorted(
                zip(
                    event.segments.device.tolist(),
                    event.segments.start.tolist(),
                    event.segments.end.tolist(),
                    event.segments.offset.tolist(),
                    event.segments.reason.tolist(),
                    strict=True,
                )
            ),
        )
        for event in virtual.run(scenario, fleet, sent, world=world, engine=engine)
        if isinstance(event, Chunk)
    ]


def measure(workers: int, runs: int) -> dict[str, Any]:
    """The table of figures, in the shape of the play-out benchmark's."""
    names = engines.vectorised()
    rates: dict[str, list[float]] = {name: [] for name in (*names, "simpy")}
    devices: dict[str, int] = {}
    for name in names:
        run(MODEL_CLUSTERS, "virtual", name, workers)  # compile, load, warm up
    for _ in range(runs):
        for name in rates:
            if name == "simpy":
                seconds, devices[name] = run(MODEL_CLUSTERS, "model", "numpy", 1)
            else:
                seconds, devices[name] = run(CORE_CLUSTERS, "virtual", name, workers)
            rates[name].append(devices[name] / seconds)
    middle = {name: sorted(values)[len(values) // 2] for name, values in rates.items()}
    model = played("model", "numpy")
    return {
        "day": f"{SCENARIO} with delivery, {UPLINK_BIT_S // 1_000_000} Mbit/s shared",
        "workers": workers,
        "engines": {
            name: {"device_days_per_s": round(rate), "devices": devices[name]}
            for name, rate in middle.items()
        },
        "ratio": {name: round(middle[name] / middle["simpy"], 1) for name in names},
        "equal": all(played("virtual", name) == model for name in names),
    }
