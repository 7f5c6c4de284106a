"""Whom the emergency of a phase reaches, and how soon: devices, and households apart from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from scenarios.units import SECOND_MS
from simulator.fleet import Fleet
from simulator.gaps import FAR
from simulator.measures.bulletins import Plays
from simulator.measures.latencies import Latencies
from simulator.virtual import Chunk

from .days import EMERGENCY, EMERGENCY_AT_MS
from .phase_fleet import PhaseCommune
from .results import Ints

CURVE_S: Final = (1, 2, 4, 10, 20, 60, 180, 600, 1_800, 3_600, 7_200)
"""The points of a reach curve, in seconds since the source system accepted the emergency."""


@dataclass(frozen=True, slots=True)
class CommuneReached:
    """What the emergency reached of a commune by the end of the day.

    `in_earshot` are households that hear it when every device of the commune sounds.
    """

    code: str
    devices: int
    devices_reached: int
    households: int
    in_earshot: int
    households_reached: int
    generated: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """The emergency of a phase. Curves have a number for each of `CURVE_S`.

    `t4_p50_ms` and `t4_p95_ms` are of every play on devices that were online when it was accepted,
    None where there is none, or where that share of them never sounds. `devices_curve` counts
    devices that had sounded by then, boards among them; `households_curve` households in earshot of
    one. `online` are the devices that were online at the first play.
    """

    devices: int
    online: int
    devices_curve: tuple[int, ...]
    households_curve: tuple[int, ...]
    t4_p50_ms: int | None
    t4_p95_ms: int | None
    communes: tuple[CommuneReached, ...]

    @property
    def devices_reached(self) -> int:
        """Devices that sounded by the end of the day."""
        return sum(commune.devices_reached for commune in self.communes)

    @property
    def households_reached(self) -> int:
        """Households that were in earshot of a device that sounded by the end of the day."""
        return sum(commune.households_reached for commune in self.communes)


class Reach:
    """Follows an emergency day; see `reached`.

    A speaker is one ear, a converter to FM as many as it has receivers, of which those hear that
    its call wakes. A commune's households stand evenly around the ears of its clusters, and of its
    converters. A board is seen, not heard.
    """

    def __init__(self, fleet: Fleet, communes: Sequence[PhaseCommune]) -> None:
        """Nothing has happened yet; `communes` are by code."""
        self._fleet = fleet
        self._communes = communes
        place = {commune.code: place for place, commune in enumerate(communes)}
        self._place = np.array([place.get(unit.code, -1) for unit in fleet.communes], np.int64)
        points = len(CURVE_S) + 1
        shape = (points, len(communes))
        self._devices = np.zeros(shape, np.int64)
        self._hear = {kind: np.zeros(shape, np.int64) for kind in ("ip-speaker", "ip-to-fm")}
        self._ears = {kind: np.zeros(len(communes), np.int64) for kind in self._hear}
        self._online = 0
        self._latencies = Latencies()

    def add(self, chunk: Chunk) -> None:
        """What happened to some more devices."""
        plays, profile = Plays.of(chunk), self._fleet.profile_of(chunk.places)
        told = chunk.told
        is_emergency = np.array([name == EMERGENCY for name in told.bulletins], np.bool_)
        meant = plays.meant & is_emergency[plays.item]
        issued = np.array([item.issued for item in told.items], np.int64)[plays.item]
        since = np.where(
            meant & (plays.sounded < FAR), plays.sounded + issued - EMERGENCY_AT_MS, FAR
        )
        self._latencies.add(plays.sounded[meant & plays.online])
        first = meant & (issued == EMERGENCY_AT_MS)
        self._online += int((first & plays.online).sum())
        own = self._place[self._fleet.commune[chunk.places]]
        ears = max(1, profile.fm_receivers)
        hear = chunk.fm_woken if profile.fm_receivers else np.ones(since.shape, np.int64)
        if profile.kind in self._ears:
            np.add.at(self._ears[profile.kind], own, ears)
        for point, limit_ms in enumerate((*(s * SECOND_MS for s in CURVE_S), FAR - 1)):
            sounded = since <= limit_ms
            np.add.at(self._devices[point], own, sounded.any(axis=0))
            if profile.kind in self._hear:
                most = np.where(sounded, hear, 0).max(axis=0, initial=0)
                np.add.at(self._hear[profile.kind][point], own, most)

    def reached(self) -> Reached:
        """What came of it."""
        households = self._households()
        last = zip(self._communes, self._devices[-1].tolist(), households[-1].tolist(), strict=True)
        return Reached(
            len(self._fleet),
            self._online,
            tuple(self._devices[:-1].sum(axis=1).tolist()),
            tuple(households[:-1].sum(axis=1).tolist()),
            self._quantile(Fraction(50, 100)),
            self._quantile(Fraction(95, 100)),
            tuple(
                CommuneReached(
                    commune.code,
                    commune.count,
                    devices,
                    commune.households,
                    self._in_earshot(commune),
                    reached,
                    commune.generated,
                )
                for commune, devices, reached in last
            ),
        )

    def _households(self) -> Ints:
        """Households reached by each point of the curve and at last, rounded down, by commune."""
        by = {
            "ip-speaker": [commune.by_cluster for commune in self._communes],
            "ip-to-fm": [commune.by_converter for commune in self._communes],
        }
        found = np.zeros_like(self._devices)
        for kind, hear in self._hear.items():
            found += np.array(by[kind], np.int64) * hear // np.maximum(self._ears[kind], 1)
        return found

    def _in_earshot(self, commune: PhaseCommune) -> int:
        keyed = any(profile.kind == "ip-to-fm" for profile in self._fleet.profiles)
        return commune.by_cluster + (commune.by_converter if keyed else 0)

    def _quantile(self, share: Fraction) -> int | None:
        value = self._latencies.quantile(share).value
        return None if value is None else int(value)


def nothing_reached(communes: Sequence[PhaseCommune]) -> Reached:
    """Of a phase without any device."""
    nothing = (0,) * len(CURVE_S)
    return Reached(
        0, 0, nothing, nothing, None, None,
        tuple(
            CommuneReached(one.code, 0, 0, one.households, 0, 0, one.generated) for one in communes
        ),
    )  # fmt: skip
