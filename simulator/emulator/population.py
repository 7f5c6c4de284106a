"""Which devices a process emulates: those of a scenario, by the ids of the virtual fleet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scenarios.links import LinkClass
from scenarios.profiles import Profile
from scenarios.scenario import Scenario
from simulator.fleet import Fleet, Places


@dataclass(frozen=True, slots=True)
class Resident:
    """A device of a scenario: where it stands (the commune's code and name), what it is."""

    name: str
    commune: str
    commune_name: str
    number: int
    profile: Profile
    link: LinkClass


def residents(scenario: Scenario, devices: int | None = None) -> Sequence[Resident]:
    """The scenario's devices, or that many of them, spread evenly over its communes.

    Fewer: the lowest numbers of every commune. More than the scenario has: every group has as many
    times its clusters as it takes, and the highest numbers are left out.
    """
    fleet = Fleet.of(scenario)
    if devices is not None and 0 < len(fleet) < devices:
        times = -(-devices // len(fleet))
        groups = tuple(replace(group, clusters=group.clusters * times) for group in scenario.fleet)
        fleet = Fleet.of(replace(scenario, fleet=groups))
    return of_fleet(fleet, fleet.first(len(fleet) if devices is None else devices))


def of_fleet(fleet: Fleet, places: Places) -> Sequence[Resident]:
    """The devices of a fleet at these places."""
    return [
        Resident(
            name,
            fleet.communes[fleet.commune[place]].code,
            fleet.communes[fleet.commune[place]].name,
            int(fleet.in_commune[place]),
            fleet.profiles[fleet.profile[place]],
            fleet.links[fleet.link[place]],
        )
        for name, place in zip(fleet.ids(places), places.tolist(), strict=True)
    ]
