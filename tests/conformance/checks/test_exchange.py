"""What a judge says of what two systems said to each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.case import Seen
from conformance.checks.exchange import (
    all_of,
    came_times,
    figures_between,
    in_form,
    same,
    withdrawn,
)
from conformance.record import Happening, Record
from scenarios.scenario import Text

FIGURES = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), min_size=1)


@given(FIGURES, FIGURES)
def test_figures_that_were_shown_before_or_after_are_the_systems_own(before, after):
    first, last = [*before.items()], [*after.items()]
    assert figures_between(first, first, last).ok
    assert figures_between(first, last, last).ok


@given(FIGURES, st.integers(10, 99), st.data())
def test_a_figure_that_was_never_shown_is_found(shown, value, data):
    name = data.draw(st.sampled_from(sorted(shown)))
    figures = [*shown.items()]
    assert not figures_between(figures, [*{**shown, name: value}.items()], figures).ok
    assert not figures_between(figures, [*figures, ("more", 1)], figures).ok


def test_no_figures_are_no_evidence():
    assert figures_between([], [], []).ok is None


def arrival(at_ms, kind, key, **more):
    detail = {"peer": "p", "kind": kind, "key": key, "known": True, "says": {}, **more}
    return Happening(at_ms, "arrived", detail)


SHARE = (
    Happening(0, "told", {"name": "n: share", "order": "o"}),
    Happening(0, "answer", {"order": "o", "refusal": None, "said": ["k"]}),
)
BULLETIN = arrival(1, "bulletin", "k")
END = arrival(2, "withdrawal", "w", says={"of": "k"})


@pytest.mark.parametrize(
    ("arrivals", "ok"),
    [
        ([BULLETIN, END], True),
        ([BULLETIN], False),
        ([END], False),
        ([BULLETIN, END, END], False),
        ([BULLETIN, arrival(0, "withdrawal", "w", says={"of": "k"})], False),
        ([BULLETIN, arrival(2, "withdrawal", "w", says={"of": "j"})], False),
        ([BULLETIN, arrival(2, "withdrawal", "w", says={"of": "k"}, peer="q")], False),
    ],
)
def test_a_withdrawal_comes_once_and_after_its_bulletin(arrivals, ok):
    assert withdrawn(Record([*SHARE, *arrivals]), "p", "n").ok is ok


def test_the_same_message_again_has_the_same_words():
    other = arrival(3, "bulletin", "k", says={"title": "khác"})
    assert came_times(Record([BULLETIN, BULLETIN]), "p", "bulletin", "k", 2).ok
    assert not came_times(Record([BULLETIN, other]), "p", "bulletin", "k", 2).ok
    assert not came_times(Record([BULLETIN]), "p", "bulletin", "k", 2).ok


def test_silence_has_no_form():
    assert in_form(Record([]), "p").ok is None
    assert in_form(Record([BULLETIN]), "p").ok
    assert not in_form(Record([arrival(1, "bulletin", "k", known=False)]), "p").ok


def test_all_of_nothing_is_nothing():
    with pytest.raises(KeyError):
        all_of([])
    good, bad = same("a", {"x": 1}, {"x": 1}, ["x"]), same("b", {"x": 1}, {"x": 2}, ["x"])
    assert all_of([good, bad]) is bad
    unseen = Seen(None, good.says)
    assert all_of([unseen, bad, good]) is bad, "what was not seen hides no failure"
    assert all_of([good, unseen, good]) is unseen
    assert bad.says == Text("b: khác ở x", "b: other in x")
    assert same("c", {"x": 1}, {"x": "1"}, ["x"]).ok is False, "types are kept"
