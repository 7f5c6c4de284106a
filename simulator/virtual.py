"""A scenario in virtual time: commands go out, reach devices, and are played.

The same pipeline serves two worlds. `virtual` uses the vectorised engines; `model` asks the SimPy
processes of `network.sender` and `playout.model` about every device, one by one.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np

from reference_system.dispatch.commands import Command
from scenarios.scenario import Scenario
from simulator.fleet import Fleet, Places
from simulator.gaps import FAR, Gaps, Milliseconds
from simulator.network import delivery, outages, sender
from simulator.network.philox import Purpose, numbers
from simulator.playout import engines, model
from simulator.playout.batch import Batch
from simulator.playout.case import AFTER, REASONS
from simulator.playout.segments import Heard, Segments
from simulator.told import Told

World = Literal["virtual", "model"]

PURPOSE = {"start": Purpose.START, "cancel": Purpose.CANCEL}


@dataclass(frozen=True, slots=True)
class Chunk:
    """What happened to some devices of one profile: the event that a run consists of.

    `places` are their places in the fleet, which the last axis of every array follows. `reached`
    is when each command of `told` arrived, of shape (commands, devices); `batch`, `segments` and
    `heard` are by item of the device's plan.
    """

    places: Places
    told: Told
    reached: Milliseconds
    batch: Batch
    path: Gaps
    segments: Segments
    heard: Heard


def run(
    scenario: Scenario,
    fleet: Fleet,
    commands: Sequence[Command],
    *,
    world: World = "virtual",
    engine: str = "best",
    chunk: int = engines.CHUNK,
    workers: int = 1,
) -> Iterator[Chunk]:
    """Every device's scenario, chunk by chunk in the order of the fleet.

    The result is the same for every engine, chunk size and number of workers; memory is bounded by
    the chunks under way.
    """
    play = _play_model if world == "model" else engines.engine(engine)
    deliver = _deliver_model if world == "model" else _deliver

    def one(places: Places) -> Chunk:
        profile = fleet.profiles[fleet.profile[places[0]]]
        told = Told.of(commands, fleet, places, profile)
        power, path = outages.gaps(scenario.faults, fleet, places)
        reached = deliver(scenario, fleet, places, told, power, path)
        devices = len(places)
        batch = Batch(
            scenario.horizon_ms,
            told.plans,
            told.plan,
            told.by_row(reached, "start"),
            told.by_row(reached, "cancel"),
            power,
            path,
            np.full(devices, AFTER.index(profile.power_recovery), np.int8),
            np.full(devices, AFTER.index(profile.after_cut), np.int8),
            np.full(devices, profile.priority_cuts, np.bool_),
        )
        segments = play(batch)
        start_delay = np.full(devices, profile.start_delay_ms, np.int64)
        heard = Heard.of(batch, segments, start_delay)
        return Chunk(places, told, reached, batch, path, segments, heard)

    chunks = _chunks(fleet, chunk)
    if workers == 1:
        yield from map(one, chunks)
        return
    with ThreadPoolExecutor(workers) as pool:
        while group := list(islice(chunks, workers)):
            yield from pool.map(one, group)


def _chunks(fleet: Fleet, size: int) -> Iterator[Places]:
    """Places of at most `size` devices of one profile."""
    for profile in range(len(fleet.profiles)):
        places = np.flatnonzero(fleet.profile == profile)
        for first in range(0, len(places), size):
            yield places[first : first + size]


def _deliver(
    scenario: Scenario, fleet: Fleet, places: Places, told: Told, power: Gaps, path: Gaps
) -> Milliseconds:
    commands = delivery.Commands(
        numbers(command.item.id for command in told.commands),
        np.array([PURPOSE[command.action] for command in told.commands], np.uint32),
        np.array([command.issued_ms for command in told.commands], np.int64),
    )
    receivers = delivery.Receivers(
        numbers(fleet.ids(places)), fleet.link[places].astype(np.intp), power, path
    )
    return delivery.deliver(
        scenario.seed,
        fleet.profiles[fleet.profile[places[0]]],
        fleet.links,
        commands,
        receivers,
        told.addressed,
        scenario.horizon_ms,
    )


def _deliver_model(
    scenario: Scenario, fleet: Fleet, places: Places, told: Told, power: Gaps, path: Gaps
) -> Milliseconds:
    reached = np.full(told.addressed.shape, FAR, np.int64)
    item_numbers = numbers(command.item.id for command in told.commands)
    device_numbers = numbers(fleet.ids(places))
    for device, place in enumerate(places):
        receiver = sender.Receiver(
            int(device_numbers[device]),
            fleet.profiles[fleet.profile[place]],
            fleet.links[fleet.link[place]],
            power.of(device),
            path.of(device),
        )
        for row in np.flatnonzero(told.addressed[:, device]):
            command = told.commands[row]
            sent = sender.Command(
                int(item_numbers[row]), PURPOSE[command.action], command.issued_ms
            )
            at = sender.reach_time(scenario.seed, sent, receiver, scenario.horizon_ms)
            reached[row, device] = FAR if at is None else at
    return reached


def _play_model(batch: Batch) -> Segments:
    rows = [
        (place, batch.plans.row(int(batch.plan[place]), segment.item), segment)
        for place, device in enumerate(batch.case().devices)
        for segment in model.play_device(device, batch.horizon)
    ]
    return Segments(
        np.array([place for place, _, _ in rows], np.int32),
        np.array([row for _, row, _ in rows], np.int16),
        np.array([segment.start for _, _, segment in rows], np.int64),
        np.array([segment.end for _, _, segment in rows], np.int64),
        np.array([segment.offset for _, _, segment in rows], np.int64),
        np.array([REASONS.index(segment.reason) for _, _, segment in rows], np.int8),
    )
