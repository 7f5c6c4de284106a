"""Which mutant of a source system is killed by which clause: cases at the reference system behind
proxies that make it wrong.

All subjects of a process share one system and one fleet. A mutant is tried in the cases that are to
find it, a variant in those that its way could disturb. The conformant system is tried in every case
where all mutants are, and otherwise in the cases of the others.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from conformance.case import Case
from conformance.certification import clause_results, plan
from conformance.clauses import Role, ledger
from conformance.mutants.matrix import Row, Subject
from conformance.mutants.proxies.mutation import Mutation
from conformance.mutants.source_bench import TARGET, TryBehind, behind
from conformance.mutants.sources.broken import SourceMutant
from conformance.mutants.sources.made import MUTANTS
from conformance.mutants.sources.variants import NOTHINGS, VARIANTS, Variant
from conformance.source_suites import CASES
from conformance.sources.bench import UNCERTAINTY_MS
from conformance.verdicts import Verdict

ROLE: Final[Role] = "source-system-province"
CONFORMANT: Final = Variant(tuple(CASES), Mutation)


def subjects(roles: Collection[Role] = (ROLE,)) -> list[Subject]:
    """Everything to try, where the role is among these."""
    if ROLE not in roles:
        return []
    return [
        Subject("conformant", ROLE, "conformant"),
        *(Subject("variant", ROLE, name) for name in VARIANTS),
        *(Subject("nothing", ROLE, name) for name in NOTHINGS),
        *(Subject("mutant", ROLE, name) for name in MUTANTS),
    ]


def rows(some: Sequence[Subject], processes: int = 1) -> Iterator[Row]:
    """What comes of each, in their order; raises `OSError` where the system does not start."""
    asked = [(each, _cases(each, some)) for each in some]
    if processes == 1 or len(some) == 1:
        yield from _rows_of_one(asked)
        return
    parts = [asked[first::processes] for first in range(min(processes, len(some)))]
    with ProcessPoolExecutor(processes) as pool:
        found = {row.subject: row for rows in pool.map(_list_of_one, parts) for row in rows}
    yield from (found[each] for each in some)


def row(subject: Subject, names: Collection[str], try_one: TryBehind) -> Row:
    """Try one in these cases."""
    make = _way(subject).make
    cases: Mapping[str, Case] = {name: CASES[name] for name in names}
    supported = TARGET.declared.supported
    planned = plan(cases, ROLE, supported, TARGET.permits)
    trials = {each.case.id: try_one(make(), each.case) for each in planned if not each.because}
    results = clause_results(
        ledger(),
        ROLE,
        supported,
        planned,
        trials,
        measures_time=True,
        uncertainty_ms=UNCERTAINTY_MS,
    )

    def of(verdict: Verdict) -> tuple[str, ...]:
        return tuple(result.clause.id for result in results if result.verdict is verdict)

    return Row(subject, of(Verdict.FAIL), of(Verdict.PASS))


def cases_of(subject: Subject) -> Collection[str]:
    """The cases that it is tried in, be it alone or with all others."""
    return _way(subject).cases


def _cases(subject: Subject, among: Sequence[Subject]) -> Collection[str]:
    """Those that it is tried in among others."""
    is_whole = MUTANTS.keys() <= {each.name for each in among}
    if subject.kind != "conformant" or is_whole:
        return cases_of(subject)
    others = {name for each in among if each != subject for name in cases_of(each)}
    return [name for name in CASES if name in others]


def _way(subject: Subject) -> Variant | SourceMutant:
    match subject.kind:
        case "conformant":
            return CONFORMANT
        case "variant":
            return VARIANTS[subject.name]
        case "nothing":
            return NOTHINGS[subject.name]
        case "mutant":
            return MUTANTS[subject.name]


def _rows_of_one(asked: Sequence[tuple[Subject, Collection[str]]]) -> Iterator[Row]:
    with behind() as try_one:
        for subject, names in asked:
            yield row(subject, names, try_one)


def _list_of_one(asked: Sequence[tuple[Subject, Collection[str]]]) -> list[Row]:
    return list(_rows_of_one(asked))
