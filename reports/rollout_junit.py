"""A rollout plan's results as a JUnit file: a case for each target, passed where it is met surely.

What is surely is the results' own rule, `sure`. As of runs, only what does not apply is skipped;
what is open, declared without a figure or not given is an error whose type says which.
"""

from collections.abc import Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element

from conformance.verdicts import Verdict
from reports import rollout_figures as figures
from reports.junit import add_outcome, add_properties, suite_of, written
from reports.words import Language
from scenarios.problems import one_line

_LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")
_TOLD: Final = ("verdict", "reason", "how", "measure", "comparison", "limit", "unit")


def junit(results: Mapping[str, Any], versions: Mapping[str, str]) -> bytes:
    """The `results.json` of a plan as a JUnit file; `versions` are of what made it."""
    plan = results["plan"]
    name = one_line(plan["name"])
    facts = {
        **{f"title.{language}": plan["title"][language] for language in _LANGUAGES},
        "plan.sha256": plan["sha256"],
        "seed": plan["seed"],
        "replications": results["replications"],
        "sure.pass_percent": results["sure"]["pass_percent"],
        **{f"version.{tool}": version for tool, version in versions.items()},
    }
    return written([suite_of(name, facts, [_case(name, t) for t in results["targets"]])])


def _case(suite: str, target: Mapping[str, Any]) -> Element:
    case = Element("testcase", classname=suite, name=target["id"])
    met = target["met"]
    facts = {name: target[name] for name in _TOLD}
    if met:
        facts |= {"probability": met["probability"], "interval": figures.interval(met, "en")}
    add_properties(case, facts)
    word = figures.verdict(target)
    text = "\n".join(_explained(target, language) for language in _LANGUAGES)
    add_outcome(case, Verdict(target["verdict"]), f"{word.vi} / {word.en}", text)
    return case


def _explained(target: Mapping[str, Any], language: Language) -> str:
    """What it is, each deadline's value and probability, why, and what misses it."""
    reason = getattr(figures.reason(target), language)
    parts = [one_line(target["title"][language]), reason]
    for year, met, _ in figures.judged_years(target):
        values = (f"{p.upper()} {figures.value(year[p], target, language)}" for p in ("p50", "p80"))
        chance = figures.probability(met, language) if met else figures.NO_VALUE
        limit = figures.limit(target, language)
        parts.append(f"{year['year']}: {', '.join(values)} ({limit}): {chance}")
    if count := figures.decisive_count(target):
        parts.append(f"{count['year']}: {figures.bounds(target, count, language)}")
    if target["held_up"] and target["verdict"] != Verdict.PASS:
        parts.append(figures.late_told(target["held_up"], language))
    return "; ".join(parts)
