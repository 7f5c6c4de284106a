"""One precedence for all that is judged, and the exit status that follows from it."""

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.verdicts import EXIT_STATUS, PRECEDENCE, Verdict, overall

E, F, I, R, P, A = (  # noqa: E741 - the letters of the table below
    Verdict.ERROR,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_RUN,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)

TRUTH = {
    (E, E): E, (E, F): E, (E, I): E, (E, R): E, (E, P): E, (E, A): E,
    (F, F): F, (F, I): F, (F, R): F, (F, P): F, (F, A): F,
    (I, I): I, (I, R): I, (I, P): I, (I, A): I,
    (R, R): R, (R, P): R, (R, A): R,
    (P, P): P, (P, A): P,
    (A, A): A,
}  # fmt: skip


def test_the_truth_table_is_whole():
    assert set(TRUTH) == set(combinations_with_replacement((E, F, I, R, P, A), 2))
    assert sorted(PRECEDENCE) == sorted(Verdict)


@pytest.mark.parametrize("pair", TRUTH, ids=lambda pair: f"{pair[0]} and {pair[1]}")
def test_two_verdicts(pair):
    assert overall(pair) is overall(reversed(pair)) is TRUTH[pair]


def test_nothing_judged_is_not_a_pass():
    assert overall([]) is Verdict.NOT_RUN


@given(st.lists(st.sampled_from(Verdict), min_size=1), st.randoms())
def test_order_and_repetition_do_not_matter(verdicts, random):
    shuffled = verdicts + verdicts[:1]
    random.shuffle(shuffled)
    assert overall(verdicts) is overall(shuffled)


@given(st.lists(st.sampled_from(Verdict), min_size=1), st.lists(st.sampled_from(Verdict)))
def test_parts_may_be_summed_up_first(some, others):
    assert overall([overall(some), *others]) is overall(some + others)


@given(st.lists(st.sampled_from(Verdict)))
def test_only_a_pass_without_anything_worse_is_conformant(verdicts):
    conformant = Verdict.PASS in verdicts and {*verdicts} <= {
        Verdict.PASS,
        Verdict.NOT_APPLICABLE,
    }
    assert (EXIT_STATUS[overall(verdicts)] == 0) is conformant


def test_exit_statuses():
    assert EXIT_STATUS == {P: 0, F: 1, I: 3, R: 3, A: 3, E: 4}
