"""A rollout plan as typed values.

Money is whole đồng (VND), days are whole days, an instant is a day counted from 1 January of the
plan's first year (0). Codes of places belong to the plan's era and mean nothing without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from scenarios.scenario import Text
from scenarios.sourced import Basis

StationKind = Literal["none", "wired", "fm-low", "fm-high", "ip"]
"""What a station is: no station, wired (có dây), FM at 54-68 MHz, FM at 87-108 MHz, IP."""

STATION_KINDS: Final[tuple[StationKind, ...]] = get_args(StationKind)

Condition = Literal["good", "degraded", "broken"]
"""Tốt, xuống cấp, hư hỏng."""

Terrain = Literal["plain", "hill", "mountain", "island"]

WorkKind = Literal["station", "join", "board", "big-board", "source-system"]
"""What money buys: a station converted to IP or newly built, an older station joined to IP by
converters, a commune's e-board, a district's large board, the provincial source system."""

WORK_KINDS: Final[tuple[WorkKind, ...]] = get_args(WorkKind)

Form = Literal["fixed", "uniform", "triangular", "spread"]
"""Of a distribution, by its points: (value), (low, high), (low, likely, high), (P50, P90)."""

Each = Literal["plan", "year", "work"]
"""What a draw is of: the whole plan, each of its years, each work."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A figure that is not known: how it is distributed, what one draw of it is of, and whence."""

    form: Form
    points: tuple[int, ...]
    each: Each
    basis: Basis


@dataclass(frozen=True, slots=True)
class Station:
    """A row of the stock: a station, or after the reform a part of a merged commune's station.

    `since` is the year that it was built (None where not known: it counts as past depreciation).
    `clusters` are those it has, or will need where its kind is "none". Of `villages`, `covered` are
    reached by its sound while it works. `generated` rows are drawn, not reported.
    """

    id: str
    commune: str
    kind: StationKind
    since: int | None
    condition: Condition
    clusters: int
    villages: int
    covered: int
    terrain: Terrain
    generated: bool


@dataclass(frozen=True, slots=True)
class CommuneStock:
    """What a commune has besides its stations: households, e-board, web page, staff and trained."""

    commune: str
    households: int
    board: bool
    website: bool
    staff: int
    trained: int
    generated: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A source of money: what it pays for, where, and how much in each of the plan's years.

    `communes` are those that it pays in (None: everywhere in `provinces`; empty `provinces`: all).
    In each year a share of the amount may be cut (`cut`, per million, drawn); what is left at the
    end of a year is lost unless it `carries_over`.
    """

    id: str
    title: Text
    pays: tuple[WorkKind, ...]
    provinces: tuple[str, ...]
    communes: frozenset[str] | None
    amounts_vnd: tuple[int, ...]
    cut: Uncertain | None
    carries_over: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class Prices:
    """What is bought, in VND: per cluster and head-end of a station, per converter, per board."""

    cluster: Uncertain
    head_end: Uncertain
    converter: Uncertain
    board: Uncertain
    big_board: Uncertain
    source_system: Uncertain


@dataclass(frozen=True, slots=True)
class RunningCosts:
    """What a year of it costs in VND, after the works: SIM of a cluster, power and upkeep of it."""

    sim: int
    power: int
    upkeep: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Delivery:
    """How long things take, in days.

    `procurement`: from 1 January to the orders of a year; `lead`: from order to delivery;
    `install_cluster` and `install_other`: one crew's work on a cluster and on anything else.
    """

    crews: int
    procurement: Uncertain
    lead: Uncertain
    install_cluster: Uncertain
    install_other: Uncertain
    basis: Basis


@dataclass(frozen=True, slots=True)
class Failures:
    """The share per million of older working stations that break down in a year."""

    good: Uncertain
    degraded: Uncertain


Base = Literal["first-stock", "remaining"]
"""What the yearly share is a share of: the stock at the plan's start, or what remains of it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How the plan chooses.

    `yearly_per_million` of the wired and FM stations at least are to be converted each year, on
    `base`; with `paced`, no more are begun than that needs. `depreciation_years`: older stations
    come after broken and degraded ones and before the others. `joins`: a working older part that
    is not past depreciation is joined by a converter rather than converted (after the reform).
    `no_district_transmission`: no money may go to district transmission (held by the reader: a
    source that would pay for it is refused). `kinds` is the order among kinds of works.
    """

    yearly_per_million: int
    base: Base
    paced: bool
    depreciation_years: int
    joins: bool
    no_district_transmission: bool
    kinds: tuple[WorkKind, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted by year rather than simulated: planned totals at each year's end."""

    websites: tuple[int, ...] | None
    staff_trained: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A rollout plan of one or more provinces, from `first_year` to `last_year`, both whole.

    `stations` come in the order of their ids. `big_boards` are districts that have one already.
    `documents` name the target files of `conformance.targets` that bind it. `notes` tell what was
    assumed or generated, for every result.
    """

    title: Text
    era: str
    provinces: tuple[str, ...]
    first_year: int
    last_year: int
    seed: int
    stations: tuple[Station, ...]
    communes: Mapping[str, CommuneStock]
    big_boards: frozenset[str]
    source_system_done: bool
    sources: tuple[Source, ...]
    prices: Prices
    running: RunningCosts
    delivery: Delivery
    failures: Failures
    rules: Rules
    counted: Counted
    documents: tuple[str, ...]
    link_urban: str
    link_rural: str
    profile: str
    converter_profile: str
    board_profile: str
    notes: tuple[Text, ...]

    @property
    def years(self) -> range:
        """Every year of the plan."""
        return range(self.first_year, self.last_year + 1)
