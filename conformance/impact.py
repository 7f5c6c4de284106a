"""What other rules would make of stored bundles: each judged offline by an old and a new suite.

A suite is its clauses and the revisions of its cases. The judging halves are those of this version:
of a case that a suite has in another revision nothing can be said, so that what it shows stays
open. Only of the suite that made a bundle more is known: what the bundle itself states.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from conformance import bundle_contents, evidence, handed_over
from conformance.case import Case, Seen
from conformance.cases import CASES
from conformance.certified import results, verdicts_of
from conformance.certify_bundle import RESULTS
from conformance.clauses import Clause, Role
from conformance.evidence import Evidence
from conformance.plan import Plan
from conformance.record import Record
from conformance.verdicts import Verdict
from scenarios import strict_json
from scenarios.problems import BadInput, Problem

Because = Literal[
    "clause-added",
    "clause-removed",
    "revision",
    "limit",
    "check-added",
    "check-removed",
    "level",
    "binds",
    "needs",
    "verification",
    "case-revision",
]
"""What of a clause is not the same in both suites, or which of its cases cannot be judged."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Rules to judge by; `revisions` are those of its cases."""

    name: str
    clauses: Mapping[str, Clause]
    revisions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a clause may be judged otherwise; `old` and `new` are what differs, as written."""

    because: Because
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A clause with another verdict; None where it is not part of that suite."""

    clause: str
    old: Verdict | None
    new: Verdict | None
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A bundle by one suite; `stated` where it is what the bundle itself says."""

    results: Mapping[str, Any]
    stated: bool

    @property
    def verdict(self) -> Verdict:
        """The verdict over all."""
        return Verdict(self.results["verdict"]["verdict"])


@dataclass(frozen=True, slots=True)
class Impact:
    """What the new suite changes for a bundle."""

    place: str
    role: Role
    old: Judgement
    new: Judgement
    changed: tuple[Changed, ...]

    @property
    def changes(self) -> bool:
        """Whether any verdict is another one."""
        return bool(self.changed) or self.old.verdict is not self.new.verdict


@dataclass(frozen=True, slots=True)
class Stored:
    """A bundle that is as it was sealed, and the results that it states."""

    place: str
    evidence: Evidence
    stated: Mapping[str, Any]


def now(clauses: Mapping[str, Clause], name: str) -> Suite:
    """These clauses, with the cases of this version."""
    return Suite(name, clauses, {case.id: case.revision for case in CASES.values()})


def of_bundle(plan: Plan, clauses: Mapping[str, Clause], name: str) -> Suite:
    """The rules that a bundle holds, with the cases of its plan."""
    cases = {each.id: each.revision for each in plan.cases}
    return Suite(name, clauses, {**now({}, name).revisions, **cases})


def read(place: Path) -> Stored:
    """A bundle in a folder or a .zip; raises `BadInput` where it cannot be relied on."""
    found = handed_over.read(place, ())
    if found.why_not not in (None, "not-judged"):
        expected = f"as it was sealed (ttcs verify {place})"
        raise BadInput([Problem(str(place), None, None, "", str(found.why_not), expected)])
    files = bundle_contents.read(place).files
    try:
        stated = strict_json.parse(RESULTS, files[RESULTS])
        Verdict(stated["verdict"]["verdict"])
        verdicts_of(stated)
    except (KeyError, TypeError, ValueError):
        expected = "the results of a certification"
        raise BadInput(
            [Problem(str(place), None, None, RESULTS, "something else", expected)]
        ) from None
    return Stored(str(place), evidence.read(files), stated)


def differences(old: Suite, new: Suite, roles: Collection[Role]) -> dict[str, tuple[Cause, ...]]:
    """What is not the same in both suites, of each clause that binds one of the roles."""
    found = {
        name: tuple(_edited(old.clauses.get(name), new.clauses.get(name), roles))
        for name in {**old.clauses, **new.clauses}
    }
    return {name: causes for name, causes in found.items() if causes}


def impact(bundle: Stored, old: Suite, new: Suite) -> Impact:
    """A bundle by both suites. Clauses of its user's own, which neither suite has, stay. Raises
    whatever a judging half raises on a record that no bench wrote."""
    rules = bundle.evidence.clauses
    suites = {*old.clauses, *new.clauses}
    own = {name: clause for name, clause in rules.items() if name not in suites}
    before, after = (_judged(bundle, suite, own) for suite in (old, new))
    changed = tuple(_changed(bundle, old, new, before, after))
    return Impact(bundle.place, bundle.evidence.plan.role, before, after, changed)


def _judged(bundle: Stored, suite: Suite, own: Mapping[str, Clause]) -> Judgement:
    found = bundle.evidence
    if found.plan.strange(CASES) and _is_of(found, suite):
        return Judgement(bundle.stated, True)
    return Judgement(results(found, {**own, **suite.clauses}, _cases(found, suite)), False)


def _is_of(found: Evidence, suite: Suite) -> bool:
    """Whether the suite is the one that made the bundle."""
    same_cases = all(suite.revisions.get(each.id) == each.revision for each in found.plan.cases)
    return same_cases and suite.clauses == found.clauses


def _cases(found: Evidence, suite: Suite) -> dict[str, Case]:
    """The planned cases; one that cannot be judged sees nothing."""
    strange = _strange(found, suite)
    return {
        name: replace(case, judge=_sees_nothing) if name in strange else case
        for name, case in CASES.items()
    }


def _strange(found: Evidence, suite: Suite) -> list[str]:
    """The planned cases that are not the same in the bundle, in the suite and in this version."""
    return [
        each.id
        for each in found.plan.cases
        if each.id not in CASES
        or len({each.revision, CASES[each.id].revision, suite.revisions.get(each.id)}) > 1
    ]


def _sees_nothing(record: Record) -> Iterator[tuple[str, Seen]]:
    yield from ()


def _changed(
    bundle: Stored, old: Suite, new: Suite, before: Judgement, after: Judgement
) -> Iterator[Changed]:
    was, is_now = (
        {each["id"]: Verdict(each["verdict"]) for each in judgement.results["clauses"]}
        for judgement in (before, after)
    )
    for name in {**was, **is_now}:
        if was.get(name) is not is_now.get(name):
            clauses = (old.clauses.get(name), new.clauses.get(name))
            edited = _edited(*clauses, (bundle.evidence.plan.role,))
            causes = (*edited, *_of_cases(bundle.evidence, old, new, clauses))
            yield Changed(name, was.get(name), is_now.get(name), causes)


def _edited(old: Clause | None, new: Clause | None, roles: Collection[Role]) -> Iterator[Cause]:
    bound = [each for each in (old, new) if each is not None and set(each.binds) & set(roles)]
    if not bound:
        return
    if old is None or new is None:
        if new is not None:
            yield Cause("clause-added", "", str(new.revision))
        if old is not None:
            yield Cause("clause-removed", str(old.revision), "")
        return
    if old.revision != new.revision:
        yield Cause("revision", str(old.revision), str(new.revision))
    was, is_now = _limits(old), _limits(new)
    for name in {**was, **is_now}:
        if was.get(name) != is_now.get(name):
            yield Cause("limit", *(f"{name} {of.get(name, '–')}" for of in (was, is_now)))
    yield from (Cause("check-added", "", c) for c in new.checks if c not in old.checks)
    yield from (Cause("check-removed", c, "") for c in old.checks if c not in new.checks)
    for because, part in _PARTS.items():
        one, other = part(old), part(new)
        if because == "binds":
            one, other = (tuple(role for role in of if role in roles) for of in (one, other))
        if one != other:
            yield Cause(because, ", ".join(one), ", ".join(other))


_PARTS: Mapping[Because, Callable[[Clause], tuple[str, ...]]] = {
    "level": lambda clause: (clause.level,),
    "binds": lambda clause: clause.binds,
    "needs": lambda clause: clause.needs,
    "verification": lambda clause: clause.verified_by,
}


def _limits(clause: Clause) -> dict[str, str]:
    return {**clause.limits, **{each.name: each.limit() for each in clause.quantities}}


def _of_cases(
    found: Evidence, old: Suite, new: Suite, clauses: Iterable[Clause | None]
) -> Iterator[Cause]:
    """The cases of the clauses of which nothing can be said by one suite or the other."""
    checks = {check for clause in clauses if clause for check in clause.checks}
    planned = {each.id: each.revision for each in found.plan.cases}
    strange = dict.fromkeys((*_strange(found, old), *_strange(found, new)))
    for name in strange:
        if name not in CASES or checks & set(CASES[name].checks):
            revision = CASES[name].revision if name in CASES else "–"
            yield Cause("case-revision", f"{name} r{planned[name]}", f"{name} r{revision}")
