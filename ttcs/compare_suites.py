"""`ttcs compare --suite OLD NEW BUNDLE…`: which bundles other rules would judge otherwise."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance import bundle_contents, evidence, impact
from conformance.clauses import Clause, ledger, parse
from conformance.impact import Suite
from conformance.plan import Plan
from reports import certification_reading
from reports import impact as telling
from scenarios import strict_yaml
from scenarios.problems import BadInput, Problem
from ttcs.clauses import laid_over

NOW = "now"
ENDINGS = (".json", ".yaml", ".yml")
MOST_FILES = 100


def compared(old: str, new: str, bundles: Sequence[Path]) -> dict[str, Any]:
    """What changes, as plain data; raises `BadInput`, and whatever a judging half raises."""
    suites = suite(old), suite(new)
    found = [impact.impact(impact.read(place), *suites) for place in bundles]
    return telling.results(*suites, found)


def suite(name: str) -> Suite:
    """The rules of this version (`now`), those in a bundle, or those in a folder or a file of
    clauses, a file laid over the ledger; raises `BadInput`."""
    place = Path(name)
    if name == NOW:
        return impact.now(ledger(), NOW)
    if place.is_dir() and not certification_reading.is_certification(place):
        return impact.now(_of_folder(place), name)
    if place.suffix in ENDINGS:
        return impact.now(laid_over(place), name)
    return _of_bundle(place, name)


def _of_bundle(place: Path, name: str) -> Suite:
    try:
        files = bundle_contents.read(place).files
    except OSError as error:
        raise _bad(place, f"not readable: {error.strerror or error}") from None
    plan: Plan = evidence.read_plan(files)
    return impact.of_bundle(plan, evidence.read_clauses(files), name)


def _of_folder(place: Path) -> Mapping[str, Clause]:
    files = sorted(path for path in place.iterdir() if path.suffix in ENDINGS)
    if not 0 < len(files) <= MOST_FILES:
        raise _bad(place, f"a folder of {len(files)} clause files")
    found: dict[str, Clause] = {}
    for file in files:
        found |= parse(strict_yaml.read(file))
    return found


def _bad(place: Path, wrong: str) -> BadInput:
    expected = f"{NOW}, a bundle, or a folder or file of clauses"
    return BadInput([Problem(f"--suite {place}", None, None, "", wrong, expected)])
