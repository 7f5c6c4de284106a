"""Words and figures for people."""

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.targets import Check, Comparison, Nature
from conformance.verdicts import Reason, Verdict
from reports import words
from reports.words import figure, margin_figure, rounded


def test_every_word_has_both_languages():
    glossaries = {
        Verdict: words.VERDICTS,
        Reason: words.REASONS,
        Nature: words.NATURES,
        Check: words.CHECKS,
        Comparison: words.COMPARISONS,
    }
    for names, glossary in glossaries.items():
        assert set(glossary) == set(get_args(names) or names)
    assert words.NATURES.keys() == words.NATURE_NOTES.keys()
    for glossary in (
        words.VERDICTS,
        words.REASONS,
        words.NATURES,
        words.NATURE_NOTES,
        words.CHECKS,
    ):
        assert all(text.vi and text.en for text in glossary.values())


def test_verdicts_and_natures_are_told_apart():
    for glossary in (words.VERDICTS, words.REASONS, words.NATURES, words.CHECKS):
        assert len({text.vi for text in glossary.values()}) == len(glossary)
        assert len({text.en for text in glossary.values()}) == len(glossary)


def test_only_law_is_called_law():
    for nature in ("plan", "profile"):
        assert "không phải luật" in words.NATURE_NOTES[nature].vi
        assert "not law" in words.NATURE_NOTES[nature].en


@pytest.mark.parametrize(
    ("value", "unit", "vi", "en"),
    [
        (3_400, "ms", "3,4 s", "3.4 s"),
        (3_412, "ms", "3,412 s", "3.412 s"),
        (0, "ms", "0 s", "0 s"),
        (1, "ms", "0,001 s", "0.001 s"),
        (60_000, "ms", "1 min", "1 min"),
        (3_723_400, "ms", "1 h 2 min 3,4 s", "1 h 2 min 3.4 s"),
        (86_400_000, "ms", "24 h", "24 h"),
        (Fraction(992, 1_000), "share", "99,2 %", "99.2 %"),
        (Fraction(1), "share", "100 %", "100 %"),
        (Fraction(2, 3), "share", "66,7 %", "66.7 %"),
        (0, "share", "0 %", "0 %"),
        (7, "count", "7", "7"),
        (1_908_000, "count", "1.908.000", "1,908,000"),
    ],
)
def test_figures(value, unit, vi, en):
    assert (figure(value, unit, "vi"), figure(value, unit, "en")) == (vi, en)


def test_a_value_is_not_told_as_the_limit_that_it_misses():
    short = Fraction(98_996, 100_000)
    assert figure(short, "share", "en") == "99 %"
    assert figure(short, "share", "en", beside=Fraction(99, 100)) == "98.996 %"
    assert figure(Fraction(99_999, 100_000), "share", "vi", beside=1) == "99,999 %"
    assert figure(Fraction(40_001, 10), "ms", "vi", beside=4_000) == "4,0001 s"


@pytest.mark.parametrize(
    ("margin", "unit", "vi", "en"),
    [
        (-412, "ms", "−0,412 s", "−0.412 s"),
        (600, "ms", "+0,6 s", "+0.6 s"),
        (Fraction(-12, 1_000), "share", "−1,2 điểm %", "−1.2 points"),
        (Fraction(-4, 100_000), "share", "−0,004 điểm %", "−0.004 points"),
        (0, "count", "0", "0"),
        (-2, "count", "−2", "−2"),
    ],
)
def test_margins(margin, unit, vi, en):
    assert (margin_figure(margin, unit, "vi"), margin_figure(margin, unit, "en")) == (vi, en)


FRACTIONS = st.fractions(0, 10, max_denominator=10**9)


@given(FRACTIONS, st.integers(0, 6), FRACTIONS)
def test_rounding_keeps_to_its_side(value, places, beside):
    near = Fraction(rounded(value, places, beside))
    assert value == beside or (near > beside, near < beside) == (value > beside, value < beside)
    assert abs(near - value) <= Fraction(1, 2 * 10**places)
