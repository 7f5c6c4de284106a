"""A scenario's outages as partitions of links, at the same moments as in the virtual world."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple, Protocol

from scenarios.scenario import Area, Outage, Scenario, ServerFailure, Spread
from simulator.fleet import Fleet, Places
from simulator.gaps import Gaps
from simulator.network.outages import absences


class Severable(Protocol):
    """What partitions happen to: a `Network`, or one in a process of its own."""

    def cut(self, *, sources: Sequence[str]) -> None:
        """Let nothing pass from and to these devices."""

    def heal(self, *, sources: Sequence[str]) -> None:
        """Let everything pass again."""


class Change(NamedTuple):
    """What is cut and healed at a moment, in milliseconds from the scenario's start."""

    at_ms: int
    cut: tuple[str, ...]
    healed: tuple[str, ...]


def partitions(scenario: Scenario, fleet: Fleet, places: Places) -> Gaps:
    """When the devices at these places have no link, by the faults and draws of the virtual world.

    A device whose power is back has its link after it has booted and registered; a source system
    that fails is no fault of a link.
    """
    # Draws belong to a fault's place in the scenario: so those of the server stay, taking nothing.
    nothing = Outage((), Area(), 0, Spread(0, 0), "")
    faults = tuple(
        nothing if isinstance(fault, ServerFailure) else fault for fault in scenario.faults
    )
    return absences(replace(scenario, faults=faults), fleet, places).sound


def changes(gaps: Gaps, sources: Sequence[str], horizon_ms: int) -> list[Change]:
    """The changes before the horizon, in order; `sources` are the addresses of the gaps' devices.

    What begins or ends at one moment is one change.
    """

    def each() -> Iterator[tuple[int, bool, str]]:
        for device, source in enumerate(sources):
            for start, end in gaps.of(device):
                yield start, True, source
                yield end, False, source

    before = sorted(change for change in each() if change[0] < horizon_ms)
    found = []
    for at_ms, group in groupby(before, key=lambda change: change[0]):
        both = list(group)
        cut = tuple(source for _, is_cut, source in both if is_cut)
        found.append(Change(at_ms, cut, tuple(source for _, is_cut, source in both if not is_cut)))
    return found


async def follow(
    network: Severable, planned: Sequence[Change], until: Callable[[int], Awaitable[None]]
) -> None:
    """Make the changes as their moments come; `until` waits for one, and at once if it is past."""
    for change in planned:
        await until(change.at_ms)
        if change.healed:
            network.heal(sources=change.healed)
        if change.cut:
            network.cut(sources=change.cut)
