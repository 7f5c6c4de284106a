"""A run's measurements held against the targets that its scenario names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final, Literal

from conformance import targets
from conformance.declarations import Declaration
from conformance.targets import Target, Threshold
from conformance.verdicts import Reason, Verdict, overall
from scenarios.problems import Path, Problem, shown
from scenarios.scenario import TargetRequest
from scenarios.schema import did_you_mean
from scenarios.strict_yaml import Document
from simulator.measurement import Measurement

World = Literal["virtual", "model", "live", "bench"]
"""Where the scenario ran."""

ASSUMED: Final = "assumed"
"""What the basis of assumed household numbers begins with."""


LIVE_ONLY: Final = frozenset({"log_lost", "log_doubled"})
"""Measures of which there is nothing to observe where nothing is sent."""

TIMED_SHARES: Final = frozenset({"emergency_reach_20s"})
"""Measures that hang on the pace of time without being times."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One target and what became of it.

    `target` carries the limit that was judged by, the scenario's own where it gave one.
    `measurement` is the figure, measured or, where there is a `declaration`, declared; None where
    there is none. `margin` is how far its value lies on the good side of the limit, in the target's
    unit, negative on the bad side; None where there is no value. `expected` and `why` are as in the
    scenario.
    """

    target: Target
    measurement: Measurement | None
    declaration: Declaration | None
    margin: int | Fraction | None
    verdict: Verdict
    reason: Reason
    expected: Literal["pass", "fail"]
    why: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The targets in the scenario's order, and the verdict and reason of the worst of them."""

    world: World
    targets: tuple[Judged, ...]
    verdict: Verdict
    reason: Reason


def problems(requests: Sequence[TargetRequest], document: Document) -> tuple[Problem, ...]:
    """What is wrong with the targets that a scenario file names, in its order.

    `document` is the file that the requests were read from.
    """
    found = (
        _problem(request, document, ("targets", number)) for number, request in enumerate(requests)
    )
    return tuple(problem for problem in found if problem is not None)


def judge(
    requests: Sequence[TargetRequest],
    measures: Mapping[str, Measurement],
    world: World,
    time_scale: int | Fraction = 1,
    *,
    declarations: Mapping[str, Declaration] = {},
    households_basis: str = ASSUMED,
) -> Judgement:
    """Judge a finished run by its measurements, in which time ran `time_scale` times as fast.

    What no run measures is judged by the `declarations`, by target. `households_basis` is what the
    scenario's household numbers rest on. Raises `KeyError` or `ValueError` for a request in which
    `problems` finds something wrong.
    """
    if world in ("virtual", "model"):
        measures = {name: Measurement(None, "count", 0) for name in LIVE_ONLY} | dict(measures)
    known = _Known(measures, time_scale, declarations, households_basis.startswith(ASSUMED))
    judged = tuple(_judged(request, known) for request in requests)
    verdict = overall(one.verdict for one in judged)
    reason = next((one.reason for one in judged if one.verdict is verdict), Reason.NO_TARGET)
    return Judgement(world, judged, verdict, reason)


def of_declaration(target: Target, declaration: Declaration | None) -> tuple[Verdict, Reason]:
    """What a declaration, or none, comes to for a target."""
    if declaration is None:
        return Verdict.INCONCLUSIVE, Reason.NOT_DECLARED
    if not declaration.evidence:
        return Verdict.INCONCLUSIVE, Reason.NO_EVIDENCE
    if target.threshold is None or declaration.figure is None:
        return Verdict.INCONCLUSIVE, Reason.NO_FIGURE
    verdict, reason = _of_figure(target.threshold, declaration.figure)
    if target.deadlines:
        deadline = date(target.deadlines[-1], 12, 31)
        if declaration.day > deadline:
            return Verdict.INCONCLUSIVE, Reason.AFTER_DEADLINE
        if declaration.day < deadline and verdict is Verdict.FAIL:
            return Verdict.INCONCLUSIVE, Reason.BEFORE_DEADLINE
    return verdict, reason


@dataclass(frozen=True, slots=True)
class _Known:
    """All that targets are judged by."""

    measures: Mapping[str, Measurement]
    time_scale: int | Fraction
    declarations: Mapping[str, Declaration]
    households_assumed: bool


_WHERE_FAILURE_IS_EXPECTED: Final = {
    Verdict.FAIL: (Verdict.PASS, Reason.EXPECTED_FAILURE),
    Verdict.PASS: (Verdict.FAIL, Reason.UNEXPECTED_PASS),
}


def _judged(request: TargetRequest, known: _Known) -> Judged:
    target = _as_requested(request)
    measurement = declaration = None
    match target.check:
        case "simulated":
            measurement = _measured(target, known)
            verdict, reason = _of_measurement(target, measurement, known)
        case "declared":
            declaration = known.declarations.get(target.id)
            measurement = declaration.figure if declaration else None
            verdict, reason = of_declaration(target, declaration)
        case "tested":
            verdict, reason = Verdict.NOT_RUN, Reason.NEEDS_SUITE
        case "not-judged":
            verdict, reason = Verdict.NOT_RUN, Reason.NEEDS_ROLLOUT
    if request.expect == "fail":
        verdict, reason = _WHERE_FAILURE_IS_EXPECTED.get(verdict, (verdict, reason))
    margin = None
    if target.threshold and measurement and measurement.value is not None:
        margin = target.threshold.margin(measurement.value)
    return Judged(
        target, measurement, declaration, margin, verdict, reason, request.expect, request.why
    )


def _as_requested(request: TargetRequest) -> Target:
    target = targets.load(request.id)
    if request.limit is None:
        return target
    if target.nature != "profile" or target.threshold is None:
        raise ValueError(f"no limit: the one of {target.id} is not the scenario's to change")
    limit = targets.limit_of(request.limit, target.threshold.unit)
    threshold = replace(target.threshold, limit=limit)
    return replace(target, threshold=threshold, mark="assumed", source="the scenario's own limit")


def _measured(target: Target, known: _Known) -> Measurement | None:
    """The target's measurement, if the run has it in the target's unit."""
    if target.measure is None or target.threshold is None:
        return None
    measurement = known.measures.get(target.measure)
    if measurement is None or measurement.unit != target.threshold.unit:
        return None
    return measurement


def _of_measurement(
    target: Target, measurement: Measurement | None, known: _Known
) -> tuple[Verdict, Reason]:
    if measurement is None or target.threshold is None:
        return Verdict.ERROR, Reason.NOT_MEASURED
    if measurement.sample == 0:
        return Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION
    is_timed = measurement.unit == "ms" or target.measure in TIMED_SHARES
    if is_timed and known.time_scale != 1:
        return Verdict.INCONCLUSIVE, Reason.TIME_SCALED
    if measurement.sample < target.sample:
        return Verdict.INCONCLUSIVE, Reason.SAMPLE_TOO_SMALL
    verdict, reason = _of_figure(target.threshold, measurement)
    if verdict is Verdict.PASS and target.rests_on == "households" and known.households_assumed:
        return Verdict.INCONCLUSIVE, Reason.HOUSEHOLDS_ASSUMED
    return verdict, reason


def _of_figure(threshold: Threshold, figure: Measurement) -> tuple[Verdict, Reason]:
    if figure.value is None:
        # Unbounded, which no limit allows.
        return Verdict.FAIL, Reason.LIMIT_NOT_MET
    margin = threshold.margin(figure.value)
    if threshold.allows(margin - figure.uncertainty):
        return Verdict.PASS, Reason.MET
    if threshold.allows(margin + figure.uncertainty):
        return Verdict.INCONCLUSIVE, Reason.WITHIN_UNCERTAINTY
    return Verdict.FAIL, Reason.LIMIT_NOT_MET


def _problem(request: TargetRequest, document: Document, path: Path) -> Problem | None:
    if request.id not in targets.names():
        hint = did_you_mean(request.id, targets.names())
        expected = "the id of a target, such as PROFILE-T4-P95"
        return document.problem((*path, "id"), shown(request.id), expected, hint)
    try:
        _as_requested(request)
    except ValueError as error:
        return document.problem((*path, "limit"), shown(request.limit), str(error))
    return None
