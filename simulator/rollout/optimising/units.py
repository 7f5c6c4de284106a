"""What done works give: households reached, and the units that a measure counts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.rollout.plan import Plan, Station
from simulator.rollout.measures import fittings
from simulator.rollout.results import Ints, MeasureName
from simulator.rollout.works import Works, is_joined


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that counts `weight` once any of its works is done, or once all are."""

    weight: int
    works: tuple[int, ...]
    all_of_them: bool = False

    def is_done(self, done: Sequence[bool]) -> bool:
        """Whether it counts, by which works are done."""
        return (all if self.all_of_them else any)(done[work] for work in self.works)


@dataclass(frozen=True, slots=True)
class Units:
    """Units that works can win; `had` is the weight that counts without any, `whole` that of all.

    What no work can win is in `whole` alone.
    """

    had: int
    whole: int
    winnable: tuple[Unit, ...]

    def won(self, done: Sequence[bool]) -> int:
        """The weight that counts, by which works are done."""
        return self.had + sum(unit.weight for unit in self.winnable if unit.is_done(done))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the stock and its work, None where it is IP."""

    station: Station
    work: int | None
    joined: bool

    @property
    def works_at_first(self) -> bool:
        return self.station.kind == "ip" or (
            self.station.kind != "none" and self.station.condition != "broken"
        )

    @property
    def covers_all(self) -> bool:
        return self.station.covered >= self.station.villages


def covered_households(plan: Plan, works: Works) -> Units:
    """Households in communes with IP, as the measure `households-with-ip` counts them."""
    rows = _rows(plan, works)
    return _units([_any_ip(rows[code], plan.communes[code].households) for code in rows], plan)


def households_in_earshot(plan: Plan, works: Works) -> Units:
    """Households in earshot of an IP device: of a commune's, the share of its villages.

    A station that is converted covers all villages of its row, one that is joined those that it
    covers now. A commune that names no villages has one for each row.
    """
    units: list[tuple[int, Unit | None]] = []
    for code, rows in _rows(plan, works).items():
        villages = sum(row.station.villages for row in rows)
        for row in rows:
            of_row, heard = row.station.villages, row.station.covered
            if not villages:
                of_row = heard = 1
            heard = heard if row.joined or row.work is None else of_row
            share = plan.communes[code].households * heard // (villages or len(rows))
            units.append((share, None if row.work is None else Unit(share, (row.work,))))
    return _units(units, plan)


def units_of(measure: MeasureName, plan: Plan, works: Works) -> Units | None:
    """The units of which a measure is the share; None of a measure that is no share of them.

    Stations do not break down here.
    """
    rows = _rows(plan, works)
    found: list[tuple[int, Unit | None]]
    match measure:
        case "converted-of-first-stock":
            counted = works.counted.nonzero()[0].tolist()
            return Units(0, len(counted), tuple(Unit(1, (work,)) for work in counted))
        case "households-with-ip":
            return covered_households(plan, works)
        case "ip-of-communes" | "upgraded-of-communes":
            found = [_any_ip(some, 1) for some in rows.values()]
        case "one-system-of-communes":
            found = [_all(some, [row.work is None for row in some]) for some in rows.values()]
        case "working-of-communes":
            found = [_any(some, [row.works_at_first for row in some]) for some in rows.values()]
        case "covering-of-communes":
            found = [_covering(some) for some in rows.values()]
        case _:
            of = fittings(works, plan).get(measure)
            if of is None:
                return None
            return Units(of.had, of.units, tuple(Unit(1, (int(work),)) for work in of.works))
    had = sum(weight for weight, unit in found if unit is None)
    return Units(had, len(plan.communes), tuple(unit for _, unit in found if unit and unit.works))


def _units(found: Sequence[tuple[int, Unit | None]], plan: Plan) -> Units:
    had = sum(weight for weight, unit in found if unit is None)
    whole = sum(stock.households for stock in plan.communes.values())
    return Units(had, whole, tuple(unit for _, unit in found if unit and unit.weight))


def _rows(plan: Plan, works: Works) -> dict[str, list[_Row]]:
    """The rows of the stock by commune."""
    work_of = {int(row): work for work, row in enumerate(works.station) if row >= 0}
    found: dict[str, list[_Row]] = defaultdict(list)
    for place, row in enumerate(plan.stations):
        found[row.commune].append(_Row(row, work_of.get(place), is_joined(plan, row)))
    return found


def _any_ip(rows: Sequence[_Row], weight: int) -> tuple[int, Unit | None]:
    return _any(rows, [row.work is None for row in rows], weight)


def _any(rows: Sequence[_Row], is_so: Sequence[bool], weight: int = 1) -> tuple[int, Unit | None]:
    """One row is enough; the weight, and None where it counts from the start."""
    if any(is_so):
        return weight, None
    return weight, Unit(weight, tuple(row.work for row in rows if row.work is not None))


def _all(rows: Sequence[_Row], is_so: Sequence[bool]) -> tuple[int, Unit | None]:
    """Every row is needed."""
    missing = [row.work for row, so in zip(rows, is_so, strict=True) if not so]
    if not missing:
        return 1, None
    return 1, Unit(1, tuple(work for work in missing if work is not None), all_of_them=True)


def _covering(rows: Sequence[_Row]) -> tuple[int, Unit | None]:
    is_so = [row.station.villages == 0 or (row.works_at_first and row.covers_all) for row in rows]
    for row, so in zip(rows, is_so, strict=True):
        # Neither an IP station nor one that is joined comes to cover more than it does.
        if not so and (row.work is None or (row.joined and not row.covers_all)):
            return 1, Unit(1, ())
    return _all(rows, is_so)


def by_year(units: Units, finished: Ints, starts: Sequence[int]) -> list[int]:
    """The weight won by the end of each year, by the days that works are finished on."""
    return [units.won((finished < end).tolist()) for end in starts[1:]]
