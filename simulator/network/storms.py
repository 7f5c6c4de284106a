"""When a storm comes over a commune.

Plane geometry in metres about each commune (equirectangular), good for radii of some hundred
kilometres. Only the cosine could differ between machines, and it is rounded: all else is sums,
products, quotients and roots, which every machine rounds alike.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from scenarios.scenario import Storm
from scenarios.territory import Commune
from simulator.fleet import Flags
from simulator.gaps import FAR, Milliseconds

Floats = npt.NDArray[np.float64]

METRES_PER_DEGREE = 111_195
"""Of a great circle, on a sphere of the Earth's mean radius, 6,371,009 m."""

MINUTE_MS = 60_000


def reached_ms(storm: Storm, communes: Sequence[Commune]) -> Milliseconds:
    """The first moment at which the centre is within the radius of each commune's point.

    To the nearest whole minute after the storm's `at_ms`; `at_ms` itself where the storm is from
    the beginning, `FAR` where it never comes.
    """
    north = np.array([commune.latitude for commune in communes], np.float64)
    east = np.array([commune.longitude for commune in communes], np.float64)
    # The last point once more: a storm may stand still, and one that ends on the edge is there.
    track = (*storm.track, storm.track[-1])
    share = np.full(len(communes), np.inf)
    for (a, left), (b, came) in pairwise(zip(track, _shares(track), strict=True)):
        begin = _metres(a[0] - north, a[1] - east, north)
        step = _metres(b[0] - a[0], b[1] - a[1], north)
        enters, part = _entry(begin, step, storm.radius_m)
        share = np.where(enters, np.minimum(share, left + part * (came - left)), share)
    comes = share < np.inf
    minutes = np.rint(np.where(comes, share, 0) * (storm.until_ms - storm.at_ms) / MINUTE_MS)
    return np.where(comes, storm.at_ms + minutes.astype(np.int64) * MINUTE_MS, FAR)


def _entry(
    begin: tuple[Floats, Floats], step: tuple[Floats, Floats], radius_m: int
) -> tuple[Flags, Floats]:
    """Whether one straight step from `begin` comes into the circle about 0, and after which part.

    The part is 0 where the step begins inside or does not come in.
    """
    # |begin + part * step| = radius: part * part * a + 2 * part * b + c = 0.
    a = step[0] * step[0] + step[1] * step[1]
    b = begin[0] * step[0] + begin[1] * step[1]
    c = begin[0] * begin[0] + begin[1] * begin[1] - float(radius_m * radius_m)
    in_reach = (c > 0) & (b < 0) & (b * b >= a * c)
    root = np.sqrt(np.where(in_reach, b * b - a * c, 0))
    # The smaller solution, in the form that needs no division by the length of the step.
    part = np.where(in_reach, c, 0) / np.where(in_reach, root - b, 1)
    return (c <= 0) | (in_reach & (part <= 1)), part


def _shares(track: Sequence[tuple[float, float]]) -> list[float]:
    """Which share of its whole way lies behind the storm at each point of its track."""
    lengths = []
    for a, b in pairwise(track):
        north, east = _metres(b[0] - a[0], b[1] - a[1], (a[0] + b[0]) / 2)
        lengths.append(float(np.sqrt(north * north + east * east)))
    way = list(accumulate(lengths, initial=0.0))
    return [behind / (way[-1] or 1) for behind in way]


def _metres(
    north: Floats | float, east: Floats | float, latitude: Floats | float
) -> tuple[Floats, Floats]:
    """Differences in degrees as metres to the north and to the east, near a latitude."""
    cosine = np.round(np.cos(np.radians(latitude)), 9)
    return np.multiply(north, METRES_PER_DEGREE), np.multiply(east, METRES_PER_DEGREE) * cosine
