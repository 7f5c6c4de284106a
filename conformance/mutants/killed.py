"""Which mutants each clause is known to find, by role: figures of the whole matrix, made by
`python -m tools.make_mutants_page`. They go into every bundle, and a report tells what guards a
clause by them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from conformance.clauses import Role
from scenarios import strict_json

Killed = Mapping[str, tuple[str, ...]]
"""The mutants by clause, in the order of the ledger."""

FILE: Final = "killed.json"


@cache
def killed() -> Mapping[str, Killed]:
    """By role."""
    content = files(__package__).joinpath(FILE).read_bytes()
    roles: Mapping[str, Any] = strict_json.parse(FILE, content)
    return {role: parse(clauses) for role, clauses in roles.items()}


def of(role: Role) -> Killed:
    """Those of a role; none for one that no emulated device stands for."""
    return killed().get(role, {})


def parse(data: Any) -> Killed:
    """What a bundle says of one role; raises `ValueError`, in one line."""
    if not isinstance(data, dict) or not all(
        isinstance(names, list) and all(isinstance(name, str) for name in names)
        for names in data.values()
    ):
        raise ValueError("no mutants by clause")
    return {clause: tuple(names) for clause, names in data.items()}


def written(killed: Killed) -> dict[str, list[str]]:
    """As a bundle keeps it."""
    return {clause: list(names) for clause, names in killed.items()}
