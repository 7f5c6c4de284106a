"""JUnit of a certification: no clause looks better than it is, and what decides nothing is told."""

import copy
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports.certification_junit import junit

SNAPSHOT = Path(__file__).parent / "snapshots" / "certification.xml"
SHOWN = ("TT39-C12", "TT39-C8-AC", "PROFILE-EMG-AT-ONCE", "PROFILE-VOLUME", "PROFILE-AMPLIFIER")


@pytest.fixture
def results(certified_of):
    """Of a device with a fault; without what is another in each run and version."""
    told = copy.deepcopy(certified_of("F08").results)
    told |= {"run": "0f", "created": "2026-11-22T00:00:00+07:00", "versions": {"ttcs-hil": "1"}}
    return told


def outcomes(content):
    """Element and type of each case, by its name."""
    found = {}
    for case in ElementTree.fromstring(content).iter("testcase"):
        parts = [part for part in case if part.tag in ("failure", "error", "skipped")]
        found[case.get("name")] = [(part.tag, part.get("type")) for part in parts]
    return found


def test_the_whole_file(results):
    results["clauses"] = [each for each in results["clauses"] if each["id"] in SHOWN]
    written = junit(results)
    assert written == SNAPSHOT.read_bytes(), f"to accept it: write it to {SNAPSHOT}"


def test_every_clause_is_a_case_and_the_last_is_the_verdict(results):
    found = outcomes(junit(results))
    assert list(found) == [*(clause["id"] for clause in results["clauses"]), "verdict"]
    assert found["verdict"] == [("failure", "fail")]
    for clause in results["clauses"]:
        decides = clause["level"] == "MUST" and clause["checks"]
        expected = {
            "pass": [],
            "fail": [("failure", "fail")],
            "inconclusive": [("error", "inconclusive")],
            "not-run": [("error", "not-run")],
        }[clause["verdict"]]
        if expected and not decides:
            expected = [("skipped", clause["verdict"])]
        assert found[clause["id"]] == expected


def failing(results):
    return next(each for each in results["clauses"] if each["verdict"] == "fail")


def test_a_waived_clause_is_skipped_where_nothing_else_is_wrong(results):
    clause = failing(results)
    clause["checks"] = [each for each in clause["checks"] if each["verdict"] in ("fail", "pass")]
    for check in clause["checks"]:
        check["waived"] = check["verdict"] == "fail"
    assert outcomes(junit(results))[clause["id"]] == [("skipped", "waived")]
    clause["checks"].append(clause["checks"][0] | {"verdict": "inconclusive", "waived": False})
    assert outcomes(junit(results))[clause["id"]] == [("failure", "fail")]


def test_a_recommendation_that_is_missed_spoils_nothing(results):
    clause = failing(results)
    clause |= {"level": "SHOULD", "decides": False}
    assert outcomes(junit(results))[clause["id"]] == [("skipped", "fail")]


def test_a_case_without_result_shows_in_the_verdict(results):
    results["verdict"] |= {"verdict": "not-run", "reason": "no-evidence"}
    assert outcomes(junit(results))["verdict"] == [("error", "not-run")]


def test_what_xml_cannot_hold_is_escaped(results):
    results["subject"]["model"] = "a\x00<b>\ud800"
    failing(results)["requirement"] = {"vi": "]]>\x1b", "en": "\ufffe"}
    root = ElementTree.fromstring(junit(results))
    assert root[0].get("name").endswith(" a\\x00<b>\\ud800")
    assert "]]>\\x1b\n\\ufffe" in "".join(root.itertext())
