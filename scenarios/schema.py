"""A document held against its published JSON Schema, every breach told in our own words.

A schema's `title` is what a message says was expected.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError

from scenarios.problems import Path, Problem, shortened, shown
from scenarios.strict_yaml import Document

_FOLDER = FilePath(__file__).parent / "schemas"


@cache
def schema(name: str) -> dict[str, Any]:
    """The published schema of this name, such as `scenario`."""
    text = (_FOLDER / f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def breaches(document: Document, name: str) -> Iterator[tuple[Path, Problem]]:
    """What breaks the schema, at most one problem a node."""
    validator = _Validator(schema(name))
    seen: set[Path] = set()
    for error in validator.iter_errors(document.data):
        for path, problem in _problems(document, error):
            if path not in seen:
                seen.add(path)
                yield path, problem


def did_you_mean(written: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest of the known words, where one is near."""
    near = difflib.get_close_matches(written[:100], known, n=1)
    return f'did you mean "{near[0]}"?' if near else None


def _exact_pattern(
    _validator: Any, pattern: str, instance: object, _schema: object
) -> Iterator[ValidationError]:
    # Python's $ also matches before a last newline, the $ of JSON Schema does not.
    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError("does not match")


# The stubs of jsonschema leave `extend` untyped.
_Validator = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _exact_pattern}
)


def _problems(document: Document, error: ValidationError) -> Iterator[tuple[Path, Problem]]:
    path: Path = tuple(error.absolute_path)
    rules: Any = error.schema
    instance: Any = error.instance
    match error.validator:
        case "additionalProperties":
            known = rules["properties"]
            for key in instance.keys() - known.keys():
                expected = "one of " + ", ".join(known)
                hint = did_you_mean(key, known)
                yield (*path, key), document.unknown_key((*path, key), expected, hint)
        case "required":
            title = rules["title"]
            for key in rules["required"]:
                if key not in instance:
                    yield (*path, key), document.problem((*path, key), "missing", title)
        case _:
            expected = _expected(document, path, error)
            yield path, document.problem(path, shown(instance), expected)


def _expected(document: Document, path: Path, error: ValidationError) -> str:
    rules: Any = error.schema
    written = document.nodes[path].written
    if error.validator == "type" and written and _Validator(rules).is_valid(written):
        return f'quoted text: write "{shortened(written)}"'
    title: str = rules["title"]
    return title
