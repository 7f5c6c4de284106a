"""The targets that are shipped, and what a file of targets may not say."""

from fractions import Fraction
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import targets
from scenarios import strict_yaml
from scenarios.problems import BadInput

ONE = """
document:
  title: {vi: "văn bản", en: "document"}
  nature: profile
targets:
  PROFILE-X:
    title: {vi: "một", en: "one"}
    ways: [run]
    measure: emergency_t4_p95
    threshold: {comparison: at most, unit: ms, limit: 4s}
    sample: 59
    mark: V
    source: "a document"
    note: {vi: "ghi chú", en: "note"}
"""


def parsed(text):
    return targets.parse(strict_yaml.parse("t.yaml", text.encode()))


MEASURED = {
    "PROFILE-T4-P95": ("emergency_t4_p95", "at most", 4_000, 59, "V"),
    "PROFILE-T4-P99": ("emergency_t4_p99", "at most", 10_000, 299, "P"),
    "PROFILE-REACH-ONLINE": ("emergency_reach_online", "at least", Fraction(99, 100), 1, "P"),
    "PROFILE-AFTER-CANCEL": ("after_cancel", "at most", 0, 1, "V"),
    "PROFILE-WRONG-AREA": ("wrong_area", "at most", 0, 1, "assumed"),
    "PROFILE-PROGRAMME-COMPLETE": (
        "programme_complete", "at least", Fraction(19, 20), 1, "assumed",
    ),
    "PROFILE-REACH-20S": ("emergency_reach_20s", "at least", 1, 1, "P"),
    "PROFILE-NO-DUPLICATES": ("duplicates", "at most", 0, 1, "P"),
    "PROFILE-LOG-LOST": ("log_lost", "at most", 0, 1, "assumed"),
    "PROFILE-LOG-DOUBLED": ("log_doubled", "at most", 0, 1, "assumed"),
    "PROFILE-LOST-SHOWN": ("loss_shown", "at most", 100_000, 1, "R"),
    "PROFILE-QUIET-HOURS": ("outside_hours", "at most", 0, 1, "V"),
    "QB-EMERGENCY-100": ("emergency_households", "at least", 1, 1, "P"),
}  # fmt: skip

DECLARED, TESTED, ROLLOUT, RUN = "declared", "tested", "not-judged", "simulated"

# How each target of the planning documents is shown, and what it asks for by when.
PLANS = {
    "BD-GENERAL": (DECLARED,),
    "BD-PA-100": (DECLARED, "at least", 100, 2025),
    "BD-WEB-WARD-100": (DECLARED, "at least", 100, 2025),
    "BD-WEB-COMMUNE-70": (DECLARED, "over", 70, 2025),
    "BD-BOARD-WARD-100": (DECLARED, "at least", 100, 2025),
    "BD-BOARD-COMMUNE-70": (DECLARED, "over", 70, 2025),
    "BD-DISTMEDIA-100": (DECLARED, "at least", 100, 2023),
    "BD-BIGBOARD-TOWN-100": (DECLARED, "at least", 100, 2025),
    "BD-BIGBOARD-DISTRICT-80": (DECLARED, "over", 80, 2025),
    "BD-HTTTN-2023": (DECLARED, None, None, 2023),
    "BD-DEPT-100": (DECLARED, "at least", 100, 2025),
    "BD-INFO-100": (TESTED, "at least", 100, 2025),
    "BD-DOCS-100": (DECLARED, "at least", 100, 2025),
    "BD-FEEDBACK-100": (DECLARED, "at least", 100, 2025),
    "BD-CONVERT-100": (DECLARED, "at least", 100, 2025),
    "BD-AI-COMMON": (DECLARED, None, None, 2025),
    "BD-STAFF-100": (DECLARED, "at least", 100, 2025),
    "BD-ONE-PER-COMMUNE": (DECLARED, "at least", 100, 2025),
    "BD-25PCT-YEAR": (ROLLOUT, "at least", 25, 2022, 2023, 2024, 2025),
    "BD-ORDER-WORST-FIRST": (ROLLOUT, None, None, 2025),
    "BD-FUND-PA": (DECLARED,),
    "BD-WEB-FUNCTIONS": (DECLARED, None, None, 2025),
    "BD-BOARD-PLACE": (DECLARED, None, None, 2025),
    "BD-BIGBOARD-LINK": (TESTED, None, None, 2025),
    "BD-PRIVATE-BOARD": (TESTED,),
    "BD-NO-DIST-TX": (DECLARED,),
    "BD-DIST-DIGITAL": (DECLARED,),
    "BD-HTTTN-3LEVELS": (TESTED, None, None, 2023),
    "BD-HTTTN-MONITOR": (TESTED, None, None, 2023),
    "BD-HTTTN-CENTRAL": (TESTED, None, None, 2023),
    "BD-HTTTN-FUND": (DECLARED,),
    "BD-TTS": (DECLARED,),
    "BD-MINORITY": (DECLARED,),
    "BD-OPERATOR": (DECLARED,),
    "BD-ASSISTANT": (DECLARED,),
    "BD-LABOUR-NET": (DECLARED,),
    "BD-III1-DIGITAL": (DECLARED,),
    "BD-III2-FUND": (DECLARED,),
    "BD-III3-INFO": (DECLARED,),
    "BD-III4-STAFF": (DECLARED,),
    "BD-III5-AWARE": (DECLARED,),
    "BD-IV-BUDGET": (DECLARED,),
    "BD-V1-SOTTTT": (DECLARED,),
    "BD-V2-FINANCE": (DECLARED,),
    "BD-V3-INVEST": (DECLARED,),
    "BD-V4-DEPTS": (DECLARED,),
    "BD-V5-RADIO": (TESTED,),
    "BD-V6-REPORT-DEC": (DECLARED,),
    "QB-STATION-100": (DECLARED, "at least", 100, 2025),
    "QB-IP-50": (DECLARED, "over", 50, 2025),
    "QB-WEB-100": (DECLARED, "at least", 100, 2025),
    "QB-INTERNET-100": (DECLARED, "at least", 100, 2025),
    "QB-RADIO-100": (DECLARED, "at least", 100, 2025),
    "QB-MOBILE-100": (DECLARED, "at least", 100, 2025),
    "QB-POST-POINT-100": (DECLARED, "at least", 100, 2025),
    "QB-PAPER-DAY-100": (DECLARED, "at least", 100, 2025),
    "QB-BOARD-50": (DECLARED, "at least", 50, 2025),
    "QB-POOR-100": (DECLARED, "at least", 100, 2025),
    "QB-EMERGENCY-100": (RUN, "at least", 100, 2025),
    "QB-POSTAL-100": (DECLARED, "at least", 100, 2025),
    "QB-TASK-1": (DECLARED,),
    "QB-TASK-2": (DECLARED,),
    "QB-TASK-3": (DECLARED,),
    "QB-TASK-4": (DECLARED,),
    "QB-TASK-5": (DECLARED,),
    "QB-TASK-6": (DECLARED,),
    "QB-TASK-7": (DECLARED,),
    "QB-TASK-8": (DECLARED,),
    "A23-S1": (ROLLOUT,),
    "A23-S2": (DECLARED,),
    "A23-S3": (ROLLOUT,),
    "A23-S4": (DECLARED,),
    "A23-S5": (ROLLOUT,),
    "A23-S6": (TESTED,),
    "A23-C1": (TESTED,),
    "A23-C2": (DECLARED,),
    "A23-C3": (DECLARED,),
    "A23-C4": (DECLARED,),
    "A23-C5": (DECLARED,),
    "G24-1": (DECLARED,),
    "G24-2": (DECLARED,),
    "G24-3": (DECLARED,),
    "G24-4": (TESTED,),
    "G24-5": (DECLARED,),
    "G24-6": (DECLARED,),
    "G24-7": (DECLARED,),
    "G24-8": (DECLARED,),
}


@pytest.mark.parametrize("name", MEASURED)
def test_what_a_run_measures(name):
    target = targets.load(name)
    threshold = target.threshold
    assert MEASURED[name] == (
        target.measure, threshold.comparison, threshold.limit, target.sample, target.mark,
    )  # fmt: skip


def test_every_target_of_the_planning_documents_is_there_and_no_other():
    assert {*targets.names()} == {*MEASURED, *PLANS}
    assert len(PLANS) == 87


@pytest.mark.parametrize("name", PLANS)
def test_what_the_planning_documents_ask_for(name):
    target, (check, *asked) = targets.load(name), PLANS[name]
    comparison, percent, *deadlines = asked or (None, None)
    assert (target.check, target.deadlines) == (check, tuple(deadlines))
    if comparison is None:
        assert target.threshold is None
    else:
        assert target.threshold == targets.Threshold("share", comparison, Fraction(percent, 100))


ROLLOUT_MEASURES = {
    "BD-PA-100": "covering-of-communes",
    "BD-BOARD-WARD-100": "boards-of-urban",
    "BD-BOARD-COMMUNE-70": "boards-of-rural",
    "BD-BIGBOARD-TOWN-100": "big-boards-of-towns",
    "BD-BIGBOARD-DISTRICT-80": "big-boards-of-districts",
    "BD-HTTTN-2023": "source-system",
    "BD-CONVERT-100": "converted-of-first-stock",
    "BD-ONE-PER-COMMUNE": "one-system-of-communes",
    "BD-25PCT-YEAR": "converted-in-year-of-first-stock",
    "BD-ORDER-WORST-FIRST": "out-of-order",
    "QB-STATION-100": "upgraded-of-communes",
    "QB-IP-50": "ip-of-communes",
    "QB-BOARD-50": "boards-of-communes",
    "A23-S1": "ip-of-communes",
    "A23-S3": "boards-of-communes",
    "A23-S5": "big-boards-of-districts",
    "A23-S6": "source-system",
    "G24-2": "upgraded-of-communes",
}
COUNTED = {
    "BD-WEB-WARD-100": "websites-of-urban",
    "BD-WEB-COMMUNE-70": "websites-of-rural",
    "BD-STAFF-100": "staff-trained",
    "QB-WEB-100": "websites-of-communes",
    "A23-S2": "websites-of-communes",
    "G24-5": "staff-trained",
}
READ_AS = {
    "BD-HTTTN-2023": targets.Threshold("share", "at least", 1),
    "BD-ORDER-WORST-FIRST": targets.Threshold("count", "at most", 0),
}


@pytest.mark.parametrize("name", PLANS)
def test_what_a_rollout_shows(name):
    target = targets.load(name)
    assert target.rollout == ROLLOUT_MEASURES.get(name)
    assert target.counted == COUNTED.get(name)
    assert target.read_as == READ_AS.get(name)
    assert target.rollout_threshold == (target.threshold or target.read_as)
    if target.read_as:
        assert "(inferred)" in target.note.en


def test_every_planning_document_by_the_name_of_its_file():
    found = targets.documents()
    assert {name: len(them) for name, them in found.items()} == {
        "plan-binh-dinh": 48, "plan-quang-binh": 20, "action-2023": 11, "guidance-2024": 8,
    }  # fmt: skip
    assert {target.id for them in found.values() for target in them} == {*PLANS}


def test_no_id_is_in_two_files():
    folder = resources.files(targets)
    found = [
        name
        for file in folder.iterdir()
        if file.name.endswith(".yaml")
        for name in targets.parse(strict_yaml.parse(file.name, file.read_bytes()))
    ]
    assert sorted(found) == sorted(targets.names())


def test_nothing_is_called_law():
    for name in targets.names():
        expected = "profile" if name.startswith("PROFILE-") else "plan"
        assert targets.load(name).nature == expected


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_says_where_it_stands(name):
    target = targets.load(name)
    document, mark, source = {
        "BD": ("96/KH-UBND", "V", "96/KH-UBND"),
        "QB": ("4373/QĐ-UBND", "P", "4373/QĐ-UBND"),
        "A23": ("490", "P", "Decision 490"),
        "G24": ("2024", "P", "Directive 01/CT-BTTTT"),
    }[name.split("-")[0]]
    assert document in target.document.vi
    assert document in target.document.en
    assert source in target.source
    assert target.mark == mark
    assert target.subject
    assert target.section or name.startswith("QB-")
    assert target.metric or target.threshold is None


def test_the_base_of_the_yearly_quarter_is_told():
    note = targets.load("BD-25PCT-YEAR").note
    for text, other in ((note.vi, "68,4 %"), (note.en, "68.4 %")):
        assert "2022" in text
        assert other in text
    assert round((1 - Fraction(3, 4) ** 4) * 1_000) == 684


def test_a_target_of_districts_is_for_the_time_when_there_were_some():
    for name in ("BD-DISTMEDIA-100", "BD-BIGBOARD-TOWN-100", "BD-BIGBOARD-DISTRICT-80", "A23-S5"):
        assert "The district level ended on 1/7/2025" in targets.load(name).note.en


@pytest.mark.parametrize("name", MEASURED)
def test_every_time_limit_says_that_no_document_gives_it(name):
    target = targets.load(name)
    if target.threshold.unit == "ms":
        assert "No document gives seconds" in target.note.en
        assert "Không văn bản nào quy định số giây" in target.note.vi


def test_a_minimum_sample_shows_a_percentile_with_95_percent_confidence():
    for share, name in ((0.95, "PROFILE-T4-P95"), (0.99, "PROFILE-T4-P99")):
        sample = targets.load(name).sample
        assert 1 - share**sample >= 0.95 > 1 - share ** (sample - 1)


def test_an_unknown_target():
    with pytest.raises(KeyError):
        targets.load("PROFILE-T5")


def test_what_rests_on_assumed_data():
    assert parsed(ONE)["PROFILE-X"].rests_on is None
    assert targets.load("QB-EMERGENCY-100").rests_on == "households"


def test_a_document_says_once_what_all_its_targets_share():
    shared = "  mark: P\n  source: shared\n"
    text = ONE.replace("  nature: profile\n", f"  nature: profile\n{shared}")
    assert parsed(text)["PROFILE-X"].mark == "V"
    for own in ("    mark: V\n", '    source: "a document"\n'):
        text = text.replace(own, "")
    target = parsed(text)["PROFILE-X"]
    assert (target.mark, target.source, target.document.en) == ("P", "shared", "document")


FIELDS = (
    "expected the fields title, section, subject, metric, ways, measure, threshold, sample, "
    "deadlines, rests_on, rollout, counted, read_as, mark, source, note"
)


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("limit: 4s", "limit: 4", 'threshold.limit: is "4", expected a duration with its unit, '
         "such as 45m, 2h, 1.5s or 250ms"),
        ("limit: 4s", "limit: {is: 4s}", 'threshold.limit: is "", expected a duration with its '
         "unit, such as 45m, 2h, 1.5s or 250ms"),
        ("unit: ms", "unit: s", 'threshold.unit: is "s", expected one of ms, share, count'),
        ("at most", "below",
         'threshold.comparison: is "below", expected one of at most, at least, over'),
        ("sample: 59", "sample: 0", "sample: is the number 0, expected a whole number from 1"),
        ("sample: 59", "sample: true", "sample: is true, expected a whole number from 1"),
        ("sample: 59", "deadlines: [2025, 2022]",
         "deadlines: is a list, expected a list of years, the earliest first"),
        ("sample: 59", "deadlines: 2025",
         "deadlines: is the number 2025, expected a list of years, the earliest first"),
        ("[run]", "[]", "ways: is an empty list, expected a list of run, rollout, tested, "
         "declared, each at most once"),
        ("[run]", "[run, run]", "ways: is a list, expected a list of run, rollout, tested, "
         "declared, each at most once"),
        ("[run]", "[[run]]", "ways: is a list, expected a list of run, rollout, tested, "
         "declared, each at most once"),
        ("[run]", "[declared]", "ways: is declared, expected the way run with a measure, and a "
         "measure with the way run"),
        ("    measure: emergency_t4_p95\n", "", "ways: is run, expected the way run with a "
         "measure, and a measure with the way run"),
        ("    threshold: {comparison: at most, unit: ms, limit: 4s}\n", "",
         "threshold: is missing, expected a threshold for the measure"),
        ("[run]", "[run, rollout]", "ways: is run, rollout, expected the way rollout with a "
         "rollout's measure, and that with the way rollout"),
        ("sample: 59", "rollout: source-system", "ways: is run, expected the way rollout with a "
         "rollout's measure, and that with the way rollout"),
        ("sample: 59", "counted: pages", 'counted: is "pages", expected one of websites-of-urban, '
         "websites-of-rural, websites-of-communes, staff-trained"),
        ("sample: 59", "read_as: {comparison: at least, unit: share, limit: 100%}", "read_as: is "
         "given, expected a reading only of what a rollout shows and the document gives no figure "
         "for"),
        ("    mark: V\n", "", f"mark: is missing, {FIELDS}"),
        ("mark: V", "mark: V\n    law: 1", f"law: is an unknown field, {FIELDS}"),
        ('en: "one"', 'en: " "', 'title.en: is " ", expected words'),
        ('note: {vi: "ghi chú", en: "note"}', "note: x", 'note: is "x", expected a mapping'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(written, instead, line):
    assert ONE.count(written) == 1
    with pytest.raises(BadInput) as error:
        parsed(ONE.replace(written, instead))
    assert str(error.value.problems[0]).split(": ", 1)[1] == f"targets.PROFILE-X.{line}"


def test_a_document_of_another_nature():
    with pytest.raises(BadInput) as error:
        parsed(ONE.replace("nature: profile", "nature: decree"))
    told = 'document.nature: is "decree", expected one of profile, plan, law'
    assert str(error.value).endswith(told)


@pytest.mark.parametrize(
    "text", ["", "[]", "targets: {}", ONE.replace("PROFILE-X:", "- PROFILE-X:"), ONE + "more: 1"]
)
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
