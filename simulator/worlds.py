"""What each world computes with: how commands arrive, downloads end and devices play.

`Vectorised` has the fast engines, `Model` the SimPy processes of `network.sender`,
`network.uplink_model` and `playout.model`; a run goes the same way with either.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scenarios.scenario import Scenario
from simulator.fleet import Fleet, Places
from simulator.gaps import FAR, Gaps, Milliseconds
from simulator.network import delivery, sender, uplink, uplink_model
from simulator.network.philox import Purpose, Words, numbers
from simulator.playout import engines, model
from simulator.playout.batch import Batch
from simulator.playout.case import REASONS
from simulator.playout.segments import Segments
from simulator.told import Told

PURPOSE = {"start": Purpose.START, "cancel": Purpose.CANCEL}


@dataclass(frozen=True, slots=True)
class Addressees:
    """Devices of one profile, their numbers for draws, what they are told, and when they are away.

    `places` are their places in the fleet; every last axis follows them. `path` is when commands
    cannot reach them, power apart.
    """

    places: Places
    numbers: Words
    told: Told
    power: Gaps
    path: Gaps


class Vectorised:
    """The engines of the virtual world."""

    def __init__(self, engine: str) -> None:
        """With the play-out core of that name."""
        self.play = engines.engine(engine)
        self.download = uplink.finish_times

    def deliver(self, scenario: Scenario, fleet: Fleet, to: Addressees) -> Milliseconds:
        """When each command reaches each device; shape (commands, devices)."""
        sent = to.told.commands
        commands = delivery.Commands(
            numbers(command.item.id for command in sent),
            np.array([PURPOSE[command.action] for command in sent], np.uint32),
            np.array([command.issued_ms for command in sent], np.int64),
        )
        links = fleet.link[to.places].astype(np.intp)
        return delivery.deliver(
            scenario.seed,
            fleet.profile_of(to.places),
            fleet.links,
            commands,
            delivery.Receivers(to.numbers, links, to.power, to.path),
            to.told.addressed,
            scenario.horizon_ms,
        )


class Model:
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

    def deliver(self, scenario: Scenario, fleet: Fleet, to: Addressees) -> Milliseconds:
        """When each command reaches each device; shape (commands, devices)."""
        addressed, commands = to.told.addressed, to.told.commands
        reached = np.full(addressed.shape, FAR, np.int64)
        item_number = numbers(command.item.id for command in commands)
        for device, place in enumerate(to.places):
            receiver = sender.Receiver(
                int(to.numbers[device]),
                fleet.profile_of(to.places),
                fleet.links[fleet.link[place]],
                to.power.of(device),
                to.path.of(device),
            )
            for row in np.flatnonzero(addressed[:, device]):
                command = commands[row]
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
