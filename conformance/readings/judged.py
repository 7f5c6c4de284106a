"""What readings, laboratories and vouchers say of a clause, as results of checks without a case.

A reading by an instrument whose calibration had run out decides nothing. What was only inspected or
declared is never a pass; that something was seen or said not to hold is a failure like any other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from conformance.case import Seen
from conformance.certification import CheckResult
from conformance.clauses import Clause
from conformance.clauses.quantities import Quantity
from conformance.readings import Laboratory, Reading, Readings, Value, Vouched
from conformance.verdicts import Reason, Verdict, overall
from scenarios.scenario import Text


@dataclass(frozen=True, slots=True)
class Read:
    """A value as it was judged: of an instrument's `reading`, or of a laboratory's report."""

    value: Value
    quantity: Quantity
    on: date
    verdict: Verdict
    reason: Reason
    reading: Reading | None
    report: Laboratory | None

    def said(self) -> str:
        """The value with its uncertainty and limit."""
        of, value = self.value, self.value.value
        how = f"k = {of.k}" if of.k is not None else of.basis
        at = f"; {of.at}" if of.at else ""
        return f"{value} ± {of.uncertainty} ({how}), {self.quantity.limit()}{at}"


def values(given: Readings, clause: Clause) -> Iterator[Read]:
    """Every value that was given for a clause; one of a quantity that it has not is left out."""
    known = {each.name: each for each in clause.quantities}
    for reading in given.readings:
        if reading.value.clause == clause.id and reading.value.name in known:
            yield _read(reading.value, known, reading.read_on, reading, None)
    for report in given.laboratories:
        for result in report.results:
            for value in result.values:
                if result.clause == clause.id and value.name in known:
                    yield _read(value, known, report.on, None, report)


def attested(given: Readings, clauses: Iterable[Clause]) -> dict[str, tuple[CheckResult, ...]]:
    """What there is for each clause, by its id."""
    return {clause.id: tuple(_of_clause(given, clause)) for clause in clauses}


def _of_clause(given: Readings, clause: Clause) -> Iterator[CheckResult]:
    found = list(values(given, clause))
    of_laboratory = list(_laboratories(given, clause, found))
    read = [each for each in found if each.reading is not None]
    for quantity in clause.quantities if read else ():
        own = [each for each in read if each.quantity is quantity]
        if own or not of_laboratory:
            yield _measured(quantity, own)
    yield from of_laboratory
    for number, each in enumerate(given.vouched, 1):
        if each.clause == clause.id:
            yield _vouched(number, each)


def _read(
    value: Value,
    known: Mapping[str, Quantity],
    on: date,
    reading: Reading | None,
    report: Laboratory | None,
) -> Read:
    quantity = known[value.name]
    verdict, reason = quantity.judged(value.value.number, value.uncertainty.number)
    if reading is not None and not reading.was_calibrated:
        verdict, reason = Verdict.INCONCLUSIVE, Reason.CALIBRATION_EXPIRED
    return Read(value, quantity, on, verdict, reason, reading, report)


def _measured(quantity: Quantity, own: Sequence[Read]) -> CheckResult:
    """All readings of a quantity as one: the worst of them; none is no evidence."""
    verdict, reason = _worst([(each.verdict, each.reason) for each in own])
    said = "; ".join(each.said() for each in own)
    says = Text(f"{quantity.title.vi}: {said or '–'}", f"{quantity.title.en}: {said or '–'}")
    return CheckResult("", quantity.name, verdict, reason, _seen(verdict, says), by="measured")


def _laboratories(given: Readings, clause: Clause, found: Sequence[Read]) -> Iterator[CheckResult]:
    for number, report in enumerate(given.laboratories, 1):
        for result in report.results:
            if result.clause == clause.id:
                own = [each for each in found if each.report is report]
                stated = (
                    (Verdict.PASS, Reason.MET) if result.passes else (Verdict.FAIL, Reason.NOT_MET)
                )
                verdict, reason = _worst([stated, *((e.verdict, e.reason) for e in own)])
                yield CheckResult(
                    "",
                    f"laboratory-{number}",
                    verdict,
                    reason,
                    _seen(verdict, _reported(report, result.passes, own)),
                    by="laboratory",
                )


def _reported(report: Laboratory, passes: bool, own: Sequence[Read]) -> Text:
    accredited = f" ({report.accreditation})" if report.accreditation else ""
    named = f"{report.laboratory}{accredited}, {report.number}, {report.on.isoformat()}"
    of_values = {
        "vi": "".join(f"; {each.quantity.title.vi}: {each.said()}" for each in own),
        "en": "".join(f"; {each.quantity.title.en}: {each.said()}" for each in own),
    }
    return Text(
        f"{named}: {'đạt' if passes else 'không đạt'}{of_values['vi']}",
        f"{named}: {'passes' if passes else 'fails'}{of_values['en']}",
    )


_WHY: Mapping[str, Reason] = {"inspected": Reason.INSPECTED, "declared": Reason.DECLARED}


def _vouched(number: int, each: Vouched) -> CheckResult:
    verdict = Verdict.NOT_RUN if each.holds else Verdict.FAIL
    reason = _WHY[each.kind] if each.holds else Reason.NOT_MET
    says = Text(
        f"{each.text} ({'đúng' if each.holds else 'không đúng'}, {each.on.isoformat()})",
        f"{each.text} ({'holds' if each.holds else 'does not hold'}, {each.on.isoformat()})",
    )
    name = f"{each.kind}-{number}"
    return CheckResult("", name, verdict, reason, _seen(verdict, says), by=each.kind)


def _worst(found: Sequence[tuple[Verdict, Reason]]) -> tuple[Verdict, Reason]:
    verdict = overall(each for each, _ in found)
    return verdict, next((why for each, why in found if each is verdict), Reason.NO_EVIDENCE)


def _seen(verdict: Verdict, says: Text) -> Seen:
    return Seen({Verdict.PASS: True, Verdict.FAIL: False}.get(verdict), says)


def table(given: Readings, clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """Every value with its limit, uncertainty and instrument, as results tell it."""
    return [_row(each) for clause in clauses for each in values(given, clause)]


def _row(each: Read) -> dict[str, Any]:
    value, reading, report = each.value, each.reading, each.report
    return {
        "clause": value.clause,
        "name": value.name,
        "title": {"vi": each.quantity.title.vi, "en": each.quantity.title.en},
        "value": str(value.value),
        "uncertainty": str(value.uncertainty),
        "coverage": f"k = {value.k}" if value.k is not None else value.basis,
        "limit": each.quantity.limit(),
        "at": value.at,
        "instrument": reading and reading.instrument,
        "calibrated_until": reading and reading.calibrated_until.isoformat(),
        "on": each.on.isoformat(),
        "by": reading.by if reading else "laboratory",
        "report": report and f"{report.laboratory}, {report.number}",
        "verdict": each.verdict,
        "reason": each.reason,
    }
