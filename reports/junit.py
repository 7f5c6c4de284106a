"""Results as a JUnit file: a suite for each scenario, a case for each target.

JUnit knows no more than passed, failed, error and skipped, and what reads it takes a skipped case
for a good one. So only what does not apply is skipped; what could not be concluded, or was not
tried, is an error whose type says which. The file depends on the runs alone: it has no times.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.outcomes import outcomes
from conformance.verdicts import Verdict
from reports.figures import explained, verdict
from scenarios.problems import one_line

OUTCOMES: Final[Mapping[Verdict, str | None]] = {
    Verdict.PASS: None,
    Verdict.FAIL: "failure",
    Verdict.INCONCLUSIVE: "error",
    Verdict.NOT_RUN: "error",
    Verdict.ERROR: "error",
    Verdict.NOT_APPLICABLE: "skipped",
}
"""The element of JUnit that says each verdict."""

_TOLD: Final = (
    "verdict",
    "reason",
    "expected",
    "value",
    "limit",
    "margin",
    "unit",
    "sample",
    "check",
)
_COUNTED: Final = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def junit(runs: Sequence[Mapping[str, Any]], versions: Mapping[str, str] | None = None) -> bytes:
    """The `results.json` of some runs as one JUnit file; `versions` are of what made them."""
    return written([_suite(results, versions or {}) for results in runs])


def written(suites: Iterable[Element]) -> bytes:
    """A file of these suites."""
    root = Element("testsuites", name="ttcs")
    root.extend(suites)
    for counted in ("tests", "failures", "errors", "skipped"):
        root.set(counted, str(sum(int(suite.get(counted, "0")) for suite in root)))
    indent(root, " ")
    content: bytes = tostring(root, "UTF-8", xml_declaration=True)
    return content + b"\n"


def suite_of(name: str, facts: Mapping[str, Any], cases: Sequence[Element]) -> Element:
    """A suite of these cases, counted."""
    found = Counter(_COUNTED[part.tag] for case in cases for part in case if part.tag in _COUNTED)
    counts = {counted: str(found[counted]) for counted in _COUNTED.values()}
    suite = Element("testsuite", {"name": name, "tests": str(len(cases)), **counts})
    add_properties(suite, facts)
    suite.extend(cases)
    return suite


def add_properties(element: Element, facts: Mapping[str, Any]) -> None:
    """Facts by name, for people."""
    properties = SubElement(element, "properties")
    for name, value in facts.items():
        said = "" if value is None else one_line(str(value))
        SubElement(properties, "property", name=name, value=said)


def add_outcome(case: Element, verdict: Verdict, message: str, text: str) -> None:
    """What became of a case."""
    outcome = OUTCOMES[verdict]
    if outcome is None:
        SubElement(case, "system-out").text = text
    else:
        SubElement(case, outcome, type=verdict.value, message=message).text = text


def _suite(results: Mapping[str, Any], versions: Mapping[str, str]) -> Element:
    scenario = results["scenario"]
    name = one_line(scenario["name"])
    # A scenario without targets has concluded nothing, which must not look like success.
    cases = [_case(name, target) for target in outcomes(results)] or [_without_targets(results)]
    facts = {
        "title.vi": scenario["title"]["vi"],
        "title.en": scenario["title"]["en"],
        "scenario.sha256": scenario["sha256"],
        **{fact: results[fact] for fact in ("world", "engine", "seed")},
        "replications": results.get("replications", {"count": 1})["count"],
        **{f"version.{tool}": version for tool, version in versions.items()},
    }
    return suite_of(name, facts, cases)


def _case(suite: str, target: Mapping[str, Any]) -> Element:
    case = Element("testcase", classname=suite, name=target["id"])
    add_properties(case, {name: target[name] for name in _TOLD})
    _add_outcome(case, target, explained(target))
    return case


def _without_targets(results: Mapping[str, Any]) -> Element:
    case = Element("testcase", classname=one_line(results["scenario"]["name"]), name="run")
    sentence = results["verdict"]["sentence"]
    _add_outcome(case, results["verdict"], f"{sentence['vi']}\n{sentence['en']}")
    return case


def _add_outcome(case: Element, judged: Mapping[str, Any], text: str) -> None:
    add_outcome(case, Verdict(judged["verdict"]), verdict(judged), text)
