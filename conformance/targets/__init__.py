"""Targets that a run can be judged by, as data: one file for each document that sets some.

A limit is written with its unit: `4s`, `99%`, or a plain number for a count.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from scenarios import strict_yaml
from scenarios.problems import BadInput, Path, Problem, shown
from scenarios.scenario import Text
from scenarios.sourced import (
    Mark,
    Reader,
    as_written,
    choice,
    mapping,
    read_fields,
    read_text,
    words,
)
from scenarios.units import duration_ms
from simulator.measurement import Unit
from simulator.rollout.results import MEASURES, MeasureName

Nature = Literal["profile", "plan", "law"]
"""Whose figure it is: this project's default, a planning document's, or the law's."""

Comparison = Literal["at most", "at least", "over"]
"""How the value must stand to the limit; "over" is strict."""

Way = Literal["run", "rollout", "tested", "declared"]
"""What can show a target met: a run's measurement, a rollout plan over the years, the conformance
suite of a device or a source system, a declaration with figures and evidence."""

Check = Literal["simulated", "tested", "declared", "not-judged"]
"""How a run treats a target: judges it by its own measurement, leaves it to a suite, judges it by a
declaration, or leaves it to a rollout plan."""


Count = Literal["websites-of-urban", "websites-of-rural", "websites-of-communes", "staff-trained"]
"""What a rollout plan counts rather than simulates: web pages of wards and townships, of rural
communes, of both; staff trained."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value in `unit` must be `comparison` `limit`."""

    unit: Unit
    comparison: Comparison
    limit: int | Fraction

    def margin(self, value: int | Fraction) -> int | Fraction:
        """How far the value lies on the good side of the limit, negative on the bad side."""
        return self.limit - value if self.comparison == "at most" else value - self.limit

    def allows(self, margin: int | Fraction) -> bool:
        """Whether a value with this margin meets the limit."""
        return margin > 0 if self.comparison == "over" else margin >= 0


@dataclass(frozen=True, slots=True)
class Target:
    """What must hold, and who says so.

    `subject` and `metric` are what of whom; None where `title` says it all. `threshold` is None
    where the document gives no figure. `deadlines` are years, each meant to its end. `ways` can
    show it, the strongest first. With fewer than `sample` observations of `measure` nothing can be
    said; what `rests_on` assumed data cannot be shown met. `mark` and `source` say where it comes
    from, `section` where it stands there, `note` how it is read.

    In a rollout plan `rollout` shows it, or `counted`; `read_as` is how a text without a figure is
    read there ("completed": all of them), None where nothing may be read into it.
    """

    id: str
    document: Text
    section: str | None
    title: Text
    subject: Text | None
    metric: Text | None
    nature: Nature
    ways: tuple[Way, ...]
    measure: str | None
    threshold: Threshold | None
    sample: int
    deadlines: tuple[int, ...]
    rests_on: Literal["households"] | None
    rollout: MeasureName | None
    counted: Count | None
    read_as: Threshold | None
    mark: Mark
    source: str
    note: Text | None

    @property
    def check(self) -> Check:
        """How a run treats it."""
        if self.measure is not None:
            return "simulated"
        if "declared" in self.ways:
            return "declared"
        return "tested" if self.ways[0] == "tested" else "not-judged"

    @property
    def rollout_threshold(self) -> Threshold | None:
        """What a rollout plan is held against."""
        return self.threshold or self.read_as


def names() -> tuple[str, ...]:
    """The ids of the targets."""
    return tuple(_shipped())


def load(name: str) -> Target:
    """The target of this id; raises `KeyError` where there is none."""
    return _shipped()[name]


def documents() -> Mapping[str, tuple[Target, ...]]:
    """The targets of each planning document, by the name of its file without the ending."""
    found = {file.removesuffix(".yaml"): tuple(_of_file(file).values()) for file in _FILES}
    return {name: them for name, them in found.items() if them[0].nature == "plan"}


def limit_of(text: str, unit: Unit) -> int | Fraction:
    """The limit that a text says in this unit; raises `ValueError` with what was expected."""
    match unit:
        case "ms":
            return duration_ms(text)
        case "share":
            return _share(text)
        case "count":
            return _count(text)


def parse(document: strict_yaml.Document) -> dict[str, Target]:
    """The targets that a document describes, by id; raises `BadInput`."""
    parts = read_fields(document, (), {"document": mapping, "targets": mapping})
    head = read_fields(document, ("document",), _DOCUMENT, optional=("mark", "source"))
    head["document"] = read_text(document, ("document", "title"))
    del head["title"]
    return {name: _target(document, name, head) for name in parts["targets"]}


_FILES = (
    "profile.yaml",
    "plan-binh-dinh.yaml",
    "plan-quang-binh.yaml",
    "action-2023.yaml",
    "guidance-2024.yaml",
)


@cache
def _shipped() -> dict[str, Target]:
    shipped: dict[str, Target] = {}
    for name in _FILES:
        shipped |= _of_file(name)
    return shipped


@cache
def _of_file(name: str) -> dict[str, Target]:
    source = files(__package__).joinpath(name)
    return parse(strict_yaml.parse(name, source.read_bytes()))


def _target(document: strict_yaml.Document, name: str, head: dict[str, Any]) -> Target:
    path = ("targets", name)
    fields = read_fields(document, path, _FIELDS, optional=(*_OPTIONAL, *head))
    for part in ("title", "subject", "metric", "note"):
        fields[part] = read_text(document, (*path, part)) if part in fields else None
    for part in ("threshold", "read_as"):
        if part in fields:
            fields[part] = _threshold(document, (*path, part))
    target = Target(id=name, **_OPTIONAL | head | fields)
    if problems := list(_contradictions(document, path, target)):
        raise BadInput(problems)
    return target


def _threshold(document: strict_yaml.Document, path: Path) -> Threshold:
    fields = read_fields(document, path, _THRESHOLD)
    there = (*path, "limit")
    written = document.nodes[there].written or ""
    try:
        limit = limit_of(written, fields["unit"])
    except ValueError as error:
        raise BadInput([document.problem(there, shown(written), str(error))]) from None
    return Threshold(fields["unit"], fields["comparison"], limit)


def _contradictions(
    document: strict_yaml.Document, path: Path, target: Target
) -> Iterator[Problem]:
    if ("run" in target.ways) != (target.measure is not None):
        expected = "the way run with a measure, and a measure with the way run"
        yield document.problem((*path, "ways"), ", ".join(target.ways), expected)
    if target.measure is not None and target.threshold is None:
        yield document.problem((*path, "threshold"), "missing", "a threshold for the measure")
    if ("rollout" in target.ways) != (target.rollout is not None):
        expected = "the way rollout with a rollout's measure, and that with the way rollout"
        yield document.problem((*path, "ways"), ", ".join(target.ways), expected)
    if target.counted is not None and target.rollout is not None:
        yield document.problem((*path, "counted"), shown(target.counted), "no rollout beside it")
    if target.read_as is not None and (target.threshold is not None or target.rollout is None):
        expected = "a reading only of what a rollout shows and the document gives no figure for"
        yield document.problem((*path, "read_as"), "given", expected)


# Four decimals of a percent are six of a share: what results are rounded to.
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%")


def _share(text: str) -> Fraction:
    match = _PERCENT.fullmatch(text)
    share = Fraction(Decimal(match[1])) / 100 if match else None
    if share is None or share > 1:
        raise ValueError("a percentage from 0% to 100%, such as 99.5%, of at most four decimals")
    return share


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError("a count: a whole number from 0 to 999999999")
    return int(text)


def _sample(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("a whole number from 1")
    return value


def _ways(value: object) -> tuple[Way, ...]:
    known: tuple[Way, ...] = get_args(Way)
    ways = value if isinstance(value, list) else []
    if not ways or any(way not in known or ways.count(way) > 1 for way in ways):
        raise ValueError(f"a list of {', '.join(known)}, each at most once")
    return tuple(ways)


def _years(value: object) -> tuple[int, ...]:
    years = value if isinstance(value, list) else []
    sound = all(isinstance(year, int) and 2000 <= year <= 2100 for year in years)
    if not years or not sound or years != sorted(set(years)):
        raise ValueError("a list of years, the earliest first")
    return tuple(years)


_DOCUMENT: dict[str, Reader] = {
    "title": mapping,
    "nature": choice(*get_args(Nature)),
    "mark": choice(*get_args(Mark)),
    "source": words,
}

_FIELDS: dict[str, Reader] = {
    "title": mapping,
    "section": words,
    "subject": mapping,
    "metric": mapping,
    "ways": _ways,
    "measure": words,
    "threshold": mapping,
    "sample": _sample,
    "deadlines": _years,
    "rests_on": choice("households"),
    "rollout": choice(*MEASURES),
    "counted": choice(*get_args(Count)),
    "read_as": mapping,
    "mark": choice(*get_args(Mark)),
    "source": words,
    "note": mapping,
}

_OPTIONAL: dict[str, Any] = {
    "section": None,
    "subject": None,
    "metric": None,
    "measure": None,
    "threshold": None,
    "sample": 1,
    "deadlines": (),
    "rests_on": None,
    "rollout": None,
    "counted": None,
    "read_as": None,
    "note": None,
}

_THRESHOLD: dict[str, Reader] = {
    "comparison": choice(*get_args(Comparison)),
    "unit": choice(*get_args(Unit)),
    "limit": as_written,
}
