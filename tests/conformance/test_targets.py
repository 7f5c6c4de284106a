"""The targets that are shipped, and what a file of targets may not say."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import targets
from conformance.verdicts import Reason
from scenarios import strict_yaml
from scenarios.problems import BadInput

ONE = """
PROFILE-X:
  title: {vi: "một", en: "one"}
  nature: profile
  measure: emergency_t4_p95
  unit: ms
  comparison: at most
  limit: 4s
  sample: 59
  mark: V
  source: "a document"
  note: {vi: "ghi chú", en: "note"}
"""


def parsed(text):
    return targets.parse(strict_yaml.parse("t.yaml", text.encode()))


@pytest.mark.parametrize(
    ("name", "measure", "comparison", "limit", "sample", "mark"),
    [
        ("PROFILE-T4-P95", "emergency_t4_p95", "at most", 4_000, 59, "V"),
        ("PROFILE-T4-P99", "emergency_t4_p99", "at most", 10_000, 299, "P"),
        ("PROFILE-REACH-ONLINE", "emergency_reach_online", "at least", Fraction(99, 100), 1, "P"),
        ("PROFILE-AFTER-CANCEL", "after_cancel", "at most", 0, 1, "V"),
        ("PROFILE-WRONG-AREA", "wrong_area", "at most", 0, 1, "assumed"),
        ("PROFILE-PROGRAMME-COMPLETE", "programme_complete", "at least", Fraction(19, 20), 1,
         "assumed"),
        ("QB-EMERGENCY-100", "emergency_reach_all", "at least", 1, 1, "P"),
    ],
)  # fmt: skip
def test_what_is_shipped(name, measure, comparison, limit, sample, mark):
    target = targets.load(name)
    assert (target.measure, target.comparison, target.limit) == (measure, comparison, limit)
    assert (target.sample, target.mark) == (sample, mark)


def test_nothing_is_called_law():
    natures = {name: targets.load(name).nature for name in targets.names()}
    assert natures.pop("QB-EMERGENCY-100") == "plan"
    assert set(natures.values()) == {"profile"}


@pytest.mark.parametrize("name", targets.names())
def test_every_time_limit_says_that_no_document_gives_it(name):
    target = targets.load(name)
    if target.unit == "ms":
        assert "No document gives seconds" in target.note.en
        assert "Không văn bản nào quy định số giây" in target.note.vi


def test_a_minimum_sample_shows_a_percentile_with_95_percent_confidence():
    for share, name in ((0.95, "PROFILE-T4-P95"), (0.99, "PROFILE-T4-P99")):
        sample = targets.load(name).sample
        assert 1 - share**sample >= 0.95 > 1 - share ** (sample - 1)


def test_an_unknown_target():
    with pytest.raises(KeyError):
        targets.load("PROFILE-T5")


def test_what_meeting_the_limit_lacks():
    assert parsed(ONE)["PROFILE-X"].lacks is None
    lacking = parsed(ONE + "  lacks: households-not-given\n")
    assert lacking["PROFILE-X"].lacks is Reason.HOUSEHOLDS_NOT_GIVEN


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("limit: 4s", "limit: 4", 'limit: is "4", expected a duration with its unit, such as 45m, '
         "2h, 1.5s or 250ms"),
        ("limit: 4s", "limit: {is: 4s}", 'limit: is "", expected a duration with its unit, such '
         "as 45m, 2h, 1.5s or 250ms"),
        ("unit: ms", "unit: s", 'unit: is "s", expected one of ms, share, count'),
        ("nature: profile", "nature: decree",
         'nature: is "decree", expected one of profile, plan, law'),
        ("at most", "below", 'comparison: is "below", expected one of at most, at least, over'),
        ("sample: 59", "sample: 0", "sample: is the number 0, expected a whole number from 1"),
        ("sample: 59", "sample: true", "sample: is true, expected a whole number from 1"),
        ("  mark: V\n", "",
         "mark: is missing, expected the fields title, nature, measure, unit, comparison, limit, "
         "sample, mark, source, lacks, note"),
        ("mark: V", "mark: V\n  law: 1",
         "law: is an unknown field, expected the fields title, nature, measure, unit, comparison, "
         "limit, sample, mark, source, lacks, note"),
        ('en: "one"', 'en: " "', 'title.en: is " ", expected words'),
        ('note: {vi: "ghi chú", en: "note"}', "note: x", 'note: is "x", expected a mapping'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(written, instead, line):
    assert ONE.count(written) == 1
    with pytest.raises(BadInput) as error:
        parsed(ONE.replace(written, instead))
    assert str(error.value.problems[0]).split(": ", 1)[1] == f"PROFILE-X.{line}"


@pytest.mark.parametrize("text", ["", "[]", "PROFILE-X", "PROFILE-X: 1", "PROFILE-X: [title]"])
def test_a_file_without_targets(text):
    with pytest.raises(BadInput):
        parsed(text)


@pytest.mark.parametrize(
    ("text", "unit", "limit"),
    [
        ("4s", "ms", 4_000),
        ("1m30s", "ms", 90_000),
        ("99%", "share", Fraction(99, 100)),
        ("99.5%", "share", Fraction(199, 200)),
        ("0.0001%", "share", Fraction(1, 10**6)),
        ("100%", "share", 1),
        ("0%", "share", 0),
        ("0", "count", 0),
        ("12", "count", 12),
    ],
)
def test_limits(text, unit, limit):
    assert targets.limit_of(text, unit) == limit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("4", "ms"), ("99%", "ms"), ("-4s", "ms"), ("", "ms"),
        ("0.99", "share"), ("100.1%", "share"), ("99 %", "share"), ("-1%", "share"),
        ("99.00001%", "share"), ("99,5%", "share"), ("٩%", "share"), ("99%\n", "share"),
        ("1.5", "count"), ("-1", "count"), ("1s", "count"), ("1234567890", "count"), ("", "count"),
    ],
)  # fmt: skip
def test_what_is_no_limit(text, unit):
    with pytest.raises(ValueError, match=r"^a "):
        targets.limit_of(text, unit)


@given(st.text(max_size=70), st.sampled_from(["ms", "share", "count"]))
def test_any_text_is_a_limit_or_says_why_not(text, unit):
    try:
        said = str(targets.limit_of(text, unit))
    except ValueError as error:
        said = str(error)
    assert said.startswith("a ") or Fraction(said) >= 0
