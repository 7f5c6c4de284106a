"""The communes of a run, and the devices in them."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from reports.bundle_reading import Bundle
from scenarios import territory

_MAPPED_LATITUDE: Final = 85
"""Nearer to a pole there is no map."""


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune with devices; its point is in degrees, None where it has none.

    `group` is the province where the run has several, else the district, else empty.
    """

    code: str
    name: str
    group: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Communes:
    """All of them, in the order of the devices, and the commune of each device by its place."""

    all: tuple[Commune, ...]
    of_device: npt.NDArray[np.int64]

    @property
    def devices(self) -> npt.NDArray[np.int64]:
        """How many devices each has."""
        return np.bincount(self.of_device, minlength=len(self.all))


def communes(bundle: Bundle) -> Communes:
    """The communes of the device table, named and placed by the table of communes."""
    known, devices = bundle.tables["communes"], bundle.tables["devices"]
    codes, names, districts = (known.names(name) for name in ("commune", "name", "district"))
    row = np.full(len(codes.names), -1)
    row[codes.places] = np.arange(len(codes.places))
    row_of = {code: int(row[place]) for place, code in enumerate(codes.names)}
    there = devices.names("commune")
    group_of = _groups(bundle.results["scenario"]["era"], there.names)
    found = []
    for code in there.names:
        if (at := row_of.get(code, -1)) < 0:
            found.append(Commune(code, code, group_of.get(code, ""), None, None))
            continue
        district = districts.places[at]
        group = group_of.get(code, districts.names[district] if district >= 0 else "")
        north = _degrees(known.degrees("latitude")[at], _MAPPED_LATITUDE)
        east = _degrees(known.degrees("longitude")[at], 180)
        if north is None or east is None:
            north = east = None
        found.append(Commune(code, names.names[names.places[at]], group, north, east))
    return Communes(tuple(found), there.places)


def _groups(era: str, codes: tuple[str, ...]) -> dict[str, str]:
    """Provinces by code, or districts where all are of one province; none in an unknown era."""
    if era not in territory.ERAS:
        return {}
    country = territory.load(era)
    known = [country.communes[code] for code in codes if code in country.communes]
    if len({one.province for one in known}) > 1:
        return {one.code: country.provinces[one.province] for one in known}
    return {one.code: country.districts[one.district].full_name for one in known if one.district}


def province_name(era: str, code: str) -> str:
    """A province as people know it, with its code; the code alone where the era lacks it."""
    names = territory.load(era).provinces if era in territory.ERAS else {}
    return f"{names[code]} ({code})" if code in names else code


def _degrees(value: float, most: int) -> float | None:
    return float(value) if math.isfinite(value) and abs(value) <= most else None
