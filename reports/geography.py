"""Where things stand on a report's map: degrees to a plane, and what every national map shows.

A map of the whole country shows Hoàng Sa and Trường Sa with their names, whatever the fleet is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.findings.communes import Commune
from scenarios.scenario import Text

Point = tuple[float, float]
"""Latitude and longitude in degrees."""

NATIONAL_DEGREES: Final = 3.0
"""A map that spans more than any one mainland province is one of the country."""

_MARGIN_DEGREES: Final = 0.06
_NATIONAL_MARGIN_DEGREES: Final = 0.6
_NAME_DEGREES: Final = 1.2
_KM_PER_DEGREE: Final = 111.2


@dataclass(frozen=True, slots=True)
class Archipelago:
    """An archipelago by the points of some of its islands; its name begins below `label`."""

    name: Text
    label: Point
    islands: tuple[Point, ...]


ARCHIPELAGOS: Final = (
    Archipelago(
        Text("Quần đảo Hoàng Sa", "Hoàng Sa archipelago"),
        (15.5, 112.0),
        ((16.53, 111.61), (16.83, 112.34), (15.78, 111.20), (16.67, 112.73)),
    ),
    Archipelago(
        Text("Quần đảo Trường Sa", "Trường Sa archipelago"),
        (8.3, 113.2),
        ((8.65, 111.92), (11.43, 114.33), (10.18, 114.37), (9.89, 114.33), (8.97, 113.70)),
    ),
)
"""Hoàng Sa is a special zone of Đà Nẵng, Trường Sa of Khánh Hòa (the 2025-07 territory)."""

CITIES: Final[tuple[tuple[str, Point], ...]] = (
    ("Hà Nội", (21.03, 105.85)),
    ("Đà Nẵng", (16.05, 108.21)),
    ("TP. Hồ Chí Minh", (10.78, 106.70)),
)
"""What a national map is read by."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the earth that a map shows, drawn `WIDTH` wide, north up.

    Equirectangular, true to scale at its middle latitude.
    """

    south: float
    north: float
    west: float
    east: float
    national: bool

    WIDTH = 1_000.0

    @property
    def _squeeze(self) -> float:
        return math.cos(math.radians((self.south + self.north) / 2))

    @property
    def _scale(self) -> float:
        return self.WIDTH / ((self.east - self.west) * self._squeeze)

    @property
    def height(self) -> float:
        """How high the map is drawn."""
        return (self.north - self.south) * self._scale

    def place(self, point: Point) -> tuple[float, float]:
        """Where a point is drawn, from the left and from the top."""
        latitude, longitude = point
        x = (longitude - self.west) * self._squeeze * self._scale
        return round(x, 1), round((self.north - latitude) * self._scale, 1)

    def scale_bar(self) -> tuple[int, float]:
        """A round number of kilometres, and how long it is drawn: a fifth of the width or less."""
        drawn_per_km = self._scale / _KM_PER_DEGREE
        for km in (500, 200, 100, 50, 20, 10, 5, 2):
            if km * drawn_per_km <= self.WIDTH / 5:
                return km, km * drawn_per_km
        return 1, drawn_per_km


def frame(communes: Sequence[Commune]) -> Frame | None:
    """The frame around the communes' points, no flatter than wide; None where none has a point."""
    points = [(one.latitude, one.longitude) for one in communes]
    placed = [(n, e) for n, e in points if n is not None and e is not None]
    if not placed:
        return None
    national = any(max(one) - min(one) > NATIONAL_DEGREES for one in zip(*placed, strict=True))
    margin = _MARGIN_DEGREES
    if national:
        margin = _NATIONAL_MARGIN_DEGREES
        for archipelago in ARCHIPELAGOS:
            latitude, longitude = archipelago.label
            placed += [*archipelago.islands, (latitude - _NAME_DEGREES, longitude)]
    latitudes, longitudes = zip(*placed, strict=True)
    south, north = min(latitudes) - margin, max(latitudes) + margin
    west, east = min(longitudes) - margin, max(longitudes) + margin
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = (east - west) * squeeze, north - south
    if high > 1.5 * wide and not national:
        west, east = _widened(west, east, high / 1.5 / squeeze)
    if wide > 1.5 * high:
        south, north = _widened(south, north, wide / 1.5)
    return Frame(south, north, west, east, national)


def _widened(low: float, high: float, size: float) -> tuple[float, float]:
    middle = (low + high) / 2
    return middle - size / 2, middle + size / 2
