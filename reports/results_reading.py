"""`results.json` held against its schema, every breach told in one line."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import best_match

from scenarios.problems import BadInput, Problem, place_of, shortened, shown


@cache
def schema(name: str = "results") -> dict[str, Any]:
    """The published schema of results, of a run's or of others."""
    text = (Path(__file__).parent / "schemas" / f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def checked_results(file: str, data: Any, name: str = "results") -> dict[str, Any]:
    """The data where they are what a schema says, `file` naming them in messages; raises
    `BadInput`."""
    validator = jsonschema.Draft202012Validator(schema(name))
    if (error := best_match(validator.iter_errors(data))) is not None:
        place = place_of(tuple(error.absolute_path))
        expected = f"what the schema of results says ({shortened(error.message)})"
        raise BadInput([Problem(file, None, None, place, shown(error.instance), expected)])
    results: dict[str, Any] = data
    return results
