"""Who is addressed by an area: single devices, and whole communes at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from scenarios.scenario import Area


@dataclass(frozen=True, slots=True)
class Audience:
    """An area on given communes: all devices of `communes`, and `devices` wherever they are."""

    communes: frozenset[str]
    devices: frozenset[str]


def addressed(area: Area, commune: str, district: str | None, device: str) -> bool:
    """Whether the area holds a device, given its commune and (None: no such level) district."""
    return (
        area.everywhere
        or commune in area.communes
        or district in area.districts
        or device in area.devices
    )


def audience(area: Area, communes: Iterable[tuple[str, str | None]]) -> Audience:
    """The area on communes given as (code, district): what `addressed` says, for all at once."""
    named, districts = frozenset(area.communes), frozenset(area.districts)
    return Audience(
        frozenset(
            code
            for code, district in communes
            if area.everywhere or code in named or district in districts
        ),
        frozenset(area.devices),
    )
