"""Who stands above whom: the country, provinces, districts where the era has them, communes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from reference_system.services.refusals import Invalid
from scenarios.scenario import Area
from scenarios.territory import Territory, load

Level = Literal["central", "province", "district", "commune"]

LEVELS: tuple[Level, ...] = ("central", "province", "district", "commune")
"""From the top; an era without districts leaves that level out."""

CENTRAL_CODE = "VN"


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit of the system's era; `code` is `VN` at the central level."""

    level: Level
    code: str


@dataclass(frozen=True)
class Units:
    """The units of one era."""

    era: str

    @cached_property
    def territory(self) -> Territory:
        """The provinces, districts and communes."""
        return load(self.era)

    def named(self, level: str, code: str) -> Unit:
        """The unit of that level and code; raises `Invalid` where the era has none."""
        known = {
            "central": {CENTRAL_CODE},
            "province": self.territory.provinces,
            "district": self.territory.districts,
            "commune": self.territory.communes,
        }
        for each in LEVELS:
            if each == level and code in known[level]:
                return Unit(each, code)
        raise Invalid(
            "unknown-unit",
            f"Không có đơn vị {level} {code} trong danh mục {self.era}.",
            f"There is no {level} {code} in the era {self.era}.",
            "code",
        )

    def name(self, unit: Unit) -> str:
        """What people call the unit."""
        match unit.level:
            case "central":
                return "Trung ương"
            case "province":
                return self.territory.provinces[unit.code]
            case "district":
                return self.territory.districts[unit.code].full_name
            case "commune":
                return self.territory.communes[unit.code].full_name

    def line(self, unit: Unit) -> tuple[Unit, ...]:
        """The unit and everything above it, itself first."""
        if unit.level == "central":
            return (unit,)
        above: tuple[Unit, ...]
        match unit.level:
            case "province":
                above = (Unit("central", CENTRAL_CODE),)
            case "district":
                above = self.line(Unit("province", self.territory.districts[unit.code].province))
            case "commune":
                commune = self.territory.communes[unit.code]
                above = self.line(
                    Unit("district", commune.district)
                    if commune.district
                    else Unit("province", commune.province)
                )
        return (unit, *above)

    def holds(self, outer: Unit, inner: Unit) -> bool:
        """Whether `inner` is `outer` or lies within it."""
        return outer in self.line(inner)

    def places(self, area: Area) -> tuple[Unit, ...]:
        """The units that an area names, without its devices; raises `Invalid` for one unknown."""
        return (
            *((Unit("central", CENTRAL_CODE),) if area.everywhere else ()),
            *(self.named("province", code) for code in area.provinces),
            *(self.named("district", code) for code in area.districts),
            *(self.named("commune", code) for code in area.communes),
        )
