"""Verifying a certification that somebody hands over: three questions, answered apart.

Is it unchanged, or what changed? Is its signer trusted? And does its evidence still give the
verdict that it states, by the rules that it was judged by, and by those of now? Beside them the
packets are asked, where some were captured, whether they bear out what the records say.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance import evidence
from conformance.bundle_contents import Contents
from conformance.cases import CASES
from conformance.certified import results, verdicts_of
from conformance.certify_bundle import RESULTS
from conformance.clauses import Clause, ledger
from conformance.evidence import Evidence
from conformance.plan import Plan
from conformance.seal import Seal, examine
from conformance.signing import PublicKey
from conformance.verdicts import Lifecycle, Verdict
from conformance.witness import Testimony, testimonies
from scenarios import strict_json
from scenarios.problems import BadInput, one_line

MISJUDGED: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a judging half raises on a record that no bench wrote."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict made again; None with the reason `why_not` where it cannot be. `differences` are
    `what, as stated, as judged now`."""

    verdict: Verdict | None
    sentence: Mapping[str, str] | None
    differences: tuple[tuple[str, str, str], ...]
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The three answers, and what was looked at. `cases` are so many tried of so many to try;
    `witness` is what the packets of cases say of their records."""

    seal: Seal
    challenge: str | None
    cases: tuple[int, int]
    stated: Verdict | None
    by_then: Judged
    by_now: Judged
    witness: tuple[Testimony, ...] = ()

    @property
    def exit_status(self) -> int:
        """1 for a change, another verdict than stated or a record that its packets contradict, 3
        where it cannot be relied on, else 0.

        What the verdict is does not count: a sound bundle of a failing device is sound.
        """
        contradicted = any(each.contradicts for each in self.witness)
        if self.seal.is_broken or self.by_then.differences or contradicted:
            return 1
        is_judged = self.by_then.verdict is not None and self.stated is not None
        return 0 if self.seal.signer == "trusted" and is_judged else 3


def verify(contents: Contents, trusted: Collection[PublicKey]) -> Verification:
    """The answers; raises `BadInput` where this is no certification at all."""
    files = contents.files
    seal = examine(contents, trusted)
    stated = _stated(files) if seal.lifecycle is Lifecycle.FINISHED else None
    plan = _plan_or_none(files)
    to_run = plan.to_run() if plan else ()
    tried = sum(f"{evidence.CASES}{case}/trial.json" in files for case in to_run)
    by_then, by_now, witness = _judged_again(files, stated)
    return Verification(
        seal=seal,
        challenge=plan.challenge if plan else None,
        cases=(tried, len(to_run)),
        stated=Verdict(stated["verdict"]["verdict"]) if stated else None,
        by_then=by_then,
        by_now=by_now,
        witness=witness,
    )


def _judged_again(
    files: Mapping[str, bytes], stated: Mapping[str, Any] | None
) -> tuple[Judged, Judged, tuple[Testimony, ...]]:
    try:
        found = evidence.read(files)
    except BadInput as bad:
        cannot = Judged(None, None, (), str(bad.problems[0]))
        return cannot, cannot, ()
    strange = found.plan.strange(CASES)
    if strange:
        made_by = found.plan.versions.get("ttcs-hil", "?")
        some = ", ".join(strange[:3])
        why = f"other cases than those of this version ({some}): judge with ttcs-hil {made_by}"
        by_then = Judged(None, None, (), one_line(why))
    else:
        by_then = _judged(found, found.clauses, stated)
    return by_then, _judged(found, _rules_of_now(found), stated), _witness(found)


def _witness(found: Evidence) -> tuple[Testimony, ...]:
    try:
        return testimonies(found)
    except MISJUDGED:
        return ()  # then its records cannot be judged either, and that is said


def _rules_of_now(found: Evidence) -> Mapping[str, Clause]:
    """The ledger of now; clauses that only the bundle has are its user's own, and stay."""
    shipped = ledger()
    return {**{n: c for n, c in found.clauses.items() if n not in shipped}, **shipped}


def _judged(
    found: Evidence, clauses: Mapping[str, Clause], stated: Mapping[str, Any] | None
) -> Judged:
    try:
        told = results(found, clauses, CASES)
    except MISJUDGED as error:
        return Judged(None, None, (), one_line(f"a record cannot be judged: {error!r}")[:200])
    verdict = Verdict(told["verdict"]["verdict"])
    differences: tuple[tuple[str, str, str], ...] = ()
    if stated is not None:
        old, new = verdicts_of(stated), verdicts_of(told)
        differences = tuple(
            (name, old.get(name, "–"), new.get(name, "–"))
            for name in {**old, **new}
            if old.get(name) != new.get(name)
        )
    return Judged(verdict, told["verdict"]["sentence"], differences)


def _stated(files: Mapping[str, bytes]) -> Mapping[str, Any] | None:
    """The results that the bundle states; None where there are none that can be read."""
    try:
        stated: Mapping[str, Any] = strict_json.parse(RESULTS, files[RESULTS])
        verdicts_of(stated)
        Verdict(stated["verdict"]["verdict"])
    except (KeyError, TypeError, ValueError, BadInput):
        return None
    return stated


def _plan_or_none(files: Mapping[str, bytes]) -> Plan | None:
    try:
        return evidence.read_plan(files)
    except BadInput:
        return None
