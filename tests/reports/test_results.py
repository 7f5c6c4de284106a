"""`results.json` as the schema has it."""

import json
from copy import deepcopy
from datetime import date
from fractions import Fraction
from importlib.resources import files
from typing import get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.declarations import Declaration
from conformance.judgement import World, judge
from conformance.targets import Check, Comparison, Nature, Way
from conformance.verdicts import Lifecycle, Reason, Verdict
from reports.results import results, sentence
from scenarios.scenario import TargetRequest
from scenarios.sourced import Mark
from simulator.measurement import Measurement, Unit

SCHEMA = json.loads(files("reports").joinpath("schemas/results.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_knows_the_words_of_the_code():
    target = SCHEMA["properties"]["targets"]["items"]["properties"]
    assert SCHEMA["$defs"]["verdict"]["enum"] == list(Verdict)
    assert SCHEMA["$defs"]["reason"]["enum"] == list(Reason)
    assert SCHEMA["properties"]["lifecycle"]["enum"] == list(Lifecycle)
    assert SCHEMA["properties"]["world"]["enum"] == list(get_args(World))
    for name, words in {
        "nature": Nature,
        "check": Check,
        "mark": Mark,
    }.items():
        assert target[name]["enum"] == list(get_args(words))
    for name, words in {"comparison": Comparison, "unit": Unit}.items():
        assert target[name]["enum"] == [*get_args(words), None]
    assert target["ways"]["items"]["enum"] == list(get_args(Way))


def objects(schema):
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_every_mapping_of_the_schema_is_closed():
    assert all("additionalProperties" in mapping for mapping in objects(SCHEMA))


@pytest.mark.parametrize("chosen", [slice(None), slice(0), slice(1)])
def test_results_are_valid(results_of, requests, chosen):
    written = json.dumps(results_of(requests[chosen]), allow_nan=False)
    VALIDATOR.validate(json.loads(written))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda data: data.pop("seed"),
        lambda data: data.update(now="2022-09-26"),
        lambda data: data["targets"][0].update(verdict="passed"),
        lambda data: data["targets"][0].pop("source"),
        lambda data: data["measures"]["wrong_area"].update(sample=-1),
        lambda data: data["bulletins"][0]["latency_ms"].update(p95=1.5),
        lambda data: data["verdict"]["sentence"].pop("vi"),
    ],
)
def test_the_schema_refuses_other_results(results_of, requests, break_it):
    data = deepcopy(results_of(requests))
    break_it(data)
    assert not VALIDATOR.is_valid(data)


def test_a_target_in_the_results(results_of, requests):
    reach = results_of(requests)["targets"][2]
    assert reach["id"] == "PROFILE-REACH-ONLINE"
    assert (reach["value"], reach["limit"], reach["margin"]) == (0.991842, 0.99, 0.001842)
    assert (reach["exact"], reach["sample"]) == ({"count": 3_769, "of": 3_800}, 3_800)
    assert (reach["unit"], reach["verdict"], reach["reason"]) == ("share", "pass", "met")
    assert (reach["nature"], reach["mark"], reach["expected"]) == ("profile", "P", "pass")


def test_a_device_that_is_never_reached(results_of, requests):
    late = results_of(requests)["targets"][1]
    assert (late["value"], late["unbounded"], late["margin"]) == (None, True, None)
    assert (late["verdict"], late["sample"]) == ("fail", 3_800)


def test_what_a_run_does_not_measure(unmeasured):
    VALIDATOR.validate(json.loads(json.dumps(unmeasured)))
    declared, figureless, undeclared, tested, rollout = unmeasured["targets"]
    assert (declared["check"], declared["verdict"]) == ("declared", "pass")
    assert declared["declared"] == {
        "date": "2025-12-31",
        "evidence": "báo cáo 12/BC-STTTT,\ntrang 3",
    }
    assert (declared["value"], declared["exact"]) == (0.715517, {"count": 83, "of": 116})
    assert (declared["comparison"], declared["limit"], declared["unit"]) == ("over", 0.7, "share")
    assert (declared["section"], declared["deadlines"]) == ("I.2.a", [2025])
    assert figureless["declared"] == {"date": "2023-11-20", "evidence": "biên bản"}
    for name in ("comparison", "limit", "unit", "value", "margin"):
        assert figureless[name] is None
    assert (undeclared["declared"], undeclared["reason"]) == (None, "not-declared")
    assert (tested["check"], tested["reason"]) == ("tested", "needs-suite")
    assert (rollout["check"], rollout["reason"]) == ("not-judged", "needs-rollout")
    assert all(target["measure"] is None for target in unmeasured["targets"])


def test_an_uncertainty_is_told(results_of):
    measures = {"emergency_t4_p95": Measurement(3_990, "ms", 100, uncertainty=20)}
    data = results_of([TargetRequest("PROFILE-T4-P95")], measures)
    VALIDATOR.validate(json.loads(json.dumps(data)))
    assert data["targets"][0]["reason"] == "within-uncertainty"
    assert data["targets"][0]["uncertainty"] == 20
    assert data["measures"]["emergency_t4_p95"]["uncertainty"] == 20


def test_measures_come_in_one_order(results_of, requests, measures):
    data = results_of(requests)
    turned = results_of(requests, dict(reversed(measures.items())))
    assert json.dumps(data) == json.dumps(turned)
    assert data["measures"]["emergency_t4_p95"] == {
        "value": 3_412,
        "unit": "ms",
        "sample": 3_800,
        "unbounded": False,
    }


@given(st.integers(1, 10**8).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_rounded_share_stays_on_its_side_of_the_limit(share):
    measurement = Measurement(Fraction(*share), "share", share[1])
    judgement = judge(
        [TargetRequest("PROFILE-REACH-ONLINE")], {"emergency_reach_online": measurement}, "model"
    )
    told = results({}, {}, judgement)["targets"][0]
    assert (told["value"] >= 0.99) is (told["margin"] >= 0) is (told["verdict"] == "pass")
    assert told["exact"] == {"count": share[0], "of": share[1]}


def said(*requests, **values):
    measures = {name: Measurement(value, "count", 5) for name, value in values.items()}
    text = sentence(judge(requests, measures, "virtual"))
    return text.vi, text.en


CANCEL, AREA = TargetRequest("PROFILE-AFTER-CANCEL"), TargetRequest("PROFILE-WRONG-AREA")


def test_sentences():
    assert said() == (
        "Chưa thử: kịch bản không nêu chỉ tiêu nào, nên không có gì để kết luận.",
        "Not run: the scenario names no target, so there is nothing to judge.",
    )
    assert said(CANCEL, AREA, after_cancel=0, wrong_area=0) == (
        "Đạt: 2/2 chỉ tiêu đạt.",
        "Pass: 2 of 2 targets met.",
    )
    expected = TargetRequest("PROFILE-WRONG-AREA", expect="fail", why="w")
    assert said(CANCEL, expected, after_cancel=0, wrong_area=3) == (
        "Đạt: 1/2 chỉ tiêu đạt, 1 chỉ tiêu không đạt đúng như kịch bản dự kiến.",
        "Pass: 1 of 2 targets met, 1 missed as the scenario expects.",
    )
    assert said(CANCEL, AREA, after_cancel=1, wrong_area=0) == (
        "Không đạt ở 1/2 chỉ tiêu: PROFILE-AFTER-CANCEL (ngoài giới hạn).",
        "Fail in 1 of 2 targets: PROFILE-AFTER-CANCEL (outside the limit).",
    )
    assert said(CANCEL, AREA, after_cancel=1) == (
        "Lỗi công cụ thử ở 1/2 chỉ tiêu: PROFILE-WRONG-AREA (công cụ thử không đo đại lượng này).",
        "Harness error in 1 of 2 targets: PROFILE-WRONG-AREA (the harness did not measure this).",
    )


def test_a_sentence_tells_what_was_only_declared():
    figure = Measurement(Fraction(1), "share", 9)
    declared = {"BD-STAFF-100": Declaration("BD-STAFF-100", figure, date(2025, 12, 31), "e")}
    requests = [CANCEL, TargetRequest("BD-STAFF-100")]
    measures = {"after_cancel": Measurement(0, "count", 5)}
    text = sentence(judge(requests, measures, "virtual", declarations=declared))
    assert text.vi == "Đạt: 2/2 chỉ tiêu đạt; 1 chỉ tiêu chỉ theo khai báo, không đo."
    assert text.en == "Pass: 2 of 2 targets met; 1 by declaration only, not measured."


def test_a_sentence_names_at_most_three():
    vi, en = said(*[CANCEL] * 4, after_cancel=1)
    assert vi.startswith("Không đạt ở 4/4 chỉ tiêu: ")
    assert en.count("PROFILE-AFTER-CANCEL") == 3
    assert en.endswith("; ….")
