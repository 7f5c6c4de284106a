"""Which mutant is killed by which clause: the suites tried on devices that are known to be wrong.

A mutant is killed by a clause that fails with it and does not fail with the conformant device of
its role. One that no clause fails with survives; a conformant variant that one fails with is a
false alarm.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

from conformance import demo
from conformance.bench import virtual_time
from conformance.bench.emulated import EmulatedBench, Make, conformant
from conformance.bench.signed import wires
from conformance.case import Case
from conformance.certification import clause_results, plan
from conformance.clauses import Role, binding, ledger
from conformance.exploration.searching import exploring
from conformance.mutants import variants
from conformance.mutants.made import MUTANTS
from conformance.suites import CASES
from conformance.trial import Trial, tried
from conformance.verdicts import Verdict
from scenarios import profiles

Kind = Literal["conformant", "variant", "nothing", "mutant"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A device to try: of a kind and a role, by its name."""

    kind: Kind
    role: Role
    name: str

    @property
    def make(self) -> Make:
        """Its program."""
        match self.kind:
            case "conformant":
                return conformant
            case "variant":
                return variants.VARIANTS[self.name]
            case "nothing":
                return variants.NOTHINGS[self.name]
            case "mutant":
                return MUTANTS[self.name].make


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a subject: the clauses that failed with it."""

    subject: Subject
    failed: tuple[str, ...]
    passed: tuple[str, ...]


def subjects(roles: Iterable[Role] = tuple(demo.PROFILES)) -> list[Subject]:
    """Everything to try for these roles."""
    found = []
    for role in roles:
        found.append(Subject("conformant", role, "conformant"))
        found += [Subject("variant", role, name) for name in variants.VARIANTS]
        found += [Subject("nothing", role, name) for name in variants.NOTHINGS]
        found += [
            Subject("mutant", role, mutant.id)
            for mutant in MUTANTS.values()
            if role in mutant.roles
        ]
    return found


def rows(some: Sequence[Subject], processes: int = 1) -> Iterator[Row]:
    """What comes of each, in their order."""
    if processes == 1:
        yield from map(row, some)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(row, some)


def row(subject: Subject) -> Row:
    """Try one in all cases of its role."""
    supported = demo.declaration(subject.role).supported
    planned = plan(CASES, subject.role, supported, demo.PERMITS)
    can = {*supported, *demo.PERMITS}
    try_case = exploring(partial(_tried, subject), can, shrinks=False)
    trials = {each.case.id: try_case(each.case, "m") for each in planned if not each.because}
    results = clause_results(
        ledger(),
        subject.role,
        supported,
        planned,
        trials,
        measures_time=False,
        uncertainty_ms=0,
    )

    def of(verdict: Verdict) -> tuple[str, ...]:
        return tuple(result.clause.id for result in results if result.verdict is verdict)

    return Row(subject, of(Verdict.FAIL), of(Verdict.PASS))


def _tried(subject: Subject, case: Case, prefix: str) -> Trial:
    async def main() -> Trial:
        dialect, server = wires(case.signed)
        bench = EmulatedBench(profiles.load(demo.PROFILES[subject.role]), dialect, subject.make)
        return await tried(case, bench, server(bench.now_ms), prefix)

    return virtual_time.run(main())


def survivors(found: Iterable[Row]) -> list[Row]:
    """The mutants that no clause fails with."""
    return [each for each in found if each.subject.kind == "mutant" and not each.failed]


def false_alarms(found: Iterable[Row]) -> list[Row]:
    """The devices that are right, and that some clause fails with all the same."""
    right = ("conformant", "variant")
    return [each for each in found if each.subject.kind in right and each.failed]


def conforming(found: Iterable[Row]) -> list[Row]:
    """The devices that do nothing of what they should, and that no clause fails with."""
    return [each for each in found if each.subject.kind == "nothing" and not each.failed]


def kills(found: Iterable[Row]) -> Mapping[str, tuple[str, ...]]:
    """The mutants that each clause kills, by clause, in the order of the ledger."""
    by_clause: dict[str, dict[str, None]] = {}
    for each in found:
        if each.subject.kind == "mutant":
            for clause in each.failed:
                by_clause.setdefault(clause, {})[each.subject.name] = None
    return {name: tuple(sorted(by_clause[name])) for name in ledger() if name in by_clause}


def unguarded(found: Sequence[Row]) -> Mapping[str, tuple[str, ...]]:
    """By clause that binds a role here, the faults that it names and whose mutants were tried, none
    of which it kills."""
    killed = kills(found)
    there = {_fault(each.subject.name) for each in found if each.subject.kind == "mutant"}
    bound = {c.id for each in found for c in binding(ledger(), each.subject.role)}
    missing = {}
    for clause in ledger().values():
        own = {_fault(name) for name in killed.get(clause.id, ())}
        left = [f for f in clause.mutants if f in there - own]
        if clause.id in bound and left:
            missing[clause.id] = tuple(left)
    return missing


def _fault(mutant: str) -> str:
    """The fault of a mutant, by its name."""
    return mutant.partition("-")[0]
