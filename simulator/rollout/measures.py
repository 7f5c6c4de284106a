"""The measures of each year's end, of an outcome's replications."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenarios import territory
from scenarios.rollout.plan import WORK_KINDS, Plan

from .results import MEASURES, Ints, MeasureName, Outcome
from .terms import MILLION
from .works import OLDER_KINDS, Flags, Works, first_days, is_joined

_URBAN: Final = ("phường", "thị trấn")
_TOWNS: Final = ("thị xã", "thành phố", "quận")
_NO_GROUP: Final = 9
"""Behind every group."""


def yearly(works: Works, plan: Plan, outcome: Outcome) -> Ints:
    """All measures, (replications, years, measures) in the order of `MEASURES`."""
    stock, fitted = _Stock.of(works, plan), fittings(works, plan)
    starts = first_days(plan)
    finished = outcome.finished.T
    found = np.empty((finished.shape[1], len(plan.years), len(MEASURES)), np.int64)
    for year in range(len(plan.years)):
        done = finished < starts[year + 1]
        before = finished < starts[year]
        counted, counted_before = done[works.counted], before[works.counted]
        of_first_stock = len(counted)
        in_year = np.count_nonzero(counted & ~counted_before, axis=0)
        communes = stock.communes(done, outcome.broken.T, year)
        by_name: dict[MeasureName, Ints] = {
            "converted-of-first-stock": _share(np.count_nonzero(counted, axis=0), of_first_stock),
            "converted-in-year-of-first-stock": _share(in_year, of_first_stock),
            "converted-in-year-of-remaining": _share(
                in_year, np.count_nonzero(~counted_before, axis=0)
            ),
            "ip-of-communes": _of(communes.ip),
            "working-of-communes": _of(communes.working),
            "covering-of-communes": _of(communes.covering),
            "one-system-of-communes": _of(communes.one_system),
            **{name: some.share(done) for name, some in fitted.items()},
            "households-with-ip": _share(
                (stock.households[:, np.newaxis] * communes.ip).sum(axis=0),
                int(stock.households.sum()),
            ),
            "upgraded-of-communes": _of(communes.ip),
            "out-of-order": _out_of_order(works, plan, outcome, year),
            "spent-vnd": outcome.paid[:, year].sum(axis=1),
        }
        found[:, year] = np.stack([by_name[name] for name in MEASURES], axis=1)
    return found


def _share(count: Ints, of: Ints | int) -> Ints:
    """Per million, rounded down; -1 where it is of nothing."""
    whole = np.broadcast_to(np.asarray(of, np.int64), count.shape)
    return np.where(whole > 0, count * MILLION // np.maximum(whole, 1), -1)


def _of(flags: Flags) -> Ints:
    """The share of rows that are true, by replication."""
    return _share(np.count_nonzero(flags, axis=0), len(flags))


@dataclass(frozen=True, slots=True)
class _Communes:
    """What holds for each commune, (communes, R)."""

    ip: Flags
    working: Flags
    covering: Flags
    one_system: Flags


@dataclass(frozen=True, slots=True)
class _Stock:
    """The rows of the stock, those of a commune side by side.

    `work` is each row's, -1 where it has none (it is IP); `is_converted`: that work gives it a
    station of its own, which covers all villages; `begins` where the rows of each commune begin;
    `place` which of the plan's communes those are; `households` of all the plan's.
    """

    work: Ints
    is_ip: Flags
    works_at_first: Flags
    covers_all: Flags
    is_converted: Flags
    is_empty: Flags
    begins: Ints
    place: Ints
    households: Ints

    @classmethod
    def of(cls, works: Works, plan: Plan) -> "_Stock":
        work_of = np.full(len(plan.stations), -1, np.int64)
        has_row = np.flatnonzero(works.station >= 0)
        work_of[works.station[has_row]] = has_row
        communes = {code: place for place, code in enumerate(sorted(plan.communes))}
        commune = np.array([communes[row.commune] for row in plan.stations], np.int64)
        sequence = np.argsort(commune, kind="stable")
        rows = [plan.stations[place] for place in sequence]
        place, begins = np.unique(commune[sequence], return_index=True)
        return cls(
            work_of[sequence],
            _flags(row.kind == "ip" for row in rows),
            _flags(row.kind in OLDER_KINDS and row.condition != "broken" for row in rows),
            _flags(row.covered >= row.villages for row in rows),
            _flags(not is_joined(plan, row) for row in rows),
            _flags(row.villages == 0 for row in rows),
            begins,
            place,
            np.array([plan.communes[code].households for code in sorted(communes)], np.int64),
        )

    def communes(self, done: Flags, broken: npt.NDArray[np.int16], year: int) -> _Communes:
        """What holds for each commune at the end of a year; nothing for one without rows."""
        # A last row for what has no work (-1): not done, not broken.
        done_row = np.pad(done, ((0, 1), (0, 0)))[self.work]
        broke = np.pad(broken, ((0, 1), (0, 0)), constant_values=-1)[self.work]
        broke_row = (broke >= 0) & (broke <= year)
        is_ip = self.is_ip[:, np.newaxis] | done_row
        working = is_ip | (self.works_at_first[:, np.newaxis] & ~broke_row)
        covered = working & self.covers_all[:, np.newaxis]
        covered |= done_row & self.is_converted[:, np.newaxis]
        covered |= self.is_empty[:, np.newaxis]
        return _Communes(
            self._of_rows(np.logical_or, is_ip),
            self._of_rows(np.logical_or, working),
            self._of_rows(np.logical_and, covered),
            self._of_rows(np.logical_and, is_ip),
        )

    def _of_rows(self, combine: np.ufunc, rows: Flags) -> Flags:
        found = np.zeros((len(self.households), rows.shape[1]), np.bool_)
        alone = len(self.begins) == len(rows)
        found[self.place] = rows if alone else combine.reduceat(rows, self.begins, axis=0)
        return found


@dataclass(frozen=True, slots=True)
class Fittings:
    """What there may be one of for each of some units: the works that give it to them.

    `had` counts the units that have one from the start.
    """

    works: Ints
    had: int

    def share(self, done: Flags) -> Ints:
        """The share of the units that have one."""
        return _share(self.had + np.count_nonzero(done[self.works], axis=0), self.units)

    @property
    def units(self) -> int:
        """How many units there are."""
        return self.had + len(self.works)


def fittings(works: Works, plan: Plan) -> dict[MeasureName, Fittings]:
    """The boards and source systems, by the measure that counts them."""
    land = territory.load(plan.era)
    place = {work.id: number for number, work in enumerate(works.listed)}

    def those(ids: Iterable[str]) -> Fittings:
        every = list(ids)
        missing = [place[name] for name in every if name in place]
        return Fittings(np.array(missing, np.int64), len(every) - len(missing))

    communes = [land.communes[code] for code in sorted(plan.communes)]
    districts = [land.districts[code] for code in sorted({c.district for c in communes} - {""})]
    return {
        "boards-of-urban": those(f"board-{c.code}" for c in communes if c.kind in _URBAN),
        "boards-of-rural": those(f"board-{c.code}" for c in communes if c.kind not in _URBAN),
        "boards-of-communes": those(f"board-{c.code}" for c in communes),
        "big-boards-of-towns": those(f"big-board-{d.code}" for d in districts if d.kind in _TOWNS),
        "big-boards-of-districts": those(
            f"big-board-{d.code}" for d in districts if d.kind not in _TOWNS
        ),
        "source-system": those(f"source-system-{code}" for code in plan.provinces),
    }


def _out_of_order(works: Works, plan: Plan, outcome: Outcome, year: int) -> Ints:
    """How many were begun in the year while one of a worse group and the same purse went without.

    Of `station` works, with their groups as of that year; one number for each replication.
    """
    station = (works.kind == WORK_KINDS.index("station")) & (works.purse >= 0)
    rows = np.flatnonzero(station)
    rows = rows[np.argsort(works.purse[rows], kind="stable")]
    if not rows.size:
        return np.zeros(len(outcome.begun), np.int64)
    begun, broken = outcome.begun.T[rows], outcome.broken.T[rows]
    group = works.group(plan, year)[rows, np.newaxis].astype(np.int8)
    group = np.where((broken >= 0) & (broken <= year), np.int8(0), group)
    waits = np.where((begun < 0) | (begun > year), group, np.int8(_NO_GROUP))
    _, begins, which = np.unique(works.purse[rows], return_index=True, return_inverse=True)
    worst = np.minimum.reduceat(waits, begins, axis=0)
    found: Ints = np.count_nonzero((begun == year) & (group > worst[which]), axis=0)
    return found


def _flags(some: Iterable[bool]) -> Flags:
    return np.fromiter(some, np.bool_)
