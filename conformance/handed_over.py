"""A certification that somebody hands over, verified now, with the verdicts that may be told of it.

Verdicts are those that its evidence gives by the rules in it. There are none of a bundle that is
not as it was sealed, or that states something else: then only that is told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from conformance import bundle_contents, evidence
from conformance.cases import CASES
from conformance.certified import results
from conformance.evidence import Evidence
from conformance.signing import PublicKey
from conformance.verdicts import Lifecycle
from conformance.verification import Verification, verify
from scenarios.problems import BadInput, Problem

WhyNot = Literal["changed", "unsigned", "unfinished", "not-judged", "misstated", "contradicted"]
"""Something is not as it was sealed; nobody sealed it; it was never finished; this version cannot
judge it; it states what its evidence does not give; its packets contradict its records."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a sound bundle holds: its evidence, and its results judged once more."""

    evidence: Evidence
    results: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A bundle: either `judged`, or `why_not`."""

    place: str
    verification: Verification
    judged: Judged | None
    why_not: WhyNot | None


def read(place: Path, trusted: Collection[PublicKey]) -> HandedOver:
    """The bundle in a folder or a .zip; raises `BadInput` where there is no certification."""
    try:
        contents = bundle_contents.read(place)
    except OSError as error:
        wrong = f"not readable: {error.strerror or error}"
        raise BadInput([Problem(str(place), None, None, "", wrong, "a folder or a .zip")]) from None
    found = verify(contents, trusted)
    why_not = _why_not(found)
    if why_not is not None:
        return HandedOver(str(place), found, None, why_not)
    kept = evidence.read(contents.files)
    return HandedOver(str(place), found, Judged(kept, results(kept, kept.clauses, CASES)), None)


def _why_not(found: Verification) -> WhyNot | None:
    reasons: Mapping[WhyNot, bool] = {
        "changed": found.seal.is_broken,
        "unfinished": found.seal.lifecycle is not Lifecycle.FINISHED,
        "unsigned": not found.seal.is_whole,
        "not-judged": found.by_then.verdict is None,
        "misstated": found.stated is None or bool(found.by_then.differences),
        "contradicted": any(each.contradicts for each in found.witness),
    }
    return next((why for why, holds in reasons.items() if holds), None)
