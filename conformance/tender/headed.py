"""A table under a head that people wrote: its columns by what their headings mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scenarios.problems import BadInput, Problem, one_line
from scenarios.rollout.names import plain, without_brackets
from scenarios.rollout.table import DELIMITERS, Row, from_csv

_ROWS_LOOKED_AT: Final = 30
_NOT_READ: Final = frozenset(("ghi chu", "note", "notes", "remarks"))


@dataclass(frozen=True, slots=True)
class Headed:
    """The rows below the head, which has `width` cells; `places` are its columns, `unread` headings
    that mean nothing."""

    rows: tuple[Row, ...]
    places: Mapping[str, int]
    unread: tuple[str, ...]
    width: int

    def cell(self, row: Row, column: str) -> str:
        """What stands in a column; empty where the table has none."""
        return row.cell(self.places[column]) if column in self.places else ""


def read(
    file: str, source: bytes, headings: Mapping[str, Sequence[str]], required: Sequence[str]
) -> Headed:
    """The table of a CSV file, parted by commas, semicolons or tabs; raises `BadInput`.

    `headings` are those of each column, the first as it is asked for; accents do not matter. The
    head is the first row that has all `required`; titles above it do not matter.
    """
    best: dict[str, int] = {}
    broken: list[BadInput] = []
    # Sentences have commas too, so the delimiter is the one by which there is a head.
    for delimiter in DELIMITERS:
        try:
            rows = from_csv(file, source, delimiter).rows
        except BadInput as bad:
            broken.append(bad)
            continue
        for number, row in enumerate(rows[:_ROWS_LOOKED_AT]):
            places, unread = _meant(row, headings)
            if set(required) <= places.keys():
                return Headed(rows[number + 1 :], places, unread, len(row.cells))
            best = max(best, places, key=len)
    if broken and not best:
        raise broken[0]
    raise BadInput([_no_head(file, headings, [name for name in required if name not in best])])


def _meant(
    row: Row, headings: Mapping[str, Sequence[str]]
) -> tuple[dict[str, int], tuple[str, ...]]:
    meaning = {plain(heading): name for name, known in headings.items() for heading in known}
    places: dict[str, int] = {}
    unread = []
    for place, written in enumerate(row.cells):
        name = meaning.get(plain(written)) or meaning.get(plain(without_brackets(written)))
        if name is not None and name not in places:
            places[name] = place
        elif written and plain(written) not in _NOT_READ:
            unread.append(one_line(written))
    return places, tuple(unread)


def _no_head(file: str, headings: Mapping[str, Sequence[str]], missing: Sequence[str]) -> Problem:
    wrong = f"without {' and '.join(headings[name][0] for name in missing)}"
    expected = f"a row of headings: {', '.join(known[0] for known in headings.values())}"
    return Problem(file, None, None, "header", wrong, expected)
