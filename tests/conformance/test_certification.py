"""From trials to the verdict of a clause, rule by rule: what fails, what stays open."""

from dataclasses import replace

import pytest

from conformance.case import Case, Measured, Seen
from conformance.certification import ANSWERS, Planned, clause_results
from conformance.clauses import ledger
from conformance.record import Happening, Record
from conformance.trial import Trial
from conformance.verdicts import Lifecycle, Reason, Verdict
from scenarios.scenario import Text

SAYS = Text("thấy", "seen")
WHOLE = Record([Happening(0, "end")])
CLAUSE = replace(
    ledger()["PROFILE-EMG-AT-ONCE"], needs=(), checks=("a-check",), limits={"late": "3s"}
)
TRIED = Trial("a-case", Lifecycle.FINISHED, WHOLE, alive_before=True, alive_after=True)


def one(seen, trial=TRIED, *, because=None, clause=CLAUSE, measures_time=True, uncertainty_ms=100):
    """What the clause says when its only check saw this."""

    async def drive(talk):
        raise AssertionError("nothing is driven here")

    checks = clause.checks[:1] or ("a-check",)
    case = Case(
        "a-case",
        1,
        SAYS,
        ("ip-speaker",),
        checks,
        drive,
        lambda _: iter([(checks[0], seen)]),
        measures={checks[0]: "late"},
    )
    (result,) = clause_results(
        {clause.id: clause},
        "ip-speaker",
        (),
        [Planned(case, because)],
        {} if trial is None else {"a-case": trial},
        measures_time=measures_time,
        uncertainty_ms=uncertainty_ms,
    )
    return result.verdict, result.reason


GOOD, BAD, BLIND = Seen(True, SAYS), Seen(False, SAYS), Seen(None, SAYS)


def late(*values_ms):
    return Seen(True, SAYS, Measured("late", values_ms))


@pytest.mark.parametrize(
    ("seen", "verdict", "reason"),
    [
        (GOOD, Verdict.PASS, Reason.MET),
        (BAD, Verdict.FAIL, Reason.NOT_MET),
        (BLIND, Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION),
        (late(), Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION),
        (late(2_900), Verdict.PASS, Reason.MET),
        (late(2_901), Verdict.INCONCLUSIVE, Reason.WITHIN_UNCERTAINTY),
        (late(3_100), Verdict.INCONCLUSIVE, Reason.WITHIN_UNCERTAINTY),
        (late(3_101), Verdict.FAIL, Reason.LIMIT_NOT_MET),
        (late(1, 3_101, 2), Verdict.FAIL, Reason.LIMIT_NOT_MET),
    ],
    ids=str,
)
def test_what_was_seen_makes_the_verdict(seen, verdict, reason):
    assert one(seen) == (verdict, reason)


@pytest.mark.parametrize(
    ("values_ms", "verdict", "reason"),
    [
        ([100] * 57 + [9_000] * 2, Verdict.PASS, Reason.MET),
        ([100] * 56 + [9_000] * 3, Verdict.FAIL, Reason.LIMIT_NOT_MET),
        ([100] * 58, Verdict.INCONCLUSIVE, Reason.SAMPLE_TOO_SMALL),
        ([9_000] * 58, Verdict.INCONCLUSIVE, Reason.SAMPLE_TOO_SMALL),
    ],
    ids=["two of 59 late", "three of 59 late", "58", "58 late"],
)
def test_a_percentile_needs_its_sample(values_ms, verdict, reason):
    seen = Seen(True, SAYS, Measured("late", tuple(values_ms), percentile=95))
    assert one(seen) == (verdict, reason)


def test_without_a_measure_of_time_a_latency_never_passes_and_may_fail():
    assert one(late(1), measures_time=False) == (Verdict.INCONCLUSIVE, Reason.NOT_MEASURED)
    assert one(late(9_000), measures_time=False) == (Verdict.FAIL, Reason.LIMIT_NOT_MET)


@pytest.mark.parametrize("seen", [GOOD, BAD, BLIND], ids=["good", "bad", "blind"])
@pytest.mark.parametrize(
    ("trial", "verdict", "reason"),
    [
        (None, Verdict.NOT_RUN, Reason.NO_EVIDENCE),
        (replace(TRIED, trouble="OSError: the bench"), Verdict.ERROR, Reason.HARNESS_TROUBLE),
        (replace(TRIED, lifecycle=Lifecycle.ABORTED), Verdict.NOT_RUN, Reason.NO_EVIDENCE),
        (replace(TRIED, lifecycle=Lifecycle.RUNNING), Verdict.NOT_RUN, Reason.NO_EVIDENCE),
        (replace(TRIED, alive_before=False), Verdict.INCONCLUSIVE, Reason.DEVICE_SILENT),
        (replace(TRIED, alive_before=None), Verdict.INCONCLUSIVE, Reason.DEVICE_SILENT),
    ],
    ids=["missing", "trouble", "aborted", "running", "silent", "not-asked"],
)
def test_a_case_without_a_whole_trial_says_nothing_of_the_device(seen, trial, verdict, reason):
    """However good or bad a record it left: the harness's trouble is never the device's."""
    assert one(seen, trial) == (verdict, reason)


@pytest.mark.parametrize("seen", [GOOD, BLIND, late(1)], ids=["good", "blind", "late"])
@pytest.mark.parametrize("after", [False, None])
def test_a_device_that_is_not_alive_afterwards_fails_whatever_was_seen(seen, after):
    died = replace(TRIED, alive_after=after)
    assert one(seen, died) == (Verdict.FAIL, Reason.DEVICE_DIED)


def test_that_a_device_does_not_answer_is_what_the_check_of_answers_saw():
    silent = replace(TRIED, alive_before=False)
    answers = replace(CLAUSE, checks=(ANSWERS,))
    assert one(BLIND, silent, clause=answers) == (Verdict.FAIL, Reason.DEVICE_SILENT)


@pytest.mark.parametrize(
    ("because", "verdict"),
    [(Reason.NOT_PERMITTED, Verdict.NOT_RUN), (Reason.NOT_SUPPORTED, Verdict.NOT_RUN)],
)
def test_what_was_not_to_be_run_is_no_pass(because, verdict):
    assert one(GOOD, because=because) == (verdict, because)


def test_a_check_that_no_planned_case_has_is_no_pass():
    lacking = replace(CLAUSE, checks=("a-check", "another"))
    assert one(GOOD, clause=lacking) == (Verdict.NOT_RUN, Reason.NO_EVIDENCE)


def test_a_clause_without_checks_is_no_pass():
    untested = replace(CLAUSE, checks=(), not_tested=SAYS)
    assert one(GOOD, clause=untested) == (Verdict.NOT_RUN, Reason.NOT_TESTED)
