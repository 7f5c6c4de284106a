"""Runs that have left a bundle, as they are compared: one bundle, or a folder of them by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from conformance.bundle import MANIFEST
from conformance.commune_changes import commune_table
from conformance.comparison import FinishedRun
from reports.bundle_reading import read_results
from scenarios.files import read_bounded
from scenarios.problems import BadInput, Problem, one_line

MOST_TABLE_BYTES: Final = 256 << 20


def load(place: Path) -> FinishedRun:
    """The run whose bundle stands in a folder; raises `BadInput`."""
    results = read_results(place)
    table = place / "tables" / "communes.parquet"
    name = one_line(str(place))
    if not table.exists():
        return FinishedRun(name, results, None)
    return FinishedRun(name, results, commune_table(name, read_bounded(table, MOST_TABLE_BYTES)))


def baselines(place: Path, names: Sequence[str]) -> dict[str, FinishedRun]:
    """The older runs of the scenarios of these names, of those that have one.

    `place` is a folder with a bundle for each name, or a single bundle: of the only scenario, or
    else of the one that has its name. Raises `BadInput` where it is neither.
    """
    if not place.is_dir():
        expected = "a bundle, or a folder of bundles by the names of scenarios"
        wrong = "no folder"
        raise BadInput([Problem(f"--baseline {place}", None, None, "", wrong, expected)])
    if (place / MANIFEST).exists():
        run = load(place)
        name = names[0] if len(names) == 1 else run.results["scenario"]["name"]
        return {name: run}
    return {name: load(place / name) for name in names if (place / name / MANIFEST).exists()}
