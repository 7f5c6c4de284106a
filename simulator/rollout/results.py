"""What came of a rollout plan: works in each replication, measures of each year, all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

NEVER: Final = 2**31 - 1
"""The day of what is not finished within the plan's money."""

MeasureName = Literal[
    "converted-of-first-stock",
    "converted-in-year-of-first-stock",
    "converted-in-year-of-remaining",
    "ip-of-communes",
    "working-of-communes",
    "covering-of-communes",
    "one-system-of-communes",
    "boards-of-urban",
    "boards-of-rural",
    "boards-of-communes",
    "big-boards-of-towns",
    "big-boards-of-districts",
    "source-system",
    "households-with-ip",
    "upgraded-of-communes",
    "out-of-order",
    "spent-vnd",
]
"""Of a year's end: shares per million, but `out-of-order` counts and `spent-vnd` is the year's
money. See docs/reference/rollout.md."""

MEASURES: Final[tuple[MeasureName, ...]] = get_args(MeasureName)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Some replications (R) of a plan's works (W), in the order of `Works`, over its years (Y).

    `begun` (R, W) is the index of the year that money was given in, -1 for none; `finished` (R, W)
    the day it was done, `NEVER` for none; `cost` (R, W) in VND, 0 where not begun; `broken` (R, W)
    the index of the year that a station broke down in, -1 for none; `paid` (R, Y, sources) in VND.
    """

    begun: npt.NDArray[np.int16]
    finished: npt.NDArray[np.int32]
    cost: Ints
    broken: npt.NDArray[np.int16]
    paid: Ints


@dataclass(frozen=True, slots=True)
class Swing:
    """What one uncertain figure does alone: the headline measures with it at its P10 and its P90.

    All other figures stand at their P50. `values` holds (at P10, at P90) by measure, of the last
    year's end.
    """

    figure: str
    values: Mapping[MeasureName, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Findings:
    """All replications of a plan, small enough to keep.

    `yearly` (replications, years, measures) in the order of `MEASURES`, -1 where a measure is of
    nothing; `done_by_quarter` (works, quarters from the first year to two years after the last):
    in how many replications a work was done by that quarter's end; `begun_by_year` (works, years)
    in how many it was given money by that year's end; `paid` (replications, years, sources);
    `swings` widest first.
    """

    replications: int
    yearly: Ints
    done_by_quarter: npt.NDArray[np.int32]
    begun_by_year: npt.NDArray[np.int32]
    paid: Ints
    swings: tuple[Swing, ...]
