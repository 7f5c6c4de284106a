"""How replications are counted: spreads by nearest rank, and the worst verdict."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.judgement import judge
from conformance.replications import PERCENTS, Outcome, Replications, Spread
from conformance.verdicts import PRECEDENCE, Reason, Verdict
from scenarios.scenario import TargetRequest
from simulator.measurement import Measurement

VALUES = st.one_of(st.none(), st.integers(0, 20), st.fractions(0, 1, max_denominator=9))


def spread_of(values):
    spread = Spread("ms")
    for value in values:
        spread.add(Measurement(value, "ms", 1, unbounded=value is None))
    return spread


def replications_of(requests):
    return Replications(requests, lambda measures: judge(requests, measures, "virtual"))


def size(value):
    return math.inf if value is None else value


@given(st.lists(VALUES, min_size=1, max_size=40))
def test_a_figure_is_the_least_value_that_so_many_do_not_exceed(values):
    figures = spread_of(values).figures()
    assert list(figures) == ["min", "p10", "p50", "p90", "max"]
    for name, percent in PERCENTS.items():
        figure = figures[name]
        assert figure in values
        within = sum(size(value) <= size(figure) for value in values)
        under = sum(size(value) < size(figure) for value in values)
        assert 100 * within >= percent * len(values)
        assert not under or 100 * under < percent * len(values)
    assert sorted(figures.values(), key=size) == list(figures.values())


@given(st.lists(VALUES, max_size=20).flatmap(lambda v: st.tuples(st.just(v), st.permutations(v))))
def test_the_order_of_replications_changes_no_figure(both):
    one, other = map(spread_of, both)
    assert one.figures() == other.figures()


def test_ten_values_by_hand():
    figures = spread_of([7, 1, 9, 3, 5, 2, 8, 4, 6, None]).figures()
    assert figures == {"min": 1, "p10": 1, "p50": 5, "p90": 9, "max": None}


def test_where_nothing_was_observed_nothing_is_counted():
    spread = Spread("share")
    spread.add(Measurement(None, "share", 0))
    assert spread.observed == 0
    assert set(spread.figures().values()) == {None}
    spread.add(Measurement(Fraction(1, 2), "share", 2))
    assert spread.observed == 1
    assert set(spread.figures().values()) == {Fraction(1, 2)}


@given(st.lists(st.sampled_from(PRECEDENCE), min_size=1))
def test_an_outcome_is_the_first_of_the_worst(verdicts):
    outcome = Outcome()
    reasons = list(Reason)
    for number, verdict in enumerate(verdicts):
        outcome.add(number, verdict, reasons[number % len(reasons)])
    worst = min(verdicts, key=PRECEDENCE.index)
    assert outcome.verdict is worst
    assert outcome.first == verdicts.index(worst)
    assert outcome.reason is reasons[outcome.first % len(reasons)]
    assert outcome.verdicts.total() == len(verdicts)
    assert outcome.verdicts[worst] == verdicts.count(worst)


@pytest.mark.parametrize(
    ("expect", "counts", "verdict", "first"),
    [
        ("pass", {Verdict.PASS: 2, Verdict.FAIL: 1}, Verdict.FAIL, 1),
        ("fail", {Verdict.PASS: 1, Verdict.FAIL: 2}, Verdict.FAIL, 0),
    ],
)
def test_a_target_is_judged_in_every_replication(expect, counts, verdict, first):
    replicated = replications_of([TargetRequest("PROFILE-WRONG-AREA", expect=expect)])
    for value in (0, 3, 0):
        replicated.add({"wrong_area": Measurement(value, "count", 5)})
    (target,) = replicated.targets
    assert (target.verdicts, target.verdict, target.first) == (counts, verdict, first)
    assert replicated.whole.verdict is verdict
    assert replicated.spreads["wrong_area"].figures()["max"] == 3
    assert len(replicated.verdicts) == 3


def test_the_same_target_twice_is_judged_twice():
    requests = [TargetRequest("PROFILE-T4-P95", limit=limit) for limit in ("3s", "1s")]
    replicated = replications_of(requests)
    replicated.add({"emergency_t4_p95": Measurement(2_000, "ms", 100)})
    assert [one.verdict for one in replicated.targets] == [Verdict.PASS, Verdict.FAIL]


def test_without_targets_nothing_is_judged():
    replicated = replications_of([])
    replicated.add({})
    assert (replicated.whole.verdict, replicated.whole.reason) == (
        Verdict.NOT_RUN,
        Reason.NO_TARGET,
    )
