"""What is wrong with something that was read, in one line a person can act on."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Path = tuple[str | int, ...]
"""The way from a document's root to a node: field names and, from 0, places in lists."""

_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: where it is, what it is, what was expected, how to mend it.

    `line` and `column` count from 1 and are None where they are not known; `place` names the node,
    as in `bulletins[2].sound.length`, and is empty for the file as a whole.
    """

    file: str
    line: int | None
    column: int | None
    place: str
    wrong: str
    expected: str
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """`file:line:column: place: is …, expected …`, always one line."""
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        place = f"{self.place}: " if self.place else ""
        warning = "warning: " if self.severity == "warning" else ""
        hint = f" ({self.hint})" if self.hint else ""
        return one_line(f"{where}: {warning}{place}is {self.wrong}, expected {self.expected}{hint}")


class BadInput(Exception):
    """Input that cannot be used; `problems` lists everything wrong with it, in the file's order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Hold at least one problem."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def in_order(problems: Iterable[Problem], file: str) -> tuple[Problem, ...]:
    """By line and column; what is wrong in another file follows what is wrong in this one.

    What has no line follows what has one.
    """

    def place(one: Problem) -> tuple[bool, bool, int, int]:
        return one.file != file, one.line is None, one.line or 0, one.column or 0

    return tuple(sorted(problems, key=place))


def place_of(path: Path) -> str:
    """The path as people write it: `bulletins[2].sound.length`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def shown(value: object) -> str:
    """A value as a message names it, of bounded length."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return shortened(json.dumps(value, ensure_ascii=False))
        case list():
            return "a list" if value else "an empty list"
        case _:
            return "a mapping" if value else "an empty mapping"


def shortened(text: str) -> str:
    """The text, cut where it is longer than a message bears."""
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def one_line(text: str) -> str:
    """The text with every character that is not printable written as an escape."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
