"""Everything that breaks in a live run, at the same moments as in the virtual world.

A scenario's faults become steps: what is done at an instant to emulated devices, or to the source
system. Devices take their own time to come back; so does a server that is started again.
"""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from scenarios.problems import one_line
from scenarios.scenario import Fault, Scenario, ServerFailure, ServerTrouble, TroubleKind
from simulator.emulator.fleet import EmulatedFleet
from simulator.fleet import Fleet, Places
from simulator.gaps import Gaps
from simulator.live.children import NotStarted
from simulator.live.installation import Breakable, CannotBreak, SystemUnderTest
from simulator.network import outages

What = Literal[
    "link-cut",
    "link-back",
    "power-cut",
    "power-back",
    "clocks-set",
    "broker-stopped",
    "server-killed",
    "broker-started",
    "server-started",
    "disk-full",
    "database-slow",
    "server-clock-set",
]

_NEEDS: dict[TroubleKind, Breakable] = {
    "full-disk": "disk",
    "slow-database": "database",
    "wrong-clock": "server-clock",
}
_DOES: dict[TroubleKind, What] = {
    "full-disk": "disk-full",
    "slow-database": "database-slow",
    "wrong-clock": "server-clock-set",
}


class NotBroken(Exception):
    """A fault could not be brought about, so the run says nothing; the text is one line."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done at an instant of the scenario, in milliseconds from its start.

    `amount` is by how many milliseconds a clock is ahead or a database slow from now on, and for a
    full disk 1, or 0 for no longer.
    """

    at_ms: int
    what: What
    devices: tuple[str, ...] = ()
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Broken:
    """A step that was taken: when it was begun and done, as the scenario's time went."""

    step: Step
    began_ms: int
    done_ms: int


def needs(scenario: Scenario) -> frozenset[Breakable]:
    """What of a source system the scenario's faults break."""
    found: set[Breakable] = set()
    for fault in scenario.faults:
        match fault:
            case ServerFailure(part=part):
                found.add(part)
            case ServerTrouble(kind=kind):
                found.add(_NEEDS[kind])
    return frozenset(found)


def schedule(
    scenario: Scenario, fleet: Fleet, places: Places, breakable: Collection[Breakable]
) -> list[Step]:
    """The steps before the scenario's end, in order, for the devices at these places.

    `breakable` is what can be broken of the source system. A server that fails takes its broker
    with it, where that is a program apart; one that is to come back waits for its broker.
    """
    steps = [
        *_of_devices(scenario, fleet, places),
        *_of_system(scenario.faults, "broker" in breakable),
        *_of_troubles(scenario.faults),
    ]
    # What never was is not taken back; what began before the start begins with it.
    return sorted(
        (step for step in steps if step.at_ms < scenario.horizon_ms),
        key=lambda step: step.at_ms,
    )


async def follow(
    steps: Sequence[Step],
    fleet: EmulatedFleet,
    system: SystemUnderTest,
    *,
    until: Callable[[int], Awaitable[None]],
    now_ms: Callable[[], int],
    tell: Callable[[Broken], None],
) -> None:
    """Take the steps as their moments come; raises `NotBroken` for the first that cannot be taken.

    `until` waits for an instant of the scenario, and at once if it is past; `now_ms` is which it
    is. A server that takes long to start keeps nothing else waiting.
    """

    async def take(some: Iterable[Step]) -> None:
        for step in some:
            await until(step.at_ms)
            began_ms = now_ms()
            try:
                await _take(step, fleet, system)
            except (CannotBreak, NotStarted, OSError, subprocess.SubprocessError) as error:
                raise NotBroken(one_line(f"{step.what} at {step.at_ms} ms: {error}")) from None
            tell(Broken(step, began_ms, now_ms()))

    ordered = sorted(steps, key=_subject)
    parts = [list(part) for _, part in groupby(ordered, key=_subject)]
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(take(part))
    except* NotBroken as failed:
        raise failed.exceptions[0] from None


def _subject(step: Step) -> str:
    """Steps of one subject are taken one after the other."""
    if step.what in _TO_SYSTEM:
        return "system"
    return "devices" if step.devices else step.what


async def _take(step: Step, fleet: EmulatedFleet, system: SystemUnderTest) -> None:
    if (done_to := _TO_DEVICES.get(step.what)) is not None:
        done_to(fleet, step.devices)
    elif (done := _TO_SYSTEM.get(step.what)) is not None:
        await asyncio.to_thread(done, system)
    elif step.what == "clocks-set":
        fleet.set_clock(step.devices, step.amount)
    elif step.what == "disk-full":
        await asyncio.to_thread(system.fill_disk if step.amount else system.free_disk)
    elif step.what == "database-slow":
        system.slow_database(step.amount or None)
    else:
        system.step_server_clock(step.amount)


_TO_DEVICES: dict[What, Callable[[EmulatedFleet, Iterable[str]], None]] = {
    "power-cut": EmulatedFleet.cut_power,
    "power-back": EmulatedFleet.restore_power,
    "link-cut": EmulatedFleet.cut_link,
    "link-back": EmulatedFleet.restore_link,
}
_TO_SYSTEM: dict[What, Callable[[SystemUnderTest], None]] = {
    "server-killed": lambda system: system.kill_server(),
    "server-started": lambda system: system.start_server(),
    "broker-stopped": lambda system: system.stop_broker(),
    "broker-started": lambda system: system.start_broker(),
}


# ---- The steps ----------------------------------------------------------------------------------


def _of_devices(scenario: Scenario, fleet: Fleet, places: Places) -> Iterator[Step]:
    names = fleet.ids(places)
    mains, links = outages.cuts(scenario, fleet, places)
    yield from _of_gaps(links, names, "link-cut", "link-back")
    yield from _of_gaps(mains, names, "power-cut", "power-back")
    ahead_ms = outages.clock_errors(scenario, fleet, places).tolist()
    for amount in sorted(set(ahead_ms) - {0}):
        wrong = tuple(n for n, ahead in zip(names, ahead_ms, strict=True) if ahead == amount)
        yield Step(0, "clocks-set", wrong, amount)


def _of_gaps(gaps: Gaps, names: Sequence[str], cut: What, back: What) -> Iterator[Step]:
    """One step for all devices that lose, or get back, something at one moment."""
    changes = sorted(
        (at_ms, what, name)
        for place, name in enumerate(names)
        for start, end in gaps.of(place)
        for at_ms, what in ((start, cut), (end, back))
    )
    for (at_ms, what), group in groupby(changes, key=lambda change: change[:2]):
        yield Step(at_ms, what, tuple(name for _, _, name in group))


def _of_system(faults: Iterable[Fault], broker_apart: bool) -> Iterator[Step]:
    away = [
        (max(0, fault.at_ms), fault.at_ms + fault.lasts_ms, fault.part)
        for fault in faults
        if isinstance(fault, ServerFailure) and fault.at_ms + fault.lasts_ms > 0
    ]
    for start, end in _merged((start, end) for start, end, _ in away):
        killed = [at_ms for at_ms, _, part in away if part == "server" and start <= at_ms < end]
        if broker_apart:
            yield Step(start, "broker-stopped")
        if killed:
            yield Step(min(killed), "server-killed")
        if broker_apart:
            yield Step(end, "broker-started")
        if killed:
            yield Step(end, "server-started")


def _merged(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ones that overlap or touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _of_troubles(faults: Iterable[Fault]) -> Iterator[Step]:
    troubles = [fault for fault in faults if isinstance(fault, ServerTrouble)]
    for kind, what in _DOES.items():
        some = [t for t in troubles if t.kind == kind and t.at_ms + t.lasts_ms > 0]
        moments = {at for t in some for at in (max(0, t.at_ms), t.at_ms + t.lasts_ms)}
        for at_ms in sorted(moments):
            now = [t for t in some if t.at_ms <= at_ms < t.at_ms + t.lasts_ms]
            amount = bool(now) if kind == "full-disk" else sum(t.by_ms for t in now)
            yield Step(at_ms, what, amount=int(amount))
