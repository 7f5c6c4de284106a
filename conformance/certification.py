"""From cases tried to the verdict of every clause, by rules that fail closed.

What was not planned, not run, not observed or not measured never passes. What is the harness's or
the bench's fault is an error, never the device's failure. Clauses that nothing tests are told
beside the verdict, and are no part of it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from conformance.case import SAMPLES, Case, Seen, judged
from conformance.clauses import Clause, Role, binding
from conformance.clock import BY_DEVICE_TIME, offset
from conformance.targets import limit_of
from conformance.trial import Trial
from conformance.verdicts import Lifecycle, Reason, Verdict, overall

By = Literal["tested", "measured", "laboratory", "inspected", "declared"]
"""What a result rests on: a case, a reading, a laboratory's report, somebody who looked, somebody
who says so."""

VOUCHED: Final[tuple[By, ...]] = ("inspected", "declared")
"""What is never counted as tested."""

ANSWERS = "each-command-answered"
"""The check that a device without a sign of life fails, while nothing else can be said of it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A case of the plan. One with a `because` is not to be run: it needs what the device has not,
    or what the bench does not permit."""

    case: Case
    because: Reason | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check as one clause judges it; `value_ms` and `limit_ms` where it is a measurement.

    What is not `tested` here has no case.
    """

    case: str
    check: str
    verdict: Verdict
    reason: Reason
    seen: Seen | None
    value_ms: int | None = None
    limit_ms: int | None = None
    by: By = "tested"


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """A clause, the worst of its checks, and all of them."""

    clause: Clause
    verdict: Verdict
    reason: Reason
    checks: tuple[CheckResult, ...]

    @property
    def decides(self) -> bool:
        """Whether it counts in the overall verdict: it must hold, and was tested or seen not to."""
        return self.clause.level == "MUST" and (
            bool(self.clause.checks)
            or any(each.by not in VOUCHED or each.verdict is Verdict.FAIL for each in self.checks)
        )


def anything(_case: Case) -> bool:
    """Whether a bench on which every case can be tried can try one."""
    return True


def plan(
    cases: Mapping[str, Case],
    role: Role,
    supported: Collection[str],
    permits: Collection[str],
    can_try: Callable[[Case], bool] = anything,
) -> list[Planned]:
    """Every case for the role, in the order of the suites; a bench may be one that cannot try
    some."""

    def because(case: Case) -> Reason | None:
        if not set(case.needs) <= set(supported):
            return Reason.NOT_SUPPORTED
        is_permitted = set(case.permits) <= set(permits) and can_try(case)
        return None if is_permitted else Reason.NOT_PERMITTED

    return [Planned(case, because(case)) for case in cases.values() if role in case.roles]


def clause_results(
    clauses: Mapping[str, Clause],
    role: Role,
    supported: Collection[str],
    planned: Sequence[Planned],
    trials: Mapping[str, Trial],
    *,
    measures_time: bool,
    uncertainty_ms: int,
    keeps_traffic: bool = False,
    attested: Mapping[str, Sequence[CheckResult]] = MappingProxyType({}),
) -> list[ClauseResult]:
    """The verdict of every clause that binds the role; `trials` by case, `attested` by clause is
    what readings, laboratories and others say beside them. A bench that `keeps_traffic` must have
    seen some in every case."""
    judging = _Judging(planned, trials, measures_time, uncertainty_ms, keeps_traffic, attested)
    return [judging.clause(clause, supported) for clause in binding(clauses, role)]


def worst(checks: Collection[CheckResult]) -> tuple[Verdict, Reason]:
    """The verdict of a clause by its checks: what was only vouched for counts where it is all there
    is, or a failure."""
    counted = [e for e in checks if e.by not in VOUCHED or e.verdict is Verdict.FAIL] or checks
    verdict = overall(each.verdict for each in counted)
    return verdict, next((e.reason for e in counted if e.verdict is verdict), Reason.NO_EVIDENCE)


def profile_verdict(results: Sequence[ClauseResult]) -> Verdict:
    """The worst of the clauses that must hold and that checks exist for."""
    return overall(
        result.verdict
        for result in results
        if result.decides and result.verdict is not Verdict.NOT_APPLICABLE
    )


class _Judging:
    def __init__(
        self,
        planned: Sequence[Planned],
        trials: Mapping[str, Trial],
        measures_time: bool,
        uncertainty_ms: int,
        keeps_traffic: bool,
        attested: Mapping[str, Sequence[CheckResult]],
    ) -> None:
        self._trials, self._attested = trials, attested
        self._measures_time, self._uncertainty_ms = measures_time, uncertainty_ms
        self._planned, self._keeps_traffic = planned, keeps_traffic
        self._seen = {
            each.case.id: judged(each.case, trials[each.case.id].record)
            for each in planned
            if each.case.id in trials
        }

    def clause(self, clause: Clause, supported: Collection[str]) -> ClauseResult:
        if not set(clause.needs) <= set(supported):
            return ClauseResult(clause, Verdict.NOT_APPLICABLE, Reason.NOT_SUPPORTED, ())
        tried = (result for name in clause.checks for result in self._check(clause, name))
        found = (*tried, *self._attested.get(clause.id, ()))
        if not found:
            return ClauseResult(clause, Verdict.NOT_RUN, Reason.NOT_TESTED, ())
        verdict, reason = worst(found)
        if verdict is Verdict.NOT_APPLICABLE:
            # It applies, but what would show it needs more than the device declares.
            return ClauseResult(clause, Verdict.NOT_RUN, Reason.NOT_SUPPORTED, found)
        return ClauseResult(clause, verdict, reason, found)

    def _check(self, clause: Clause, name: str) -> Iterator[CheckResult]:
        """The check in every case that has it; not run where no planned one has."""
        having = [each for each in self._planned if name in each.case.checks]
        if not having:
            yield CheckResult("", name, Verdict.NOT_RUN, Reason.NO_EVIDENCE, None)
        for planned in having:
            verdict, reason = self._without_seeing(planned)
            if reason is Reason.DEVICE_SILENT and name == ANSWERS:
                verdict = Verdict.FAIL  # that it does not answer is just what was seen
            if verdict is not None:
                yield CheckResult(planned.case.id, name, verdict, reason, None)
            else:
                yield self._seen_result(clause, planned.case.id, name)

    def _without_seeing(self, planned: Planned) -> tuple[Verdict | None, Reason]:
        """The verdict of everything in a case that did not come to observing."""
        if planned.because is Reason.NOT_SUPPORTED:
            return Verdict.NOT_APPLICABLE, planned.because
        if planned.because is not None:
            return Verdict.NOT_RUN, planned.because
        trial = self._trials.get(planned.case.id)
        if trial is None:
            return Verdict.NOT_RUN, Reason.NO_EVIDENCE
        if trial.trouble is not None:
            return Verdict.ERROR, Reason.HARNESS_TROUBLE
        if trial.lifecycle is not Lifecycle.FINISHED:
            return Verdict.NOT_RUN, Reason.NO_EVIDENCE
        if trial.record.is_unanswered:
            return Verdict.INCONCLUSIVE, Reason.NO_ANSWER
        if not trial.alive_before:
            return Verdict.INCONCLUSIVE, Reason.DEVICE_SILENT
        if self._keeps_traffic and (trial.traffic is None or trial.traffic.is_empty):
            return Verdict.INCONCLUSIVE, Reason.EMPTY_CAPTURE
        return None, Reason.MET

    def _seen_result(self, clause: Clause, case: str, name: str) -> CheckResult:
        seen = self._seen[case][name]
        verdict, reason, value_ms, limit_ms = self._of_seen(clause, seen)
        by_device_time = verdict is Verdict.PASS and name in BY_DEVICE_TIME
        if by_device_time and offset(self._trials[case].record) is None:
            verdict, reason = Verdict.INCONCLUSIVE, Reason.CLOCK_UNKNOWN
        if not self._trials[case].alive_after and verdict is not Verdict.FAIL:
            verdict, reason = Verdict.FAIL, Reason.DEVICE_DIED
        return CheckResult(case, name, verdict, reason, seen, value_ms, limit_ms)

    def _of_seen(
        self, clause: Clause, seen: Seen
    ) -> tuple[Verdict, Reason, int | None, int | None]:
        if seen.ok is None:
            return Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION, None, None
        if not seen.ok:
            return Verdict.FAIL, Reason.NOT_MET, None, None
        measured = seen.measured
        written = clause.limits.get(measured.name) if measured else None
        if measured is None or written is None:
            return Verdict.PASS, Reason.MET, None, None
        if not measured.values_ms:
            return Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION, None, None
        value_ms, limit_ms = measured.value_ms, int(limit_of(written, "ms"))
        if len(measured.values_ms) < SAMPLES.get(measured.percentile or 0, 1):
            return Verdict.INCONCLUSIVE, Reason.SAMPLE_TOO_SMALL, value_ms, limit_ms
        uncertainty_ms = self._uncertainty_ms + measured.uncertainty_ms
        if value_ms - uncertainty_ms > limit_ms:
            return Verdict.FAIL, Reason.LIMIT_NOT_MET, value_ms, limit_ms
        if not self._measures_time:
            return Verdict.INCONCLUSIVE, Reason.NOT_MEASURED, value_ms, limit_ms
        if value_ms + uncertainty_ms > limit_ms:
            return Verdict.INCONCLUSIVE, Reason.WITHIN_UNCERTAINTY, value_ms, limit_ms
        return Verdict.PASS, Reason.MET, value_ms, limit_ms
