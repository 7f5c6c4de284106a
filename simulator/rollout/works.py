"""A plan's works: one after the other, and as arrays."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from scenarios import territory
from scenarios.rollout.plan import WORK_KINDS, Plan, Station, WorkKind
from simulator.network.philox import Words, number, numbers

from .results import Ints

Flags = npt.NDArray[np.bool_]

OLDER_KINDS: Final = ("wired", "fm-low", "fm-high")
"""The stations that a plan replaces, as its yearly share counts them."""


@dataclass(frozen=True, slots=True)
class Work:
    """Something that money buys; `district` and `commune` are empty where it is of none.

    `station` is its row of the stock, -1 for a board and the like. `purse` are the sources that
    pay for it, by their places in the plan; without any it is never begun.
    """

    id: str
    kind: WorkKind
    province: str
    district: str
    commune: str
    station: int
    households: int
    purse: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Works:
    """All works of a plan (W) as arrays, in their order.

    `purse` is a number for each (province, purse) that occurs, -1 for none. `sources` (provinces,
    S) are the places in the plan of the sources that each province has, -1 beyond them; `holds`
    (S, purses) tells which of those a purse consists of. `breaks_numbers` (years, W) are the
    numbers of the entities `<id>/<year>`, of the second year and later. `first_group` is the group
    of each work whatever its age; `since` is 0 where that is not known.
    """

    listed: tuple[Work, ...]
    numbers: Words
    kind: Ints
    province: Ints
    clusters: Ints
    households: Ints
    station: Ints
    counted: Flags
    may_break: Flags
    degraded: Flags
    first_group: Ints
    since: Ints
    purse: Ints
    purses: int
    sources: Ints
    holds: Flags
    breaks_numbers: Words

    @classmethod
    def of(cls, plan: Plan) -> "Works":
        """The works of a plan."""
        listed = tuple(_listed(plan))
        rows = [plan.stations[work.station] if work.station >= 0 else None for work in listed]
        province = [plan.provinces.index(work.province) for work in listed]
        own, purse_of = _purses(listed, len(plan.provinces), province)
        widest = max((len(sources) for sources in own), default=0)
        sources = np.full((len(own), widest), -1, np.int64)
        holds = np.zeros((widest, len(purse_of)), np.bool_)
        for place, some in enumerate(own):
            sources[place, : len(some)] = some
        for (place, purse), which in purse_of.items():
            holds[[own[place].index(source) for source in purse], which] = True
        later = [str(year) for year in plan.years[1:]]
        return cls(
            listed,
            numbers(work.id for work in listed),
            _ints(WORK_KINDS.index(work.kind) for work in listed),
            _ints(province),
            _ints(row.clusters if row else 0 for row in rows),
            _ints(work.households for work in listed),
            _ints(work.station for work in listed),
            _flags(row is not None and row.kind in OLDER_KINDS for row in rows),
            _flags(row is not None and _may_break(row) for row in rows),
            _flags(row is not None and row.condition == "degraded" for row in rows),
            _ints(3 if row is None else _group(row) for row in rows),
            _ints((row and row.since) or 0 for row in rows),
            _ints(
                purse_of[place, work.purse] if work.purse else -1
                for place, work in zip(province, listed, strict=True)
            ),
            len(purse_of),
            sources,
            holds,
            np.array(
                [[number(f"{work.id}/{year}") for work in listed] for year in later], np.uint32
            ).reshape(len(later), len(listed)),
        )

    def paid_for(self, province: int, source: int) -> int:
        """How many works of a province a source pays for, both by their places in the plan."""
        own = self.sources[province] == source
        purses = np.flatnonzero(self.holds[own].any(axis=0))
        of_province = self.purse[self.province == province]
        return int(np.isin(of_province, purses).sum())

    def group(self, plan: Plan, year: int) -> Ints:
        """The group of each work in a year (its index), but for what broke down since the start."""
        old = plan.first_year + year - plan.rules.depreciation_years
        is_old = (self.station >= 0) & (self.since < old)
        return np.where((self.first_group == 3) & is_old, 2, self.first_group)


def first_days(plan: Plan) -> tuple[int, ...]:
    """The first day of each year of the plan, and of the year after it."""
    return tuple(day(plan, year, 1) for year in range(plan.first_year, plan.last_year + 2))


def day(plan: Plan, year: int, month: int) -> int:
    """The first day of a month, counted from 1 January of the plan's first year."""
    return (date(year, month, 1) - date(plan.first_year, 1, 1)).days


def is_joined(plan: Plan, row: Station) -> bool:
    """Whether this row is joined to IP by a converter instead of being converted."""
    old = plan.first_year - plan.rules.depreciation_years
    return (
        plan.rules.joins
        and row.kind in OLDER_KINDS
        and row.condition != "broken"
        and row.since is not None
        and row.since >= old
    )


def _group(row: Station) -> int:
    """The group of a row whatever its age."""
    if row.kind == "none" or row.condition == "broken":
        return 0
    return 1 if row.condition == "degraded" else 3


def _may_break(row: Station) -> bool:
    return row.kind in OLDER_KINDS and row.condition != "broken"


def _listed(plan: Plan) -> Iterator[Work]:
    land = territory.load(plan.era)
    units = {code: land.communes[code] for code in plan.communes}
    of_district: dict[str, set[str]] = defaultdict(set)
    households: dict[str, int] = defaultdict(int)
    for code, unit in units.items():
        households[code] = plan.communes[code].households
        households[unit.province] += households[code]
        if unit.district:
            of_district[unit.district].add(code)
            households[unit.district] += households[code]

    def work(kind: WorkKind, name: str, commune: str, station: int) -> Work:
        unit = units[commune]
        return Work(
            *(name, kind, unit.province, unit.district, commune, station, households[commune]),
            _purse(plan, kind, unit.province, {commune}),
        )

    for place, row in enumerate(plan.stations):
        if row.kind != "ip":
            kind: WorkKind = "join" if is_joined(plan, row) else "station"
            yield work(kind, row.id, row.commune, place)
    for code in sorted(units):
        if not plan.communes[code].board:
            yield work("board", f"board-{code}", code, -1)
    for code, communes in sorted(of_district.items()):
        if code not in plan.big_boards:
            province = land.districts[code].province
            purse = _purse(plan, "big-board", province, communes)
            name = f"big-board-{code}"
            yield Work(name, "big-board", province, code, "", -1, households[code], purse)
    for code in sorted(plan.provinces):
        if not plan.source_system_done:
            purse = _purse(plan, "source-system", code, None)
            name = f"source-system-{code}"
            yield Work(name, "source-system", code, "", "", -1, households[code], purse)


def _purse(plan: Plan, kind: WorkKind, province: str, communes: set[str] | None) -> tuple[int, ...]:
    """The sources that pay for it; `communes` are those that it is for, None for the province."""
    if kind not in plan.rules.kinds:
        return ()
    return tuple(
        place
        for place, source in enumerate(plan.sources)
        if kind in source.pays
        and (not source.provinces or province in source.provinces)
        and (source.communes is None or (communes is not None and communes <= source.communes))
    )


def _purses(
    listed: tuple[Work, ...], provinces: int, province: list[int]
) -> tuple[list[list[int]], dict[tuple[int, tuple[int, ...]], int]]:
    """The sources that each province has, and a number for each (province, purse)."""
    found = {(place, work.purse): 0 for place, work in zip(province, listed, strict=True)}
    purses = sorted(pair for pair in found if pair[1])
    own: list[set[int]] = [set() for _ in range(provinces)]
    for place, purse in purses:
        own[place].update(purse)
    return [sorted(sources) for sources in own], {pair: n for n, pair in enumerate(purses)}


def _ints(some: Iterable[int]) -> Ints:
    return np.fromiter(some, np.int64)


def _flags(some: Iterable[bool]) -> Flags:
    return np.fromiter(some, np.bool_)
