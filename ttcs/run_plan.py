"""What `ttcs run` was asked for, and runs that can begin: all that could be wrong was looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

import numpy as np

from conformance import declarations
from conformance.bundle import check_free
from conformance.declarations import Declaration
from conformance.judgement import World
from reference_system.dispatch.commands import Command, commands
from reference_system.interface import command_log
from scenarios import excerpt
from scenarios.problems import BadInput, Problem
from scenarios.scenario import Scenario
from scenarios.units import VIETNAM_TIME, duration_ms
from simulator.fleet import Fleet, Places
from simulator.playout import engines
from ttcs import scenario_files
from ttcs.addresses import bad
from ttcs.scenario_files import ScenarioFile

FASTEST, SLOWEST = 1_000, Fraction(1, 10)
"""By how much time may be scaled."""


@dataclass(frozen=True, slots=True)
class LiveAsked:
    """The options of the live world; without a `server` one is started for the run."""

    leave_out: tuple[str, ...] = ()
    impairment: str | None = None
    server: str | None = None
    broker: str | None = None
    login: str | None = None
    password_file: Path | None = None
    allow_target: frozenset[str] = frozenset()
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `ttcs run`; `at_once` scenarios run side by side."""

    log: Path | None = None
    world: World = "virtual"
    engine: str = "best"
    seed: int | None = None
    replications: int = 1
    scheduler: str | None = None
    jobs: int = 1
    at_once: int = 1
    junit: Path | None = None
    baseline: Path | None = None
    declarations: Path | None = None
    out: Path | None = None
    json: bool = False
    window: str | None = None
    time_scale: str = "1"
    devices: int | None = None
    live: LiveAsked = LiveAsked()

    @property
    def scale(self) -> Fraction:
        """How many times as fast the scenario's time goes; raises `BadInput`."""
        try:
            scale = Fraction(Decimal(self.time_scale))
        except (InvalidOperation, ValueError, OverflowError):
            scale = Fraction(0)
        if not SLOWEST <= scale <= FASTEST:
            expected = f"a number from {float(SLOWEST)} to {FASTEST}, such as 10"
            raise bad("--time-scale", self.time_scale, expected)
        return scale


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that can begin.

    `fleet` is who takes part; `left_out` are places of the `whole` fleet that are kept free for
    others in the live world.
    """

    file: ScenarioFile
    commands: tuple[Command, ...]
    whole: Fleet
    fleet: Fleet
    left_out: Places
    place: Path
    declared: Mapping[str, Declaration]


def planned(names: Sequence[str], asked: Asked) -> list[Planned]:
    """The runs of these scenarios; raises `BadInput`, whichever of them is bad."""
    _check_engine(asked.engine)
    _check_together(asked)
    files = [scenario_files.load(name) for name in names]
    found = [_plan(file, asked, several=len(files) > 1) for file in files]
    _check_places(found)
    if asked.world == "live":
        from ttcs import run_live

        for plan in found:
            run_live.check(plan, asked.live)
    return found


def engine_name(engine: str) -> str:
    """Which of the engines that is."""
    return engines.vectorised()[0] if engine == "best" else engine


def _plan(file: ScenarioFile, asked: Asked, *, several: bool) -> Planned:
    scenario = _excerpt(file.scenario, asked)
    if asked.seed is not None:
        scenario = replace(scenario, seed=asked.seed)
    file = replace(file, scenario=scenario)
    if asked.log is None:
        sent = commands(scenario)
    else:
        sent = command_log.read(asked.log, scenario.start, scenario.era)
    if asked.out is None:
        place = Path("out") / file.name
    else:
        place = asked.out / file.name if several else asked.out
    declared = declarations.read(asked.declarations) if asked.declarations else {}
    whole = _whole(scenario, asked)
    left_out = _left_out(whole, asked.live.leave_out)
    fleet = whole.only(np.setdiff1d(np.arange(len(whole)), left_out))
    return Planned(file, sent, whole, fleet, left_out, place, declared)


def _excerpt(scenario: Scenario, asked: Asked) -> Scenario:
    """The part of the scenario that is asked for, in the time that it is to take."""
    scale = asked.scale
    if asked.window is not None:
        start, length_ms = _window(asked.window)
        try:
            scenario = excerpt.window(scenario, start, length_ms)
        except ValueError as error:
            raise bad("--window", asked.window, str(error)) from None
    try:
        return excerpt.compressed(scenario, scale)
    except ValueError as error:
        raise bad("--time-scale", asked.time_scale, str(error)) from None


def _window(written: str) -> tuple[datetime, int]:
    begins, slash, length = written.partition("/+")
    try:
        start = datetime.fromisoformat(begins)
        length_ms = duration_ms(length.replace("min", "m"))
    except ValueError:
        slash = ""
        start, length_ms = datetime.min, 0
    if not slash or length_ms <= 0:
        raise bad("--window", written, "START/+LENGTH, such as 2022-09-27T20:00/+10min")
    return start if start.tzinfo else start.replace(tzinfo=VIETNAM_TIME), length_ms


def _whole(scenario: Scenario, asked: Asked) -> Fleet:
    fleet = Fleet.of(scenario)
    if asked.devices is None:
        return fleet
    if asked.devices > len(fleet):
        raise bad("--devices", str(asked.devices), f"at most the scenario's {len(fleet)}")
    return fleet.only(fleet.first(asked.devices))


def _left_out(fleet: Fleet, selectors: Sequence[str]) -> Places:
    """The places that are kept free: so many, those of a commune, or a device by its id."""
    free = np.zeros(len(fleet), np.bool_)
    ids = fleet.ids(np.arange(len(fleet)))
    codes = {commune.code: place for place, commune in enumerate(fleet.communes)}
    for selector in selectors:
        if selector in ids:
            free[ids.index(selector)] = True
        elif selector in codes:
            free |= fleet.commune == codes[selector]
        elif selector.isdecimal() and len(selector) < 5 and 0 < int(selector) < len(fleet):
            free[fleet.first(int(selector))] = True
        else:
            expected = "how many (fewer than there are), a commune's code or a device's id"
            raise bad("--leave-out", selector, expected)
    if free.all():
        raise bad("--leave-out", ", ".join(selectors), "some devices that are emulated")
    return np.flatnonzero(free)


def _check_engine(engine: str) -> None:
    if engine_name(engine) not in engines.vectorised():
        hint = "pip install 'ttcs-hil[compiled]'"
        expected = f"one of best, {', '.join(engines.vectorised())}"
        raise BadInput([Problem("--engine", None, None, "", engine, expected, hint)])


def _check_together(asked: Asked) -> None:
    """Options that mean nothing beside each other."""
    if asked.scheduler is not None and asked.replications == 1:
        raise bad("--scheduler", "given for a single run", "--replications of at least 2 beside it")
    if asked.devices is not None and asked.replications > 1:
        raise bad("--devices", "given for replications", "a single run, or all devices")
    if asked.world == "live":
        if asked.replications > 1:
            raise bad("--replications", "given for the live world", "--world virtual or model")
        if asked.log is not None:
            raise bad("--commands", "given for the live world", "--world virtual or model")
    elif asked.live != LiveAsked():
        given = [name for name in LiveAsked.__slots__ if getattr(asked.live, name)]
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise bad(names, f"given for the {asked.world} world", "--world live")


def _check_places(plans: Sequence[Planned]) -> None:
    """Every run can end in its folder, and no two in the same."""
    seen: dict[Path, Path] = {}
    for plan in plans:
        check_free(plan.place)
        if not _is_text(plan.file.name) or not _is_text(str(plan.place)):
            wrong, expected = "a name that is not UTF-8", "one that is"
            raise BadInput([Problem(str(plan.place), None, None, "", wrong, expected)])
        if plan.place in seen:
            wrong = f"named like {seen[plan.place]}, whose results would stand in {plan.place}, too"
            expected = "scenario files with different names"
            raise BadInput([Problem(str(plan.file.path), None, None, "", wrong, expected)])
        seen[plan.place] = plan.file.path


def _is_text(name: str) -> bool:
    """Whether results can be named so: JSON and tables are in UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
