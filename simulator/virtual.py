"""A scenario in virtual time: commands go out, reach devices, bring their sound, and are played.

The same way is gone in two worlds, `virtual` and `model`; see `worlds` for what they differ in.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
import numpy.typing as npt

from reference_system.dispatch.commands import Command
from scenarios.profiles import Profile
from scenarios.scenario import Scenario
from simulator.fleet import Fleet, Places
from simulator.gaps import FAR, Gaps, Milliseconds
from simulator.network import outages, uplink
from simulator.network.outages import Absences
from simulator.network.philox import Purpose, Words, draw, numbers
from simulator.playout.batch import Batch
from simulator.playout.case import AFTER
from simulator.playout.segments import Heard, Segments
from simulator.told import Told
from simulator.worlds import Addressees, Model, Vectorised

World = Literal["virtual", "model"]

CHUNK = 16_384
"""Devices computed together: their deliveries take more memory than their play-out."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What happened to some devices of one profile: the event that a run mostly consists of.

    `places` are their places in the fleet and `numbers` their numbers for draws; the last axis of
    every array follows them. `reached` is when each command of `told` arrived, of shape (commands,
    devices); `batch`, `segments` and `heard` are by item of the device's plan. `commands_path` is
    when commands cannot reach them, power apart. Behind each device stand `fm_receivers` FM
    receivers, of which `fm_woken` would follow each item.
    """

    places: Places
    numbers: Words
    told: Told
    reached: Milliseconds
    batch: Batch
    commands_path: Gaps
    segments: Segments
    heard: Heard
    start_delay_ms: int
    fm_receivers: int
    fm_woken: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class UplinkUsed:
    """What the uplink of a province's source system did."""

    province: str
    use: uplink.Use


Event = Chunk | UplinkUsed


def run(
    scenario: Scenario,
    fleet: Fleet,
    commands: Sequence[Command],
    *,
    world: World = "virtual",
    engine: str = "best",
    chunk: int = CHUNK,
    workers: int = 1,
) -> Iterator[Event]:
    """Every device's scenario, group by group in the order of the fleet.

    The result is the same for every engine, chunk size and number of workers. Devices that share an
    uplink are computed together; otherwise memory is bounded by the chunks under way.
    """
    part = Model() if world == "model" else Vectorised(engine)

    def one(group: list[Places]) -> list[Event]:
        return list(_group(scenario, fleet, commands, group, part))

    groups = _groups(scenario, fleet, chunk)
    # Threads do not quicken the model's Python, and would keep an interruption waiting.
    if workers == 1 or world == "model":
        for group in groups:
            yield from one(group)
        return
    with ThreadPoolExecutor(workers) as pool:
        while some := list(islice(groups, workers)):
            for events in pool.map(one, some):
                yield from events


def _groups(scenario: Scenario, fleet: Fleet, size: int) -> Iterator[list[Places]]:
    """Places of at most `size` devices of one profile; those under one uplink together."""
    if scenario.server.uplink_bit_s is None:
        for places in _chunks(fleet, np.arange(len(fleet)), size):
            yield [places]
        return
    provinces = np.array([commune.province for commune in fleet.communes])[fleet.commune]
    for province in np.unique(provinces):
        yield list(_chunks(fleet, np.flatnonzero(provinces == province), size))


def _chunks(fleet: Fleet, places: Places, size: int) -> Iterator[Places]:
    for profile in range(len(fleet.profiles)):
        of_profile = places[fleet.profile[places] == profile]
        for first in range(0, len(of_profile), size):
            yield of_profile[first : first + size]


def _group(
    scenario: Scenario,
    fleet: Fleet,
    commands: Sequence[Command],
    group: list[Places],
    part: Vectorised | Model,
) -> Iterator[Event]:
    everyone = np.concatenate(group)
    absences = outages.absences(scenario, fleet, everyone)
    ahead_ms = outages.clock_errors(scenario, fleet, everyone)
    number = numbers(fleet.ids(everyone))
    within = np.split(np.arange(len(everyone)), np.cumsum([len(p) for p in group])[:-1])

    told, reached = [], []
    for places, own in zip(group, within, strict=True):
        theirs = Told.of(commands, fleet, places, fleet.profile_of(places), ahead_ms[own])
        power, path = absences.power.take(own), absences.commands.take(own)
        to = Addressees(places, number[own], theirs, power, path)
        told.append(theirs)
        reached.append(part.deliver(scenario, fleet, to))
    downloads = _downloads(scenario, fleet, everyone, told, reached, absences)
    rate = scenario.server.uplink_bit_s
    delivered, use = part.download(
        downloads, None if rate is None else rate // 8, scenario.horizon_ms
    )
    for places, own, one_told, one_reached in zip(group, within, told, reached, strict=True):
        rows = len(one_told.row_item)
        yield _played(
            scenario, fleet, places, number[own], one_told, one_reached,
            delivered[:rows, own], downloads.cancelled[:rows, own], absences.take(own), part,
        )  # fmt: skip
    if rate is not None:
        yield UplinkUsed(fleet.communes[fleet.commune[everyone[0]]].province, use)


def _downloads(
    scenario: Scenario,
    fleet: Fleet,
    everyone: Places,
    told: Sequence[Told],
    reached: Sequence[Milliseconds],
    absences: Absences,
) -> uplink.Downloads:
    """What every device of a group has to fetch; shape (items of the longest plan, devices)."""
    rows = max(len(one.row_item) for one in told)

    def joined(parts: Sequence[npt.NDArray[np.int64]], otherwise: int) -> npt.NDArray[np.int64]:
        wide = [
            np.concatenate([p, np.full((rows - len(p), p.shape[1]), otherwise, np.int64)])
            for p in parts
        ]
        return np.concatenate(wide, axis=1)

    both = list(zip(told, reached, strict=True))
    restarts = [profile.download_after_loss == "restart" for profile in fleet.profiles]
    rates = [link.rate_bits_per_s // 8 for link in fleet.links]
    return uplink.Downloads(
        joined([one.by_row(at, "start") for one, at in both], FAR),
        joined([one.sizes(scenario.server.sound_bit_s) for one in told], 0),
        joined([one.by_row(at, "cancel") for one, at in both], FAR),
        absences.power.union(absences.sound),
        np.array(rates, np.int64)[fleet.link[everyone]],
        np.array(restarts, np.bool_)[fleet.profile[everyone]],
    )


def _played(
    scenario: Scenario,
    fleet: Fleet,
    places: Places,
    number: Words,
    told: Told,
    reached: Milliseconds,
    delivered: Milliseconds,
    cancelled: Milliseconds,
    absences: Absences,
    part: Vectorised | Model,
) -> Chunk:
    profile = fleet.profile_of(places)
    devices = len(places)
    batch = Batch(
        scenario.horizon_ms,
        told.plans,
        told.plan,
        delivered,
        cancelled,
        absences.power,
        absences.sound,
        np.full(devices, AFTER.index(profile.power_recovery), np.int8),
        np.full(devices, AFTER.index(profile.after_cut), np.int8),
        np.full(devices, profile.priority_cuts, np.bool_),
    )
    segments = part.play(batch)
    start_delay = np.full(devices, profile.start_delay_ms, np.int64)
    heard = Heard.of(batch, segments, start_delay)
    return Chunk(
        places, number, told, reached, batch, absences.commands, segments, heard,
        profile.start_delay_ms, profile.fm_receivers, woken(scenario.seed, number, told, profile),
    )  # fmt: skip


def woken(seed: int, number: Words, told: Told, profile: Profile) -> npt.NDArray[np.int64]:
    """How many FM receivers behind each device would follow each item, item by item of its plan."""
    rows = told.row_item[:, told.plan]
    followed = np.zeros(rows.shape, np.int64)
    item_number = numbers(item.id for item in told.items)
    for receiver in range(profile.fm_receivers if len(item_number) else 0):
        word, _ = draw(seed, number, item_number[rows], receiver, Purpose.FM_WAKE)
        followed += (word.astype(np.int64) * 1_000_000) >> 32 < profile.wake_per_million
    return followed
