"""What stands beside the checks of a case: clock, state before and after, and what passed."""

import pytest

from conformance import certification
from conformance.circumstances import told
from conformance.clauses import ledger
from conformance.record import Record
from conformance.suites import CASES
from conformance.trial import Trial
from conformance.verdicts import Lifecycle, Reason, Verdict


def results(case, done, **options):
    """How the ledger's clauses judge one case."""
    planned = [certification.Planned(CASES[case], None)]
    given = {"measures_time": True, "uncertainty_ms": 0}
    found = certification.clause_results(
        ledger(), "ip-speaker", [], planned, {case: done}, **given | options
    )
    return {each.check: each for clause in found for each in clause.checks if each.case == case}


def test_the_state_before_and_after_is_as_it_was_told(trial):
    done = trial(CASES["state-regular"])
    found = told(done)
    assert found["state_before"]["online"] is True
    assert found["state_before"]["volume"] is None, "no report had come yet"
    assert (found["state_after"]["volume"], found["state_after"]["playing"]) == (80, False)
    assert found["state_before"]["at_ms"] < found["state_after"]["at_ms"]
    assert found["traffic"] is None


def test_of_a_device_that_said_nothing_there_is_nothing():
    silent = Trial("c", Lifecycle.FINISHED, Record([]), False, None)
    assert told(silent) == {
        "clock": None,
        "state_before": None,
        "state_after": None,
        "traffic": None,
    }


def test_the_clock_of_a_right_device_is_known(trial):
    clock = told(trial(CASES["state-times"]))["clock"]
    assert abs(clock["offset_ms"]) <= clock["uncertainty_ms"] <= 1_100
    assert clock["samples"] > 2


@pytest.mark.parametrize(
    ("case", "check", "other"),
    [
        ("state-times", "times-in-utc-seconds", "speaks-as-described"),
        ("update-emergency", "log-of-update", "emergency-while-updating"),
    ],
)
def test_instants_that_contradict_each_other_are_inconclusive(trial, case, check, other):
    done = trial(CASES[case])
    first = next(done.record.of("answer"))
    happenings = [
        type(each)(each.at_ms, each.what, {**each.detail, "own_ms": each.at_ms + 3_000})
        if each is first
        else each
        for each in done.record.happenings
    ]
    changed = Trial(done.case, done.lifecycle, Record(happenings), True, True)
    judged = results(case, changed)[check]
    assert (judged.verdict, judged.reason) == (Verdict.INCONCLUSIVE, Reason.CLOCK_UNKNOWN)
    assert results(case, changed)[other].verdict is Verdict.PASS, "it compares no instants"


def test_a_bench_on_a_wire_without_a_record_of_it_is_inconclusive(trial):
    done = trial(CASES["hostile-oversized"])
    for keeps_traffic, expected in ((False, Verdict.PASS), (True, Verdict.INCONCLUSIVE)):
        found = results("hostile-oversized", done, keeps_traffic=keeps_traffic)
        assert {each.verdict for each in found.values()} == {expected}


@pytest.mark.parametrize(
    ("case", "profile"),
    [(case, "speaker-reference") for case in CASES if "ip-speaker" in CASES[case].roles]
    + [(case, "board-reference") for case in CASES if CASES[case].roles == ("e-board",)],
)
def test_the_offset_of_a_right_device_is_known_in_every_case(trial, case, profile):
    assert told(trial(CASES[case], profile))["clock"] is not None
