"""How far a clause of a certification was tested, for every form of its report."""

from collections.abc import Mapping
from typing import Any, Literal

from conformance.certification import VOUCHED
from conformance.clauses import TESTED
from conformance.verdicts import Verdict

Standing = Literal["judged", "not-tested", "vouched", "not-applicable"]
"""Tested, or read by instruments or a laboratory; testable, but not here; inspected or declared
only; of no concern to this device."""


def standing_of(clause: Mapping[str, Any]) -> Standing:
    """How far a clause of `results.json` was tested."""
    if clause["verdict"] == Verdict.NOT_APPLICABLE:
        return "not-applicable"
    if any(check["by"] not in VOUCHED for check in clause["checks"]):
        return "judged"
    is_vouched = clause["checks"] or not set(clause["verified_by"]) & set(TESTED)
    return "vouched" if is_vouched else "not-tested"
