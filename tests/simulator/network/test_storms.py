"""When storms reach communes, against storms walked minute by minute."""

from itertools import pairwise
from math import asin, cos, hypot, inf, radians, sin, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import territory
from scenarios.scenario import Spread, Storm
from scenarios.territory import Commune
from simulator.gaps import FAR
from simulator.network import storms

HOUR = 3_600_000
MINUTE = 60_000
HALF_A_DEGREE = 55_598
"""Of latitude, in metres, rounded up."""

Point = tuple[float, float]


def storm(*track: Point, radius_m: int, at_ms: int = 0, until_ms: int = HOUR) -> Storm:
    lasts = Spread(HOUR, HOUR)
    return Storm(("mains",), track, radius_m, at_ms, until_ms, lasts, lasts, 0, "assumed")


def commune(north: float, east: float) -> Commune:
    return Commune("90001", "xã", "A", "90", "900", north, east, False, ())


def reached(storm: Storm, *points: Point) -> list[int | None]:
    found = storms.reached_ms(storm, [commune(*point) for point in points]).tolist()
    return [None if at == FAR else at for at in found]


@pytest.mark.parametrize(
    ("point", "minute"),
    [
        ((12.0, 108.0), 30),  # on the way: half a degree before its middle
        ((11.0, 108.0), 0),  # where the storm begins
        ((11.4, 108.0), 0),  # within the radius from the beginning
        ((13.5, 108.0), 120),  # reached with the last step
        ((13.6, 108.0), None),  # beyond its end
        ((10.6, 108.0), 0),  # behind it, but within
        ((10.4, 108.0), None),  # behind it: it goes away
        ((12.0, 108.4), 41),  # 0.39 degrees aside: when it is 0.31 degrees short of that latitude
        ((12.0, 108.6), None),  # too far aside
    ],
)
def test_a_storm_northwards_for_people(point: Point, minute: int | None) -> None:
    """Two degrees of latitude in two hours, with a radius of half a degree."""
    north = storm((11.0, 108.0), (13.0, 108.0), radius_m=HALF_A_DEGREE, until_ms=2 * HOUR)
    assert reached(north, point) == [None if minute is None else minute * MINUTE]


def test_the_pace_is_steady_over_segments_of_any_length() -> None:
    """One degree out, three back: a quarter of the time, then three."""
    turning = storm(
        (12.0, 108.0), (13.0, 108.0), (10.0, 108.0), radius_m=111, at_ms=7, until_ms=7 + 4 * HOUR
    )
    found = reached(turning, (12.5, 108.0), (13.0, 108.0), (11.0, 108.0), (10.0, 108.0))
    assert found == [7 + 30 * MINUTE, 7 + HOUR, 7 + 3 * HOUR, 7 + 4 * HOUR]


def test_it_is_the_first_of_two_visits_that_counts() -> None:
    there_and_back = storm((12.0, 108.0), (13.0, 108.0), (12.0, 108.0), radius_m=20_000)
    (found,) = reached(there_and_back, (12.5, 108.0))
    assert found is not None
    assert found < HOUR // 4 < HOUR // 2


@pytest.mark.parametrize("track", [[(12.0, 108.0)], [(12.0, 108.0), (12.0, 108.0)]])
def test_a_storm_that_stands_still(track: list[Point]) -> None:
    still = storm(*track, radius_m=50_000, at_ms=-90_001)
    assert reached(still, (12.4, 108.0), (12.5, 108.0)) == [-90_001, None]


def test_no_time_at_all() -> None:
    flash = storm((12.0, 108.0), (13.0, 108.0), radius_m=10_000, at_ms=5, until_ms=5)
    assert reached(flash, (12.5, 108.0), (14.0, 108.0)) == [5, None]
    assert len(storms.reached_ms(flash, [])) == 0


def test_a_commune_alone_is_reached_at_the_same_moment() -> None:
    landfall = storm((13.8, 110.2), (13.9, 108.5), radius_m=60_000, until_ms=10 * HOUR)
    communes = territory.load("2022").communes_of(province="52")
    together = storms.reached_ms(landfall, communes)
    assert 0 < np.count_nonzero(together < FAR) < len(communes)
    alone = [int(storms.reached_ms(landfall, [one])[0]) for one in communes]
    assert alone == together.tolist()


def test_the_plane_agrees_with_the_sphere() -> None:
    """As the storm comes in, the commune lies on its edge: to one part in two hundred."""
    landfall = storm((13.0, 111.5), (16.5, 106.0), radius_m=150_000, until_ms=240 * HOUR)
    checked = 0
    for one in territory.load("2022").communes_of(province="52"):
        at = int(storms.reached_ms(landfall, [one])[0])
        if 0 < at < FAR:
            part = at / (240 * HOUR)
            centre = (13.0 + 3.5 * part, 111.5 - 5.5 * part)
            edge = on_the_sphere(centre, (one.latitude, one.longitude))
            assert edge == pytest.approx(150_000, rel=0.005)
            checked += 1
    assert checked > 100


def on_the_sphere(a: Point, b: Point) -> float:
    north, east = radians(b[0] - a[0]), radians(b[1] - a[1])
    half = sin(north / 2) ** 2 + cos(radians(a[0])) * cos(radians(b[0])) * sin(east / 2) ** 2
    return 2 * 6_371_009 * asin(sqrt(half))


points = st.tuples(
    st.integers(80, 240).map(lambda tenth: tenth / 10),
    st.integers(1_020, 1_120).map(lambda tenth: tenth / 10),
)
STEPS = 400


@given(st.lists(points, min_size=1, max_size=4), points, st.integers(1_000, 400_000))
def test_against_a_storm_walked_step_by_step(
    track: list[Point], point: Point, radius_m: int
) -> None:
    until = STEPS * MINUTE
    (found,) = reached(storm(*track, radius_m=radius_m, until_ms=until), point)
    distances = [apart(centre, point) for centre in walk(track)]
    step = max((apart(a, b) for a, b in pairwise(walk(track))), default=0.0)
    if found is None:
        assert min(distances) > radius_m - 1
    else:
        first = found // MINUTE
        # Before it the storm was never inside, and about then it is on the edge or inside.
        assert min(distances[: max(first - 1, 0)], default=inf) >= radius_m - 1
        assert min(distances[max(first - 1, 0) : first + 2]) <= radius_m + step + 1


def walk(track: list[Point]) -> list[Point]:
    """Where the centre is after each of `STEPS` equal parts of the time."""
    lengths = [
        hypot(b[0] - a[0], (b[1] - a[1]) * cos(radians((a[0] + b[0]) / 2)))
        for a, b in pairwise(track)
    ]
    centres = []
    for step in range(STEPS + 1):
        left = sum(lengths) * step / STEPS
        at = track[0]
        for (a, b), length in zip(pairwise(track), lengths, strict=True):
            part = min(left / length, 1) if length else 1
            at = (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)
            left -= length
            if left < 0:
                break
        centres.append(at)
    return centres


def apart(centre: Point, point: Point) -> float:
    north, east = centre[0] - point[0], centre[1] - point[1]
    return 111_195 * hypot(north, east * cos(radians(point[0])))
