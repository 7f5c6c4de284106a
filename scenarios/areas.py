"""The places that a scenario file names, held against its era and its territory."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from scenarios import territory
from scenarios.problems import Path, shown
from scenarios.reading import Reading
from scenarios.scenario import Area, FleetGroup, Place
from scenarios.schema import did_you_mean

_FIELDS = (
    *("province", "provinces", "district", "districts"),
    *("commune", "communes", "device", "devices"),
)
_HINTED_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Unit:
    """A province, district or commune: its name, and what it belongs to."""

    name: str
    province: str
    district: str = ""


class _Era:
    """Every unit of one era by level and code."""

    def __init__(self, name: str) -> None:
        era = territory.load(name)
        self.name = name
        self.units: dict[str, dict[str, Unit]] = {
            "province": {code: Unit(name, code) for code, name in era.provinces.items()},
            "district": {d.code: Unit(d.name, d.province, d.code) for d in era.districts.values()},
            "commune": {
                c.code: Unit(c.name, c.province, c.district) for c in era.communes.values()
            },
        }

    def find(
        self, reading: Reading, path: Path, level: str, code: str, likely: Iterable[str]
    ) -> Unit | None:
        """The unit of this code; None, and an error at the path, where the era has none.

        The error names the nearest of the `likely` codes.
        """
        units = self.units[level]
        if code in units:
            return units[code]
        expected = f"the code of a {level} in era {self.name}"
        if not units:
            expected = f"another level: era {self.name} has no {level}s"
        # Looking for what was meant takes time, and nobody reads the hundredth hint.
        hint = did_you_mean(code, likely) if len(reading.errors) < _HINTED_ERRORS else None
        reading.error(path, shown(code), expected, hint)
        return None


class Places:
    """The scenario's own territory within its era, and its fleet once that is known."""

    def __init__(self, reading: Reading, era: _Era, place: Place) -> None:
        """The fleet is not known yet."""
        self.place = place
        self.fleet: tuple[FleetGroup, ...] | None = None
        self._reading = reading
        self._era = era

    @property
    def era(self) -> str:
        """The name of the era that all codes belong to."""
        return self._era.name

    @property
    def communes_of_era(self) -> Mapping[str, Unit]:
        """Every commune that there is, by code."""
        return self._era.units["commune"]

    @cached_property
    def communes(self) -> Mapping[str, Unit]:
        """Every commune of the scenario, by code."""
        place = self.place
        whole = not (place.districts or place.communes)
        return {
            code: unit
            for code, unit in self.communes_of_era.items()
            if unit.province in place.provinces
            and (whole or unit.district in place.districts or code in place.communes)
        }

    def area(self, path: Path) -> Area:
        """The area at a path, everywhere where none is written; its codes are checked."""
        if not isinstance(self._reading.document.data_at(path), dict):
            return Area(everywhere=True)
        codes: dict[str, dict[str, None]] = {
            level: {} for level in ("province", "district", "commune", "device")
        }
        for code_path, level, code in _codes(self._reading, path):
            if level == "device":
                self._check_device(code_path, code)
            else:
                self._check_unit(code_path, level, code)
            codes[level][code] = None
        return Area(
            provinces=tuple(codes["province"]),
            districts=tuple(codes["district"]),
            communes=tuple(codes["commune"]),
            devices=tuple(codes["device"]),
        )

    def communes_of(self, area: Area) -> frozenset[str]:
        """The communes that an area reaches, those of single devices included."""
        if area.everywhere:
            return frozenset(self.communes)
        of_devices = tuple(device.split("-")[0] for device in area.devices)
        wider = replace(area, communes=area.communes + of_devices)
        return frozenset(code for code in self.communes if self._holds(wider, code))

    def _check_unit(self, path: Path, level: str, code: str) -> bool:
        own = self._own[level]
        unit = self._era.find(self._reading, path, level, code, own)
        if unit is None:
            return False
        inside = code in own
        if not inside:
            wrong = f'"{code}" ({unit.name}), which lies outside'
            self._reading.error(path, wrong, "a place inside the scenario's territory")
        return inside

    def _check_device(self, path: Path, device: str) -> None:
        commune, number = device.split("-")
        if not self._check_unit(path, "commune", commune) or self.fleet is None:
            return
        count = self._devices_in(commune, self.fleet)
        if not 1 <= int(number) <= count:
            devices = f'"{commune}-01" to "{commune}-{count:02}"'
            expected = devices if count else "a device of the fleet, which has none there"
            self._reading.error(path, shown(device), expected)

    def _devices_in(self, commune: str, fleet: tuple[FleetGroup, ...]) -> int:
        count = 0
        for group in fleet:
            if self._holds(group.where, commune):
                count = count + group.clusters if group.adds else group.clusters
        return count

    def _holds(self, area: Area, commune: str) -> bool:
        """Whether the area holds this commune of the scenario as a whole."""
        unit = self.communes[commune]
        return (
            area.everywhere
            or commune in area.communes
            or unit.district in area.districts
            or unit.province in area.provinces
        )

    @cached_property
    def _own(self) -> Mapping[str, Collection[str]]:
        """The codes of the scenario's own units by level."""
        units = self.communes.values()
        return {
            "province": self.place.provinces,
            "district": {unit.district for unit in units} - {""},
            "commune": self.communes,
        }


def places_of(reading: Reading) -> Places | None:
    """The territory that the file names; None, and errors, where it is none.

    Districts and communes are of one province; whole provinces may be several.
    """
    if reading.value(("era",)) is None or reading.value(("territory",)) is None:
        return None
    era = _Era(reading.value(("era",)))
    named: dict[str, dict[str, None]] = {"province": {}, "district": {}, "commune": {}}
    provinces: dict[str, Path] = {}
    for path, level, code in _codes(reading, ("territory",)):
        if unit := era.find(reading, path, level, code, era.units[level]):
            named[level][code] = None
            provinces.setdefault(unit.province, path)
    if not reading.is_sound(("territory",)):
        return None
    if reading.value(("territory", "provinces")) == "all":
        provinces = dict.fromkeys(era.units["province"], ("territory", "provinces"))
    if named["district"] or named["commune"]:
        _check_one_province(reading, era, provinces)
    place = Place(tuple(provinces), tuple(named["district"]), tuple(named["commune"]))
    places = Places(reading, era, place)
    if not places.communes:
        reading.error(("territory",), "without a commune", "a territory that has communes")
    return places if reading.is_sound(("territory",)) else None


def _check_one_province(reading: Reading, era: _Era, provinces: Mapping[str, Path]) -> None:
    names = era.units["province"]
    first, *others = provinces
    for other in others:
        wrong = f"in province {other} ({names[other].name})"
        expected = f"a place in province {first} ({names[first].name})"
        reading.error(provinces[other], wrong, expected)


def area_of(places: Places | None, path: Path) -> Area:
    """The area at a path; everywhere where the territory itself is not known."""
    return Area(everywhere=True) if places is None else places.area(path)


def _codes(reading: Reading, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Path, level and code of every sound code of an area."""
    for field in _FIELDS:
        there = (*path, field)
        for code_path in reading.entries(there) if field.endswith("s") else [there]:
            code = reading.value(code_path)
            if code is not None and code != "all":
                yield code_path, field.removesuffix("s"), code
