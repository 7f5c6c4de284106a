"""What a rollout plan's report draws: communes by year, works by place, what matters most."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any, Final, Literal, get_args

from reports import geography, rollout_figures
from reports.findings.communes import Commune
from reports.geography import Frame
from reports.rollout_reading import PlanBundle
from scenarios import territory
from scenarios.rollout.plan import WORK_KINDS, WorkKind
from simulator.rollout.results import MeasureName

State = Literal["none", "older", "partly", "ip"]
"""A commune: without a station, with a wired or FM one, with IP in a part of it, with IP."""

STATES: Final[tuple[State, ...]] = get_args(State)

MOST_CURVES: Final = 10
MOST_SWINGS: Final = 8

FIRST_DRAWN: Final[tuple[MeasureName, ...]] = (
    "converted-of-first-stock",
    "households-with-ip",
)
"""The curves that every plan has; those of its own targets follow."""

SWUNG: Final[tuple[MeasureName, ...]] = (
    "households-with-ip",
    "converted-of-first-stock",
    "boards-of-communes",
    "covering-of-communes",
)
"""The measures whose tornadoes are drawn."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The works of a kind in one place: from the start of the first year that money is given in
    (P50) to when half and all of them are done (P50), None for what never is."""

    kind: WorkKind
    works: int
    begun: date | None
    half: date | None
    all: date | None
    done: int


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the timetable: a district, else a province or a commune, and its bars."""

    code: str
    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class SwingBar:
    """What one uncertain figure does to a measure, at its P10 and at its P90."""

    figure: str
    low: float
    high: float

    @property
    def width(self) -> float:
        """How far it moves the measure."""
        return abs(self.high - self.low)


class Rollout:
    """A plan's bundle and what there is to draw of it."""

    def __init__(self, bundle: PlanBundle) -> None:
        """`bundle` as it was read."""
        self.bundle = bundle
        self.results: Mapping[str, Any] = bundle.results
        self.years = bundle.years

    @property
    def is_generated(self) -> bool:
        """Whether households, or some of them, are generated rather than reported."""
        return bool(self.results["stock"]["communes_generated"])

    @cached_property
    def communes(self) -> tuple[Commune, ...]:
        """The communes of the stock, with their points."""
        land = territory.load(self.results["plan"]["era"])
        codes = dict.fromkeys(part.commune for part in self.bundle.parts)
        known = (land.communes[code] for code in codes)
        return tuple(
            Commune(one.code, one.full_name, one.district, one.latitude, one.longitude)
            for one in known
        )

    @cached_property
    def frame(self) -> Frame | None:
        """The map's frame; None without communes."""
        return geography.frame(self.communes)

    @cached_property
    def states(self) -> Mapping[int, tuple[State, ...]]:
        """The state of each commune at the end of each year, by P50; the start is the end of the
        year before the plan."""
        first = self.years[0]
        return {
            year: tuple(self._states(year)) for year in range(first - 1, first + len(self.years))
        }

    def _states(self, year: int) -> Iterator[State]:
        end = date(year, 12, 31)
        done = {
            work["id"]: date.fromisoformat(work["done_p50"]) <= end
            for work in self.results["works"]
            if work["kind"] in ("station", "join") and work["done_p50"] is not None
        }
        parts = defaultdict(list)
        for part in self.bundle.parts:
            parts[part.commune].append((part.kind, part.kind == "ip" or done.get(part.id, False)))
        for commune in self.communes:
            own = parts[commune.code]
            if all(is_ip for _, is_ip in own):
                yield "ip"
            elif any(is_ip for _, is_ip in own):
                yield "partly"
            else:
                yield "older" if any(kind != "none" for kind, _ in own) else "none"

    @property
    def counts(self) -> Mapping[int, Counter[State]]:
        """How many communes are in each state at each year's end."""
        return {year: Counter(states) for year, states in self.states.items()}

    @cached_property
    def curves(self) -> tuple[MeasureName, ...]:
        """The measures that are drawn over the years: some always, then those of its targets."""
        of_targets = [t["measure"] for t in self.results["targets"] if t["how"] == "simulated"]
        named = dict.fromkeys((*FIRST_DRAWN, *of_targets))
        return tuple(
            name
            for name in named
            if rollout_figures.is_cumulative(name)
            and any(year["p50"] is not None for year in self.results["measures"][name]["years"])
        )[:MOST_CURVES]

    @property
    def phases(self) -> Sequence[Mapping[str, Any]]:
        """Every year's phase; none where phases were not computed."""
        told = self.results.get("phases")
        return told["years"] if told else ()

    def has(self, kind: WorkKind) -> bool:
        """Whether there are works of a kind."""
        return any(work["kind"] == kind for work in self.results["works"])

    def targets_of(self, measure: str) -> Sequence[Mapping[str, Any]]:
        """The targets that a measure shows."""
        return [t for t in self.results["targets"] if t["measure"] == measure]

    @cached_property
    def timetable(self) -> tuple[Place, ...]:
        """The works by place: of several provinces each, else districts, else communes."""
        land = territory.load(self.results["plan"]["era"])
        names = {**land.provinces, **{c: unit.full_name for c, unit in land.districts.items()}}
        is_of_several = len(self.results["plan"]["provinces"]) > 1

        def place_of(work: Mapping[str, Any]) -> tuple[str, str]:
            code = work["district"]
            if is_of_several or not (code or work["commune"]):
                code = work["province"]
            return (code, names.get(code, code)) if code else (work["commune"], work["name"])

        works = sorted(self.results["works"], key=place_of)
        return tuple(
            Place(code, name, tuple(_bars(list(own))))
            for (code, name), own in groupby(works, place_of)
        )

    def swings_of(self, measure: MeasureName) -> tuple[SwingBar, ...]:
        """What moves a measure in the end, the widest first; nothing that does not move it."""
        bars = (
            SwingBar(swing["figure"], *both)
            for swing in self.results["swings"]
            if (both := swing["values"].get(measure)) and None not in both
        )
        moving = sorted((bar for bar in bars if bar.width), key=lambda bar: -bar.width)
        return tuple(moving[:MOST_SWINGS])

    @cached_property
    def tornadoes(self) -> Mapping[MeasureName, tuple[SwingBar, ...]]:
        """The bars of each measure that something moves."""
        found = {name: self.swings_of(name) for name in SWUNG}
        return {name: bars for name, bars in found.items() if bars}


def _bars(works: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    for kind in WORK_KINDS:
        own = [work for work in works if work["kind"] == kind]
        if not own:
            continue
        begun = [work["begun_p50"] for work in own if work["begun_p50"] is not None]
        done = sorted(date.fromisoformat(work["done_p50"]) for work in own if work["done_p50"])
        half = -(-len(own) // 2)
        yield Bar(
            kind,
            len(own),
            date(min(begun), 1, 1) if begun else None,
            done[half - 1] if len(done) >= half else None,
            done[-1] if len(done) == len(own) else None,
            len(done),
        )
