"""A plan of one province as a program: every limit a row that can be lifted by its name.

What it asks of an assignment is what the rollout at the medians needs to begin each work in its
year, paid in the plan's order of sources. Of the crews it asks less: in no span of years may they
have more work than days, but which of a year's works they do first is left to the solver. So no
assignment that the rollout keeps to at the medians is worth more than the program's bound.
See docs/explanation/optimising-a-rollout.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scenarios.rollout.plan import Plan
from simulator.rollout.terms import MILLION
from simulator.rollout.works import Works

from .limits import Demand, Limit, LimitKind
from .medians import Medians
from .program import BINARY, Program, Term, minus
from .units import Unit, Units, units_of

_MONEY_PARTS = 1_000_000
"""Money is counted in so many parts of all there is, at the most; where that is less, in đồng."""


@dataclass(slots=True)
class Formulation:
    """The program of a plan, what its columns mean, and the columns that lift its limits.

    `begun[work][year]` are (the year it is done by, the column of that), `lifts` the columns of
    each limit with what lifts it altogether; they are held at 0 as long as it stands.
    """

    plan: Plan
    works: Works
    medians: Medians
    program: Program = field(default_factory=Program)
    begun: list[list[list[tuple[int, int]]]] = field(default_factory=list)
    lifts: dict[Limit, list[tuple[int, float]]] = field(default_factory=dict)

    @property
    def _years(self) -> range:
        return range(len(self.plan.years))

    def begun_in(self, work: int, year: int) -> list[Term]:
        """Whether a work is begun in a year."""
        return [(column, 1.0) for _, column in self.begun[work][year]]

    def begun_by(self, work: int, year: int) -> list[Term]:
        """Whether a work is begun by a year's end."""
        return [term for one in range(year + 1) for term in self.begun_in(work, one)]

    def done_by(self, work: int, year: int) -> list[Term]:
        """Whether a work is done by a year's end; nothing before the first year."""
        return [
            (column, 1.0) for begun in self.begun[work] for done, column in begun if done <= year
        ]

    def is_won(self, unit: Unit, year: int) -> list[Term]:
        """Whether a unit counts at a year's end."""
        every = [self.done_by(work, year) for work in unit.works]
        if len(every) == 1:
            return every[0]
        won = self.program.column(*BINARY)
        bounds = every if unit.all_of_them else [[term for done in every for term in done]]
        for terms in bounds:
            self.program.row([(won, 1), *minus(terms)], high=0)
        return [(won, 1.0)]

    def won(self, units: Units, year: int) -> list[Term]:
        """The weight won by a year's end, above what counts from the start."""
        return [
            (column, factor * unit.weight)
            for unit in units.winnable
            for column, factor in self.is_won(unit, year)
        ]

    def cost(self) -> list[Term]:
        """What all works that are begun cost, in parts of money (see `part_vnd`)."""
        return [
            (column, self.medians.costs[work] / self.part_vnd)
            for work in range(len(self.begun))
            for column, _ in self.begun_by(work, len(self._years) - 1)
        ]

    @property
    def part_vnd(self) -> int:
        """What money is counted in: large sums and tight tolerances do not go together."""
        return max(1, sum(map(sum, self.medians.amounts)) // _MONEY_PARTS)

    def lift(self, limit: Limit, most: float) -> int:
        """A column that lifts a limit by up to so much."""
        column = self.program.column(0, 0)
        self.lifts.setdefault(limit, []).append((column, most))
        return column

    def limit(self, kind: LimitKind, year: int, id: str = "") -> Limit:  # noqa: A002 - as the field
        """The limit of a year, by its index."""
        return Limit(kind, id, self.plan.first_year + year)


def formulated(
    plan: Plan, works: Works, medians: Medians, demands: Sequence[Demand], *, keep_order: bool
) -> Formulation:
    """The program of a plan, without weights: what an assignment must keep to."""
    made = Formulation(plan, works, medians)
    _add_starts(made)
    _add_money(made)
    _add_crews(made)
    if plan.rules.paced:
        _add_pace(made)
    if keep_order:
        _add_order(made)
    for demand in demands:
        _add_demand(made, demand)
    return made


def _add_starts(made: Formulation) -> None:
    """Each work is begun once at the most, and done in that year or in a later one, or after."""
    years = len(made.plan.years)
    for work, days in enumerate(made.medians.days):
        begun: list[list[tuple[int, int]]] = [[] for _ in range(years)]
        if made.works.purse[work] >= 0:
            for year in range(years):
                earliest = made.medians.delivered[year] + days
                for done in range(year, years + 1):
                    if done == years or earliest < made.medians.starts[done + 1]:
                        begun[year].append((done, made.program.column(*BINARY, whole=True)))
        made.begun.append(begun)
        every = [(column, 1.0) for some in begun for _, column in some]
        if every:
            made.program.row(every, high=1)


def _add_money(made: Formulation) -> None:
    """Works are paid in the order of their kinds, from the first source as far as it goes."""
    plan, program, part = made.plan, made.program, made.part_vnd
    classes: dict[tuple[str, tuple[int, ...]], list[int]] = defaultdict(list)
    for place, work in enumerate(made.works.listed):
        if work.purse:
            classes[work.kind, work.purse].append(place)
    all_costs = sum(made.medians.costs) / part
    carried: dict[int, int] = {}
    most = dict.fromkeys(range(len(plan.sources)), 0.0)
    lifted: dict[int, list[int]] = defaultdict(list)
    for year, amounts in enumerate(made.medians.amounts):
        held: dict[int, int] = {}
        for source, amount in enumerate(amounts):
            kept = most[source] if source in carried else 0.0
            most[source] = kept + amount / part
            lift = made.lift(made.limit("money", year, plan.sources[source].id), all_costs)
            lifted[source] = [*(lifted[source] if source in carried else []), lift]
            held[source] = program.column()
            before = [(carried[source], -1.0)] if source in carried else []
            terms = [(held[source], 1.0), (lift, -1.0), *before]
            program.row(terms, amount / part, amount / part)
        for kind in plan.rules.kinds:
            pays = {
                (purse, source): program.column()
                for of_kind, purse in classes
                if of_kind == kind
                for source in purse
            }
            left: dict[int, int] = {}
            for source in held:
                left[source] = program.column()
                paid = [(column, 1.0) for (_, payer), column in pays.items() if payer == source]
                program.row([(left[source], 1), (held[source], -1), *paid], 0, 0)
            for purse in {purse for purse, _ in pays}:
                here = classes[kind, purse]
                costs = [
                    (column, made.medians.costs[work] / part)
                    for work in here
                    for column, _ in made.begun_in(work, year)
                ]
                program.row([*((pays[purse, one], 1.0) for one in purse), *minus(costs)], 0, 0)
                whole = sum(made.medians.costs[work] for work in here) / part
                for first, then in pairwise(purse):
                    # The next source pays only once this one is empty.
                    turns = program.column(*BINARY, whole=True)
                    later = [pays[purse, one] for one in purse[purse.index(then) :]]
                    program.row([*((one, 1.0) for one in later), (turns, -whole)], high=0)
                    spare = [(one, -1.0) for one in lifted[first]]
                    program.row([(left[first], 1), (turns, most[first]), *spare], high=most[first])
            held = left
        carried = {
            source: column for source, column in held.items() if plan.sources[source].carries_over
        }


def _add_crews(made: Formulation) -> None:
    """Between a year's deliveries and a year's end crews have no more work than days."""
    medians, crews = made.medians, made.plan.delivery.crews
    years = range(len(made.plan.years))
    all_days = float(sum(medians.days))
    lifts = [made.lift(made.limit("crews", year), all_days) for year in years]
    for first in years:
        for last in years[first:]:
            # A work is finished on the day after its last; that must be before the year is over.
            span = max(0, medians.starts[last + 1] - 1 - medians.delivered[first])
            days = [
                (column, float(medians.days[work]))
                for work, begun in enumerate(made.begun)
                for year in years[first:]
                for done, column in begun[year]
                if done <= last
            ]
            made.program.row(
                [*days, *((lifts[year], -1.0) for year in years[first : last + 1])],
                high=crews * span,
            )


def _add_pace(made: Formulation) -> None:
    """No more wired and FM stations are begun than the yearly share needs."""
    rules = made.plan.rules
    counted = made.works.counted.nonzero()[0].tolist()
    for year in range(len(made.plan.years)):
        now = [term for work in counted for term in made.begun_by(work, year)]
        lift = (made.lift(made.limit("pace", year), len(counted)), -1.0)
        if rules.base == "first-stock":
            most = -(-rules.yearly_per_million * len(counted) * (year + 1) // MILLION)
            made.program.row([*now, lift], high=most)
        else:
            # Rounded up: less than one above the share of what was not begun before.
            share = rules.yearly_per_million / MILLION
            before = [term for work in counted for term in made.begun_by(work, year - 1)]
            in_year = [*now, *((column, share - 1) for column, _ in before), lift]
            made.program.row(in_year, high=share * len(counted) + (MILLION - 1) / MILLION)


def _add_order(made: Formulation) -> None:
    """No station is begun while one of a worse group and the same purse waits."""
    works, program = made.works, made.program
    purses: dict[int, list[int]] = defaultdict(list)
    for place, listed in enumerate(works.listed):
        if listed.kind == "station" and listed.purse:
            purses[int(works.purse[place])].append(place)
    for year in range(len(made.plan.years)):
        lift = made.lift(made.limit("order", year), 1)
        groups = works.group(made.plan, year).tolist()
        for some in purses.values():
            by_group: dict[int, list[int]] = defaultdict(list)
            for work in some:
                by_group[groups[work]].append(work)
            earlier: list[Term] = []
            for worse, group in pairwise(sorted(by_group)):
                reached = program.column(*BINARY, whole=True)
                if earlier:
                    program.row([(reached, 1), *minus(earlier)], high=0)
                for work in by_group[worse]:
                    program.row([(reached, 1), *minus(made.begun_by(work, year))], high=0)
                for work in by_group[group]:
                    program.row([*made.begun_in(work, year), (reached, -1), (lift, -1)], high=0)
                earlier = [(reached, 1.0)]


def _add_demand(made: Formulation, demand: Demand) -> None:
    year = demand.year - made.plan.first_year
    limit = made.limit("demand", year, demand.id)
    if demand.measure.startswith("converted-in-year-of-"):
        _add_in_year(made, demand, limit, year)
        return
    units = units_of(demand.measure, made.plan, made.works)
    if units is None:
        raise ValueError(f"{demand.measure} cannot be asked for")
    need = -(-demand.least_per_million * units.whole // MILLION) - units.had
    if need > 0:
        terms = made.won(units, year)
        made.program.row([*terms, (made.lift(limit, need), 1.0)], low=need)


def _add_in_year(made: Formulation, demand: Demand, limit: Limit, year: int) -> None:
    """So many stations done within one year; none need be where all are done at its end."""
    counted = made.works.counted.nonzero()[0].tolist()
    whole, share = len(counted), demand.least_per_million / MILLION
    done = _sum(made.done_by(work, year) for work in counted)
    before = _sum(made.done_by(work, year - 1) for work in counted)
    lift = (made.lift(limit, whole), 1.0)
    if demand.measure == "converted-in-year-of-remaining":
        in_year = [*done, *((column, share - 1) for column, _ in before), lift]
        made.program.row(in_year, low=share * whole)
        return
    need = -(-demand.least_per_million * whole // MILLION)
    complete = made.program.column(*BINARY, whole=True)
    made.program.row([(complete, whole), *minus(done)], high=0)
    made.program.row([*done, *minus(before), (complete, need), lift], low=need)


def _sum(some: Iterable[list[Term]]) -> list[Term]:
    return [term for terms in some for term in terms]
