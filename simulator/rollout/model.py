"""The rules of a rollout in plain Python: one replication after the other, written to be read.

See docs/reference/rollout.md, whose steps the functions follow. `core` does the same for many
replications at once; nothing of it is used here.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from scenarios import territory
from scenarios.rollout.plan import Plan, Station, Uncertain, WorkKind

from .figures import figures, value
from .results import NEVER

Chance = Callable[[str, str, int], float]
"""The quantile of a draw: of a figure, an entity and a replication."""


@dataclass(slots=True)
class Work:
    """A work and what became of it; `begun` and `broken` are indices of years."""

    id: str
    kind: WorkKind
    province: str
    households: int
    communes: frozenset[str]
    row: Station | None = None
    purse: tuple[int, ...] = ()
    begun: int = -1
    finished: int = NEVER
    cost: int = 0
    broken: int = -1

    @property
    def counted(self) -> bool:
        """Whether it is one of the wired and FM stations that the yearly share is of."""
        return self.row is not None and self.row.kind != "none"


@dataclass(slots=True)
class Rollout:
    """One replication: its works, and what each source paid by year and place.

    `paid_for` counts for each source, by province, the works that it pays for.
    """

    plan: Plan
    replication: int
    chance: Chance
    assigned: Sequence[int] | None
    works: list[Work]
    paid_for: list[Counter[str]]
    paid: list[list[int]]
    money: dict[str, list[int]]
    free: dict[str, list[int]]
    uncertain: dict[str, Uncertain] = field(default_factory=dict)

    def drawn(self, figure: str, entity: str) -> int:
        """The value of a figure for that entity."""
        return value(self.uncertain[figure], self.chance(figure, entity, self.replication))

    def of_work(self, figure: str, work: Work, year: int) -> int:
        """The value of a figure for a work in a year."""
        entity = {"plan": "plan", "year": self.year_text(year), "work": work.id}
        return self.drawn(figure, entity[self.uncertain[figure].each])

    def of_province(self, figure: str, province: str, year: int) -> int:
        """The value of a figure for a province in a year."""
        each = self.uncertain[figure].each
        entity = "plan" if each == "plan" else self.year_text(year)
        return self.drawn(figure, f"{province}/{entity}")

    def year_text(self, year: int) -> str:
        """A year as people write it."""
        return str(self.plan.first_year + year)

    def first_day(self, year: int) -> int:
        """1 January of a year, counted from that of the plan's first."""
        return (date(self.plan.first_year + year, 1, 1) - date(self.plan.first_year, 1, 1)).days


def run(
    plan: Plan,
    replication: int,
    chance: Chance | None = None,
    assigned: Sequence[int] | None = None,
) -> Rollout:
    """One replication; `assigned` is the year from which each work may begin, -1 for never."""
    works, sources = works_of(plan), range(len(plan.sources))
    rollout = Rollout(
        plan,
        replication,
        chance or (lambda figure, entity, of: drawn_quantile(plan.seed, figure, entity, of)),
        assigned,
        works,
        [Counter(w.province for w in works if place in w.purse) for place in sources],
        [[0] * len(plan.sources) for _ in plan.years],
        {province: [0] * len(plan.sources) for province in plan.provinces},
        {province: [0] * plan.delivery.crews for province in plan.provinces},
        figures(plan),
    )
    for year in range(len(plan.years)):
        break_down(rollout, year)
        for province in plan.provinces:
            receive(rollout, province, year)
            give(rollout, province, year)
        for place, source in enumerate(plan.sources):
            if not source.carries_over:
                for held in rollout.money.values():
                    held[place] = 0
    return rollout


def break_down(rollout: Rollout, year: int) -> None:
    """Step 1: older stations that work break down, each once, if their work is not finished."""
    if year == 0:
        return
    for work in rollout.works:
        if (
            may_break(work)
            and work.broken < 0
            and work.finished >= rollout.first_day(year)
            and work.row is not None
        ):
            probability = rollout.of_work(f"failure.{work.row.condition}", work, year)
            entity = f"{work.id}/{rollout.year_text(year)}"
            if rollout.chance("breaks", entity, rollout.replication) * 1_000_000 < probability:
                work.broken = year


def receive(rollout: Rollout, province: str, year: int) -> None:
    """Step 2: the year's money, each source divided by the works that it pays for, less the cut."""
    for place, source in enumerate(rollout.plan.sources):
        paid_for = rollout.paid_for[place]
        if paid_for[province]:
            amount = source.amounts_vnd[year] * paid_for[province] // paid_for.total()
            if source.cut:
                cut = min(rollout.of_province(f"cut.{source.id}", province, year), 1_000_000)
                amount = amount * (1_000_000 - cut) // 1_000_000
            rollout.money[province][place] += amount


def give(rollout: Rollout, province: str, year: int) -> None:
    """Steps 3 to 6: works in order, held up by the pace or by a purse that did not hold one."""
    limit = pace(rollout, province, year)
    closed: set[tuple[int, ...]] = set()
    for work in in_order(rollout, province, year):
        if work.purse in closed or (work.counted and limit <= 0):
            continue
        price = cost(rollout, work, year)
        held = rollout.money[province]
        if sum(held[place] for place in work.purse) < price:
            closed.add(work.purse)
            continue
        work.begun, work.cost = year, price
        for place in work.purse:
            pays = min(price, held[place])
            held[place] -= pays
            rollout.paid[year][place] += pays
            price -= pays
        limit -= work.counted
        do(rollout, work, year)


def in_order(rollout: Rollout, province: str, year: int) -> list[Work]:
    """Step 3: the works not begun, in the order in which they are given money."""
    candidates = []
    for place, work in enumerate(rollout.works):
        from_year = rollout.assigned[place] if rollout.assigned is not None else 0
        if work.province == province and work.begun < 0 and work.purse and 0 <= from_year <= year:
            kind = rollout.plan.rules.kinds.index(work.kind)
            worse = group(rollout.plan, work, year)
            candidates.append((from_year, kind, worse, -work.households, place))
    return [rollout.works[place] for *_, place in sorted(candidates)]


def pace(rollout: Rollout, province: str, year: int) -> int:
    """Step 4: how many counted works may still be begun this year."""
    rules = rollout.plan.rules
    counted = [w for w in rollout.works if w.province == province and w.counted]
    begun = sum(work.begun >= 0 for work in counted)
    if not rules.paced:
        return len(counted)
    if rules.base == "remaining":
        return ceiling(rules.yearly_per_million * (len(counted) - begun), 1_000_000)
    return ceiling(rules.yearly_per_million * len(counted) * (year + 1), 1_000_000) - begun


def do(rollout: Rollout, work: Work, year: int) -> None:
    """Step 6: the crew that is free first begins once the work is delivered."""
    ordered = rollout.first_day(year) + rollout.of_province("procurement", work.province, year)
    delivered = ordered + rollout.of_work("lead", work, year)
    if work.kind == "station" and work.row:
        days = work.row.clusters * rollout.of_work("install.cluster", work, year)
    else:
        days = rollout.of_work("install.other", work, year)
    free = rollout.free[work.province]
    crew = free.index(min(free))
    work.finished = free[crew] = max(delivered, free[crew]) + max(days, 1)


def cost(rollout: Rollout, work: Work, year: int) -> int:
    """What a work costs if it is begun in that year."""
    match work.kind:
        case "station":
            assert work.row
            clusters = work.row.clusters * rollout.of_work("price.cluster", work, year)
            return clusters + rollout.of_work("price.head_end", work, year)
        case "join":
            return rollout.of_work("price.converter", work, year)
        case "board":
            return rollout.of_work("price.board", work, year)
        case "big-board":
            return rollout.of_work("price.big_board", work, year)
        case "source-system":
            return rollout.of_work("price.source_system", work, year)


def purse(plan: Plan, work: Work) -> tuple[int, ...]:
    """The places in the plan of the sources that pay for a work."""
    if work.kind not in plan.rules.kinds:
        return ()
    return tuple(
        place
        for place, source in enumerate(plan.sources)
        if work.kind in source.pays
        and (source.provinces == () or work.province in source.provinces)
        and (
            source.communes is None
            or (work.kind != "source-system" and work.communes <= source.communes)
        )
    )


def group(plan: Plan, work: Work, year: int) -> int:
    """0: broken or no station; 1: degraded; 2: past depreciation; 3: all others."""
    row = work.row
    if row is None:
        return 3
    if row.kind == "none" or row.condition == "broken" or work.broken >= 0:
        return 0
    if row.condition == "degraded":
        return 1
    return 2 if is_old(plan, row, year) else 3


def is_old(plan: Plan, row: Station, year: int) -> bool:
    """Whether a station is past depreciation in a year, by its index."""
    age = plan.first_year + year
    return row.since is None or age - row.since > plan.rules.depreciation_years


def may_break(work: Work) -> bool:
    """Whether it is of an older station that works."""
    return work.counted and work.row is not None and work.row.condition != "broken"


def works_of(plan: Plan) -> list[Work]:
    """The plan's works, in their order."""
    works = [*station_works(plan), *other_works(plan)]
    for work in works:
        work.purse = purse(plan, work)
    return works


def station_works(plan: Plan) -> Iterator[Work]:
    """A work for each row of the stock that is not IP."""
    land = territory.load(plan.era)
    for row in plan.stations:
        if row.kind != "ip":
            sounds = row.kind != "none" and row.condition != "broken"
            joined = plan.rules.joins and sounds and not is_old(plan, row, 0)
            province = land.communes[row.commune].province
            households = plan.communes[row.commune].households
            kind: WorkKind = "join" if joined else "station"
            yield Work(row.id, kind, province, households, frozenset({row.commune}), row)


def other_works(plan: Plan) -> Iterator[Work]:
    """Boards of communes, then large boards of districts, then the source systems."""
    land = territory.load(plan.era)
    of_district, of_province = defaultdict(set), defaultdict(set)
    for code in plan.communes:
        of_district[land.communes[code].district].add(code)
        of_province[land.communes[code].province].add(code)

    def work(kind: WorkKind, code: str, province: str, communes: set[str]) -> Work:
        households = sum(plan.communes[one].households for one in communes)
        return Work(f"{kind}-{code}", kind, province, households, frozenset(communes))

    for code in sorted(plan.communes):
        if not plan.communes[code].board:
            yield work("board", code, land.communes[code].province, {code})
    for code in sorted(of_district):
        if code and code not in plan.big_boards:
            yield work("big-board", code, land.districts[code].province, of_district[code])
    for code in sorted(plan.provinces):
        if not plan.source_system_done:
            yield work("source-system", code, code, of_province[code])


def drawn_quantile(seed: int, figure: str, entity: str, replication: int) -> float:
    """The draw itself: Philox4x32-10 with whole numbers, its first word made a quantile."""
    a, b, c, d = name_number(figure), name_number(entity), replication, 9
    low, high = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
    for _ in range(10):
        left, right = a * 0xD2511F53, c * 0xCD9E8D57
        a, b = (right >> 32) ^ b ^ low, right & 0xFFFFFFFF
        c, d = (left >> 32) ^ d ^ high, left & 0xFFFFFFFF
        low, high = (low + 0x9E3779B9) & 0xFFFFFFFF, (high + 0xBB67AE85) & 0xFFFFFFFF
    return (a + 0.5) / 2.0**32


def name_number(name: str) -> int:
    """The number of a name: the first four bytes of its SHA-256."""
    return int.from_bytes(sha256(name.encode()).digest()[:4], "big")


def ceiling(part: int, of: int) -> int:
    """A fraction rounded up to a whole number."""
    return -(-part // of)
