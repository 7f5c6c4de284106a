"""Clauses as a bundle keeps them: documents that the reader of the ledger reads, in JSON.

So the rules that a verdict was made by can be read in ten years, by people and by the same reader.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from conformance.clauses import Clause, quantities
from scenarios.scenario import Text


def documents(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """The clauses, those of one document together."""
    found: dict[Text, dict[str, Any]] = {}
    for clause in clauses:
        head = {
            "title": _text(clause.document),
            "nature": clause.nature,
            "held": clause.held,
            "checked_on": clause.checked_on.isoformat(),
        }
        first = {"ttcs": 1, "document": head, "clauses": {}}
        found.setdefault(clause.document, first)["clauses"][clause.id] = _fields(clause)
    return list(found.values())


def _fields(clause: Clause) -> Mapping[str, Any]:
    fields = {
        "revision": clause.revision,
        "nature": clause.nature,
        "held": clause.held,
        "place": clause.place and _text(clause.place),
        "requirement": _text(clause.requirement),
        "binds": list(clause.binds),
        "level": clause.level,
        "mark": clause.mark,
        "source": clause.source,
        "in_force": _day(clause.in_force),
        "until": _day(clause.until),
        "checked_on": _day(clause.checked_on),
        "needs": list(clause.needs),
        "verified_by": list(clause.verified_by),
        "checks": list(clause.checks),
        "limits": dict(clause.limits),
        "quantities": {each.name: quantities.written(each) for each in clause.quantities} or None,
        "mutants": list(clause.mutants),
        "not_tested": clause.not_tested and _text(clause.not_tested),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
