"""What a script may say, and that what is wrong is told by file and line, in one line."""

import json
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.sources.acts import Area, Compose, Issue, RouteFeedback
from conformance.sources.by_hand import browser_script as s
from conformance.sources.by_hand import values
from scenarios import strict_yaml
from scenarios.problems import BadInput

SMALL = """\
ttcs: 1
system: "Mine"
timeout: 5s
cases: [source-approval]
refused: "#wrong"
acts:
  LogIn:
    - goto: /login
    - fill: {at: "#password", with: "${password}"}
    - click: "main button"
  LogOut: []
  Compose:
    - fill: {at: "#title", with: "${title}"}
    - upload: "#file"
    - read: {from: url, pattern: "/tin/([0-9]+)"}
  Submit: []
  Appraise: []
  Approve: [{click: "tr:has-text(\\"${bulletin}\\") .approve"}]
  Issue:
    - if: bulletin_class
      is: emergency
      then: [{every: 150s, do: [{fill: {at: "#code", with: "${code}"}}]}]
      else: []
    - each: communes
      do: [{tick: "#xa-${each}"}]
    - there: "#night"
      then: [{tick: "#night"}]
    - send: "#send"
  Cancel: []
  DeviceStates:
    - rows:
        at: tr
        columns:
          - {from: text, pattern: "(.+)"}
          - {from: class, at: .tag, pattern: "([a-z]+)", means: {"mat": lost}}
        next: "a.next"
"""


def parsed(text):
    return s.parse(strict_yaml.parse("mine.yaml", text.encode()))


def test_a_script():
    script = parsed(SMALL)
    assert (script.system, script.timeout_ms) == ("Mine", 5_000)
    assert script.acts["LogIn"][0] == s.On(8, "goto", "/login")
    choose, each, there, send = script.acts["Issue"]
    assert (choose.name, choose.equals, choose.then[0].lasting_ms) == (
        "bulletin_class",
        "emergency",
        150_000,
    )
    assert each == s.Each(each.line, "communes", (s.On(each.line + 1, "tick", "#xa-${each}"),))
    assert (there.at, there.otherwise, send.kind) == ("#night", (), "send")
    (rows,) = script.acts["DeviceStates"]
    assert (rows.columns[1].means, rows.following) == ({"mat": "lost"}, "a.next")


def test_the_shipped_one_is_found_by_its_name_and_another_by_its_file(tmp_path):
    assert s.read("reference", tmp_path).acts.keys() >= {*s.NEEDED, "DeviceStates"}
    (tmp_path / "mine.yaml").write_text(SMALL)
    assert s.read("mine.yaml", tmp_path).system == "Mine"
    with pytest.raises(BadInput, match="not readable"):
        s.read("../scripts/other", tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("goto: /login", "goto: https://a.example/", 8, "an address within the system"),
        ("goto: /login", "goto: //a.example/", 8, "an address within the system"),
        ("goto: /login", "goto: /${title}", 8, "${…} of login, wrong"),
        ("goto: /login", "goto: /${password}", 8, "${…} of"),
        ("goto: /login", "wander: /login", 8, "a step: goto, click"),
        ("goto: /login", "{goto: /login, click: b}", 8, "the fields goto"),
        ('    - upload: "#file"', "    - upload: ''", 14, "words"),
        ("  Submit: []", '  Submit: [{upload: "#f"}]', 16, "the act has no sound"),
        ("  Submit: []", "  Submit: {}", 16, "a list of at most 100 steps"),
        ("  Submit: []\n", "", 7, "the fields"),
        ("  Submit: []", "  Submit: []\n  Dance: []", 17, "the fields"),
        ("if: bulletin_class", "if: weather", 20, "one of"),
        ("is: emergency", "was: emergency", 21, "the fields if, is, then, else"),
        ("every: 150s", "every: 150", 22, "a duration"),
        ('"/tin/([0-9]+)"', '"/tin/[0-9]+"', 15, "a pattern of at most 200 characters"),
        ('"/tin/([0-9]+)"', '"/tin/([0-9]+"', 15, "a pattern of at most 200 characters"),
        ("from: url,", "from: url, at: b,", 15, "none: the address is the page's"),
        ('with: "${code}"', 'with: "${codes}"', 22, "${…} of"),
        ("[source-approval]", "[source-nothing]", 4, "a list of cases"),
        ("[source-approval]", "[emergency-at-once]", 4, "a list of cases"),
        ("[source-approval]", "[[source-approval]]", 4, "a list of cases"),
        ("timeout: 5s", "timeout: 5h", 3, "at most two minutes"),
        ('means: {"mat": lost}', "means: []", 35, "a mapping"),
        ('means: {"mat": lost}', 'means: {"mat": 1}', 35, "words"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(old, new, line, said):
    assert old in SMALL
    with pytest.raises(BadInput) as caught:
        parsed(SMALL.replace(old, new, 1))
    told = str(caught.value.problems[0])
    assert told.startswith(f"mine.yaml:{line}:"), told
    assert said in told
    assert "\n" not in told


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8))
STEPS = (*get_args(s.OnOne), "fill", "select", "read", "rows", "if", "there", "each", "every")
PARTS = ("is", "then", "else", "do", "at", "with", "from", "pattern", "columns", "means", "${x}")
NAMES = st.sampled_from((*STEPS, *PARTS))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(TREES)
def test_whatever_stands_for_steps_is_read_or_told_in_one_line(tree):
    text = SMALL.replace("  Submit: []", f"  Submit: {json.dumps(tree)}")
    try:
        steps = parsed(text).acts["Submit"]
    except BadInput as bad:
        lines = [str(each) for each in bad.problems]
        assert all(re.match(r"mine\.yaml(:\d+)*: .*expected", each) for each in lines), lines
        assert not [each for each in lines if "\n" in each]
    else:
        assert isinstance(tree, list)
        assert len(steps) == len(tree)


@given(st.text(max_size=60))
def test_any_text_is_a_script_or_told(text):
    problems = []
    try:
        parsed(text)
    except BadInput as bad:
        problems = [str(each) for each in bad.problems]
    assert not [each for each in problems if "\n" in each]


# ---- Values -------------------------------------------------------------------------------------


def test_every_act_has_the_values_that_its_kind_names():
    acts = [
        Compose("k", "Thử nghiệm", "priority", 1_500),
        Issue("k", "7", Area(("21550",), ("a", "b"), True), 1_795_359_600_000, 2, 61_000),
        Issue("k", "7", Area()),
    ]
    for act in acts:
        named = values.names(type(act)) - {"bulletin_class"}
        assert values.of(act).keys() - {"bulletin_class"} == named
    compose, order, plain = map(values.of, acts)
    assert (compose["sound_ms"], compose["sound_s"], compose["text"]) == ("1500", "2", "")
    assert (order["not_before"], order["gap_min"]) == ("2026-11-22T22:00", "2")
    assert (order["communes"], order["devices"]) == (("21550",), ("a", "b"))
    assert (order["everywhere"], plain["everywhere"], plain["not_before"]) == ("yes", "", "")


def test_places_and_all_kinds_have_names():
    assert values.names(RouteFeedback) == {"feedback", "to_level", "to_code"}
    assert {*s.NEEDED} < values.act_types().keys()
    for kind in values.act_types().values():
        assert all(name.isidentifier() for name in values.names(kind))
