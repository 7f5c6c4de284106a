"""A rollout plan's bundle as a report reads it: bounded, checked, and at one with itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from conformance.bundle import MANIFEST
from reports.bundle_reading import named, read_manifest
from reports.results_reading import checked_results
from scenarios import strict_json, territory
from scenarios.problems import BadInput, Problem, shown
from scenarios.rollout.plan import STATION_KINDS, StationKind

KIND: Final = "plan"
SCHEMA: Final = "rollout-results"
MAX_MANIFEST_BYTES: Final = 16 << 20
MAX_JSON_BYTES: Final = 64 << 20
MOST_YEARS: Final = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A station of the first stock, or a part of a merged commune's."""

    id: str
    commune: str
    kind: StationKind


@dataclass(frozen=True, slots=True)
class PlanBundle:
    """What `ttcs plan` left behind; `parts` are the first stock."""

    place: Path
    manifest: Mapping[str, Any]
    results: Mapping[str, Any]
    parts: tuple[Part, ...]

    @property
    def years(self) -> range:
        """Every year of the plan."""
        plan = self.results["plan"]
        return range(plan["first_year"], plan["last_year"] + 1)


def is_plan(place: Path) -> bool:
    """Whether a folder is a plan's bundle, as its manifest says."""
    try:
        manifest = strict_json.read(place / MANIFEST, MAX_MANIFEST_BYTES)
    except BadInput:
        return False
    return isinstance(manifest, dict) and manifest.get("kind") == KIND


def read(place: Path) -> PlanBundle:
    """The bundle in a folder; raises `BadInput`."""
    manifest = read_manifest(place, KIND)
    file = place / "results.json"
    data = strict_json.parse(str(file), named(place, manifest, file.name, MAX_JSON_BYTES))
    results = checked_results(str(file), data, SCHEMA)
    for where, wrong, expected in _contradictions(results):
        raise _bad(file, where, wrong, expected)
    return PlanBundle(place, manifest, results, _parts(place, manifest, results["plan"]["era"]))


def _contradictions(results: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What a schema cannot say: `place, what is wrong, what was expected`."""
    plan = results["plan"]
    years = list(range(plan["first_year"], plan["last_year"] + 1))
    if not 1 <= len(years) <= MOST_YEARS:
        wrong = f"from {plan['first_year']} to {plan['last_year']}"
        yield "plan.last_year", wrong, f"at least one year and at most {MOST_YEARS}"
        return
    expected = f"each year from {years[0]} to {years[-1]}"
    for where, told in _yearly(results):
        if [year["year"] for year in told] != years:
            yield where, "of other years", expected
    for part, values in (("works", "done_by_year"), ("money", "planned_vnd")):
        for number, one in enumerate(results[part]):
            if len(one[values]) != len(years):
                wrong = f"of {len(one[values])} values"
                yield f"{part}[{number}].{values}", wrong, f"one for {expected}"
    for number, work in enumerate(results["works"]):
        if work["done_p50"] is not None and not _is_date(work["done_p50"]):
            yield f"works[{number}].done_p50", shown(work["done_p50"]), "a date"


def _yearly(results: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    for name, measure in results["measures"].items():
        yield f"measures.{name}.years", measure["years"]
    for number, target in enumerate(results["targets"]):
        for part in ("years", "counts"):
            if target[part]:
                yield f"targets[{number}].{part}", target[part]
    for number, source in enumerate(results["money"]):
        yield f"money[{number}].paid_vnd", source["paid_vnd"]
    if phases := results.get("phases"):
        yield "phases.years", phases["years"]


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _parts(place: Path, manifest: Mapping[str, Any], era: str) -> tuple[Part, ...]:
    file = place / "rollout.resolved.json"
    data = strict_json.parse(str(file), named(place, manifest, file.name, MAX_JSON_BYTES))
    stations = data.get("stations") if isinstance(data, dict) else None
    if not isinstance(stations, list):
        raise _bad(file, "stations", shown(stations), "the stations of a plan")
    known, found = territory.load(era).communes, []
    for number, row in enumerate(stations):
        match row:
            case {"id": str(name), "commune": str(code), "kind": kind} if (
                code in known and kind in STATION_KINDS
            ):
                found.append(Part(name, code, kind))
            case _:
                expected = f"a station in a commune of {era}"
                raise _bad(file, f"stations[{number}]", shown(row), expected)
    return tuple(found)


def _bad(file: Path, place: str, wrong: str, expected: str) -> BadInput:
    return BadInput([Problem(str(file), None, None, place, wrong, expected)])
