"""The ledger: every requirement as data, with where it stands, how sure that is, and what shows it.

Law and profile stay apart. Of the law only what was seen word by word is cited as law; of a row
whose article is not known the citation says so; everything else is a profile of this project, with
its own source. A user who holds more of the texts lays clauses of his own over these.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from conformance import targets
from conformance.clauses import quantities
from conformance.clauses.quantities import Quantity
from scenarios import strict_yaml
from scenarios.problems import BadInput, Path, Problem, shown
from scenarios.scenario import Text
from scenarios.sourced import (
    Mark,
    choice,
    mapping,
    read_fields,
    read_text,
    version_1,
    words,
    yes_or_no,
)

Nature = Literal["law", "profile"]
"""What the law says, by a text that was seen; or what this project, a guide, a plan or a user
expects."""

Role = Literal[
    "ip-speaker",
    "fm-converter",
    "e-board",
    "station-software",
    "source-system",
    "source-system-province",
    "source-system-central-exchange",
    "operator",
]
"""Who is bound."""

CERTIFIED: tuple[Role, ...] = ("ip-speaker", "fm-converter", "e-board", "station-software")
"""What can be tried as a device; the software of a station is seen as one that plays."""

SYSTEMS: tuple[Role, ...] = ("source-system-province", "source-system-central-exchange")
"""What can be tried as a source system; what binds source systems binds both."""

EXPERIMENTAL: tuple[Role, ...] = ("station-software", "source-system-central-exchange")
"""Whose profile gives findings by clause, and never a verdict over all."""

Level = Literal["MUST", "SHOULD", "INFO"]
"""INFO binds nobody: definitions, scope, lists."""

Method = Literal["test", "measurement", "inspection", "declaration"]
"""How it is verified: a conversation with the device, a reading or a laboratory's report, somebody
who looks, somebody who says so. The last two never count as tested."""

TESTED: tuple[Method, ...] = ("test", "measurement")

DOCUMENTS = (
    "circular-39.yaml",
    "decree-49.yaml",
    "dispatches.yaml",
    "plans.yaml",
    "profile-speaking.yaml",
    "profile-working.yaml",
    "profile-source-system.yaml",
    "profile-source-office.yaml",
    "profile-source-exchange.yaml",
    "profile-source-fleet.yaml",
    "profile-source-security.yaml",
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement.

    `place` is the article or annex; None where the source does not name it. `needs` are the
    capabilities without which it does not apply. `checks` show it, `mutants` are the faults (by the
    ids of `mutants`) that these must find; `not_tested` says why there are none of either.
    `limits` replace those of measurements, by name, as written with their units; `quantities` are
    what instruments read for it. `held` is false where the document's own text was not at hand.
    """

    id: str
    revision: int
    document: Text
    nature: Nature
    held: bool
    place: Text | None
    requirement: Text
    binds: tuple[Role, ...]
    level: Level
    mark: Mark
    source: str
    in_force: date | None
    until: date | None
    checked_on: date
    needs: tuple[str, ...]
    verified_by: tuple[Method, ...]
    checks: tuple[str, ...]
    limits: Mapping[str, str]
    quantities: tuple[Quantity, ...]
    mutants: tuple[str, ...]
    not_tested: Text | None

    @property
    def is_law(self) -> bool:
        """Whether it may be cited as law."""
        return self.nature == "law"

    def cited(self) -> Text:
        """How a report names its origin."""
        if not self.held:
            missing = Text(vi=" (chưa có toàn văn)", en=" (text not held)")
        elif self.is_law and self.place is None:
            missing = Text(vi=", điều khoản cần bổ sung", en=", article to be completed")
        else:
            missing = Text(vi="", en="")
        place = self.place or Text(vi="", en="")
        return Text(
            vi=", ".join(filter(None, (self.document.vi, place.vi))) + missing.vi,
            en=", ".join(filter(None, (self.document.en, place.en))) + missing.en,
        )


@cache
def ledger() -> Mapping[str, Clause]:
    """The shipped clauses by id, in the order of their documents."""
    found: dict[str, Clause] = {}
    for name in DOCUMENTS:
        source = files(__package__).joinpath(name)
        found |= parse(strict_yaml.parse(name, source.read_bytes()))
    return found


def laid_over(
    shipped: Mapping[str, Clause],
    own: Mapping[str, Clause],
    checks: Mapping[str, str | None],
) -> Mapping[str, Clause]:
    """The ledger with a user's clauses: one of the same id takes the place of the shipped one.

    `checks` are those that there are, each with what it measures, None for nothing. Raises
    `ValueError`, in one line, where a clause names another, limits what none of its checks
    measures, or changes a shipped one without a higher revision.
    """
    for clause in own.values():
        if unknown := [name for name in clause.checks if name not in checks]:
            raise ValueError(f"{clause.id}: checks: no check is called {', '.join(unknown)}")
        measured = {checks[name] for name in clause.checks}
        if unknown := [name for name in clause.limits if name not in measured]:
            raise ValueError(
                f"{clause.id}: limits: none of its checks measures {', '.join(unknown)}"
                f"{_measuring(unknown[0], checks)}"
            )
        older = shipped.get(clause.id)
        if older is not None and clause.revision <= older.revision:
            raise ValueError(
                f"{clause.id}: revision: is {clause.revision}, expected more than "
                f"{older.revision}, that of the shipped clause"
            )
    return {**shipped, **own}


def _measuring(name: str, checks: Mapping[str, str | None]) -> str:
    """Which checks measure it, for who did not name them."""
    found = [check for check, measured in checks.items() if measured == name]
    return f", {' and '.join(found)} would" if found else ""


def binding(clauses: Mapping[str, Clause], role: Role) -> Sequence[Clause]:
    """The clauses that bind somebody."""
    bound = {role, "source-system"} if role in SYSTEMS else {role}
    return [clause for clause in clauses.values() if not bound.isdisjoint(clause.binds)]


def parse(document: strict_yaml.Document) -> dict[str, Clause]:
    """The clauses that a document describes, by id; raises `BadInput`."""
    parts = read_fields(document, (), {"ttcs": version_1, "document": mapping, "clauses": mapping})
    head = read_fields(document, ("document",), _HEAD, optional=_HEAD_OPTIONAL)
    head["document"] = read_text(document, ("document", "title"))
    del head["title"]
    return {name: _clause(document, name, head) for name in parts["clauses"]}


def _clause(document: strict_yaml.Document, name: str, head: Mapping[str, Any]) -> Clause:
    path = ("clauses", name)
    given = document.data_at(path)
    of_target = _OF_TARGET if isinstance(given, dict) and "target" in given else ()
    optional = (*_OPTIONAL, *head, *of_target, "target")
    fields = read_fields(document, path, _FIELDS, optional)
    if "target" in fields:
        fields = _of_target(document, path, fields)
    for part in ("place", "requirement", "not_tested"):
        if isinstance(fields.get(part), dict):
            fields[part] = read_text(document, (*path, part))
    if "quantities" in fields:
        fields["quantities"] = quantities.read(document, (*path, "quantities"))
    clause = Clause(id=name, **{**_OPTIONAL, **head, **fields})
    if problems := list(_contradictions(document, path, clause)):
        raise BadInput(problems)
    return clause


def _of_target(
    document: strict_yaml.Document, path: Path, fields: dict[str, Any]
) -> dict[str, Any]:
    """A plan's target as a clause: what it says stands with the targets, once."""
    name = fields.pop("target")
    try:
        target = targets.load(name)
    except KeyError:
        there = (*path, "target")
        raise BadInput([document.problem(there, shown(name), "the id of a target")]) from None
    said = {
        "document": target.document,
        "place": Text(target.section, target.section) if target.section else None,
        "requirement": target.title,
        "mark": target.mark,
        "source": target.source,
    }
    return {**said, **fields}


def _contradictions(
    document: strict_yaml.Document, path: Path, clause: Clause
) -> Iterator[Problem]:
    def problem(field: str, wrong: str, expected: str) -> Problem:
        return document.problem((*path, field), wrong, expected)

    if clause.is_law and (clause.mark != "V" or not clause.held):
        yield problem("mark", clause.mark, "V of a text that is held, where the nature is law")
    if (clause.level == "INFO") != (not clause.binds):
        yield problem("binds", ", ".join(clause.binds) or "nobody", "somebody, or the level INFO")
    can_be_tested = any(method in TESTED for method in clause.verified_by)
    if clause.checks and not can_be_tested:
        yield problem("checks", ", ".join(clause.checks), "a way of verifying that tests")
    if clause.level != "INFO" and not clause.checks and clause.not_tested is None:
        yield problem("not_tested", "missing", "a reason where there are no checks")
    if clause.quantities and "measurement" not in clause.verified_by:
        yield problem("quantities", "read by nobody", "measurement among verified_by")
    if clause.mutants and not clause.checks:
        yield problem("mutants", ", ".join(clause.mutants), "checks that find them")
    if clause.until and clause.in_force and clause.until < clause.in_force:
        yield problem("until", str(clause.until), f"a day from {clause.in_force} on")


# ---- What a file may say ------------------------------------------------------------------------


def _revision(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 9_999:
        raise ValueError("a whole number from 1 to 9999")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError('a day such as "2021-01-18"') from None


def _names(*known: str) -> Any:
    """A reader of a list of names, each once; any name where none is known."""

    def read(value: object) -> tuple[str, ...]:
        names = value if isinstance(value, list) else [None]
        fits = all(isinstance(name, str) and name in (known or (name,)) for name in names)
        if not fits or len(set(names)) < len(names):
            of = f" of {', '.join(known)}" if known else " of names"
            raise ValueError(f"a list{of}, each at most once")
        return tuple(names)

    return read


def _limits(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ValueError("limits by the names of measurements, each written with its unit")
    for written in value.values():
        targets.limit_of(written, "ms")
    return value


_HEAD: dict[str, Any] = {
    "title": mapping,
    "nature": choice(*get_args(Nature)),
    "held": yes_or_no,
    "mark": choice(*get_args(Mark)),
    "source": words,
    "in_force": _day,
    "until": _day,
    "checked_on": _day,
}

_HEAD_OPTIONAL = ("mark", "source", "in_force", "until")

_FIELDS: dict[str, Any] = {
    "revision": _revision,
    "target": words,
    "nature": choice(*get_args(Nature)),
    "held": yes_or_no,
    "place": mapping,
    "requirement": mapping,
    "binds": _names(*get_args(Role)),
    "level": choice(*get_args(Level)),
    "mark": choice(*get_args(Mark)),
    "source": words,
    "in_force": _day,
    "until": _day,
    "checked_on": _day,
    "needs": _names(),
    "verified_by": _names(*get_args(Method)),
    "checks": _names(),
    "limits": _limits,
    "quantities": mapping,
    "mutants": _names(),
    "not_tested": mapping,
}

_OF_TARGET = ("requirement", "mark", "source")
"""What a plan's target says itself."""

_OPTIONAL: dict[str, Any] = {
    "revision": 1,
    "place": None,
    "binds": (),
    "level": "MUST",
    "in_force": None,
    "until": None,
    "needs": (),
    "verified_by": (),
    "checks": (),
    "limits": {},
    "quantities": (),
    "mutants": (),
    "not_tested": None,
}
