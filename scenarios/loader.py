"""Scenario files: found by path or by name, read strictly, and told everything that is wrong.

Rollout plans are found here too; `scenarios.rollout.loader` reads them.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath

from scenarios import strict_yaml
from scenarios.areas import Places, places_of
from scenarios.faults import faults_of
from scenarios.files import read_bounded
from scenarios.households import households_of
from scenarios.meaning import (
    bulletins_of,
    check_unique,
    fleet_of,
    hours_of,
    server_of,
    targets_of,
)
from scenarios.problems import BadInput, Problem, in_order
from scenarios.programme import programme_of
from scenarios.reading import Reading
from scenarios.scenario import ProgrammeSlot, Scenario, Text
from scenarios.schema import breaches, did_you_mean
from scenarios.times import Span, span_of

_SHIPPED = FilePath(__file__).parent
_PLAN = re.compile(rb"^rollout[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario, what is odd about its file though not wrong, and the file's bytes as read."""

    scenario: Scenario
    warnings: tuple[Problem, ...]
    source: bytes


def load(path: FilePath) -> Loaded:
    """The scenario in a file; raises `BadInput` with every error that the file has."""
    return parse(str(path), read_bounded(path, strict_yaml.MAX_BYTES))


def parse(file: str, source: bytes) -> Loaded:
    """The scenario in `source`; raises `BadInput` as `load` does.

    `file` is what messages name, and households are read from beside it.
    """
    if plan := _PLAN.search(source):
        line = source.count(b"\n", 0, plan.start()) + 1
        expected = "a scenario: `ttcs plan` computes plans"
        raise BadInput([Problem(file, line, 1, "rollout", "a rollout plan", expected)])
    reading = Reading(strict_yaml.parse(file, source))
    for path, problem in breaches(reading.document, "scenario"):
        reading.record(path, problem)
    span, places = span_of(reading), places_of(reading)
    scenario = _scenario(reading, span, places)
    if scenario is None or reading.errors:
        raise BadInput(in_order(reading.errors, file))
    return Loaded(scenario, in_order(reading.warnings, file), source)


def find(name_or_path: str) -> FilePath:
    """The file of a scenario or a plan: a path that exists, or else the name of a shipped one.

    Raises `BadInput` that names the shipped ones.
    """
    if os.path.exists(name_or_path):  # which is false, not an error, for an impossible name
        return FilePath(name_or_path)
    names = (*shipped(), *shipped_plans())
    if name_or_path in names:
        return _SHIPPED / f"{name_or_path}.yaml"
    hint = did_you_mean(name_or_path, names)
    expected = f"a file, a shipped scenario: {', '.join(shipped())}"
    expected = f"{expected}; or a shipped plan: {', '.join(shipped_plans())}"
    wrong = "neither a file nor the name of a scenario"
    raise BadInput([Problem(name_or_path, None, None, "", wrong, expected, hint)])


def is_plan(source: bytes) -> bool:
    """Whether a file means to be a rollout plan: a field `rollout` makes it one."""
    return _PLAN.search(source) is not None


def shipped() -> tuple[str, ...]:
    """The names of the scenarios that come with the project."""
    return tuple(name for name, plan in _shipped().items() if not plan)


def shipped_plans() -> tuple[str, ...]:
    """The names of the rollout plans that come with the project."""
    return tuple(name for name, plan in _shipped().items() if plan)


@cache
def _shipped() -> Mapping[str, bool]:
    """By name, whether a shipped file is a plan."""
    return {path.stem: is_plan(path.read_bytes()) for path in sorted(_SHIPPED.glob("*.yaml"))}


def _scenario(reading: Reading, span: Span | None, places: Places | None) -> Scenario | None:
    fleet = fleet_of(reading, places)
    if places is not None and reading.is_sound(("fleet",)):
        places.fleet = fleet
    programme = programme_of(reading, places)
    bulletins = bulletins_of(reading, places, span)
    faults = faults_of(reading, places, span)
    targets = targets_of(reading)
    server, hours = server_of(reading), hours_of(reading)
    households = households_of(reading, places)
    _check_ids(reading, programme)
    if span is None or places is None:
        return None
    return Scenario(
        title=Text(reading.value(("title", "vi"), ""), reading.value(("title", "en"), "")),
        era=reading.value(("era",)),
        start=span.start,
        horizon_ms=span.horizon_ms,
        seed=int(reading.value(("seed",), 0)),
        territory=places.place,
        fleet=fleet,
        programme=programme,
        bulletins=bulletins,
        faults=faults,
        targets=targets,
        server=server,
        hours=hours,
        households=households,
    )


def _check_ids(reading: Reading, programme: tuple[ProgrammeSlot, ...]) -> None:
    slots = [(*path, "id") for path in reading.entries(("programme",))]
    bulletins = [(*path, "id") for path in reading.entries(("bulletins",))]
    given = [
        slot.id for path, slot in zip(slots, programme, strict=True) if not reading.value(path)
    ]
    check_unique(reading, slots + bulletins, given)
