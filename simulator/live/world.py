"""A scenario lived through by real processes: a source system, emulated devices, and people.

Moment 0 of the scenario is an instant of the real clock, shortly ahead when everything is up.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from reference_system.dispatch.commands import Command
from scenarios.scenario import Scenario
from scenarios.units import DAY_MS
from simulator.dialects.reference import Reference
from simulator.emulator import enrolment
from simulator.emulator.enrolment import NotEnrolled, Operator
from simulator.emulator.events import Event, Listener
from simulator.emulator.fleet import EmulatedFleet, NoRoom
from simulator.emulator.member import Member
from simulator.emulator.population import of_fleet
from simulator.fleet import Fleet, Places
from simulator.live import board, breaking, facts, impaired, logs
from simulator.live.board import Board
from simulator.live.breaking import Broken, NotBroken
from simulator.live.children import NotStarted
from simulator.live.deeds import Deed
from simulator.live.desk import NotAnswered, Refused
from simulator.live.failures import NotLived
from simulator.live.installation import SystemUnderTest
from simulator.live.logs import LogsCompared
from simulator.live.observed import Away, Observed, Seen, as_accepted
from simulator.live.operators import NotPrepared, Operators
from simulator.measurement import Measurement
from simulator.virtual import Chunk

LEAD_MS = 12_000
"""From everything being up to moment 0: time for the second factor of an emergency at once."""

ALL_CONNECTED_S = 120.0
LOGS_IN_S = 60.0
AFTERWARDS_S = 5.0
"""How long the source system has to take in what the broker confirmed last."""


@dataclass(frozen=True, slots=True)
class Now:
    """Where a run stands, for whoever shows it: `at_ms` is negative before moment 0."""

    at_ms: int
    horizon_ms: int
    connected: int
    devices: int
    heard: int


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part: the scenario, the fleet, and the devices that are left to others.

    `fleet` is without those `left_out`, which are places of `whole`.
    """

    scenario: Scenario
    commands: Sequence[Command]
    deeds: Sequence[Deed]
    fleet: Fleet
    whole: Fleet
    left_out: Places
    impairment: str | None = None
    instrumented: int = 3


@dataclass(frozen=True, slots=True)
class Lived:
    """A run that is over.

    `commands` are at the instants at which they were really given. `facts` say how it went, as
    plain data; `measurements` are what only this world measures, or measures otherwise. `pictures`
    are PNG by the names of their files.
    """

    commands: tuple[Command, ...]
    chunks: tuple[Chunk, ...]
    measurements: Mapping[str, Measurement]
    facts: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...]
    pictures: Mapping[str, bytes]


@dataclass(slots=True)
class _Course:
    """The one clock of a run, and what has been broken so far."""

    begin_ms: int
    clock: Callable[[], int]
    broken: list[Broken] = field(default_factory=list)

    def now_ms(self) -> int:
        """The scenario's moment."""
        return self.clock() - self.begin_ms

    async def until(self, at_ms: int) -> None:
        """Wait for a moment of the scenario; at once if it is past."""
        while (wait_ms := at_ms - self.now_ms()) > 0:
            await asyncio.sleep(wait_ms / 1_000)


async def live(
    cast: Cast,
    system: SystemUnderTest,
    *,
    show: Callable[[Now], None],
    hand_out: Callable[[Mapping[str, str]], None],
) -> Lived:
    """Run it to its end; raises `NotLived`.

    `hand_out` gets the secrets of the devices that are left out, by name, before moment 0.
    """
    try:
        secrets = await asyncio.to_thread(_enrolled, cast, system)
        left_out = cast.whole.ids(cast.left_out)
        hand_out({name: secrets[name] for name in left_out})
        return await _live(cast, system, secrets, show)
    except (NotEnrolled, NoRoom, NotPrepared, NotBroken, NotStarted) as error:
        raise NotLived(str(error)) from None


def _enrolled(cast: Cast, system: SystemUnderTest) -> dict[str, str]:
    people = [
        *of_fleet(cast.fleet, _in_order(cast.fleet)),
        *of_fleet(cast.whole, cast.left_out),
    ]
    administrator = system.people.administrator
    operator = Operator(administrator.login, administrator.password)
    secrets = enrolment.enrol(system.server_url, operator, people)
    system.admit(secrets)
    return secrets


async def _live(
    cast: Cast,
    system: SystemUnderTest,
    secrets: Mapping[str, str],
    show: Callable[[Now], None],
) -> Lived:
    seen = Seen()
    people = of_fleet(cast.fleet, _in_order(cast.fleet))
    screen = board.first_board(people)
    members = [
        Member(each.name, each.commune, each.profile, each.link, secrets[each.name])
        for each in people
    ]
    scenario = cast.scenario
    prefix = f"r{time.time_ns() // 1_000_000:x}-"
    operators = Operators(system.server_url, system.people, scenario, cast.deeds, prefix)
    with impaired.way(cast.impairment, system.broker, members, scenario.seed) as way:
        fleet = EmulatedFleet(
            way.members,
            way.broker,
            Reference(),
            origins=[system.server_url],
            seed=scenario.seed,
            instrumented=cast.instrumented,
            listener=_listening(seen, screen),
        )
        try:
            async with screen.follow(fleet) if screen else nullcontext():
                await operators.prepare()
                before = frozenset(await _log_of(cast, operators, fleet.clock()))
                await _all_connected(fleet)
                connected = fleet.summary().connected
                course = _Course(_whole_second(fleet.clock() + LEAD_MS), fleet.clock)
                await _run(cast, system, fleet, operators, course, show)
                await _repair(course.broken, system)
                compared = await _logs_compared(cast, fleet, operators, before, seen)
        finally:
            await operators.close()
            await fleet.stop()
        links = await asyncio.to_thread(way.facts)
    beside = {"devices_connected": connected, "impairment": links}
    return _told(cast, system, course, seen, operators, compared, beside, screen)


def _listening(seen: Seen, screen: Board | None) -> Listener:
    if screen is None:
        return seen

    def listen(event: Event) -> None:
        seen(event)
        screen(event)

    return listen


async def _all_connected(fleet: EmulatedFleet) -> None:
    """Return when every device has connected, or has had its time to."""
    await fleet.start()
    deadline_s = time.monotonic() + ALL_CONNECTED_S
    while time.monotonic() < deadline_s:
        now = fleet.summary()
        if now.connected == now.devices:
            return
        await asyncio.sleep(0.25)
    if not fleet.summary().connected:
        raise NotLived("no device was let in by the broker")


async def _run(
    cast: Cast,
    system: SystemUnderTest,
    fleet: EmulatedFleet,
    operators: Operators,
    course: _Course,
    show: Callable[[Now], None],
) -> None:
    """What is said and what breaks, until the end of the scenario."""
    horizon_ms = cast.scenario.horizon_ms
    steps = breaking.schedule(cast.scenario, cast.fleet, _in_order(cast.fleet), system.breakable)

    async def to_the_end() -> None:
        for at_ms in (*range(-LEAD_MS, horizon_ms, 1_000), horizon_ms):
            await course.until(at_ms)
            now = fleet.summary()
            show(Now(course.now_ms(), horizon_ms, now.connected, now.devices, now.heard))

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(to_the_end())
            group.create_task(
                operators.follow(course.begin_ms, course.until, course.now_ms, horizon_ms)
            )
            group.create_task(
                breaking.follow(
                    steps,
                    fleet,
                    system,
                    until=course.until,
                    now_ms=course.now_ms,
                    tell=course.broken.append,
                )
            )
    except* NotBroken as failed:
        raise failed.exceptions[0] from None


async def _repair(broken: Sequence[Broken], system: SystemUnderTest) -> None:
    """Bring back what the scenario left broken, so that logs can come in."""
    last = {each.step.what.partition("-")[0]: each.step for each in broken}
    if (disk := last.get("disk")) and disk.amount:
        await asyncio.to_thread(system.free_disk)
    if (database := last.get("database")) and database.amount:
        await asyncio.to_thread(system.slow_database, None)
    if (broker := last.get("broker")) and broker.what == "broker-stopped":
        await asyncio.to_thread(system.start_broker)
    if (server := last.get("server")) and server.what == "server-killed":
        await asyncio.to_thread(system.start_server)


async def _logs_compared(
    cast: Cast,
    fleet: EmulatedFleet,
    operators: Operators,
    before: frozenset[logs.Name],
    seen: Seen,
) -> LogsCompared:
    """Once all is in, or has had its time; `before` is what was there before the run."""
    deadline_s = time.monotonic() + LOGS_IN_S
    while fleet.is_telling and time.monotonic() < deadline_s:
        await asyncio.sleep(0.25)
    connected = fleet.connected_now()
    while True:
        there = await _log_of(cast, operators, fleet.clock())
        have = [name for name in there if name not in before]
        confirmed: Counter[str] = Counter()
        for event in seen.events:
            if event.what == "logged":
                confirmed[event.device] += event.detail["entries"]
        found = logs.compared(logs.made(seen.events), confirmed, connected, have)
        if not found.lost or time.monotonic() > deadline_s + AFTERWARDS_S:
            return found
        await asyncio.sleep(0.5)


async def _log_of(cast: Cast, operators: Operators, now_ms: int) -> list[logs.Name]:
    # Devices write by their own clocks, which may be wrong by days.
    since_ms, until_ms = now_ms - 30 * DAY_MS, now_ms + 30 * DAY_MS
    everybody = cast.fleet.ids(_in_order(cast.fleet))
    try:
        return logs.received(await operators.log_rows(since_ms, until_ms), everybody)
    except (Refused, NotAnswered, ValueError) as error:
        raise NotLived(f"the source system's play log: {error}") from None


def _told(
    cast: Cast,
    system: SystemUnderTest,
    course: _Course,
    seen: Seen,
    operators: Operators,
    compared: LogsCompared,
    beside: Mapping[str, Any],
    screen: Board | None,
) -> Lived:
    begin = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=course.begin_ms)
    names = {
        theirs: ours
        for deed in cast.deeds
        for theirs, ours in deed.names(operators.prefix, begin).items()
    }
    observed = Observed(seen.events, course.begin_ms, cast.scenario.horizon_ms, names)
    commands = as_accepted(cast.commands, operators.done)
    chunks = tuple(observed.chunks(cast.scenario, cast.fleet, commands, _away(course.broken)))
    devices = len(cast.fleet)
    return Lived(
        commands,
        chunks,
        {
            **compared.measurements(),
            "unasked_plays": Measurement(observed.unasked, "count", devices),
            "returns_per_second": Measurement(observed.most_connects_per_s, "count", devices),
            # What the source system shows of losses is not looked at in this world.
            "loss_shown": Measurement(None, "ms", 0),
        },
        {
            "began": begin.isoformat(timespec="milliseconds"),
            "system": dict(system.facts()),
            "dialect": "reference",
            **beside,
            "board": None if screen is None else screen.facts(course.begin_ms, names),
            "left_out": cast.whole.ids(cast.left_out),
            "deeds": facts.of_deeds(operators.done),
            "faults": facts.of_faults(course.broken),
            "play_log": facts.of_logs(compared),
        },
        facts.of_events(seen, course.begin_ms),
        {screen.file: screen.picture.png} if screen and screen.picture else {},
    )


def _away(broken: Sequence[Broken]) -> Away:
    return Away(_between(broken, "server"), _between(broken, "broker"))


def _between(broken: Sequence[Broken], part: str) -> tuple[tuple[int, int], ...]:
    """From when the part began to go until it was started again.

    How long it takes from there to its work is its own affair, and is judged.
    """
    since: int | None = None
    found = []
    for each in broken:
        if each.step.what in (f"{part}-killed", f"{part}-stopped") and since is None:
            since = each.began_ms
        elif each.step.what == f"{part}-started" and since is not None:
            found.append((since, each.began_ms))
            since = None
    if since is not None:
        found.append((since, 2**59))
    return tuple(found)


def _in_order(fleet: Fleet) -> Places:
    return np.arange(len(fleet))


def _whole_second(ms: int) -> int:
    return -(-ms // 1_000) * 1_000
