"""How many devices of each commune a bulletin has reached, as time goes by.

A device is reached with the first sound of any play of the bulletin; its time runs from the first
of those plays that was issued for it.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reports.bundle_reading import Bundle
from reports.findings.communes import Communes
from simulator.gaps import FAR, Milliseconds

STEPS_S: Final = (
    *(0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45),  # seconds
    *(60, 90, 120, 180, 300, 600, 1_200),  # minutes
    *(1_800, 3_600, 5_400, 7_200, 10_800),  # hours
)
"""Seconds at which the reach is told, about even on a logarithmic scale; then the run's end."""

MOST_BULLETINS: Final = 12
_MOST_NUMBERS: Final = 600_000


@dataclass(frozen=True, slots=True)
class Reach:
    """A bulletin's reach; `heard` has a row for each commune, a column for each step and the end.

    `results` is the bulletin's part of the results; `since_ms` the first issue from the start.
    """

    results: Any
    since_ms: int
    devices: npt.NDArray[np.int64]
    heard: npt.NDArray[np.int64]


def pictured(bundle: Bundle) -> tuple[Any, ...]:
    """The bulletins whose reach is shown: the emergencies, or all where there is none."""
    every = bundle.results["bulletins"]
    return tuple(one for one in every if one["class"] == "emergency") or tuple(every)


def reaches(bundle: Bundle, communes: Communes) -> tuple[Reach, ...]:
    """The reach of the pictured bulletins, as many as a page bears."""
    bears = max(1, _MOST_NUMBERS // (len(communes.all) * len(STEPS_S) or 1))
    chosen = [one for one in pictured(bundle) if one["addressed"]]
    return tuple(
        Reach(
            one,
            min(int(issued.min()), FAR),
            np.bincount(communes.of_device[meant], minlength=len(communes.all)),
            _by_step(sound[meant] - issued[meant], communes.of_device[meant], len(communes.all)),
        )
        for one in chosen[: min(bears, MOST_BULLETINS)]
        for issued, sound in [first_times(bundle, one["id"])]
        for meant in [np.flatnonzero(issued < FAR)]
        if len(meant)
    )


def first_times(bundle: Bundle, bulletin: str) -> tuple[Milliseconds, Milliseconds]:
    """First issue and first sound of a bulletin on each device; `FAR` for never."""
    plays = bundle.tables["plays"]
    rows = np.flatnonzero(is_of(bundle, bulletin))
    device = device_places(bundle)[rows]
    issued = np.full(len(bundle.tables["devices"]), FAR)
    sound = issued.copy()
    np.minimum.at(issued, device, plays.times("issued_ms")[rows])
    np.minimum.at(sound, device, plays.times("first_sound_ms")[rows])
    return issued, sound


def is_of(bundle: Bundle, bulletin: str) -> npt.NDArray[np.bool_]:
    """Which plays are plays of a bulletin."""
    items = bundle.tables["plays"].names("item")
    of_bulletin = [bundle.items[name].bulletin == bulletin for name in items.names]
    found: npt.NDArray[np.bool_] = np.array(of_bulletin, np.bool_)[items.places]
    return found


def device_places(bundle: Bundle, table: str = "plays") -> npt.NDArray[np.int64]:
    """The place in the device table for every row of another."""
    devices = bundle.tables["devices"].names("device")
    place = np.empty(len(devices.names), np.int64)
    place[devices.places] = np.arange(len(devices.places))
    place_of = dict(zip(devices.names, place.tolist(), strict=True))
    there = bundle.tables[table].names("device")
    of_name = np.array([place_of[name] for name in there.names], np.int64)
    found: npt.NDArray[np.int64] = of_name[there.places]
    return found


def _by_step(
    since: Milliseconds, commune: npt.NDArray[np.int64], communes: int
) -> npt.NDArray[np.int64]:
    step = np.searchsorted(np.array(STEPS_S) * 1_000, since)
    counts = np.zeros((communes, len(STEPS_S) + 1), np.int64)
    heard = since < FAR // 2
    np.add.at(counts, (commune[heard], step[heard]), 1)
    return counts.cumsum(axis=1)
