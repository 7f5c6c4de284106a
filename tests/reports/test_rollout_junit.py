"""A plan for a build server: passed is what is met surely, and nothing else."""

from xml.etree.ElementTree import fromstring

import pytest

from reports.rollout_junit import junit
from reports.rollout_reading import read

ELEMENTS = {
    "pass": "system-out",
    "fail": "failure",
    "inconclusive": "error",
    "not-run": "error",
    "not-applicable": "skipped",
}


@pytest.fixture(scope="module")
def results(plan_bundle_of):
    return read(plan_bundle_of("binh-dinh-2022-2025", "--no-phases")).results


def test_a_case_for_each_target_by_its_verdict(results):
    root = fromstring(junit(results, {"numpy": "1"}))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert set(cases) == {target["id"] for target in results["targets"]}
    for target in results["targets"]:
        case = cases[target["id"]]
        (outcome,) = (part for part in case if part.tag != "properties")
        assert outcome.tag == ELEMENTS[target["verdict"]]
        if target["met"]:
            is_sure = target["met"]["probability"] >= 0.8
            assert (target["verdict"] == "pass") == is_sure
        else:
            assert outcome.tag != "system-out"
    assert int(root.get("tests")) == len(cases)
    assert int(root.get("failures")) == sum(t["verdict"] == "fail" for t in results["targets"])


def test_a_failure_says_how_sure_and_what_misses_it(results):
    root = fromstring(junit(results, {}))
    (case,) = (case for case in root.iter("testcase") if case.get("name") == "BD-PA-100")
    told = case.find("failure").text
    assert "2025: P50 " in told
    assert "≥ 100 %" in told
    assert "works late" in told
