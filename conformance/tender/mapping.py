"""Which clauses show a requirement: as the tender itself says, or as a person has accepted.

Suggestions stand in a file beside the tender until a person writes `duyệt` or `không` behind each.
Only what was accepted counts, and only as long as the requirement's text is the one that was looked
at.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from conformance.clauses import Clause
from conformance.tender import headed, sheets
from conformance.tender.requirements import (
    HEADINGS,
    MAX_BYTES,
    MAX_CLAUSES,
    MAX_REQUIREMENTS,
    Requirement,
    Tender,
    unknown_clause,
)
from conformance.tender.sheets import unguarded
from conformance.tender.suggestions import Suggesting, Suggestion
from scenarios.problems import BadInput, Problem, shown
from scenarios.rollout.names import plain
from scenarios.rollout.table import Row

Decision = Literal["accepted", "rejected"]
How = Literal["by-id", "reviewed"]
"""The tender names the clause itself; a person accepted it."""

DECISIONS: Final[Mapping[str, Decision | None]] = {
    "": None,
    **dict.fromkeys(("duyet", "dong y", "co", "x", "yes", "accepted"), "accepted"),
    **dict.fromkeys(("khong", "khong duyet", "no", "rejected"), "rejected"),
}
"""What a person may write, without accents."""

TITLES: Final = ("STT", "Yêu cầu", "Điều khoản", "Nội dung điều khoản", "Điểm", "Duyệt")

_HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    **{name: HEADINGS[name] for name in ("number", "text", "clauses")},
    "decision": ("Duyệt", "da duyet", "accepted"),
    "clause text": ("Nội dung điều khoản",),
    "score": ("Điểm", "score"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A row: a clause that may show a requirement, and what a person decided of it."""

    number: str
    text: str
    clause: str
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A requirement with the clauses that count, and the suggestions that nobody has decided on;
    `is_stale` where its text is no longer the one that somebody decided on."""

    requirement: Requirement
    clauses: Mapping[str, How]
    suggested: tuple[Suggestion, ...]
    is_stale: bool


def read(file: str, source: bytes, tender: Tender, known: Collection[str]) -> tuple[Link, ...]:
    """The rows of a mapping file; raises `BadInput` with every one that is wrong."""
    if len(source) > MAX_BYTES:
        wrong, expected = f"of {len(source):,} bytes", f"{MAX_BYTES:,} at most"
        raise BadInput([Problem(file, None, None, "", wrong, expected)])
    table = headed.read(file, source, _HEADINGS, ("number", "text", "clauses", "decision"))
    most = MAX_REQUIREMENTS * MAX_CLAUSES
    if len(table.rows) > most:
        wrong, expected = f"of {len(table.rows):,} rows", f"at most {most:,}"
        raise BadInput([Problem(file, None, None, "", wrong, expected)])
    numbers = {each.number for each in tender.requirements}
    found: dict[tuple[str, str], Link] = {}
    problems: list[Problem] = []
    for row in table.rows:
        link = Link(
            unguarded(table.cell(row, "number")),
            unguarded(table.cell(row, "text")),
            table.cell(row, "clauses"),
            DECISIONS.get(plain(table.cell(row, "decision"))),
        )
        decision = table.cell(row, "decision")
        wrong_here = list(_wrong(file, row, link, decision, numbers, known, found))
        problems += wrong_here
        if not wrong_here:
            found[link.number, link.clause] = link
    if problems:
        raise BadInput(problems)
    return tuple(found.values())


def _wrong(
    file: str,
    row: Row,
    link: Link,
    decision: str,
    numbers: Collection[str],
    known: Collection[str],
    found: Collection[tuple[str, str]],
) -> Iterator[Problem]:
    def bad(place: str, wrong: str, expected: str) -> Problem:
        return Problem(file, row.number, None, place, wrong, expected)

    if link.number not in numbers:
        yield bad("number", shown(link.number or None), "the number of a requirement of the tender")
    if link.clause not in known:
        yield unknown_clause(file, row, link.clause, known)
    elif (link.number, link.clause) in found:
        yield bad("clauses", f"{shown(link.clause)} again", "a clause once for each requirement")
    if plain(decision) not in DECISIONS or (decision and not plain(decision)):
        yield bad("decision", shown(decision), "duyệt, không, or nothing")


def mapped(tender: Tender, links: Sequence[Link], clauses: Mapping[str, Clause]) -> list[Mapped]:
    """Every requirement with its clauses; of `clauses` those are suggested that are likest."""
    suggesting = Suggesting(clauses)
    return [_mapped(each, links, suggesting) for each in tender.requirements]


def _mapped(of: Requirement, links: Sequence[Link], suggesting: Suggesting) -> Mapped:
    own = [link for link in links if link.number == of.number]
    reviewed = {link.clause: link.decision for link in own if link.text == of.text}
    counting: dict[str, How] = {
        **{name: "reviewed" for name, decision in reviewed.items() if decision == "accepted"},
        **dict.fromkeys(of.clauses, "by-id"),
    }
    likely = suggesting.of(of.text)
    if reviewed or counting:
        scores = {each.clause: each for each in likely}
        undecided = [n for n, what in reviewed.items() if what is None and n not in counting]
        likely = tuple(scores.get(name, Suggestion(name, 0.0)) for name in undecided)
    return Mapped(of, counting, likely, is_stale=len(reviewed) < len(own))


def proposal(found: Sequence[Mapped], clauses: Mapping[str, Clause]) -> bytes | None:
    """The file in which suggestions stand to be reviewed; None where there are none."""
    rows = [
        (of.number, of.text, each.clause, clauses[each.clause].requirement.vi, _score(each), "")
        for mapped in found
        for of in (mapped.requirement,)
        for each in mapped.suggested
    ]
    return sheets.written([TITLES, *rows]) if rows else None


def _score(of: Suggestion) -> str:
    return f"{of.score:.2f}".replace(".", ",")
