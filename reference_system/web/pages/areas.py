"""Choosing where: the own unit, units within it, single devices; and areas read back as names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reference_system.services.acting import Act
from reference_system.services.refusals import Invalid
from reference_system.services.system import System
from reference_system.services.units import Unit, Units
from reference_system.web.pages.typed import Typed
from scenarios.scenario import Area

MOST_DEVICES = 200
"""How many devices can be named one by one in a form."""

_PLACE = r"(province|district|commune):([0-9]{2,5})"


@dataclass(frozen=True, slots=True)
class Group:
    """A unit that can be chosen, and those in it; without a `value` it can only be opened."""

    value: str
    name: str
    members: tuple[tuple[str, str], ...]


def groups(act: Act) -> tuple[Group, ...]:
    """What can be chosen within the own unit: its districts or provinces, and their communes."""
    units, own = act.system.units, act.actor.unit
    territory = units.territory
    match own.level:
        case "central":
            named = territory.provinces.items()
            return tuple(Group(f"province:{code}", name, ()) for code, name in named)
        case "province" if any(each.province == own.code for each in territory.districts.values()):
            return tuple(
                Group(f"district:{code}", each.full_name, _communes(units, district=code))
                for code, each in territory.districts.items()
                if each.province == own.code
            )
        case "province":
            return (Group("", units.name(own), _communes(units, province=own.code)),)
        case "district":
            return (Group("", units.name(own), _communes(units, district=own.code)),)
        case "commune":
            return ()


def _communes(
    units: Units, *, province: str = "", district: str = ""
) -> tuple[tuple[str, str], ...]:
    found = units.territory.communes_of(province=province, district=district)
    return tuple((f"commune:{each.code}", each.full_name) for each in found)


def chosen(act: Act, typed: Typed) -> Area:
    """The area that a form names; raises `Invalid` where it names none."""
    places: dict[str, list[str]] = {"province": [], "district": [], "commune": []}
    own = act.actor.unit
    everywhere = False
    for value in typed.many("area"):
        if value == "own" and own == act.system.settings.unit:
            everywhere = True
        elif value == "own":
            places[own.level].append(own.code)
        elif found := re.fullmatch(_PLACE, value):
            places[found[1]].append(found[2])
    devices = tuple(dict.fromkeys(re.split(r"[\s,;]+", typed.lines("devices"))))
    area = Area(
        everywhere,
        tuple(places["province"]),
        tuple(places["district"]),
        tuple(places["commune"]),
        tuple(each for each in devices if each),
    )
    if area == Area() or len(area.devices) > MOST_DEVICES:
        raise Invalid(
            "no-area",
            f"Chọn nơi phát: địa bàn, hoặc từ 1 đến {MOST_DEVICES} thiết bị.",
            f"Choose where: places, or from 1 to {MOST_DEVICES} devices.",
            "area",
        )
    return area


def values(act: Act, area: Area) -> list[str]:
    """The boxes of a form that are ticked for an area, without its devices."""
    own = act.actor.unit
    named = [
        *(Unit("province", code) for code in area.provinces),
        *(Unit("district", code) for code in area.districts),
        *(Unit("commune", code) for code in area.communes),
    ]
    boxes = ["own" if unit == own else f"{unit.level}:{unit.code}" for unit in named]
    return [*(["own"] if area.everywhere else []), *boxes]


def names(system: System, area: Area) -> Iterator[str]:
    """What people call the places of an area, and the ids of its devices."""
    units = system.units
    if area.everywhere:
        yield units.name(system.settings.unit)
    yield from (units.name(unit) for unit in units.places(replace(area, everywhere=False)))
    yield from area.devices
