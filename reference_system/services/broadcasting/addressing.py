"""Who is addressed by an area, as a condition of a query, and whether this person may."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from reference_system.dispatch.addresses import Home, audience
from reference_system.dispatch.overlaps import Reach
from reference_system.services.acting import Act, Role
from reference_system.services.refusals import Invalid
from reference_system.services.system import System
from reference_system.services.units import Unit, Units
from reference_system.services.within import commune_within, communes_of
from reference_system.store.devices import Device
from scenarios.scenario import Area


def as_data(area: Area) -> dict[str, Any]:
    """An area as it is stored."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(area).items()}


def as_area(data: Mapping[str, Any]) -> Area:
    """An area that was stored."""
    names: dict[str, tuple[str, ...]] = {
        name: tuple(named) for name, named in data.items() if name != "everywhere"
    }
    return Area(data["everywhere"], **names)


def require(act: Act, role: Role, era: str, area: Area) -> None:
    """Raise `Invalid` for an area that is none, and `Forbidden` for one that is not the actor's.

    The same code names different places in different eras, so the era is said with every area.
    """
    act.require(role)
    settings = act.system.settings
    if era != settings.era:
        raise Invalid(
            "other-era",
            f"Mã địa bàn phải thuộc danh mục {settings.era}: cùng một mã, nơi khác.",
            f"Codes must be of the era {settings.era}: the same code is another place in another.",
            "area.era",
        )
    named = act.system.units.places(replace(area, everywhere=False))
    act.require(role, *([settings.unit] if area.everywhere else []), *named)
    homes = _communes_of_devices(act, area)
    for device in area.devices:
        if device not in homes:
            raise Invalid(
                "unknown-device",
                f"Không có thiết bị {device} đang hoạt động.",
                f"There is no active device {device}.",
                "area.devices",
            )
    act.require(role, *(Unit("commune", commune) for commune in set(homes.values())))


def addressed(system: System, area: Area) -> ColumnElement[bool]:
    """The active devices in an area."""
    if area.everywhere:
        return Device.active.is_(True)
    heard = audience(area, _homes(system))
    return and_(
        Device.active.is_(True),
        or_(Device.commune.in_(heard.communes), Device.id.in_(heard.devices)),
    )


def within(system: System, unit: Unit) -> ColumnElement[bool]:
    """The devices that stand in a unit."""
    return commune_within(system.units, unit, Device.commune)


def reach(act: Act, area: Area) -> Reach:
    """Where something for an area is heard."""
    if area.everywhere:
        return Reach(frozenset(communes_of(act.system.units, act.system.settings.unit)))
    named = _communes_of_devices(act, area)
    return Reach(
        audience(area, _homes(act.system)).communes,
        frozenset((commune, device) for device, commune in named.items()),
    )


def _communes_of_devices(act: Act, area: Area) -> dict[str, str]:
    if not area.devices:
        return {}
    query = select(Device.id, Device.commune).where(Device.id.in_(area.devices), Device.active)
    return {row.id: row.commune for row in act.session.execute(query)}


def _homes(system: System) -> tuple[Home, ...]:
    return _homes_in(system.units.era, system.settings.unit)


@cache
def _homes_in(era: str, unit: Unit) -> tuple[Home, ...]:
    units = Units(era)
    communes = (units.territory.communes[code] for code in communes_of(units, unit))
    return tuple(Home(each.code, each.district or None, each.province) for each in communes)
