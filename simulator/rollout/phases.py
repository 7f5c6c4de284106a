"""A plan's phases: what stands at each year's end at P50, and what an emergency and an ordinary day
do to it in the virtual world."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from reference_system.dispatch.commands import commands
from scenarios.rollout.plan import Plan
from scenarios.scenario import Scenario
from simulator import virtual
from simulator.fleet import Fleet

from .days import EMERGENCY_AT_MS, Days, days
from .loads import ASSUMED, Load, Loads, SimTraffic
from .phase_fleet import PARTS, Part, PhaseCommune, communes, done_by, on_cell
from .reach import Reach, Reached, nothing_reached
from .results import Findings
from .works import Works

Progress = Callable[[int], object]
"""Told how many more phases are done."""


@dataclass(frozen=True, slots=True)
class Running:
    """What a year costs with what stands at a phase, in VND.

    A SIM for each cellular device, power and upkeep for each cluster of an IP station: what a plan
    says of a cluster. Power and upkeep of converters and boards no plan says.
    """

    sim: int
    power: int
    upkeep: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.sim + self.power + self.upkeep


@dataclass(frozen=True, slots=True)
class Phase:
    """The end of a year at P50: works that are done by then in at least half of the replications.

    `cellular` are the devices with a SIM. `assumed`: households or stations of some commune are
    generated, so that what is said of households is assumed. `ordinary` and `emergency` are None
    where no device stands anywhere, and `sim` where none is cellular.
    """

    year: int
    works_done: int
    devices: Mapping[Part, int]
    cellular: int
    households: int
    in_earshot: int
    assumed: bool
    reached: Reached
    ordinary: Load | None
    emergency: Load | None
    sim: SimTraffic | None
    running: Running


def phases(plan: Plan, findings: Findings, progress: Progress | None = None) -> tuple[Phase, ...]:
    """Every year's end of the plan."""
    works = Works.of(plan)
    found = []
    for year in plan.years:
        done = done_by(plan, works, findings, year)
        found.append(_phase(plan, year, done))
        if progress:
            progress(1)
    return tuple(found)


def phase_days(plan: Plan, findings: Findings, year: int) -> Days | None:
    """The days that a phase goes through, to be written out; None where nothing stands there."""
    done = done_by(plan, Works.of(plan), findings, year)
    return days(plan, year, communes(plan, done))


def _phase(plan: Plan, year: int, done: frozenset[str]) -> Phase:
    there = communes(plan, done)
    both = days(plan, year, there)
    reached = nothing_reached(there)
    ordinary = emergency = sim = None
    if both is not None:
        # One fleet serves both days.
        fleet = Fleet.of(both.ordinary)
        calm = Loads(both.ordinary, fleet, ASSUMED["programme-within"].value)
        for event in _events(both.ordinary, fleet):
            calm.add(event)
        ordinary, sim = calm.load, calm.sim
        reached, emergency = _emergency(both.emergency, fleet, there)
    counted = Counter[Part]()
    for commune in there:
        counted.update(commune.devices)
    cellular = on_cell(there)
    return Phase(
        year,
        len(done),
        {part: counted[part] for part in PARTS},
        sum(cellular.values()),
        sum(commune.households for commune in there),
        sum(commune.in_earshot for commune in reached.communes),
        any(commune.generated for commune in there),
        reached,
        ordinary,
        emergency,
        sim,
        Running(
            plan.running.sim * sum(cellular.values()),
            plan.running.power * counted["cluster"],
            plan.running.upkeep * counted["cluster"],
        ),
    )


def _emergency(
    day: Scenario, fleet: Fleet, there: tuple[PhaseCommune, ...]
) -> tuple[Reached, Load]:
    reach = Reach(fleet, there)
    loads = Loads(day, fleet, ASSUMED["emergency-within"].value, EMERGENCY_AT_MS)
    for event in _events(day, fleet):
        loads.add(event)
        if isinstance(event, virtual.Chunk):
            reach.add(event)
    return reach.reached(), loads.load


def _events(day: Scenario, fleet: Fleet) -> Iterator[virtual.Event]:
    return virtual.run(day, fleet, commands(day))
