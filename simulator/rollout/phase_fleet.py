"""What stands where at a phase of a plan, as a fleet and as the households in earshot of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from scenarios import links, territory
from scenarios.rollout.plan import Plan
from scenarios.scenario import Area, FleetGroup

from .results import Findings
from .works import Works, is_joined

Part = Literal["cluster", "converter", "board"]
"""A device of an IP station, one that joins an older station, a commune's e-board."""

PARTS: Final[tuple[Part, ...]] = get_args(Part)

URBAN: Final = ("phường", "thị trấn")
"""Kinds of communes whose devices have the plan's urban link."""

_MOST_COMMUNES: Final = 1_000
"""In one fleet group of a scenario file."""

_MOST_CLUSTERS: Final = 1_000
"""Of one fleet group in a commune, in a scenario file."""


@dataclass(frozen=True, slots=True)
class PhaseCommune:
    """A commune at a phase: its devices, and the households in earshot of them.

    `by_cluster` and `by_converter` are households that hear it when all devices of that sort
    sound; those of parts that are not on IP, or of villages beyond the sound, are in neither.
    """

    code: str
    link: str
    devices: Mapping[Part, int]
    households: int
    by_cluster: int
    by_converter: int
    generated: bool

    @property
    def count(self) -> int:
        """How many devices."""
        return sum(self.devices.values())


def communes(plan: Plan, done: frozenset[str]) -> tuple[PhaseCommune, ...]:
    """Every commune of the plan, by code, when the works with these ids are done.

    A part of a commune has the households of its villages' share of them, or of its share among
    the parts where no villages are known, rounded down; all its villages are covered once it is
    converted, otherwise those that the stock says.
    """
    land = territory.load(plan.era)
    parts = defaultdict(list)
    for row in plan.stations:
        parts[row.commune].append(row)
    found = []
    for code in sorted(plan.communes):
        stock, devices = plan.communes[code], Counter[Part]()
        rows = parts[code]
        villages = sum(row.villages for row in rows)
        covered = Counter[Part]()
        for row in rows:
            converted = row.id in done and not is_joined(plan, row)
            if row.kind == "ip" or converted:
                part: Part = "cluster"
                devices[part] += row.clusters
            elif row.id in done:
                part = "converter"
                devices[part] += 1
            else:
                continue
            if not villages:
                covered[part] += 1
            else:
                covered[part] += row.villages if converted else min(row.covered, row.villages)
        if stock.board or f"board-{code}" in done:
            devices["board"] = 1
        whole = villages or len(rows) or 1
        hearing = {
            part: stock.households * covered[part] // whole if devices[part] else 0
            for part in PARTS
        }
        urban = land.communes[code].kind in URBAN
        found.append(
            PhaseCommune(
                code,
                plan.link_urban if urban else plan.link_rural,
                {part: devices[part] for part in PARTS},
                stock.households,
                hearing["cluster"],
                hearing["converter"],
                stock.generated or any(row.generated for row in rows),
            )
        )
    return tuple(found)


def done_by(plan: Plan, works: Works, findings: Findings, year: int) -> frozenset[str]:
    """The works that are done by the end of a year in at least half of the replications."""
    quarter = 4 * (year - plan.first_year) + 3
    return frozenset(
        work.id
        for work, times in zip(works.listed, findings.done_by_quarter[:, quarter], strict=True)
        if 2 * times >= findings.replications
    )


def groups(plan: Plan, some: Sequence[PhaseCommune], basis: str) -> tuple[FleetGroup, ...]:
    """The fleet of a scenario: groups that add to each other, as large as a file can have them."""
    profiles = {
        "cluster": plan.profile,
        "converter": plan.converter_profile,
        "board": plan.board_profile,
    }
    where: dict[tuple[Part, int, str], list[str]] = defaultdict(list)
    for part in PARTS:
        for commune in some:
            for clusters in _portions(commune.devices[part], _MOST_CLUSTERS):
                where[part, clusters, commune.link].append(commune.code)
    return tuple(
        FleetGroup(
            Area(communes=tuple(codes[first : first + _MOST_COMMUNES])),
            profiles[part],
            clusters,
            link,
            basis,
            adds=True,
        )
        for (part, clusters, link), codes in where.items()
        for first in range(0, len(codes), _MOST_COMMUNES)
    )


def on_cell(some: Sequence[PhaseCommune]) -> Counter[Part]:
    """How many devices of each sort have a SIM, the link being cellular."""
    found = Counter[Part]()
    for commune in some:
        if links.load(commune.link).carrier == "cell":
            found.update(commune.devices)
    return found


def _portions(count: int, most: int) -> Iterator[int]:
    while count > 0:
        yield min(count, most)
        count -= most
