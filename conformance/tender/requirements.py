"""The list of requirements of a tender, as a department writes it: a table, read strictly."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from conformance.tender import headed
from conformance.tender.headed import Headed
from scenarios.problems import BadInput, Problem, shown
from scenarios.rollout.names import plain
from scenarios.rollout.table import Row
from scenarios.schema import did_you_mean

MAX_BYTES: Final = 1 << 20
MAX_REQUIREMENTS: Final = 500
MAX_NUMBER: Final = 20
MAX_CLAUSES: Final = 20

Level = Literal["mandatory", "encouraged"]

LEVELS: Final[Mapping[str, Level]] = {
    **dict.fromkeys(("bat buoc", "bb", "mandatory", "must", "required"), "mandatory"),
    **dict.fromkeys(
        ("khuyen khich", "kk", "khong bat buoc", "encouraged", "should", "optional"), "encouraged"
    ),
}
"""How people write them, without accents."""

HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    "number": ("STT", "tt", "so thu tu", "so tt", "muc so", "no", "number"),
    "text": (
        *("Yêu cầu", "noi dung yeu cau", "yeu cau ky thuat", "noi dung", "mo ta yeu cau"),
        *("yeu cau ky thuat toi thieu", "requirement", "requirements"),
    ),
    "level": (
        *("Bắt buộc/Khuyến khích", "bat buoc", "muc do", "muc", "muc do yeu cau", "loai yeu cau"),
        *("tinh chat", "mandatory or encouraged", "level"),
    ),
    "clauses": (
        *("Điều khoản", "ma dieu khoan", "cac dieu khoan", "dieu khoan thu", "clause", "clauses"),
        *("clause id", "clause ids"),
    ),
}

_PARTED = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row; `clauses` are the ids that the tender names itself."""

    row: int
    number: str
    text: str
    level: Level
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tender:
    """The requirements in their order; `unread` are columns that mean nothing here."""

    requirements: tuple[Requirement, ...]
    unread: tuple[str, ...]


def read(file: str, source: bytes, known: Collection[str]) -> Tender:
    """The requirements in a CSV file, of clauses that are `known`; raises `BadInput` with every row
    that is wrong."""
    if len(source) > MAX_BYTES:
        raise BadInput(
            [_bad(file, None, "", f"of {len(source):,} bytes", f"{MAX_BYTES:,} at most")]
        )
    table = headed.read(file, source, HEADINGS, ("number", "text", "level"))
    if not 0 < len(table.rows) <= MAX_REQUIREMENTS:
        wrong, expected = f"of {len(table.rows):,} requirements", f"1 to {MAX_REQUIREMENTS}"
        raise BadInput([_bad(file, None, "", wrong, expected)])
    problems: list[Problem] = []
    found: dict[str, Requirement] = {}
    for row in table.rows:
        wrong_here = list(_wrong(file, table, row, found, known))
        problems += wrong_here
        if not wrong_here:
            requirement = _requirement(table, row)
            found[requirement.number] = requirement
    if problems:
        raise BadInput(problems)
    return Tender(tuple(found.values()), table.unread)


def clause_ids(cell: str) -> tuple[str, ...]:
    """The ids in a cell, parted by commas, semicolons or spaces, each once."""
    return tuple(dict.fromkeys(filter(None, _PARTED.split(cell))))


def unknown_clause(file: str, row: Row, name: str, known: Collection[str]) -> Problem:
    """That a row names a clause that there is not."""
    hint = did_you_mean(name, known)
    return Problem(file, row.number, None, "clauses", shown(name), "the id of a clause", hint)


def _requirement(table: Headed, row: Row) -> Requirement:
    return Requirement(
        row.number,
        table.cell(row, "number"),
        table.cell(row, "text"),
        LEVELS[plain(table.cell(row, "level"))],
        clause_ids(table.cell(row, "clauses")),
    )


def _wrong(
    file: str, table: Headed, row: Row, found: Mapping[str, Requirement], known: Collection[str]
) -> Iterator[Problem]:
    number, level = table.cell(row, "number"), table.cell(row, "level")
    if not 0 < len(number) <= MAX_NUMBER:
        expected = f"its number, of at most {MAX_NUMBER} characters"
        yield _bad(file, row, "number", shown(number or None), expected)
    elif number in found:
        wrong = f"{shown(number)}, that of row {found[number].row}"
        yield _bad(file, row, "number", wrong, "each number once")
    if not plain(table.cell(row, "text")):
        yield _bad(file, row, "text", shown(table.cell(row, "text") or None), "what is required")
    if plain(level) not in LEVELS:
        wider = len(row.cells) > table.width
        quoted = "; a text with commas stands within quotes" if wider else ""
        yield _bad(file, row, "level", shown(level or None), f"bắt buộc or khuyến khích{quoted}")
    ids = clause_ids(table.cell(row, "clauses"))
    if len(ids) > MAX_CLAUSES:
        yield _bad(file, row, "clauses", f"{len(ids)} ids", f"at most {MAX_CLAUSES}")
        return
    for name in ids:
        if name not in known:
            yield unknown_clause(file, row, name, known)


def _bad(file: str, row: Row | None, place: str, wrong: str, expected: str) -> Problem:
    return Problem(file, row.number if row else None, None, place, wrong, expected)
