"""`ttcs mutants`: the suites tried on devices and source systems that are known to be wrong."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args

from scenarios.problems import BadInput, Problem
from ttcs.main import BAD_INPUT, CONFORMANT, HARNESS_ERROR, NOT_CONFORMANT
from ttcs.telling import tell, tell_error, tell_first

if TYPE_CHECKING:
    from conformance.mutants.matrix import Row


def mutants(role: str | None, only: Sequence[str], jobs: int | None, *, as_json: bool) -> int:
    """Tries them and tells the matrix; the exit code."""
    from conformance.mutants import matrix

    try:
        room, roles = _room(role)
        wanted = _wanted(only, room)
    except BadInput as bad:
        tell_first(bad)
        return BAD_INPUT
    some = [
        each
        for each in room.subjects(roles)
        if not wanted or each.kind == "conformant" or each.name in wanted
    ]
    try:
        rows = room.rows(some, jobs or os.cpu_count() or 1)
        found = list(_with_progress(rows, len(some)))
    except OSError as error:
        tell_error(str(error))
        return HARNESS_ERROR
    left = {} if wanted else matrix.unguarded(found)
    wrong = {
        "survivors": [_name(row) for row in matrix.survivors(found)],
        "false_alarms": [_name(row) for row in matrix.false_alarms(found)],
        "conforming": [_name(row) for row in matrix.conforming(found)],
        "unguarded": [f"{clause}: {', '.join(faults)}" for clause, faults in left.items()],
    }
    if as_json:
        tell(json.dumps(_as_data(found) | wrong, ensure_ascii=False, indent=1))
    else:
        tell("\n".join(_table(found, wrong)))
    return NOT_CONFORMANT if any(wrong.values()) else CONFORMANT


def _room(role: str | None) -> tuple[Any, Any]:
    """The matrix that tries a role, and its roles; that of devices where none is named."""
    from conformance import demo
    from conformance.clauses import SYSTEMS
    from conformance.mutants import matrix

    devices = tuple(demo.PROFILES)
    if role == SYSTEMS[0]:
        from conformance.mutants import source_matrix  # brings HTTP, MQTT and the fleet along

        return source_matrix, (role,)
    if role is not None and role not in devices:
        raise _bad("--role", role, f"one of {', '.join((*devices, SYSTEMS[0]))}")
    return matrix, (role,) if role else devices


def _wanted(only: Sequence[str], room: Any) -> set[str]:
    known = room.MUTANTS
    wanted = {name for name in known if name in only or known[name].fault in only}
    for name in only:
        if not any(name in (each.id, each.fault) for each in known.values()):
            raise _bad("--only", name, "a mutant of the role, or a fault that has some")
    return wanted


def _bad(option: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(option, None, None, "", wrong, expected)])


def _name(row: "Row") -> str:
    return f"{row.subject.role} {row.subject.name}"


def _as_data(found: Sequence["Row"]) -> dict[str, Any]:
    return {
        "rows": [
            {
                "role": row.subject.role,
                "kind": row.subject.kind,
                "name": row.subject.name,
                "failed": list(row.failed),
                "passed": list(row.passed),
            }
            for row in found
        ]
    }


def _table(found: Sequence["Row"], wrong: dict[str, list[str]]) -> list[str]:
    from conformance.mutants.matrix import Kind

    lines = []
    for kind in get_args(Kind):
        of_kind = [row for row in found if row.subject.kind == kind]
        with_failures = sum(bool(row.failed) for row in of_kind)
        lines.append(f"{len(of_kind):>5}  {WORDS[kind]}: {with_failures} {WORDS['failed']}")
    for name, some in wrong.items():
        lines += [f"{WORDS[name]}: {each}" for each in some]
    if not any(wrong.values()):
        lines.append(WORDS["fine"])
    return lines


WORDS = {
    "conformant": "đúng chuẩn / conformant",
    "variant": "biến thể đúng / conformant variants",
    "nothing": "không làm gì / that do nothing",
    "mutant": "đột biến / mutants",
    "failed": "không đạt / with failures",
    "survivors": "lọt lưới / survives",
    "false_alarms": "báo nhầm / false alarm",
    "conforming": "không làm gì mà không bị bắt / does nothing and is not found",
    "unguarded": "điều khoản không bắt được lỗi của mình / clause does not kill what it names",
    "fine": "bắt được mọi đột biến, không báo nhầm / every mutant is killed, no false alarm",
}


def _with_progress(found: Iterable["Row"], total: int) -> Iterable["Row"]:
    """The rows as they come, with a bar on a terminal and silence in a pipe."""
    if not sys.stderr.isatty():
        return found
    from rich.console import Console
    from rich.progress import track

    return track(found, "ttcs mutants", total, console=Console(stderr=True), transient=True)
