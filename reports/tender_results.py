"""What a bundle shows of a tender's requirements, as plain data that every form is told by."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from conformance import evidence
from conformance.certified import NO_CERTIFICATE, scope
from conformance.handed_over import HandedOver
from conformance.tender.asked import Asked
from conformance.tender.held_against import Held, Measure
from conformance.tender.judging import Answer, Shown, answers, totals
from conformance.tender.mapping import Mapped
from conformance.verdicts import Verdict
from reports.findings.certified import replay
from reports.handed_over import about
from reports.tender_words import WHAT_IT_IS
from scenarios.scenario import Text

RECORD = "record.jsonl"


def results(asked: Asked, bundle: HandedOver) -> dict[str, Any]:
    """One bundle held against the tender."""
    found = answers(asked.mapped, asked.clauses, bundle)
    limited = scope(bundle.judged.evidence) if bundle.judged else None
    return {
        "ttcs": 1,
        "kind": "tender",
        "notes": [_text(note) for note in (NO_CERTIFICATE, WHAT_IT_IS, limited) if note],
        "tender": tender(asked),
        "bundle": about(bundle),
        "totals": {level: dict(counted) for level, counted in totals(found).items()},
        "requirements": [_requirement(each, bundle, asked) for each in found],
    }


def tender(asked: Asked) -> dict[str, Any]:
    """The tender itself, whatever the bundle."""
    return {
        "file": asdict(asked.file),
        "mapping": asked.mapping and asdict(asked.mapping),
        "unread": list(asked.tender.unread),
    }


def side_by_side(asked: Asked, bundles: Sequence[HandedOver]) -> list[dict[str, Any]]:
    """How each requirement stands in each bundle."""
    of_bundles = [answers(asked.mapped, asked.clauses, bundle) for bundle in bundles]
    return [
        {**_asked(mapped), "standings": [found[place].standing for found in of_bundles]}
        for place, mapped in enumerate(asked.mapped)
    ]


def _asked(mapped: Mapped) -> dict[str, Any]:
    of = mapped.requirement
    return {
        "number": of.number,
        "text": of.text,
        "level": of.level,
        "clauses": dict(mapped.clauses),
        "stale": mapped.is_stale,
    }


def _requirement(answer: Answer, bundle: HandedOver, asked: Asked) -> dict[str, Any]:
    return {
        **_asked(answer.mapped),
        "standing": answer.standing,
        "clauses": [_shown(each, bundle) for each in answer.shown],
        "numbers": [_held(each) for each in answer.held],
        "suggested": [
            {
                "clause": each.clause,
                "score": each.score,
                "requirement": _text(asked.clauses[each.clause].requirement),
            }
            for each in answer.mapped.suggested
        ],
    }


def _shown(shown: Shown, bundle: HandedOver) -> dict[str, Any]:
    clause, told = shown.clause, shown.told
    checks = told["checks"] if told else []
    return {
        "id": clause.id,
        "revision": clause.revision,
        "how": shown.how,
        "nature": clause.nature,
        "level": clause.level,
        "mark": clause.mark,
        "cited": _text(clause.cited()),
        "requirement": _text(clause.requirement),
        "judged": told is not None,
        "verdict": shown.verdict,
        "reason": shown.reason,
        "not_tested": clause.not_tested and _text(clause.not_tested),
        "waived": any(check["waived"] for check in checks),
        "evidence": _evidence(checks, bundle),
        "measured": [_measure(each) for each in shown.measures],
    }


def _evidence(checks: Sequence[Mapping[str, Any]], bundle: HandedOver) -> list[dict[str, Any]]:
    """Where it can be looked up, what did not pass first: each case or other source once."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for check in sorted(checks, key=lambda each: bool(each["verdict"] == Verdict.PASS)):
        source = check["case"] or check["by"]
        found.setdefault((source, check["case"]), []).append(check)
    return [
        {
            "case": case or None,
            "by": own[0]["by"],
            "file": _file(case, bundle) if case else evidence.READINGS,
            "checks": [{name: c[name] for name in ("check", "verdict", "reason")} for c in own],
            "replay": _replay(case, bundle) if case else None,
        }
        for (_, case), own in found.items()
    ]


def _file(case: str, bundle: HandedOver) -> str | None:
    """The record of the case; None where it was not tried."""
    tried = bundle.judged is not None and case in bundle.judged.evidence.trials
    return f"{evidence.CASES}{case}/{RECORD}" if tried else None


def _replay(case: str, bundle: HandedOver) -> str | None:
    return replay(bundle.judged.results, bundle.place, case) if bundle.judged else None


def _held(held: Held) -> dict[str, Any]:
    figure = held.figure
    return {
        "written": figure.written,
        "sense": figure.sense,
        "value": str(figure.value),
        "unit": figure.unit,
        "verdict": held.verdict,
        "why": held.why,
        "beside": [_measure(each) for each in held.beside],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "clause": measure.clause,
        "name": measure.name,
        "value": str(measure.value),
        "uncertainty": str(measure.uncertainty),
        "unit": measure.unit,
        "limit": measure.limit,
        "is_measured": measure.is_measured,
    }


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}
