"""Figures by nearest rank, and the probability of a target with its interval."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.rollout.chances import PERCENTS, Chance, figures
from conformance.verdicts import Reason, Verdict


def ints(*values):
    return np.array(values, np.int64)


def test_p80_is_what_is_reached_or_bettered_with_80_percent():
    # Ten replications; eight of them reach 300 or more, nine 200, five 600, one 1,000.
    values = ints(100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000)
    assert figures(values, "ip-of-communes") == {10: 1_000, 50: 600, 80: 300, 90: 200}


def test_of_what_should_be_small_p80_is_not_exceeded_with_80_percent():
    values = ints(100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000)
    assert figures(values, "spent-vnd") == {10: 100, 50: 500, 80: 800, 90: 900}


def test_a_share_of_nothing_is_no_value():
    assert figures(ints(-1, 5, -1), "boards-of-urban") == dict.fromkeys(PERCENTS, 5)
    assert figures(ints(-1, -1), "boards-of-urban") == dict.fromkeys(PERCENTS, None)


@given(
    st.lists(st.integers(0, 1_000_000), min_size=1, max_size=50),
    st.sampled_from(["ip-of-communes", "out-of-order"]),
)
def test_so_many_replications_are_as_good_and_fewer_are_better(values, measure):
    best = (lambda value, than: value <= than) if measure == "out-of-order" else int.__ge__
    for percent, value in figures(ints(*values), measure).items():
        as_good = sum(best(one, value) for one in values)
        better = as_good - values.count(value)
        assert as_good * 100 >= percent * len(values) > better * 100


def test_the_values_stay_in_their_order():
    values = ints(3, 1, 2)
    figures(values, "ip-of-communes")
    assert values.tolist() == [3, 1, 2]


def test_wilson_intervals_of_the_literature():
    # 81 of 263 (Newcombe 1998, table I, method 3): 0.2553 to 0.3662; 0 of 20: 0 to 0.1611.
    low, high = Chance(81, 263).interval_per_million
    assert (round(low, -2), round(high, -2)) == (255_300, 366_200)
    assert Chance(0, 20).interval_per_million == (0, 161_131)


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons_to_the_millionth_and_holds_the_probability(counts):
    met, of = counts
    p, z = met / of, 1.96
    centre = (p + z * z / 2 / of) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(p * (1 - p) / of + z * z / 4 / of / of)
    low, high = Chance(met, of).interval_per_million
    assert low == pytest.approx((centre - half) * 1_000_000, abs=2)
    assert high == pytest.approx((centre + half) * 1_000_000, abs=2)
    assert low <= Chance(met, of).per_million <= high


@pytest.mark.parametrize(
    ("met", "judged"),
    [
        (100, (Verdict.PASS, Reason.MET)),
        (80, (Verdict.PASS, Reason.MET)),
        (79, (Verdict.INCONCLUSIVE, Reason.NOT_SURE_ENOUGH)),
        (50, (Verdict.INCONCLUSIVE, Reason.NOT_SURE_ENOUGH)),
        (49, (Verdict.FAIL, Reason.LIMIT_NOT_MET)),
        (0, (Verdict.FAIL, Reason.LIMIT_NOT_MET)),
    ],
)
def test_the_cut_offs(met, judged):
    assert Chance(met, 100).judged == judged


@given(st.lists(st.integers(0, 10), min_size=1, max_size=30), st.integers(0, 10))
def test_a_target_passes_where_its_p80_meets_it_and_fails_where_its_p50_does_not(values, limit):
    verdict, _ = Chance(sum(one >= limit for one in values), len(values)).judged
    shown = figures(ints(*values), "ip-of-communes")
    assert (verdict is Verdict.PASS) == (shown[80] >= limit)
    assert (verdict is Verdict.FAIL) == (shown[50] < limit)
