"""A document on its way to typed values, and everything found wrong with it so far."""

from collections.abc import Callable, Iterator
from typing import Any

from scenarios.problems import Path, Problem, shown
from scenarios.strict_yaml import Document


class Reading:
    """Reads parts of a document; what is wrong is kept, so that all of it can be told.

    A part with an error in it reads as if it were not there; checks that need several parts ask
    `is_sound` first.
    """

    def __init__(self, document: Document) -> None:
        """Nothing found wrong yet."""
        self.document = document
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self._broken: set[Path] = set()

    def value(self, path: Path, default: Any = None) -> Any:
        """The data at a path; the default where there is none, or where something is wrong."""
        data = None if path in self._broken else self.document.data_at(path)
        return default if data is None else data

    def entries(self, path: Path) -> Iterator[Path]:
        """The path of every entry of a list, sound or not."""
        listed = self.document.data_at(path)
        for number in range(len(listed) if isinstance(listed, list) else 0):
            yield *path, number

    def record(self, path: Path, problem: Problem) -> None:
        """Keep an error at a node: it and all that hold it are no longer sound."""
        self.errors.append(problem)
        self._broken.update(path[:length] for length in range(len(path) + 1))

    def error(self, path: Path, wrong: str, expected: str, hint: str | None = None) -> None:
        """Keep an error at a node: it is `wrong`, and `expected` was expected."""
        self.record(path, self.document.problem(path, wrong, expected, hint))

    def warn(self, path: Path, wrong: str, expected: str) -> None:
        """Keep a warning at a node."""
        self.warnings.append(self.document.problem(path, wrong, expected, severity="warning"))

    def is_sound(self, path: Path) -> bool:
        """Whether nothing is wrong at this node or below it."""
        return path not in self._broken

    def quantity(self, path: Path, read: Callable[[str], int], default: int = 0) -> int:
        """What `read` makes of the text at a path; the default where there is no sound text."""
        text = self.value(path)
        if text is None:
            return default
        try:
            return read(text)
        except ValueError as error:
            self.error(path, shown(text), str(error))
            return default

    def positive(self, path: Path, read: Callable[[str], int]) -> int:
        """The same of a quantity that must not be nothing."""
        return self._other_than_0(path, read, "more than 0")

    def not_nothing(self, path: Path, read: Callable[[str], int]) -> int:
        """The same of a quantity with a sign."""
        return self._other_than_0(path, read, "more or less than 0")

    def _other_than_0(self, path: Path, read: Callable[[str], int], expected: str) -> int:
        value = self.quantity(path, read)
        if value == 0 and self.value(path) is not None:
            self.error(path, shown(self.value(path)), expected)
        return value
