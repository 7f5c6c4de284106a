"""What became of each play that was meant for a device: of every bulletin, in every commune.

A *device-play* is one play of an item that was meant for one device. Clock points: T0 the source
system accepted the play, T2 the command (and a file's sound) is on the device, T3 the device began
to play, T4 the first sound. A device is *online* for a play when it had power and its path at T0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from reference_system.dispatch.commands import Command
from scenarios.scenario import BulletinClass
from simulator.fleet import Flags, Fleet
from simulator.gaps import FAR, Milliseconds
from simulator.virtual import Chunk

from .causes import CAUSES, causes
from .latencies import Latencies

REACH_LIMITS_S = (4, 10, 20, 60, 180)
"""Points of the reach curve; see the sources of the latency targets."""


@dataclass(frozen=True, slots=True)
class Plays:
    """The device-plays of a chunk; shape (items of a plan, devices).

    `meant` marks those that there are. Latencies are from T0, `FAR` for never.
    """

    meant: Flags
    item: npt.NDArray[np.intp]
    online: Flags
    delivered: Milliseconds
    begun: Milliseconds
    sounded: Milliseconds
    complete: Flags
    pieces: npt.NDArray[np.int64]
    beginnings: npt.NDArray[np.int64]

    @classmethod
    def of(cls, chunk: Chunk) -> "Plays":
        """From what happened to the devices of a chunk."""
        told, heard, batch = chunk.told, chunk.heard, chunk.batch
        item = told.row_item[:, told.plan]
        issued = np.array([i.issued for i in told.items], np.int64)[item]
        pieces = np.zeros(item.shape, np.int64)
        segments = chunk.segments
        np.add.at(pieces, (segments.item, segments.device), 1)
        beginnings = np.zeros(item.shape, np.int64)
        told_at = np.where(told.addressed, 0, FAR)
        at_zero = (segments.offset == 0) & (segments.end - segments.start > chunk.start_delay_ms)
        np.add.at(beginnings, (segments.item[at_zero], segments.device[at_zero]), 1)
        return cls(
            told.by_row(told_at, "start") < FAR,
            item,
            batch.power.is_up(issued) & chunk.commands_path.is_up(issued),
            _since(issued, batch.delivered),
            _since(issued, heard.first),
            _since(issued, heard.first_sound),
            heard.complete,
            pieces,
            beginnings,
        )


def _since(issued: Milliseconds, at: Milliseconds) -> Milliseconds:
    return np.where(at < FAR, at - issued, FAR)


@dataclass(slots=True)
class BulletinCounts:
    """Device-plays of a bulletin (or programme slot), and what became of them.

    `reached`: command and sound came; `heard`: there was sound; `complete`: all of it;
    `truncated`: not all of it; `interrupted`: in more than one piece; `repeated`: its beginning was
    heard more than once. `inferred` are FM receivers behind devices that were heard: they cannot
    acknowledge. `clock_points` are latencies of online device-plays.
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
    truncated: int = 0
    interrupted: int = 0
    repeated: int = 0
    inferred: int = 0
    inferred_of: int = 0
    causes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CAUSES[1:], 0))
    clock_points: dict[str, Latencies] = field(
        default_factory=lambda: {name: Latencies() for name in ("t2", "t3", "t4")}
    )

    @property
    def latencies(self) -> Latencies:
        """T0 to T4 of online device-plays."""
        return self.clock_points["t4"]

    def as_data(self) -> dict[str, object]:
        """The counts, the latencies in ms (null: unbounded) and the reach curve, as plain data."""
        return {
            "id": self.id,
            "class": self.bulletin_class,
            "plays": self.plays,
            "addressed": self.addressed,
            "online": self.online,
            "delivered": self.reached,
            "heard": self.heard,
            "heard_online": self.heard_online,
            "complete": self.complete,
            "truncated": self.truncated,
            "interrupted": self.interrupted,
            "repeated": self.repeated,
            "missed": self.addressed - self.heard,
            "missed_because": {name: count for name, count in self.causes.items() if count},
            "fm_receivers": {"inferred": self.inferred, "of": self.inferred_of},
            "latency_ms": self.latencies.as_data(),
            "clock_points_ms": {name: known.as_data() for name, known in self.clock_points.items()},
            "reach_online": {str(s): self.latencies.within(s * 1000) for s in REACH_LIMITS_S},
        }


COMMUNE_COUNTS = (
    "devices",
    "devices_heard",
    "addressed",
    "online",
    "reached",
    "heard",
    "complete",
    *(f"within_{seconds}_s" for seconds in REACH_LIMITS_S),
)


class Bulletins:
    """The counts of every bulletin and programme slot, whole and by commune."""

    def __init__(self, fleet: Fleet, commands: Sequence[Command], slots: Iterable[str]) -> None:
        """`slots` are the ids of the programme's slots; everything else sent is a bulletin."""
        self._fleet = fleet
        programme = frozenset(slots)
        plays: dict[str, set[str]] = {}
        classes: dict[str, BulletinClass] = {}
        for command in commands:
            if command.action == "start":
                plays.setdefault(command.item.bulletin, set()).add(command.item.id)
                classes[command.item.bulletin] = command.item.bulletin_class
        self.counts = tuple(
            BulletinCounts(name, classes[name], name in programme, len(items))
            for name, items in plays.items()
        )
        self.by_commune = {
            name: np.zeros((len(self.counts), len(fleet.communes)), np.int64)
            for name in COMMUNE_COUNTS
        }
        self._place = {bulletin.id: place for place, bulletin in enumerate(self.counts)}

    def add(self, chunk: Chunk, plays: Plays) -> None:
        """Counts the plays of some more devices."""
        meant, sounded = plays.meant, plays.sounded < FAR
        why = causes(chunk)
        places = [self._place[name] for name in chunk.told.bulletins]
        bulletin = np.array(places, np.intp)[plays.item]
        marks = {
            "addressed": meant,
            "online": meant & plays.online,
            "reached": meant & (plays.delivered < FAR),
            "heard": meant & sounded,
            "heard_online": meant & sounded & plays.online,
            "complete": meant & plays.complete,
            "truncated": meant & sounded & ~plays.complete,
            "interrupted": meant & (plays.pieces > 1),
            "repeated": meant & (plays.beginnings > 1),
        }
        for seconds in REACH_LIMITS_S:
            marks[f"within_{seconds}_s"] = meant & (plays.sounded <= seconds * 1000)
        commune = np.broadcast_to(self._fleet.commune[chunk.places], meant.shape)
        for name in marks.keys() & self.by_commune.keys():
            np.add.at(self.by_commune[name], (bulletin[marks[name]], commune[marks[name]]), 1)
        for place in np.unique(bulletin[meant]):
            counts, these = self.counts[place], meant & (bulletin == place)
            for name, mark in (("devices", these), ("devices_heard", these & sounded)):
                there = self._fleet.commune[chunk.places[mark.any(axis=0)]]
                np.add.at(self.by_commune[name][place], there, 1)
            for name, mark in marks.items():
                if hasattr(counts, name):
                    setattr(counts, name, getattr(counts, name) + int((mark & these).sum()))
            for cause, count in zip(
                CAUSES[1:], np.bincount(why[these], minlength=len(CAUSES))[1:], strict=True
            ):
                counts.causes[cause] += int(count)
            counts.inferred += int((chunk.fm_woken * (these & sounded)).sum())
            counts.inferred_of += int(these.sum()) * chunk.fm_receivers
            these &= plays.online
            for name, since in (
                ("t2", plays.delivered),
                ("t3", plays.begun),
                ("t4", plays.sounded),
            ):
                counts.clock_points[name].add(since[these])


def share(
    bulletins: Iterable[BulletinCounts], part: str, whole: str
) -> tuple[Fraction | None, int]:
    """One count over another, over several bulletins, and the size of the whole."""
    bulletins = list(bulletins)
    sample = sum(getattr(bulletin, whole) for bulletin in bulletins)
    counted = sum(getattr(bulletin, part) for bulletin in bulletins)
    return (Fraction(counted, sample) if sample else None), sample
