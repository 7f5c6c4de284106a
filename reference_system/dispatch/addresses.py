"""Who is addressed by an area: single devices, and whole communes at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from scenarios.scenario import Area


class Home(NamedTuple):
    """A commune and what it belongs to; `district` is None where there is no such level."""

    commune: str
    district: str | None
    province: str


@dataclass(frozen=True, slots=True)
class Audience:
    """An area on given communes: all devices of `communes`, and `devices` wherever they are."""

    communes: frozenset[str]
    devices: frozenset[str]


def addressed(area: Area, home: Home, device: str) -> bool:
    """Whether the area holds a device that stands there."""
    return (
        area.everywhere
        or home.commune in area.communes
        or home.district in area.districts
        or home.province in area.provinces
        or device in area.devices
    )


def audience(area: Area, homes: Iterable[Home]) -> Audience:
    """The area on many communes: what `addressed` says, for all at once."""
    named, districts = frozenset(area.communes), frozenset(area.districts)
    provinces = frozenset(area.provinces)
    return Audience(
        frozenset(
            home.commune
            for home in homes
            if area.everywhere
            or home.commune in named
            or home.district in districts
            or home.province in provinces
        ),
        frozenset(area.devices),
    )
