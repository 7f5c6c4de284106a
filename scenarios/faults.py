"""What breaks in a scenario file: outages, storms, the source system, wrong clocks, captured FM."""

from collections.abc import Callable, Sequence
from math import asin, cos, radians, sin, sqrt

from scenarios import units
from scenarios.areas import Places, area_of
from scenarios.problems import Path, shown
from scenarios.reading import Reading
from scenarios.scenario import (
    MILLION,
    ClockError,
    Fault,
    ForeignCapture,
    Outage,
    ServerFailure,
    ServerTrouble,
    Spread,
    Storm,
    TroubleKind,
)
from scenarios.times import Span, moment_inside_ms, moment_ms

STORM_SPEED_M_PER_H = 20_000
"""Assumed of a storm that does not say when it ends."""

CELL_AFTER = Spread(4 * units.HOUR_MS, 12 * units.HOUR_MS)
"""Assumed life of a base station without mains. Of typhoon Yagi (Hải Phòng, 2024) it is reported
only that mains stayed away for longer than the generators lasted."""

CELL_LATER_MS = 2 * units.HOUR_MS
"""Assumed time from the return of mains to that of the base stations. Of Yagi it is reported only
that telecommunications come back after power does."""

_NOTHING = Spread(0, 0)
_EARTH_RADIUS_M = 6_371_000
_MOST_DEGREES = (90, 180)
"""Of latitude and longitude, north and east or south and west."""


def faults_of(reading: Reading, places: Places | None, span: Span | None) -> tuple[Fault, ...]:
    """The faults in the order of the file."""
    return tuple(_fault(reading, places, span, path) for path in reading.entries(("faults",)))


def _fault(reading: Reading, places: Places | None, span: Span | None, path: Path) -> Fault:
    match reading.document.data_at(path):
        case {"along": _}:
            return _storm(reading, span, path)
        case {"fails": _}:
            return ServerFailure(
                part=reading.value((*path, "fails"), "server"),
                at_ms=moment_inside_ms(reading, (*path, "at"), span) or 0,
                lasts_ms=reading.positive((*path, "lasts"), units.duration_ms),
                basis=reading.value((*path, "basis"), ""),
            )
        case {"clock": _}:
            return ClockError(
                ahead_ms=reading.not_nothing((*path, "clock"), units.signed_duration_ms),
                where=area_of(places, (*path, "where")),
                basis=reading.value((*path, "basis"), ""),
                share_per_million=_share(reading, path),
            )
        case {"captured": _}:
            return ForeignCapture(
                where=area_of(places, (*path, "where")),
                at_ms=moment_inside_ms(reading, (*path, "at"), span) or 0,
                lasts_ms=reading.positive((*path, "lasts"), units.duration_ms),
                basis=reading.value((*path, "basis"), ""),
            )
        case {"full": _}:
            return _trouble(reading, span, path, "full-disk", 0)
        case {"slow": _}:
            later_ms = reading.positive((*path, "slow"), units.duration_ms)
            return _trouble(reading, span, path, "slow-database", later_ms)
        case {"server_clock": _}:
            ahead_ms = reading.not_nothing((*path, "server_clock"), units.signed_duration_ms)
            return _trouble(reading, span, path, "wrong-clock", ahead_ms)
        case _:
            return Outage(
                takes=tuple(dict.fromkeys(reading.value((*path, "outage"), ()))),
                where=area_of(places, (*path, "where")),
                at_ms=moment_inside_ms(reading, (*path, "at"), span) or 0,
                lasts=_spread(reading, (*path, "lasts"), reading.positive),
                basis=reading.value((*path, "basis"), ""),
                share_per_million=_share(reading, path),
            )


def _trouble(
    reading: Reading, span: Span | None, path: Path, kind: TroubleKind, by_ms: int
) -> ServerTrouble:
    return ServerTrouble(
        kind,
        at_ms=moment_inside_ms(reading, (*path, "at"), span) or 0,
        lasts_ms=reading.positive((*path, "lasts"), units.duration_ms),
        basis=reading.value((*path, "basis"), ""),
        by_ms=by_ms,
    )


def _storm(reading: Reading, span: Span | None, path: Path) -> Storm:
    at_ms = moment_inside_ms(reading, (*path, "at"), span) or 0
    track = _track(reading, (*path, "along"))
    until_ms = moment_ms(reading, (*path, "until"), span)
    if until_ms is None:
        until_ms = at_ms + _way_ms(track)
    elif until_ms <= at_ms:
        until = (*path, "until")
        reading.error(until, shown(reading.value(until)), "a moment after the storm's at")
    return Storm(
        takes=tuple(dict.fromkeys(reading.value((*path, "outage"), ()))),
        track=track,
        radius_m=reading.positive((*path, "radius"), units.length_m),
        at_ms=at_ms,
        until_ms=until_ms,
        lasts=_spread(reading, (*path, "lasts"), reading.positive),
        cell_after=_spread(reading, (*path, "cell_after"), reading.quantity, CELL_AFTER),
        cell_later_ms=reading.quantity((*path, "cell_later"), units.duration_ms, CELL_LATER_MS),
        basis=reading.value((*path, "basis"), ""),
    )


def _track(reading: Reading, path: Path) -> tuple[tuple[float, float], ...]:
    points = []
    for point in reading.entries(path):
        north, east = (
            _degrees(reading, (*point, place), most) for place, most in enumerate(_MOST_DEGREES)
        )
        points.append((north, east))
    if reading.is_sound(path) and len(set(points)) == 1:
        reading.error(path, "one point again and again", "a track with two points that differ")
    return tuple(points)


def _degrees(reading: Reading, path: Path, most: int) -> float:
    degrees = reading.value(path, 0)
    if not -most <= degrees <= most:
        reading.error(path, shown(degrees), f"degrees from -{most} to {most}")
    return float(degrees)


def _way_ms(track: Sequence[tuple[float, float]]) -> int:
    """How long a storm takes for its track, in whole minutes.

    Not finer, so that how a machine rounds a sine cannot be seen.
    """
    metres = sum(map(_distance_m, track, track[1:]))
    return (int(metres * 60 / STORM_SPEED_M_PER_H) + 1) * units.MINUTE_MS


def _distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    (north, east), (other_north, other_east) = (map(radians, point) for point in (one, other))
    squared = (
        sin((other_north - north) / 2) ** 2
        + cos(north) * cos(other_north) * sin((other_east - east) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_M * asin(sqrt(min(1.0, squared)))


def _spread(
    reading: Reading,
    path: Path,
    read: Callable[[Path, Callable[[str], int]], int],
    default: Spread = _NOTHING,
) -> Spread:
    """A duration that is fixed or given by two percentiles; the default where none is written."""
    written = reading.document.data_at(path)
    if written is None:
        return default
    if not isinstance(written, dict):
        fixed = read(path, units.duration_ms)
        return Spread(fixed, fixed)
    p90 = (*path, "p90")
    spread = Spread(read((*path, "p50"), units.duration_ms), read(p90, units.duration_ms))
    if reading.is_sound(path) and spread.p90_ms < spread.p50_ms:
        reading.error(p90, shown(reading.value(p90)), "at least p50")
    return spread


def _share(reading: Reading, path: Path) -> int:
    share = reading.positive((*path, "share"), units.share_per_million)
    return share or MILLION
