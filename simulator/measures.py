"""What a run shows, counted chunk by chunk: reach and latency of bulletins, the programme, faults.

A *device-play* is one play of an item that was meant for one device. Latency is T4 - T0: from the
moment at which the source system accepted the play to the first sound. A device is *online* for a
play when it had power and its path at that moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from reference_system.dispatch.commands import Command
from scenarios.scenario import BulletinClass
from simulator.fleet import Flags, Fleet
from simulator.gaps import FAR, Milliseconds
from simulator.measurement import Measurement
from simulator.virtual import Chunk

QUANTILES = {"p50": Fraction(50, 100), "p95": Fraction(95, 100), "p99": Fraction(99, 100)}


@dataclass(slots=True)
class Latencies:
    """Latencies of online device-plays, exact: how often each millisecond occurs, and never."""

    values: Milliseconds = field(default_factory=lambda: np.empty(0, np.int64))
    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    never: int = 0

    def add(self, latencies: Milliseconds, counts: npt.NDArray[np.int64] | None = None) -> None:
        """More latencies, `FAR` for never, each once or as often as `counts` says."""
        counts = np.ones(len(latencies), np.int64) if counts is None else counts
        heard = latencies < FAR
        self.never += int(counts[~heard].sum())
        values = np.concatenate([self.values, latencies[heard]])
        weights = np.concatenate([self.counts, counts[heard]])
        self.values, which = np.unique(values, return_inverse=True)
        self.counts = np.zeros(len(self.values), np.int64)
        np.add.at(self.counts, which, weights)

    def join(self, other: "Latencies") -> None:
        """Adds all of another."""
        self.add(other.values, other.counts)
        self.never += other.never

    @property
    def sample(self) -> int:
        """How many device-plays."""
        return int(self.counts.sum()) + self.never

    def quantile(self, share: Fraction) -> Measurement:
        """The smallest latency that at least this share of the device-plays stays within."""
        sample = self.sample
        if not sample:
            return Measurement(None, "ms", 0)
        needed = -(-share.numerator * sample // share.denominator)
        place = int(np.searchsorted(np.cumsum(self.counts), needed))
        if place == len(self.values):
            return Measurement(None, "ms", sample, unbounded=True)
        return Measurement(int(self.values[place]), "ms", sample)


@dataclass(slots=True)
class BulletinCounts:
    """Device-plays of a bulletin (or programme slot), and what became of them.

    `reached`: the command came; `heard`: there was sound; `complete`: all of it.
    """

    id: str
    bulletin_class: BulletinClass
    programme: bool
    plays: int
    addressed: int = 0
    online: int = 0
    reached: int = 0
    heard: int = 0
    heard_online: int = 0
    complete: int = 0
    latencies: Latencies = field(default_factory=Latencies)

    def as_data(self) -> dict[str, Any]:
        """The counts and the latencies of online device-plays in ms, null where unbounded."""
        quantiles = {**QUANTILES, "max": Fraction(1)}
        return {
            "id": self.id,
            "class": self.bulletin_class,
            "plays": self.plays,
            "addressed": self.addressed,
            "online": self.online,
            "delivered": self.reached,
            "heard": self.heard,
            "complete": self.complete,
            "latency_ms": {name: self.latencies.quantile(q).value for name, q in quantiles.items()},
        }


COMMUNE_COUNTS = ("addressed", "reached", "heard", "complete")


class Tally:
    """Counts the chunks of a run as they come."""

    def __init__(self, fleet: Fleet, commands: Sequence[Command], slots: Iterable[str]) -> None:
        """`slots` are the ids of the programme's slots; everything else sent is a bulletin."""
        self.fleet = fleet
        self.devices = 0
        self.after_cancel = 0
        self.wrong_area = 0
        programme = frozenset(slots)
        plays: dict[str, set[str]] = {}
        classes: dict[str, BulletinClass] = {}
        for command in commands:
            if command.action == "start":
                plays.setdefault(command.item.bulletin, set()).add(command.item.id)
                classes[command.item.bulletin] = command.item.bulletin_class
        self.bulletins = tuple(
            BulletinCounts(name, classes[name], name in programme, len(items))
            for name, items in plays.items()
        )
        self.communes = {
            name: np.zeros((len(self.bulletins), len(fleet.communes)), np.int64)
            for name in COMMUNE_COUNTS
        }
        self._place = {bulletin.id: place for place, bulletin in enumerate(self.bulletins)}

    def add(self, chunk: Chunk) -> None:
        """Counts what happened to some more devices."""
        told, heard, batch = chunk.told, chunk.heard, chunk.batch
        self.devices += len(chunk.places)
        if not told.items:
            return
        rows = told.row_item[:, told.plan]
        meant = rows >= 0
        bulletin = np.array([self._place[name] for name in told.bulletins])[rows]
        issued = np.array([item.issued for item in told.items])[rows]
        online = meant & batch.power.is_up(issued) & chunk.path.is_up(issued)
        sounded = heard.first_sound < FAR
        latency = np.where(sounded, heard.first_sound - issued, FAR)

        marks = {
            "addressed": meant,
            "reached": meant & (batch.delivered < FAR),
            "heard": meant & sounded,
            "complete": meant & heard.complete,
        }
        commune = np.broadcast_to(self.fleet.commune[chunk.places], rows.shape)
        for name, mark in marks.items():
            np.add.at(self.communes[name], (bulletin[mark], commune[mark]), 1)
        for place in np.unique(bulletin[meant]):
            counts = self.bulletins[place]
            these = meant & (bulletin == place)
            for name, mark in marks.items():
                setattr(counts, name, getattr(counts, name) + int((mark & these).sum()))
            these &= online
            counts.online += int(these.sum())
            counts.heard_online += int((these & sounded).sum())
            counts.latencies.add(latency[these])

        self.after_cancel += _sounding_after_cancel(chunk)
        addressed = told.by_row(np.where(told.addressed, 0, FAR), "start") < FAR
        self.wrong_area += int(((heard.first < FAR) & ~addressed).sum())

    def measurements(self) -> dict[str, Measurement]:
        """The measurements that targets are judged by, by name."""
        emergencies = [b for b in self.bulletins if b.bulletin_class == "emergency"]
        latencies = Latencies()
        for bulletin in emergencies:
            latencies.join(bulletin.latencies)
        programme = [b for b in self.bulletins if b.programme]
        of_quantiles = {
            f"emergency_t4_{name}": latencies.quantile(q) for name, q in QUANTILES.items()
        }
        return {
            **of_quantiles,
            "emergency_t4_max": latencies.quantile(Fraction(1)),
            "emergency_reach_online": _share(emergencies, "heard_online", "online"),
            "emergency_reach_all": _share(emergencies, "heard", "addressed"),
            "programme_complete": _share(programme, "complete", "addressed"),
            "after_cancel": Measurement(self.after_cancel, "count", self.devices),
            "wrong_area": Measurement(self.wrong_area, "count", self.devices),
        }


def _share(bulletins: Sequence[BulletinCounts], part: str, whole: str) -> Measurement:
    sample = sum(getattr(bulletin, whole) for bulletin in bulletins)
    if not sample:
        return Measurement(None, "share", 0)
    return Measurement(
        Fraction(sum(getattr(bulletin, part) for bulletin in bulletins), sample), "share", sample
    )


def _sounding_after_cancel(chunk: Chunk) -> int:
    """Device-plays with sound after the cancel had reached the device."""
    segments, cancelled = chunk.segments, chunk.batch.cancelled
    after = segments.end > cancelled[segments.item, segments.device]
    late: Flags = np.zeros(cancelled.shape, np.bool_)
    late[segments.item[after], segments.device[after]] = True
    return int(late.sum())
