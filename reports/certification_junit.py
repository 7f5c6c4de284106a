"""A certification as a JUnit file: a case for each clause, and one for the verdict over all.

What decides nothing never spoils the file, and never counts as passed there: clauses that should
hold and do not, that are not tested here, or whose failures are all waived, are skipped.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from conformance.verdicts import Reason, Verdict
from reports.certification_words import WHY
from reports.junit import add_outcome, add_properties, suite_of, written
from reports.words import VERDICTS
from scenarios.problems import one_line

_HARMLESS = (Verdict.PASS, Verdict.NOT_APPLICABLE)


def junit(results: Mapping[str, Any]) -> bytes:
    """The `results.json` of a certification."""
    tested = results["subject"]
    name = one_line(f"{results['role']} {tested['vendor']} {tested['model']}")
    whole = Element("testcase", classname=name, name="verdict")
    sentence = _both(results["verdict"]["sentence"], "\n")
    _add(whole, results["verdict"], sentence)
    facts = {
        **{f"subject.{fact}": tested[fact] for fact in ("serial", "firmware", "firmware_sha256")},
        **{fact: results[fact] for fact in ("run", "challenge", "run_by", "created", "emulated")},
        **{f"version.{tool}": version for tool, version in results["versions"].items()},
    }
    cases = [_case(name, clause) for clause in results["clauses"]]
    return written([suite_of(name, facts, [*cases, whole])])


def _case(suite: str, clause: Mapping[str, Any]) -> Element:
    case = Element("testcase", classname=suite, name=one_line(clause["id"]))
    facts = {fact: clause[fact] for fact in ("nature", "level", "verdict", "reason")}
    cited = {f"cited.{language}": text for language, text in clause["cited"].items()}
    add_properties(case, facts | cited)
    text = "\n".join((_both(clause["requirement"], "\n"), *map(_check, clause["checks"])))
    decides = clause["decides"]
    if _is_waived(clause):
        SubElement(case, "skipped", type="waived", message=_message(clause)).text = text
    elif clause["verdict"] != Verdict.PASS and not decides:
        SubElement(case, "skipped", type=clause["verdict"], message=_message(clause)).text = text
    else:
        _add(case, clause, text)
    return case


def _is_waived(clause: Mapping[str, Any]) -> bool:
    """Whether nothing but waived failures keeps it from passing."""
    return clause["verdict"] == Verdict.FAIL and all(
        check["waived"] or check["verdict"] in _HARMLESS for check in clause["checks"]
    )


def _check(check: Mapping[str, Any]) -> str:
    place = check["case"] or check["by"]
    said = f"{check['check']} ({place}): {check['verdict']}, {check['reason']}"
    if check["limit_ms"] is not None:
        said += f", {check['value_ms']} ms <= {check['limit_ms']} ms"
    return one_line(said) + (f"\n  {_both(check['says'], ' / ')}" if check["says"] else "")


def _add(case: Element, judged: Mapping[str, Any], text: str) -> None:
    add_outcome(case, Verdict(judged["verdict"]), _message(judged), text)


def _message(judged: Mapping[str, Any]) -> str:
    verdict, why = VERDICTS[Verdict(judged["verdict"])], WHY[Reason(judged["reason"])]
    return f"{verdict.vi} ({why.vi}) / {verdict.en} ({why.en})"


def _both(text: Mapping[str, str], between: str) -> str:
    return one_line(text["vi"]) + between + one_line(text["en"])
