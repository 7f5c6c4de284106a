"""A tender's own numbers, held against what was measured of the clauses that show a requirement.

A clause's verdict says that the clause's limit is met, and a tender may ask for more. So a number
that is not the clause's own is met only by measurements that meet it with their uncertainty; where
there is none, or where several do not agree on it, that stays open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from conformance.clauses import Clause
from conformance.clauses.quantities import Quantity, amount
from conformance.targets import limit_of
from conformance.tender.figures import Figure, Sense, figures
from conformance.verdicts import Reason, Verdict

Why = Literal[
    "own-number",
    "met",
    "not-met",
    "within-uncertainty",
    "not-measured",
    "no-measurement",
    "several-measurements",
]
"""It is the clause's own number, whose verdict says it; measured and met, or not; within the
uncertainty; by a bench that does not measure; nothing comparable was measured; several
measurements do not agree, and the words do not say which is meant."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured for a clause: the largest value, a percentile, or a reading.

    `ends` are what its limits bound it by; with `is_measured` false it is a model's, or by an
    instrument out of calibration.
    """

    clause: str
    name: str
    value: Decimal
    uncertainty: Decimal
    unit: str
    ends: frozenset[Sense]
    limit: str
    is_measured: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A number of the tender, and what there is to say of it; `verdict` is None where that of the
    clause says it."""

    figure: Figure
    verdict: Verdict | None
    why: Why
    beside: tuple[Measure, ...]


def measures(
    results: Mapping[str, Any], judged: Iterable[Mapping[str, Any]], clauses: Mapping[str, Clause]
) -> list[Measure]:
    """What was measured of some judged clauses of `results`, by the rules in `clauses`."""
    seen = {
        (case["id"], check["check"]): check["measured"]
        for case in results["cases"]
        for check in case["checks"]
        if check["measured"] and check["measured"]["values_ms"]
    }
    return [
        each
        for clause in judged
        for each in (
            *_times(results, clause, clauses[clause["id"]], seen),
            *_readings(results, clauses[clause["id"]]),
        )
    ]


def held(text: str, clauses: Sequence[Clause], found: Sequence[Measure]) -> Iterator[Held]:
    """Every number in a requirement's text."""
    own = {figure.meaning for clause in clauses for figure in _own(clause)}
    for figure in figures(text):
        if figure.meaning in own:
            yield Held(figure, None, "own-number", ())
        else:
            yield _held(figure, found)


def _times(
    results: Mapping[str, Any],
    judged: Mapping[str, Any],
    clause: Clause,
    seen: Mapping[tuple[str, str], Mapping[str, Any]],
) -> Iterator[Measure]:
    """Each measurement once, with the largest value of all cases; where a fleet is judged by a
    percentile, that too."""
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for check in judged["checks"]:
        if measured := seen.get((check["case"], check["check"])):
            name, own_ms = measured["name"], measured["uncertainty_ms"]
            values_ms = found.setdefault((name, name), [])
            values_ms.append((max(measured["values_ms"]), own_ms))
            percentile = measured.get("percentile")
            if percentile is not None and check["value_ms"] is not None:
                of = found.setdefault((name, f"{name} p{percentile}"), [])
                of.append((check["value_ms"], own_ms))
    for (limited, name), some in found.items():
        yield Measure(
            clause.id,
            name,
            Decimal(max(value_ms for value_ms, _ in some)),
            Decimal(results["uncertainty_ms"] + max(own_ms for _, own_ms in some)),
            "ms",
            _AT_MOST,
            clause.limits.get(limited, ""),
            results["measures_time"],
        )


_AT_MOST: Final[frozenset[Sense]] = frozenset(("at most",))


def _readings(results: Mapping[str, Any], clause: Clause) -> Iterator[Measure]:
    known = {each.name: each for each in clause.quantities}
    for row in results["readings"]:
        if row["clause"] == clause.id and row["name"] in known:
            quantity = known[row["name"]]
            yield Measure(
                clause.id,
                quantity.name,
                amount(row["value"]).number,
                amount(row["uncertainty"]).number,
                quantity.unit,
                frozenset(_ends(quantity)),
                quantity.limit(),
                row["reason"] != Reason.CALIBRATION_EXPIRED,
            )


def _ends(quantity: Quantity) -> Iterator[Sense]:
    if quantity.at_least is not None:
        yield "at least"
    if quantity.at_most is not None:
        yield "at most"


def _own(clause: Clause) -> Iterator[Figure]:
    yield from figures(clause.requirement.vi)
    for limit in clause.limits.values():
        yield Figure(limit, "at most", Decimal(int(limit_of(limit, "ms"))), "ms")
    for quantity in clause.quantities:
        if quantity.at_least is not None:
            yield Figure(quantity.limit(), "at least", quantity.at_least, quantity.unit)
        if quantity.at_most is not None:
            yield Figure(quantity.limit(), "at most", quantity.at_most, quantity.unit)


def _held(figure: Figure, found: Sequence[Measure]) -> Held:
    beside = tuple(each for each in found if _end(figure, each) is not None)
    if not beside:
        return Held(figure, Verdict.INCONCLUSIVE, "no-measurement", ())
    each_says = list(dict.fromkeys(_against(figure, each) for each in beside))
    if len(each_says) == 1:
        return Held(figure, *each_says[0], beside)
    if any(verdict is Verdict.FAIL for verdict, _ in each_says):
        return Held(figure, Verdict.INCONCLUSIVE, "several-measurements", beside)
    verdict, why = next(says for says in each_says if says[0] is Verdict.INCONCLUSIVE)
    return Held(figure, verdict, why, beside)


def _end(figure: Figure, measure: Measure) -> Sense | None:
    """The end by which a number bounds a measurement; None where they are not comparable.

    A range bounds a quantity that has both ends by both. One that has only its upper end is the
    lowest of a range, as the lowest voltage at which something works, and the other way round.
    """
    if figure.unit != measure.unit or figure.sense is None:
        return None
    if figure.sense in ("from", "to"):
        both: tuple[Sense, Sense] = ("at least", "at most")
        low, high = both if measure.ends == frozenset(both) else ("at most", "at least")
        meant: Sense = low if figure.sense == "from" else high
    else:
        meant = figure.sense
    return meant if meant in measure.ends else None


def _against(figure: Figure, measure: Measure) -> tuple[Verdict, Why]:
    if _end(figure, measure) == "at most":
        within = figure.value - measure.value
    else:
        within = measure.value - figure.value
    if within + measure.uncertainty < 0:
        return Verdict.FAIL, "not-met"
    if not measure.is_measured:
        return Verdict.INCONCLUSIVE, "not-measured"
    if within - measure.uncertainty < 0:
        return Verdict.INCONCLUSIVE, "within-uncertainty"
    return Verdict.PASS, "met"
