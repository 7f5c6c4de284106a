"""Figures that carry where they come from, as the shipped data of links and profiles hold them.

Each is written `name: {is: VALUE, mark: MARK, source: "…"}`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from scenarios.problems import BadInput, Path, Problem, shown
from scenarios.scenario import Text
from scenarios.strict_yaml import Document

Mark = Literal["V", "P", "C", "I", "M", "R", "assumed"]
"""How sure a figure is: wording of the source seen, paraphrased by it, seen in device software,
inferred, measured, recalled, or this project's own assumption."""

Reader = Callable[[Any], Any]
"""Turns what a file says into a value; raises `ValueError` with what was expected."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a figure comes from."""

    mark: Mark
    source: str


def words(value: object) -> str:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("words")
    return value


def mapping(value: object) -> object:
    """A mapping, of which somebody else reads the fields."""
    if not isinstance(value, dict):
        raise ValueError("a mapping")
    return value


def yes_or_no(value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def version_1(value: object) -> int:
    """The version of a format, of which there is one so far."""
    if value != 1 or isinstance(value, bool):
        raise ValueError("1, the version of this format")
    return 1


def choice(*names: str) -> Reader:
    """A reader of one of these names."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return value

    return read


def quantity(read_text: Callable[[str], int]) -> Reader:
    """A reader of a text with its unit, such as `units.duration_ms` reads."""

    def read(value: object) -> int:
        return read_text(value if isinstance(value, str) else "")

    return read


def read_entry(
    document: Document, path: Path, readers: Mapping[str, Reader]
) -> tuple[Text, dict[str, Any], dict[str, Basis]]:
    """The title of the mapping at `path`, its figures as named in `readers`, and their basis.

    The mapping has exactly these fields. Raises `BadInput`, and `KeyError` where nothing is.
    """
    if path not in document.nodes:
        raise KeyError(path)
    read_fields(document, path, dict.fromkeys(("title", *readers), as_written))
    title = read_text(document, (*path, "title"))
    values, basis = {}, {}
    for name, reader in readers.items():
        fields = {"is": reader, "mark": choice(*get_args(Mark)), "source": words}
        figure = read_fields(document, (*path, name), fields)
        values[name] = figure["is"]
        basis[name] = Basis(figure["mark"], figure["source"])
    return title, values, basis


def read_fields(
    document: Document, path: Path, readers: Mapping[str, Reader], optional: Collection[str] = ()
) -> dict[str, Any]:
    """The fields of the mapping at `path`, each by its reader; those not `optional` must be there.

    Raises `BadInput`, with every field that is unknown, missing or wrong.
    """
    mapping = document.data_at(path)
    if not isinstance(mapping, dict):
        raise BadInput([document.problem(path, shown(mapping), "a mapping")])
    expected = f"the fields {', '.join(readers)}"
    problems: list[Problem] = [
        document.unknown_key((*path, name), expected, None)
        for name in mapping
        if name not in readers
    ]
    values = {}
    for name, reader in readers.items():
        there = (*path, name)
        if name in mapping:
            try:
                values[name] = reader(mapping[name])
            except ValueError as error:
                problems.append(document.problem(there, shown(mapping[name]), str(error)))
        elif name not in optional:
            problems.append(document.problem(there, "missing", expected))
    if problems:
        raise BadInput(problems)
    return values


def read_text(document: Document, path: Path) -> Text:
    """The text at `path` in both languages; raises `BadInput`."""
    return Text(**read_fields(document, path, {"vi": words, "en": words}))


def as_written(value: object) -> object:
    """A reader of whatever stands there."""
    return value
