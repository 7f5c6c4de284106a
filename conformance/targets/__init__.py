"""Targets that a run can be judged by, as data: `targets.yaml`, one mapping for each.

A limit is written with its unit: `4s`, `99%`, or a plain number for a count.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from conformance.verdicts import Reason
from scenarios import strict_yaml
from scenarios.problems import BadInput, Path, shown
from scenarios.scenario import Text
from scenarios.sourced import Mark, Reader, choice, words
from scenarios.units import duration_ms
from simulator.measurement import Unit

Nature = Literal["profile", "plan", "law"]
"""Whose figure it is: this project's default, a planning document's, or the law's."""

Comparison = Literal["at most", "at least", "over"]
"""How the value must stand to the limit; "over" is strict."""


@dataclass(frozen=True, slots=True)
class Target:
    """What must hold: `measure`, in `unit`, is `comparison` `limit`.

    With fewer than `sample` observations nothing can be said. `lacks` is what is wanting before
    meeting the limit would show the target met; None where meeting it is enough. `mark` and
    `source` say where the limit comes from, `note` how the target is read.
    """

    id: str
    title: Text
    nature: Nature
    measure: str
    unit: Unit
    comparison: Comparison
    limit: int | Fraction
    sample: int
    mark: Mark
    source: str
    note: Text
    lacks: Reason | None


def names() -> tuple[str, ...]:
    """The ids of the targets."""
    return tuple(_shipped())


def load(name: str) -> Target:
    """The target of this id; raises `KeyError` where there is none."""
    return _shipped()[name]


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
    if not isinstance(document.data, dict):
        raise BadInput([document.problem((), shown(document.data), "a mapping of targets")])
    return {name: _target(document, name) for name in document.data}


@cache
def _shipped() -> dict[str, Target]:
    source = files(__package__).joinpath("targets.yaml")
    return parse(strict_yaml.parse(source.name, source.read_bytes()))


def _target(document: strict_yaml.Document, name: str) -> Target:
    fields = _fields(document, (name,), _FIELDS, optional=("lacks",))
    limit_path = (name, "limit")
    written = document.nodes[limit_path].written or ""
    try:
        limit = limit_of(written, fields["unit"])
    except ValueError as error:
        raise BadInput([document.problem(limit_path, shown(written), str(error))]) from None
    texts = {
        part: Text(**_fields(document, (name, part), {"vi": words, "en": words}))
        for part in ("title", "note")
    }
    lacks = Reason(fields["lacks"]) if "lacks" in fields else None
    return Target(id=name, **fields | texts | {"limit": limit, "lacks": lacks})


def _fields(
    document: strict_yaml.Document,
    path: Path,
    readers: Mapping[str, Reader],
    optional: tuple[str, ...] = (),
) -> dict[str, Any]:
    mapping = document.data_at(path)
    if not isinstance(mapping, dict):
        raise BadInput([document.problem(path, shown(mapping), "a mapping")])
    expected = f"the fields {', '.join(readers)}"
    problems = [
        document.unknown_key((*path, name), expected, None)
        for name in mapping
        if name not in readers
    ]
    values = {}
    for name in readers:
        there = (*path, name)
        if name in mapping:
            try:
                values[name] = readers[name](mapping[name])
            except ValueError as error:
                problems.append(document.problem(there, shown(mapping[name]), str(error)))
        elif name not in optional:
            problems.append(document.problem(there, "missing", expected))
    if problems:
        raise BadInput(problems)
    return values


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


def _as_written(value: object) -> object:
    return value


_FIELDS: dict[str, Reader] = {
    "title": _as_written,
    "nature": choice(*get_args(Nature)),
    "measure": words,
    "unit": choice(*get_args(Unit)),
    "comparison": choice(*get_args(Comparison)),
    "limit": _as_written,
    "sample": _sample,
    "mark": choice(*get_args(Mark)),
    "source": words,
    "lacks": choice(*Reason),
    "note": _as_written,
}
