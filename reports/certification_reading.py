"""The bundle of a certification as a report reads it: whole, finished, and judged once more.

Nothing is told on the bundle's word: results are those that its evidence gives by the rules in it,
and a bundle that states other ones, or in which a byte has changed, is refused in one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from conformance import bundle_contents, evidence
from conformance.bundle import MANIFEST
from conformance.cases import CASES
from conformance.certified import results, verdicts_of
from conformance.certify_bundle import KIND, RESULTS, SIGNATURE
from conformance.evidence import Evidence
from conformance.seal import Seal, examine
from conformance.verdicts import Lifecycle
from conformance.verification import MISJUDGED
from reports.certification_words import CHANGES
from reports.findings.conversation import timeline
from scenarios import strict_json
from scenarios.problems import BadInput, Problem

MAX_MANIFEST_BYTES: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Certification:
    """A certification that is as it was sealed; `digests` are the SHA-256 of all its files."""

    place: Path
    seal: Seal
    evidence: Evidence
    results: Mapping[str, Any]
    digests: Mapping[str, str]


def is_certification(place: Path) -> bool:
    """Whether a report is to read it as one: a .zip, or a folder whose manifest says so."""
    if place.is_file():
        return True
    try:
        manifest = strict_json.read(place / MANIFEST, MAX_MANIFEST_BYTES)
    except BadInput:
        return (place / SIGNATURE).exists()
    return isinstance(manifest, dict) and manifest.get("kind") == KIND


def read(place: Path) -> Certification:
    """The certification in a folder or a .zip; raises `BadInput`."""
    try:
        contents = bundle_contents.read(place)
    except OSError as error:
        wrong = f"not readable: {error.strerror or error}"
        raise _bad(place, "", wrong, "a folder or a .zip") from None
    seal = examine(contents, ())
    if seal.is_broken:
        file, how = (SIGNATURE, "forged") if not seal.changes else _first_change(seal)
        raise _bad(place, file, how, "as it was sealed", f"ttcs verify {place} names all")
    if seal.lifecycle is not Lifecycle.FINISHED:
        raise _bad(place, MANIFEST, f"of a run that is {seal.lifecycle}", "of a finished one")
    found = evidence.read(contents.files)
    return Certification(
        place=place,
        seal=seal,
        evidence=found,
        results=_judged(place, contents.files, found),
        digests={name: sha256(held).hexdigest() for name, held in sorted(contents.files.items())},
    )


def _first_change(seal: Seal) -> tuple[str, str]:
    change = seal.changes[0]
    return change.file, CHANGES[change.how].en


def _judged(place: Path, files: Mapping[str, bytes], found: Evidence) -> Mapping[str, Any]:
    """The results by the rules in the bundle, where these are the ones that it states."""
    if strange := found.plan.strange(CASES):
        made_by = found.plan.versions.get("ttcs-hil", "?")
        wrong = f"of other cases than this version has ({', '.join(strange[:3])})"
        hint = f"ttcs-hil {made_by} made it, and can tell it"
        raise _bad(place, "plan.json", wrong, "cases of this version", hint)
    try:
        told = results(found, found.clauses, CASES)
        for trial in found.trials.values():
            timeline(trial.record)  # of cases that no check listens to as well
    except MISJUDGED as error:
        raise _bad(place, "cases", f"not to be judged ({error!r:.100})", "records") from None
    try:
        stated = verdicts_of(strict_json.parse(f"{place}/{RESULTS}", files[RESULTS]))
    except (KeyError, TypeError):
        stated = {}
    if stated != verdicts_of(told):
        expected = "what the evidence in the bundle gives"
        raise _bad(place, RESULTS, "something else", expected, f"ttcs verify {place}")
    return told


def _bad(place: Path, name: str, wrong: str, expected: str, hint: str | None = None) -> BadInput:
    return BadInput([Problem(str(place), None, None, name, wrong, expected, hint)])
