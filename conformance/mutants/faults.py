"""The catalogue of faults as data: what goes wrong, with whom, and what stands for it here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from conformance.clauses import Role
from scenarios import strict_yaml
from scenarios.scenario import Text
from scenarios.sourced import Mark, choice, mapping, read_fields, read_text, version_1

ROLES: tuple[str, ...] = (*get_args(Role), "network")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `no_mutant` says why no device is broken in this way, where none is, and
    `no_source_mutant` why no source system is."""

    id: str
    roles: tuple[str, ...]
    mark: Mark
    title: Text
    no_mutant: Text | None
    no_source_mutant: Text | None


@cache
def faults() -> Mapping[str, Fault]:
    """All faults by id."""
    source = files(__package__).joinpath("faults.yaml")
    return parse(strict_yaml.parse("faults.yaml", source.read_bytes()))


def parse(document: strict_yaml.Document) -> dict[str, Fault]:
    """The faults that a document describes; raises `BadInput`."""
    parts = read_fields(document, (), {"ttcs": version_1, "faults": mapping})
    return {name: _fault(document, name) for name in parts["faults"]}


def _fault(document: strict_yaml.Document, name: str) -> Fault:
    path = ("faults", name)
    fields = read_fields(document, path, _FIELDS, optional=_WHY_NOT)
    fields["title"] = read_text(document, (*path, "title"))
    why = {n: read_text(document, (*path, n)) if n in fields else None for n in _WHY_NOT}
    return Fault(**{"id": name, **fields, **why})


def _roles(value: object) -> tuple[str, ...]:
    roles = value if isinstance(value, list) else []
    if not roles or any(role not in ROLES for role in roles):
        raise ValueError(f"a list of {', '.join(ROLES)}")
    return tuple(roles)


_WHY_NOT = ("no_mutant", "no_source_mutant")
_FIELDS: dict[str, Any] = {
    "roles": _roles,
    "mark": choice(*get_args(Mark)),
    "title": mapping,
    "no_mutant": mapping,
    "no_source_mutant": mapping,
}
