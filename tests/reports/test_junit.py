"""JUnit files: one case for each target, and no verdict that looks better than it is."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance.verdicts import Verdict
from reports.junit import OUTCOMES, junit

SNAPSHOT = Path(__file__).parent / "snapshots" / "junit.xml"


def test_the_whole_file(results_of, requests):
    runs = [results_of(requests), results_of([])]
    written = junit(runs, {"python": "3.11.0", "numpy": "2.4.0"})
    assert written == SNAPSHOT.read_bytes(), f"to accept it: write it to {SNAPSHOT}"
    assert written == junit(runs, {"python": "3.11.0", "numpy": "2.4.0"})


@pytest.mark.parametrize(
    ("verdict", "element", "counted"),
    [
        ("pass", None, None),
        ("fail", "failure", "failures"),
        ("inconclusive", "error", "errors"),
        ("not-run", "error", "errors"),
        ("error", "error", "errors"),
        ("not-applicable", "skipped", "skipped"),
    ],
)
def test_what_each_verdict_becomes(results_of, requests, verdict, element, counted):
    results = results_of(requests[:1])
    results["targets"][0]["verdict"] = verdict
    root = ElementTree.fromstring(junit([results]))
    suite = root[0]
    counts = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "1", "failures": "0", "errors": "0", "skipped": "0"} | (
        {counted: "1"} if counted else {}
    )
    assert {name: suite.get(name) for name in counts} == counts
    outcome = [
        (part.tag, part.get("type"))
        for part in suite.find("testcase")
        if part.tag not in ("properties", "system-out")
    ]
    assert outcome == ([(element, verdict)] if element else [])


def test_every_verdict_has_its_element():
    assert set(OUTCOMES) == set(Verdict)
    assert {v for v, element in OUTCOMES.items() if element is None} == {Verdict.PASS}
    assert {v for v, e in OUTCOMES.items() if e == "skipped"} == {Verdict.NOT_APPLICABLE}


def test_without_targets_nothing_passes(results_of):
    (case,) = ElementTree.fromstring(junit([results_of([])])).iter("testcase")
    assert case.find("error").get("type") == "not-run"


def test_the_worst_replication_decides(results_of, requests):
    results = results_of(requests[:1])
    over_all = {"id": results["targets"][0]["id"], "verdict": "fail", "reason": "limit-not-met"}
    results["replications"] = {"count": 9, "targets": [over_all]}
    results["targets"][0]["verdict"] = "pass"
    (case,) = ElementTree.fromstring(junit([results])).iter("testcase")
    assert case.find("failure") is not None


def test_what_xml_cannot_hold_is_escaped(results_of, requests):
    results = results_of(requests)
    results["scenario"]["name"] = "a\x00<b>\ud800"
    results["targets"] = results["targets"][:1]
    results["targets"][0]["why"] = "]]>\x1b\ufffe"
    root = ElementTree.fromstring(junit([results]))
    assert root[0].get("name") == "a\\x00<b>\\ud800"
    assert "]]>\\x1b\\ufffe" in "".join(root.itertext())
