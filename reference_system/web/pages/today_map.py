"""The map of today: a point for each commune of the unit, by how its devices are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Literal

from sqlalchemy import case, func, select

from reference_system.services.acting import Act
from reference_system.services.within import commune_within, communes_of
from reference_system.store.devices import Device
from scenarios.scenario import Text

State = Literal["emergency", "silent", "some-lost", "on-air", "well", "unheard", "empty"]

STATES: Mapping[State, Text] = {
    "emergency": Text("đang phát khẩn cấp", "emergency on air"),
    "silent": Text("không thiết bị nào trực tuyến", "no device online"),
    "some-lost": Text("có thiết bị mất liên lạc", "some devices lost"),
    "on-air": Text("đang phát", "on air"),
    "well": Text("mọi thiết bị trực tuyến", "all devices online"),
    "unheard": Text("có thiết bị chưa nghe thấy", "some devices not heard yet"),
    "empty": Text("chưa có thiết bị", "no devices"),
}
"""What a point says, the most urgent first; each has a colour and a shape of its own."""

WIDTH = 640
MARGIN = 14
TALLEST = 760


@dataclass(frozen=True, slots=True)
class Point:
    """A commune, or at the central level a province, on the map; `x`, `y` in units of the map.

    `total` counts its active devices.
    """

    code: str
    name: str
    x: float
    y: float
    state: State
    total: int
    online: int
    away: int
    playing: int


@dataclass(frozen=True, slots=True)
class Map:
    """The points, and how tall the map is at a width of `WIDTH`."""

    points: tuple[Point, ...]
    height: int

    def count(self, state: State) -> int:
        """How many points are in a state."""
        return sum(point.state == state for point in self.points)

    @property
    def in_order(self) -> list[Point]:
        """Points with devices, the most urgent first."""
        urgency = list(STATES)
        some = [point for point in self.points if point.total]
        return sorted(some, key=lambda point: (urgency.index(point.state), point.name))


@dataclass(slots=True)
class _Counts:
    online: int = 0
    away: int = 0
    unheard: int = 0
    playing: int = 0

    @property
    def total(self) -> int:
        return self.online + self.away + self.unheard

    def state(self, is_emergency: bool) -> State:
        if not self.total:
            return "empty"
        if is_emergency:
            return "emergency"
        if self.away and not self.online:
            return "silent"
        if self.away:
            return "some-lost"
        if self.playing:
            return "on-air"
        return "unheard" if self.unheard else "well"


def today_map(act: Act, in_emergency: frozenset[str]) -> Map:
    """The map of the own unit; `in_emergency` are the communes where one is on air."""
    act.require("view")
    units, own = act.system.units, act.actor.unit
    territory = units.territory
    counts = _counted(act)
    by_province = own.level == "central"
    gathered: dict[str, _Counts] = {}
    places: dict[str, list[tuple[float, float]]] = {}
    urgent = set()
    for code in communes_of(units, own):
        commune = territory.communes[code]
        key = commune.province if by_province else code
        places.setdefault(key, []).append((commune.latitude, commune.longitude))
        sums = gathered.setdefault(key, _Counts())
        if code in in_emergency:
            urgent.add(key)
        if (found := counts.get(code)) is not None:
            for name in ("online", "away", "unheard", "playing"):
                setattr(sums, name, getattr(sums, name) + getattr(found, name))
    drawn = _drawn(places)
    points = tuple(
        Point(
            key,
            territory.provinces[key] if by_province else territory.communes[key].full_name,
            *drawn[key],
            sums.state(key in urgent),
            sums.total,
            sums.online,
            sums.away,
            sums.playing,
        )
        for key, sums in gathered.items()
    )
    return Map(points, round(max((point.y for point in points), default=0) + MARGIN))


def _counted(act: Act) -> dict[str, _Counts]:
    plays = Device.status["activity"].as_integer() == 0
    query = (
        select(Device.commune, Device.presence, func.count(), func.sum(case((plays, 1), else_=0)))
        .where(Device.active, commune_within(act.system.units, act.actor.unit, Device.commune))
        .group_by(Device.commune, Device.presence)
    )
    counts: dict[str, _Counts] = {}
    for commune, presence, number, playing in act.session.execute(query):
        found = counts.setdefault(commune, _Counts())
        match presence:
            case "online":
                found.online, found.playing = number, playing
            case "unheard":
                found.unheard = number
            case _:
                found.away += number
    return counts


def _drawn(places: Mapping[str, list[tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    """Where each place stands: north is up, and a kilometre as long in each direction."""
    middle = {
        key: (_mean(p[0] for p in some), _mean(p[1] for p in some)) for key, some in places.items()
    }
    north = max(latitude for latitude, _ in middle.values())
    south = min(latitude for latitude, _ in middle.values())
    west = min(longitude for _, longitude in middle.values())
    east = max(longitude for _, longitude in middle.values())
    narrower = cos(radians((north + south) / 2))
    across, down = (east - west) * narrower, north - south
    scale = min((WIDTH - 2 * MARGIN) / (across or 1), (TALLEST - 2 * MARGIN) / (down or 1), 8_000)
    left = (WIDTH - across * scale) / 2
    return {
        key: (
            round(left + (longitude - west) * narrower * scale, 1),
            round(MARGIN + (north - latitude) * scale, 1),
        )
        for key, (latitude, longitude) in middle.items()
    }


def _mean(numbers: Iterable[float]) -> float:
    some = list(numbers)
    return sum(some) / len(some)
