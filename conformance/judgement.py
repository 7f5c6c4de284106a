"""A run's measurements held against the targets that its scenario names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal

from conformance import targets
from conformance.targets import Target
from conformance.verdicts import Reason, Verdict, overall
from scenarios.problems import Path, Problem, shown
from scenarios.scenario import TargetRequest
from scenarios.schema import did_you_mean
from scenarios.strict_yaml import Document
from simulator.measurement import Measurement

World = Literal["virtual", "model", "live", "bench"]
"""Where the scenario ran."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One target and what became of it.

    `target` carries the limit that was judged by, the scenario's own where it gave one. `margin`
    is how far the value lies on the good side of the limit, in the target's unit, negative on the
    bad side; None where there is no value. `expected` and `why` are as in the scenario.
    """

    target: Target
    measurement: Measurement
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
) -> Judgement:
    """Judge a finished run by its measurements, in which time ran `time_scale` times as fast.

    Raises `KeyError` or `ValueError` for a request in which `problems` finds something wrong.
    """
    judged = tuple(_judged(request, measures, time_scale) for request in requests)
    verdict = overall(one.verdict for one in judged)
    reason = next((one.reason for one in judged if one.verdict is verdict), Reason.NO_TARGET)
    return Judgement(world, judged, verdict, reason)


_WHERE_FAILURE_IS_EXPECTED: Final = {
    Verdict.FAIL: (Verdict.PASS, Reason.EXPECTED_FAILURE),
    Verdict.PASS: (Verdict.FAIL, Reason.UNEXPECTED_PASS),
}


def _judged(
    request: TargetRequest, measures: Mapping[str, Measurement], time_scale: int | Fraction
) -> Judged:
    target = _as_requested(request)
    measurement = measures.get(target.measure)
    if measurement is None or measurement.unit != target.unit:
        measurement, margin = Measurement(None, target.unit, 0), None
        verdict, reason = Verdict.ERROR, Reason.NOT_MEASURED
    else:
        margin = _margin(target, measurement)
        verdict, reason = _verdict(target, measurement, margin, time_scale)
    if request.expect == "fail":
        verdict, reason = _WHERE_FAILURE_IS_EXPECTED.get(verdict, (verdict, reason))
    return Judged(target, measurement, margin, verdict, reason, request.expect, request.why)


def _as_requested(request: TargetRequest) -> Target:
    target = targets.load(request.id)
    if request.limit is None:
        return target
    if target.nature != "profile":
        raise ValueError(f"no limit: the one of {target.id} is not the scenario's to change")
    limit = targets.limit_of(request.limit, target.unit)
    return replace(target, limit=limit, mark="assumed", source="the scenario's own limit")


def _margin(target: Target, measurement: Measurement) -> int | Fraction | None:
    if measurement.value is None:
        return None
    margin = measurement.value - target.limit
    return -margin if target.comparison == "at most" else margin


def _verdict(
    target: Target,
    measurement: Measurement,
    margin: int | Fraction | None,
    time_scale: int | Fraction,
) -> tuple[Verdict, Reason]:
    if measurement.sample == 0:
        return Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION
    if target.unit == "ms" and time_scale != 1:
        return Verdict.INCONCLUSIVE, Reason.TIME_SCALED
    if measurement.sample < target.sample:
        return Verdict.INCONCLUSIVE, Reason.SAMPLE_TOO_SMALL
    # Without a margin the value is unbounded, which no limit allows.
    if margin is None or margin < 0 or (margin == 0 and target.comparison == "over"):
        return Verdict.FAIL, Reason.LIMIT_NOT_MET
    if target.lacks is not None:
        return Verdict.INCONCLUSIVE, target.lacks
    return Verdict.PASS, Reason.MET


def _problem(request: TargetRequest, document: Document, path: Path) -> Problem | None:
    if request.id not in targets.names():
        hint = did_you_mean(request.id, targets.names())
        expected = f"a target: one of {', '.join(targets.names())}"
        return document.problem((*path, "id"), shown(request.id), expected, hint)
    try:
        _as_requested(request)
    except ValueError as error:
        return document.problem((*path, "limit"), shown(request.limit), str(error))
    return None
