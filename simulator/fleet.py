"""The devices of a scenario as arrays, one entry a device."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from reference_system.dispatch.addresses import Home, audience
from scenarios import links, profiles, territory
from scenarios.links import LinkClass
from scenarios.profiles import Profile
from scenarios.scenario import Area, FleetGroup, Place, Scenario
from scenarios.territory import Commune

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_NUMBER = re.compile("0[1-9]|[1-9][0-9]{1,8}")
"""A device's number as `Fleet.ids` writes it."""


@dataclass(frozen=True)
class Fleet:
    """Every device of a territory, ordered by profile, then by commune and number in the commune.

    `commune`, `profile` and `link` are places in `communes`, `profiles` and `links`; `in_commune`
    counts a commune's devices from 1. A device's id is its commune's code and that number.
    """

    communes: tuple[Commune, ...]
    profiles: tuple[Profile, ...]
    links: tuple[LinkClass, ...]
    commune: npt.NDArray[np.int32]
    in_commune: npt.NDArray[np.int32]
    profile: npt.NDArray[np.int16]
    link: npt.NDArray[np.int16]

    @classmethod
    def of(cls, scenario: Scenario) -> "Fleet":
        """The fleet that a scenario describes."""
        communes = _communes(scenario.era, scenario.territory)
        profile_names = sorted({group.profile for group in scenario.fleet})
        link_names = sorted({group.link for group in scenario.fleet})
        # One row for each commune and group that puts devices there; few beside the devices.
        rows = [
            (
                place,
                group.clusters,
                profile_names.index(group.profile),
                link_names.index(group.link),
            )
            for place, group in _groups(scenario.fleet, communes)
        ]
        place, clusters, profile, link = np.array(rows, np.int64).reshape(-1, 4).T
        commune = np.repeat(place, clusters)
        first = np.searchsorted(commune, commune)
        in_commune = np.arange(len(commune)) - first + 1
        order = np.argsort(np.repeat(profile, clusters), kind="stable")
        return cls(
            communes,
            tuple(profiles.load(name) for name in profile_names),
            tuple(links.load(name) for name in link_names),
            commune[order].astype(np.int32),
            in_commune[order].astype(np.int32),
            np.repeat(profile, clusters)[order].astype(np.int16),
            np.repeat(link, clusters)[order].astype(np.int16),
        )

    def __len__(self) -> int:
        """How many devices."""
        return len(self.commune)

    def first(self, devices: int) -> Places:
        """The places of that many devices, spread evenly: the lowest numbers of every commune."""
        return np.lexsort((self.commune, self.in_commune))[:devices]

    def only(self, places: Places) -> "Fleet":
        """The devices at these places, as a fleet, in the order of this one."""
        kept = np.sort(places)
        return Fleet(
            self.communes,
            self.profiles,
            self.links,
            self.commune[kept],
            self.in_commune[kept],
            self.profile[kept],
            self.link[kept],
        )

    def profile_of(self, places: Places) -> Profile:
        """The profile that the devices at these places have in common."""
        profile: Profile = self.profiles[self.profile[places[0]]]
        return profile

    def ids(self, places: Places) -> list[str]:
        """The ids of the devices at these places."""
        numbers = zip(self.commune[places].tolist(), self.in_commune[places].tolist(), strict=True)
        return [f"{self.communes[commune].code}-{number:02}" for commune, number in numbers]

    def inside(self, area: Area, places: Places) -> Flags:
        """Which of the devices at these places an area holds."""
        if area.everywhere:
            return np.ones(len(places), np.bool_)
        inside: Flags = self._communes_in(area)[self.commune[places]]
        for device in area.devices:
            # Another source system's names need not look like ours.
            code, _, number = device.rpartition("-")
            commune = self._place_of_commune.get(code)
            if commune is not None and _NUMBER.fullmatch(number):
                of_commune = self.commune[places] == commune
                inside |= of_commune & (self.in_commune[places] == int(number))
        return inside

    def _communes_in(self, area: Area) -> Flags:
        if area not in self._areas:
            reached = audience(area, map(_home, self.communes)).communes
            self._areas[area] = np.array([c.code in reached for c in self.communes], np.bool_)
        return self._areas[area]

    @cached_property
    def _areas(self) -> dict[Area, Flags]:
        return {}

    @cached_property
    def _place_of_commune(self) -> dict[str, int]:
        return {commune.code: place for place, commune in enumerate(self.communes)}


def _communes(era: str, place: Place) -> tuple[Commune, ...]:
    every = territory.load(era)
    return tuple(
        commune
        for province in place.provinces
        for commune in every.communes_of(province=province)
        if not (place.districts or place.communes)
        or commune.district in place.districts
        or commune.code in place.communes
    )


def _home(commune: Commune) -> Home:
    return Home(commune.code, commune.district or None, commune.province)


def _groups(
    groups: Sequence[FleetGroup], communes: Sequence[Commune]
) -> Iterator[tuple[int, FleetGroup]]:
    """Each commune's place with the groups that put devices there.

    Those are the last group that covers it and later additions.
    """
    reached = [audience(group.where, map(_home, communes)).communes for group in groups]
    for place, commune in enumerate(communes):
        there: list[FleetGroup] = []
        for group, covered in zip(groups, reached, strict=True):
            if commune.code in covered:
                there = [*there, group] if group.adds else [group]
        yield from ((place, group) for group in there)
