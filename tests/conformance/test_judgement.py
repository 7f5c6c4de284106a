"""Measurements held against targets: the laws of judging, and examples of each reason."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conformance import judgement, targets
from conformance.declarations import Declaration
from conformance.judgement import judge
from conformance.targets import Threshold
from conformance.verdicts import Reason, Verdict
from scenarios import strict_yaml
from scenarios.scenario import TargetRequest
from simulator.measurement import Measurement

MEASURED = [name for name in targets.names() if targets.load(name).check == "simulated"]
NAMES = st.sampled_from(MEASURED)
PROFILES = NAMES.filter(lambda name: targets.load(name).nature == "profile")
LATENCIES = st.sampled_from(["PROFILE-T4-P95", "PROFILE-T4-P99"])
GENERAL = st.sampled_from(["at most", "at least", "over"])
NUMBERS = st.integers(0, 20_000) | st.fractions(0, 20_000)
MORE_THAN_ENOUGH = 1_000


def values(name):
    unit = targets.load(name).threshold.unit
    return st.fractions(0, 1) if unit == "share" else st.integers(0, 20_000)


@st.composite
def measured(draw, name, largest_sample=400):
    """Anything that may be measured for a target."""
    unit = targets.load(name).threshold.unit
    sample = draw(st.integers(0, largest_sample))
    unbounded = sample > 0 and draw(st.booleans())
    value = None if unbounded or sample == 0 else draw(values(name))
    return Measurement(value, unit, sample, unbounded)


def of(name, measurement, time_scale=1, **request):
    measures = {targets.load(name).measure: measurement}
    requests = [TargetRequest(name, **request)]
    return judge(requests, measures, "virtual", time_scale, households_basis="counted").targets[0]


def outcome(name, measurement, time_scale=1, **request):
    judged = of(name, measurement, time_scale, **request)
    return judged.verdict, judged.reason


def enough(name, value):
    return Measurement(value, targets.load(name).threshold.unit, MORE_THAN_ENOUGH)


def margin_and_verdict(comparison, limit, value, uncertainty=0):
    """What becomes of a value under a target of the test's own."""
    threshold = Threshold("ms", comparison, limit)
    target = replace(targets.load("PROFILE-QUIET-HOURS"), threshold=threshold)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(targets, "load", {"TEST": target}.__getitem__)
        measures = {target.measure: Measurement(value, "ms", 1, uncertainty=uncertainty)}
        judged = judge([TargetRequest("TEST")], measures, "virtual").targets[0]
    return judged.margin, judged.verdict


@pytest.mark.parametrize(
    ("comparison", "below", "equal", "above"),
    [
        ("at most", "pass", "pass", "fail"),
        ("at least", "fail", "pass", "pass"),
        ("over", "fail", "fail", "pass"),
    ],
)
def test_the_three_comparisons(comparison, below, equal, above):
    said = [margin_and_verdict(comparison, 4_000, value)[1] for value in (3_999, 4_000, 4_001)]
    assert said == [below, equal, above]


@given(GENERAL, NUMBERS, NUMBERS)
def test_the_sign_of_the_margin_is_the_verdict(comparison, limit, value):
    margin, verdict = margin_and_verdict(comparison, limit, value)
    assert abs(margin) == abs(value - limit)
    good = margin > 0 if comparison == "over" else margin >= 0
    assert verdict is (Verdict.PASS if good else Verdict.FAIL)


@given(NUMBERS)
def test_only_over_is_strict(limit):
    said = {name: margin_and_verdict(name, limit, limit) for name in ("at most", "at least")}
    assert set(said.values()) == {(0, Verdict.PASS)}
    assert margin_and_verdict("over", limit, limit) == (0, Verdict.FAIL)


@given(GENERAL, NUMBERS, NUMBERS, NUMBERS)
def test_within_the_uncertainty_nothing_is_concluded(comparison, limit, value, uncertainty):
    """A verdict stands only where every value that may be the true one has it."""
    _, verdict = margin_and_verdict(comparison, limit, value, uncertainty)
    ends = {
        margin_and_verdict(comparison, limit, value + by)[1] for by in (-uncertainty, uncertainty)
    }
    assert verdict is (Verdict.INCONCLUSIVE if len(ends) == 2 else ends.pop())


@pytest.mark.parametrize(
    ("value", "verdict"), [(3_900, "pass"), (3_901, "inconclusive"), (4_100, "inconclusive"),
                           (4_101, "fail")],
)  # fmt: skip
def test_a_guard_band_of_100_ms(value, verdict):
    assert margin_and_verdict("at most", 4_000, value, 100)[1] == verdict


def test_no_uncertainty_is_negative():
    with pytest.raises(ValueError, match="contradicts"):
        Measurement(1, "ms", 1, uncertainty=-1)


@given(GENERAL, NUMBERS, NUMBERS, NUMBERS)
def test_a_looser_limit_never_turns_a_pass_into_a_failure(comparison, limit, other, value):
    loose, tight = (max, min) if comparison == "at most" else (min, max)
    _, loosely = margin_and_verdict(comparison, loose(limit, other), value)
    _, tightly = margin_and_verdict(comparison, tight(limit, other), value)
    assert loosely is Verdict.PASS or tightly is Verdict.FAIL


@given(st.data(), NAMES)
def test_too_little_seen_is_never_concluded_from(data, name):
    measurement = data.draw(measured(name, targets.load(name).sample - 1))
    for expect in ("pass", "fail"):
        assert of(name, measurement, expect=expect).verdict is Verdict.INCONCLUSIVE


@given(st.data(), NAMES)
def test_a_pass_has_a_value_and_its_sample(data, name):
    judged = of(name, data.draw(measured(name)))
    if judged.verdict is Verdict.PASS:
        assert judged.measurement.value is not None
        assert judged.measurement.sample >= judged.target.sample
        assert judged.margin >= 0


@given(st.data(), NAMES)
def test_expecting_a_failure_swaps_pass_and_fail_only(data, name):
    measurement = data.draw(measured(name))
    plain, expected = of(name, measurement), of(name, measurement, expect="fail", why="w")
    swapped = {Verdict.PASS: Verdict.FAIL, Verdict.FAIL: Verdict.PASS}
    assert expected.verdict is swapped.get(plain.verdict, plain.verdict)
    assert (expected.reason is plain.reason) is (plain.verdict is Verdict.INCONCLUSIVE)
    assert (expected.margin, expected.expected, expected.why) == (plain.margin, "fail", "w")


@given(st.data(), PROFILES)
def test_another_limit_shifts_the_margin_and_owns_its_source(data, name):
    target = targets.load(name)
    written = {"ms": "2s", "share": "50%", "count": "3"}[target.threshold.unit]
    limit = {"ms": 2_000, "share": Fraction(1, 2), "count": 3}[target.threshold.unit]
    measurement = enough(name, data.draw(values(name)))
    plain, other = of(name, measurement), of(name, measurement, limit=written)
    assert other.target.threshold.limit == limit
    assert abs(other.margin - plain.margin) == abs(limit - target.threshold.limit)
    assert (other.target.mark, other.target.source) == ("assumed", "the scenario's own limit")


@given(LATENCIES, st.integers(0, 20_000), st.fractions(Fraction(1, 100), 100))
def test_latency_is_not_judged_in_scaled_time(name, value, scale):
    assume(scale != 1)
    scaled = outcome(name, enough(name, value), scale)
    assert scaled == (Verdict.INCONCLUSIVE, Reason.TIME_SCALED)


@given(st.integers(0, 5), st.fractions(Fraction(1, 100), 100))
def test_counts_are_judged_at_any_scale(value, scale):
    name = "PROFILE-WRONG-AREA"
    assert outcome(name, enough(name, value), scale) == outcome(name, enough(name, value))


MET = (Verdict.PASS, Reason.MET)
MISSED = (Verdict.FAIL, Reason.LIMIT_NOT_MET)
TOO_FEW = (Verdict.INCONCLUSIVE, Reason.SAMPLE_TOO_SMALL)
NOTHING = (Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION)


@pytest.mark.parametrize(
    ("name", "measurement", "said"),
    [
        ("PROFILE-T4-P95", Measurement(4_000, "ms", 59), MET),
        ("PROFILE-T4-P95", Measurement(4_001, "ms", 59), MISSED),
        ("PROFILE-T4-P95", Measurement(1, "ms", 58), TOO_FEW),
        ("PROFILE-T4-P95", Measurement(None, "ms", 59, unbounded=True), MISSED),
        ("PROFILE-T4-P95", Measurement(None, "ms", 58, unbounded=True), TOO_FEW),
        ("PROFILE-T4-P99", Measurement(9_999, "ms", 299), MET),
        ("PROFILE-T4-P99", Measurement(9_999, "ms", 298), TOO_FEW),
        ("PROFILE-REACH-ONLINE", Measurement(Fraction(99, 100), "share", 100), MET),
        ("PROFILE-REACH-ONLINE", Measurement(Fraction(98, 99), "share", 99), MISSED),
        ("PROFILE-REACH-ONLINE", Measurement(None, "share", 0), NOTHING),
        ("PROFILE-AFTER-CANCEL", Measurement(0, "count", 1), MET),
        ("PROFILE-AFTER-CANCEL", Measurement(0, "count", 0), NOTHING),
        ("PROFILE-WRONG-AREA", Measurement(1, "count", 10_000), MISSED),
    ],
)
def test_examples(name, measurement, said):
    assert outcome(name, measurement) == said


ASSUMED_HOUSEHOLDS = (Verdict.INCONCLUSIVE, Reason.HOUSEHOLDS_ASSUMED)


@pytest.mark.parametrize(
    ("basis", "reached", "said"),
    [
        ("the census of 2019", Fraction(1), MET),
        ("the census of 2019", Fraction(999, 1_000), MISSED),
        ("assumed: 2,500 in each", Fraction(1), ASSUMED_HOUSEHOLDS),
        ("assumed: 2,500 in each", Fraction(999, 1_000), MISSED),
        (None, Fraction(1), ASSUMED_HOUSEHOLDS),
    ],
)
def test_assumed_households_show_that_some_were_missed_but_not_that_none_was(basis, reached, said):
    measures = {"emergency_households": Measurement(reached, "share", 10_000)}
    given_basis = {} if basis is None else {"households_basis": basis}
    for expect in ("pass", "fail"):
        request = TargetRequest("QB-EMERGENCY-100", expect=expect, why="w")
        result = judge([request], measures, "virtual", **given_basis)
        if expect == "pass":
            assert (result.verdict, result.reason) == said
        else:
            assert (result.verdict is Verdict.INCONCLUSIVE) is (said == ASSUMED_HOUSEHOLDS)


def declared(name, figure, day=date(2025, 12, 31), evidence="e", **request):
    declarations = {name: Declaration(name, figure, day, evidence)}
    requests = [TargetRequest(name, **request)]
    return judge(requests, {}, "virtual", declarations=declarations).targets[0]


def share_of(count, of):
    return Measurement(Fraction(count, of), "share", of)


@pytest.mark.parametrize(
    ("name", "figure", "day", "evidence", "verdict", "reason"),
    [
        ("BD-WEB-COMMUNE-70", share_of(71, 100), (2025, 12, 31), "e", "pass", "met"),
        ("BD-WEB-COMMUNE-70", share_of(70, 100), (2025, 12, 31), "e", "fail", "limit-not-met"),
        ("BD-WEB-COMMUNE-70", share_of(70, 100), (2025, 12, 30), "e", "inconclusive",
         "before-deadline"),
        ("BD-WEB-COMMUNE-70", share_of(71, 100), (2024, 6, 30), "e", "pass", "met"),
        ("BD-WEB-COMMUNE-70", share_of(71, 100), (2026, 1, 1), "e", "inconclusive",
         "after-deadline"),
        ("BD-WEB-COMMUNE-70", share_of(70, 100), (2026, 1, 1), "e", "inconclusive",
         "after-deadline"),
        ("BD-WEB-COMMUNE-70", share_of(71, 100), (2025, 12, 31), "", "inconclusive",
         "no-evidence"),
        ("BD-WEB-COMMUNE-70", share_of(70, 100), (2025, 12, 31), "", "inconclusive",
         "no-evidence"),
        ("BD-DISTMEDIA-100", share_of(9, 9), (2023, 12, 31), "e", "pass", "met"),
        ("BD-DISTMEDIA-100", share_of(9, 9), (2024, 1, 1), "e", "inconclusive", "after-deadline"),
        ("BD-HTTTN-2023", None, (2023, 6, 30), "e", "inconclusive", "no-figure"),
        ("BD-GENERAL", None, (2030, 1, 1), "e", "inconclusive", "no-figure"),
    ],
)  # fmt: skip
def test_what_is_declared(name, figure, day, evidence, verdict, reason):
    judged = declared(name, figure, date(*day), evidence)
    assert (judged.verdict, judged.reason) == (verdict, reason)
    assert judged.declaration.evidence == evidence
    assert judged.measurement is figure


DECLARABLE = [name for name in targets.names() if targets.load(name).check == "declared"]
FIGURED = [name for name in DECLARABLE if targets.load(name).threshold]
SHARES = st.integers(1, 500).flatmap(
    lambda of: st.builds(share_of, st.integers(0, of), st.just(of))
)
DAYS = st.dates(date(2019, 1, 1), date(2028, 1, 1))


@given(st.sampled_from(FIGURED), SHARES, DAYS, st.sampled_from(["", "e"]))
def test_only_a_timely_figure_with_evidence_is_concluded_from(name, figure, day, evidence):
    judged = declared(name, figure, day, evidence)
    threshold, deadline = judged.target.threshold, judged.target.deadlines[-1]
    assert judged.margin == figure.value - threshold.limit
    if judged.verdict is Verdict.PASS:
        assert threshold.allows(judged.margin)
        assert evidence
        assert day.year <= deadline
    elif judged.verdict is Verdict.FAIL:
        assert not threshold.allows(judged.margin)
        assert evidence
        assert day == date(deadline, 12, 31)
    else:
        assert judged.reason in {"no-evidence", "after-deadline", "before-deadline"}


@given(st.sampled_from(FIGURED), SHARES, SHARES, DAYS)
def test_a_larger_declared_share_is_never_worse(name, one, other, day):
    low, high = sorted((one, other), key=lambda figure: figure.value)
    less, more = declared(name, low, day).verdict, declared(name, high, day).verdict
    assert less is not Verdict.PASS or more is Verdict.PASS
    assert more is not Verdict.FAIL or less is Verdict.FAIL


@given(st.sampled_from(FIGURED), SHARES, DAYS)
def test_a_failure_may_be_expected_of_what_is_declared(name, figure, day):
    plain, expected = declared(name, figure, day), declared(name, figure, day, expect="fail")
    swapped = {Verdict.PASS: Verdict.FAIL, Verdict.FAIL: Verdict.PASS}
    assert expected.verdict is swapped.get(plain.verdict, plain.verdict)


@pytest.mark.parametrize("name", [n for n in targets.names() if n not in MEASURED])
def test_what_is_neither_measured_nor_declared(name):
    verdict, reason = {
        "declared": (Verdict.INCONCLUSIVE, Reason.NOT_DECLARED),
        "tested": (Verdict.NOT_RUN, Reason.NEEDS_SUITE),
        "not-judged": (Verdict.NOT_RUN, Reason.NEEDS_ROLLOUT),
    }[targets.load(name).check]
    for expect in ("pass", "fail"):
        judged = judge([TargetRequest(name, expect=expect, why="w")], {}, "virtual").targets[0]
        assert (judged.verdict, judged.reason) == (verdict, reason)
        assert judged.measurement is judged.margin is judged.declaration is None


def test_a_declaration_is_no_measurement_of_what_a_run_measures():
    for name in (*MEASURED, "BD-INFO-100", "BD-25PCT-YEAR"):
        judged = declared(name, share_of(1, 1))
        assert judged.declaration is None
        assert judged.verdict in {Verdict.ERROR, Verdict.NOT_RUN, Verdict.INCONCLUSIVE}


def test_what_the_harness_did_not_measure_is_its_own_error():
    request = TargetRequest("PROFILE-WRONG-AREA", expect="fail", why="w")
    for measures in ({}, {"wrong_area": Measurement(0, "ms", 5)}):
        result = judge([request], measures, "virtual")
        assert (result.verdict, result.reason) == (Verdict.ERROR, Reason.NOT_MEASURED)
        assert result.targets[0].margin is None


def test_no_target_is_no_verdict():
    result = judge([], {"wrong_area": Measurement(0, "count", 5)}, "model")
    assert (result.verdict, result.reason, result.targets) == (
        Verdict.NOT_RUN,
        Reason.NO_TARGET,
        (),
    )


def test_the_worst_target_decides_and_gives_the_reason():
    measures = {
        "after_cancel": Measurement(0, "count", 5),
        "wrong_area": Measurement(1, "count", 5),
        "emergency_t4_p95": Measurement(3, "ms", 5),
    }
    names = ("PROFILE-AFTER-CANCEL", "PROFILE-T4-P95", "PROFILE-WRONG-AREA")
    for requested, verdict, reason in (
        (names, Verdict.FAIL, Reason.LIMIT_NOT_MET),
        (names[:2], Verdict.INCONCLUSIVE, Reason.SAMPLE_TOO_SMALL),
        (names[:1], Verdict.PASS, Reason.MET),
    ):
        result = judge([TargetRequest(name) for name in requested], measures, "virtual")
        assert tuple(one.target.id for one in result.targets) == requested
        assert (result.verdict, result.reason) == (verdict, reason)


SCENARIO = b"""targets:
  - {id: PROFILE-T4-P95, limit: 3s}
  - {id: PROFILE-T4P95}
  - {id: PROFILE-T4-P99, limit: 3}
  - {id: PROFILE-REACH-ONLINE, limit: 101%}
  - {id: QB-EMERGENCY-100, limit: 90%}
"""


def requests_of(document):
    return [
        TargetRequest(entry["id"], None if "limit" not in entry else str(entry["limit"]))
        for entry in document.data["targets"]
    ]


def test_what_is_wrong_with_the_targets_of_a_scenario():
    document = strict_yaml.parse("s.yaml", SCENARIO)
    told = [str(problem) for problem in judgement.problems(requests_of(document), document)]
    assert told == [
        's.yaml:3:10: targets[1].id: is "PROFILE-T4P95", expected the id of a target, such as '
        'PROFILE-T4-P95 (did you mean "PROFILE-T4-P95"?)',
        's.yaml:4:33: targets[2].limit: is "3", expected a duration with its unit, such as 45m, '
        "2h, 1.5s or 250ms",
        's.yaml:5:39: targets[3].limit: is "101%", expected a percentage from 0% to 100%, such as '
        "99.5%, of at most four decimals",
        's.yaml:6:35: targets[4].limit: is "90%", expected no limit: the one of QB-EMERGENCY-100 '
        "is not the scenario's to change",
    ]


def test_a_request_with_something_wrong_is_not_judged():
    for request in requests_of(strict_yaml.parse("s.yaml", SCENARIO))[1:]:
        with pytest.raises((KeyError, ValueError)):
            judge([request], {}, "virtual")


@given(st.integers(-3, 3) | st.none(), st.integers(0, 3), st.booleans())
def test_a_measurement_does_not_contradict_itself(value, sample, unbounded):
    sound = unbounded == (value is None and sample > 0)
    try:
        Measurement(value, "count", sample, unbounded)
    except ValueError:
        assert not sound
    else:
        assert sound


@pytest.mark.parametrize("name", ["PROFILE-LOG-LOST", "PROFILE-LOG-DOUBLED"])
def test_logs_are_observed_in_the_live_world_alone(name):
    requests = [TargetRequest(name)]
    for world in ("virtual", "model"):
        judged = judge(requests, {}, world).targets[0]
        assert (judged.verdict, judged.reason) == (Verdict.INCONCLUSIVE, Reason.NO_OBSERVATION)
    assert judge(requests, {}, "live").targets[0].reason is Reason.NOT_MEASURED
    measure = targets.load(name).measure
    for count, verdict in ((0, Verdict.PASS), (1, Verdict.FAIL)):
        measures = {measure: Measurement(count, "count", 100)}
        assert judge(requests, measures, "live", 10).targets[0].verdict is verdict


def test_a_share_within_seconds_hangs_on_the_pace_of_time():
    all_heard = Measurement(Fraction(1), "share", 100)
    assert outcome("PROFILE-REACH-20S", all_heard) == (Verdict.PASS, Reason.MET)
    scaled = outcome("PROFILE-REACH-20S", all_heard, time_scale=10)
    assert scaled == (Verdict.INCONCLUSIVE, Reason.TIME_SCALED)
    assert outcome("PROFILE-REACH-ONLINE", all_heard, time_scale=10)[0] is Verdict.PASS
