"""Whether a bundle that nobody signs, a run's or a plan's, is as its manifest says.

The manifest stands in the bundle itself. So this finds what was damaged or altered carelessly; who
alters the manifest as well is not found out. Only what is signed (`seal`) withstands that.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from conformance.bundle import MANIFEST, SCHEMA_VERSION
from conformance.bundle_contents import Contents
from conformance.certify_bundle import SIGNATURE
from conformance.seal import Change, altered
from scenarios import strict_json
from scenarios.problems import BadInput, Problem

Kind = Literal["run", "plan"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A bundle's kind, when it was made (as it says), and what is not as its manifest says."""

    kind: Kind
    created: str
    changes: tuple[Change, ...]


def is_unsealed(contents: Contents) -> bool:
    """Whether this is the bundle of a run or of a plan, signed by nobody."""
    if SIGNATURE in contents.files or MANIFEST not in contents.files:
        return False
    try:
        data = strict_json.parse(MANIFEST, contents.files[MANIFEST])
    except BadInput:
        return False
    return isinstance(data, dict) and data.get("kind") in KINDS


def examine(contents: Contents) -> Unsealed:
    """The bundle held against its manifest; raises `BadInput` where that is none."""
    data: Any = strict_json.parse(MANIFEST, contents.files[MANIFEST])
    try:
        fits = (
            data["bundle"] == SCHEMA_VERSION
            and isinstance(data["created"], str)
            and all(isinstance(each["sha256"], str) for each in data["files"].values())
        )
    except (AttributeError, KeyError, TypeError):
        fits = False
    if not fits:
        expected = f"that of a bundle of version {SCHEMA_VERSION}"
        raise BadInput([Problem(MANIFEST, None, None, "", "another", expected)])
    irregular = (Change(name, "not-a-plain-file") for name in contents.irregular)
    changes = (*irregular, *altered(contents, data["files"]))
    return Unsealed(data["kind"], data["created"], changes)
