"""Lifecycle, verdict and reason: three words for each thing that is judged, never mixed."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Lifecycle(StrEnum):
    """How far a planned run or case came. It says nothing about the outcome."""

    PLANNED = "planned"
    RUNNING = "running"
    FINISHED = "finished"
    ABORTED = "aborted"


class Verdict(StrEnum):
    """The outcome."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    NOT_APPLICABLE = "not-applicable"
    NOT_RUN = "not-run"


class Reason(StrEnum):
    """Why a verdict is what it is."""

    MET = "met"
    LIMIT_NOT_MET = "limit-not-met"
    EXPECTED_FAILURE = "expected-failure"
    UNEXPECTED_PASS = "unexpected-pass"
    NO_OBSERVATION = "no-observation"
    SAMPLE_TOO_SMALL = "sample-too-small"
    TIME_SCALED = "time-scaled"
    WITHIN_UNCERTAINTY = "within-uncertainty"
    HOUSEHOLDS_ASSUMED = "households-assumed"
    NOT_DECLARED = "not-declared"
    NO_EVIDENCE = "no-evidence"
    NO_FIGURE = "no-figure"
    AFTER_DEADLINE = "after-deadline"
    BEFORE_DEADLINE = "before-deadline"
    NEEDS_SUITE = "needs-suite"
    NEEDS_ROLLOUT = "needs-rollout"
    NEEDS_RUN = "needs-run"
    NOT_SURE_ENOUGH = "not-sure-enough"
    ONLY_A_TOTAL = "only-a-total"
    OUTAGES_ASSUMED = "outages-assumed"
    OUTSIDE_PLAN = "outside-plan"
    NOT_BINDING = "not-binding"
    NOT_MEASURED = "not-measured"
    NO_TARGET = "no-target"
    NOT_MET = "not-met"
    NOT_SUPPORTED = "not-supported"
    NOT_PERMITTED = "not-permitted"
    NOT_TESTED = "not-tested"
    DEVICE_SILENT = "device-silent"
    DEVICE_DIED = "device-died"
    HARNESS_TROUBLE = "harness-trouble"
    EMPTY_CAPTURE = "empty-capture"
    CLOCK_UNKNOWN = "clock-unknown"
    NO_ANSWER = "no-answer"
    WAIVER_UNUSED = "waiver-unused"
    EXPERIMENTAL_PROFILE = "experimental-profile"
    CALIBRATION_EXPIRED = "calibration-expired"
    INSPECTED = "inspected"
    DECLARED = "declared"


PRECEDENCE: Final = (
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_RUN,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
"""Worst first, as TTCN-3 has it: a whole is as bad as the worst of its parts."""

EXIT_STATUS: Final = {
    Verdict.PASS: 0,
    Verdict.FAIL: 1,
    Verdict.INCONCLUSIVE: 3,
    Verdict.NOT_RUN: 3,
    Verdict.NOT_APPLICABLE: 3,
    Verdict.ERROR: 4,
}
"""What a run with this verdict exits with: only a pass is conformant."""


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of the verdicts; of none at all, not run: what has no evidence cannot pass."""
    return min(verdicts, key=PRECEDENCE.index, default=Verdict.NOT_RUN)
