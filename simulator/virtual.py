"""A scenario in virtual time: commands go out, reach devices, bring their sound, and are played.

The same pipeline serves two worlds. `virtual` uses the vectorised engines; `model` asks the SimPy
processes of `network.sender`, `network.uplink_model` and `playout.model`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from reference_system.dispatch.commands import Command
from scenarios.scenario import Scenario
from simulator.fleet import Fleet, Places
from simulator.gaps import FAR, Gaps, Milliseconds
from simulator.network import delivery, outages, sender, uplink, uplink_model
from simulator.network.outages import Absences
from simulator.network.philox import Purpose, Words, draw, numbers
from simulator.playout import engines, model
from simulator.playout.batch import Batch
from simulator.playout.case import AFTER, REASONS
from simulator.playout.segments import Heard, Segments
from simulator.told import Told

World = Literal["virtual", "model"]

PURPOSE = {"start": Purpose.START, "cancel": Purpose.CANCEL}


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
    chunk: int = engines.CHUNK,
    workers: int = 1,
) -> Iterator[Event]:
    """Every device's scenario, group by group in the order of the fleet.

    The result is the same for every engine, chunk size and number of workers. Devices that share an
    uplink are computed together; otherwise memory is bounded by the chunks under way.
    """
    part = _Model() if world == "model" else _Vectorised(engine)

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
    part: "_Vectorised | _Model",
) -> Iterator[Event]:
    everyone = np.concatenate(group)
    absences = outages.absences(scenario, fleet, everyone)
    ahead_ms = outages.clock_errors(scenario, fleet, everyone)
    number = numbers(fleet.ids(everyone))
    within = np.split(np.arange(len(everyone)), np.cumsum([len(p) for p in group])[:-1])

    told, reached = [], []
    for places, own in zip(group, within, strict=True):
        profile = fleet.profiles[fleet.profile[places[0]]]
        told.append(Told.of(commands, fleet, places, profile, ahead_ms[own]))
        reached.append(part.deliver(scenario, fleet, places, number[own], told[-1], absences, own))
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
    part: "_Vectorised | _Model",
) -> Chunk:
    profile = fleet.profiles[fleet.profile[places[0]]]
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
    woken = np.zeros(delivered.shape, np.int64)
    item_number = numbers(item.id for item in told.items)
    for receiver in range(profile.fm_receivers if len(item_number) else 0):
        word, _ = draw(
            scenario.seed, number, item_number[told.row_item[:, told.plan]], receiver,
            Purpose.FM_WAKE,
        )  # fmt: skip
        woken += (word.astype(np.int64) * 1_000_000) >> 32 < profile.wake_per_million
    return Chunk(
        places, number, told, reached, batch, absences.commands, segments, heard,
        profile.start_delay_ms, profile.fm_receivers, woken,
    )  # fmt: skip


class _Vectorised:
    """The engines of the virtual world."""

    def __init__(self, engine: str) -> None:
        """With the play-out core of that name."""
        self.play = engines.engine(engine)
        self.download = uplink.finish_times

    def deliver(
        self,
        scenario: Scenario,
        fleet: Fleet,
        places: Places,
        number: Words,
        told: Told,
        absences: Absences,
        own: Places,
    ) -> Milliseconds:
        """When each command reaches each device; shape (commands, devices)."""
        commands = delivery.Commands(
            numbers(command.item.id for command in told.commands),
            np.array([PURPOSE[command.action] for command in told.commands], np.uint32),
            np.array([command.issued_ms for command in told.commands], np.int64),
        )
        receivers = delivery.Receivers(
            number,
            fleet.link[places].astype(np.intp),
            absences.power.take(own),
            absences.commands.take(own),
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


class _Model:
    """The SimPy processes, device by device."""

    def download(
        self, downloads: uplink.Downloads, uplink_bytes_per_s: int | None, horizon: int
    ) -> tuple[Milliseconds, uplink.Use]:
        """When each device has each item, and the uplink's use."""
        times, log = uplink_model.finish_times(downloads, uplink_bytes_per_s, horizon)
        changes = [(0, 0, 0, 0), *log]
        kept = [row for last, row in pairwise(changes) if row[1:] != last[1:]]
        moment, *amounts = np.array(kept, np.int64).reshape(-1, 4).T
        return times, uplink.Use(np.append(moment, horizon), *amounts)

    def deliver(
        self,
        scenario: Scenario,
        fleet: Fleet,
        places: Places,
        number: Words,
        told: Told,
        absences: Absences,
        own: Places,
    ) -> Milliseconds:
        """When each command reaches each device; shape (commands, devices)."""
        reached = np.full(told.addressed.shape, FAR, np.int64)
        item_number = numbers(command.item.id for command in told.commands)
        for device, (place, column) in enumerate(zip(places, own, strict=True)):
            receiver = sender.Receiver(
                int(number[device]),
                fleet.profiles[fleet.profile[place]],
                fleet.links[fleet.link[place]],
                absences.power.of(column),
                absences.commands.of(column),
            )
            for row in np.flatnonzero(told.addressed[:, device]):
                command = told.commands[row]
                sent = sender.Command(
                    int(item_number[row]), PURPOSE[command.action], command.issued_ms
                )
                at = sender.reach_time(scenario.seed, sent, receiver, scenario.horizon_ms)
                reached[row, device] = FAR if at is None else at
        return reached

    def play(self, batch: Batch) -> Segments:
        """The segments of every device."""
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
