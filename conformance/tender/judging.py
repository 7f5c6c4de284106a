"""What a bundle shows of each requirement of a tender.

The verdict of a requirement is the worst of the clauses that people say show it, and of the numbers
that the tender itself sets. What nobody has accepted yields none, and what the bundle did not try
is never a pass: a tender asks for it, so it applies.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from conformance.clauses import Clause
from conformance.handed_over import HandedOver, Judged
from conformance.tender.held_against import Held, Measure, held, measures
from conformance.tender.mapping import How, Mapped
from conformance.tender.requirements import Level
from conformance.verdicts import Reason, Verdict, overall

WithoutVerdict = Literal["not-verified", "not-reviewed", "no-clause"]
"""The bundle gives no verdicts; suggestions that nobody has accepted; no clause shows it."""

Standing = Verdict | WithoutVerdict


@dataclass(frozen=True, slots=True)
class Shown:
    """What a bundle says of a clause that shows a requirement; `told` is None where the clause is
    none of those that it was judged by."""

    clause: Clause
    how: How
    verdict: Verdict | None
    reason: Reason | None
    told: Mapping[str, Any] | None
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A requirement, and what the bundle shows of it."""

    mapped: Mapped
    standing: Standing
    shown: tuple[Shown, ...]
    held: tuple[Held, ...]


def answers(
    found: Sequence[Mapped], clauses: Mapping[str, Clause], bundle: HandedOver
) -> list[Answer]:
    """One for each requirement, in their order."""
    return [_answer(each, clauses, bundle.judged) for each in found]


def totals(found: Sequence[Answer]) -> Mapping[Level, Counter[Standing]]:
    """How many of each level stand how."""
    counted: dict[Level, Counter[Standing]] = {"mandatory": Counter(), "encouraged": Counter()}
    for each in found:
        counted[each.mapped.requirement.level][each.standing] += 1
    return counted


def _answer(mapped: Mapped, clauses: Mapping[str, Clause], judged: Judged | None) -> Answer:
    if judged is None:
        unjudged = (
            Shown(clauses[n], how, None, None, None, ()) for n, how in mapped.clauses.items()
        )
        return Answer(mapped, "not-verified", tuple(unjudged), ())
    if not mapped.clauses:
        return Answer(mapped, "not-reviewed" if mapped.suggested else "no-clause", (), ())
    shown = tuple(_shown(mapped, clauses, judged))
    numbers = tuple(
        held(
            mapped.requirement.text,
            [each.clause for each in shown],
            [measure for each in shown for measure in each.measures],
        )
    )
    verdicts = [*(each.verdict for each in shown), *(each.verdict for each in numbers)]
    standing = overall(verdict for verdict in verdicts if verdict is not None)
    return Answer(mapped, standing, shown, numbers)


def _shown(mapped: Mapped, clauses: Mapping[str, Clause], judged: Judged) -> Iterator[Shown]:
    told = {each["id"]: each for each in judged.results["clauses"]}
    rules = judged.evidence.clauses
    for name, how in mapped.clauses.items():
        clause, own = rules.get(name, clauses[name]), told.get(name)
        if own is None:
            yield Shown(clause, how, Verdict.NOT_RUN, Reason.NOT_TESTED, None, ())
            continue
        verdict, reason = Verdict(own["verdict"]), Reason(own["reason"])
        if verdict is Verdict.NOT_APPLICABLE:
            verdict = Verdict.NOT_RUN
        measured = tuple(measures(judged.results, [own], rules))
        yield Shown(clause, how, verdict, reason, own, measured)
