"""The tender's own numbers beside what was measured: never a pass that was not measured."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import ledger
from conformance.tender.held_against import Measure, held
from conformance.verdicts import Verdict

AT_ONCE = ledger()["PROFILE-EMG-AT-ONCE"]
MAINS = ledger()["TT39-C8-AC"]
POWER = ledger()["TT39-C10"]


def time(value_ms, uncertainty_ms=50, name="emergency_t2_t4", is_measured=True):
    ends = frozenset(("at most",))
    value, uncertainty = Decimal(value_ms), Decimal(uncertainty_ms)
    return Measure(AT_ONCE.id, name, value, uncertainty, "ms", ends, "3s", is_measured)


def volts(name, value, *ends):
    return Measure(MAINS.id, name, Decimal(value), Decimal("0.5"), "V", frozenset(ends), "", True)


def said(text, clauses, *found):
    return [(each.verdict, each.why) for each in held(text, clauses, found)]


@pytest.mark.parametrize(
    ("measure", "verdict", "why"),
    [
        (time(1_900), Verdict.PASS, "met"),
        (time(1_950), Verdict.PASS, "met"),
        (time(1_951), Verdict.INCONCLUSIVE, "within-uncertainty"),
        (time(2_050), Verdict.INCONCLUSIVE, "within-uncertainty"),
        (time(2_051), Verdict.FAIL, "not-met"),
        (time(100, is_measured=False), Verdict.INCONCLUSIVE, "not-measured"),
        (time(9_000, is_measured=False), Verdict.FAIL, "not-met"),
    ],
)
def test_a_stricter_number_than_the_clauses_is_met_by_the_measurement_alone(measure, verdict, why):
    assert said("trong 2 giây", [AT_ONCE], measure) == [(verdict, why)]


def test_the_clauses_own_number_is_left_to_its_verdict():
    assert said("không quá 3 giây", [AT_ONCE], time(2_990)) == [(None, "own-number")]
    assert said("Nguồn 90-240 V, 50 Hz", [MAINS]) == [(None, "own-number")] * 3


@pytest.mark.parametrize(
    "text", ["bảo hành 24 tháng", "ít nhất 30 ngày", "2 giây", "sau 2 giây", "dưới 30 dB"]
)
def test_a_number_that_nothing_comparable_was_measured_of_stays_open(text):
    assert said(text, [AT_ONCE], time(100)) == [(Verdict.INCONCLUSIVE, "no-measurement")]


def test_measurements_that_disagree_decide_nothing():
    fast, slow = time(500), time(4_000, name="answer")
    expected = [(Verdict.INCONCLUSIVE, "several-measurements"), (Verdict.PASS, "met")]
    assert said("phát trong 2 giây, trả lời trong 5 giây", [AT_ONCE], fast, slow) == expected
    assert said("trong 1 giây", [AT_ONCE], slow, slow) == [(Verdict.FAIL, "not-met")]


@pytest.mark.parametrize(
    ("lowest", "highest", "verdicts"),
    [
        ("84", "266", [Verdict.PASS, Verdict.PASS]),
        ("86", "266", [Verdict.FAIL, Verdict.PASS]),
        ("84", "264.8", [Verdict.PASS, Verdict.INCONCLUSIVE]),
    ],
)
def test_a_wider_range_is_met_at_both_ends(lowest, highest, verdicts):
    found = volts("lowest", lowest, "at most"), volts("highest", highest, "at least")
    told = said("Nguồn 85-265 V", [MAINS], *found)
    assert [verdict for verdict, _ in told] == verdicts


@pytest.mark.parametrize(("watts", "verdict"), [("80", Verdict.PASS), ("110", Verdict.FAIL)])
def test_a_range_of_what_has_both_limits_bounds_it(watts, verdict):
    power = replace(volts("power", watts, "at least", "at most"), unit="W")
    low, high = said("từ 60 đến 100 W", [POWER], power)
    assert (low[0], high[0]) == (Verdict.PASS, verdict)


@given(
    st.integers(0, 20_000), st.integers(0, 2_000), st.booleans(), st.integers(1, 20).map(Decimal)
)
def test_a_pass_is_measured_and_certain(value_ms, uncertainty_ms, is_measured, seconds):
    found = time(value_ms, uncertainty_ms, is_measured=is_measured)
    (only,) = held(f"trong {seconds} giây", [replace(AT_ONCE, limits={})], [found])
    if only.verdict is Verdict.PASS:
        assert is_measured
        assert value_ms + uncertainty_ms <= seconds * 1_000
    if only.verdict is Verdict.FAIL:
        assert value_ms - uncertainty_ms > seconds * 1_000
