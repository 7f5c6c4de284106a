"""What was not seen by the cases: readings of instruments, reports of laboratories, inspections and
declarations, as a file says them.

Readings and laboratories count as tested, inspections and declarations never do. People are named
by their role. A reading is of the clause's quantity, with its expanded uncertainty; how that was
found is the coverage factor, or what states it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from conformance.capabilities import Declaration, sha256_digits
from conformance.clauses import Clause
from conformance.clauses.quantities import Amount, Quantity, amount
from scenarios import strict_yaml
from scenarios.problems import BadInput, Path, Problem, shown
from scenarios.sourced import choice, mapping, read_fields, version_1, words, yes_or_no

By = Literal["vendor", "laboratory", "province", "witness"]
"""Whose role it was to read, look or say."""

MOST: Final = 200
"""Entries of a kind."""

MOST_CHARACTERS: Final = 2_000
LEAST_K, MOST_K = 2, 4
"""A guard band covers at least 95 %: an expanded uncertainty of k = 2 or more."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a clause's quantity. `uncertainty` is expanded; one of `k` and `basis` says how it
    was found."""

    clause: str
    name: str
    value: Amount
    uncertainty: Amount
    k: Decimal | None
    basis: str | None
    at: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A value by an instrument, which was calibrated up to and with a day."""

    value: Value
    instrument: str
    calibrated_until: date
    read_on: date
    by: By

    @property
    def was_calibrated(self) -> bool:
        """Whether the calibration held on the day of the reading."""
        return self.read_on <= self.calibrated_until


@dataclass(frozen=True, slots=True)
class LaboratoryResult:
    """What a laboratory's report says of a clause, with the values that it gives."""

    clause: str
    passes: bool
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A laboratory's report; `accreditation` is None where it states none."""

    laboratory: str
    accreditation: str | None
    number: str
    on: date
    file: str
    sha256: str | None
    results: tuple[LaboratoryResult, ...]


@dataclass(frozen=True, slots=True)
class Vouched:
    """What somebody saw or says of a clause; the file beside it is None where there is none."""

    clause: str
    kind: Literal["inspected", "declared"]
    text: str
    holds: bool
    on: date
    by: By
    file: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Readings:
    """All of a file."""

    vendor: str
    model: str
    serial: str
    readings: tuple[Reading, ...] = ()
    laboratories: tuple[Laboratory, ...] = ()
    vouched: tuple[Vouched, ...] = ()

    @property
    def others(self) -> tuple[Laboratory | Vouched, ...]:
        """What may have a file beside it."""
        return (*self.laboratories, *self.vouched)

    @property
    def files(self) -> list[tuple[str, str | None]]:
        """The files beside them, with the hash that each has to have; None for any."""
        return [(each.file, each.sha256) for each in self.others if each.file is not None]


NONE: Final = Readings("", "", "")
"""What a certification without any has."""


def parse(document: strict_yaml.Document, clauses: Mapping[str, Clause]) -> Readings:
    """The entries in a document, each of one of the `clauses`; raises `BadInput`."""
    return _Reader(document, clauses).read()


def check_valid(
    given: Readings, clauses: Mapping[str, Clause], declared: Declaration, today: date, file: str
) -> None:
    """Raises `BadInput` where they are of another device or role, or of a day to come."""
    device, problems = declared.device, []
    if (given.vendor, given.model, given.serial) != (device.vendor, device.model, device.serial):
        wrong = f"{given.vendor} {given.model} {given.serial}"
        expected = f"{device.vendor} {device.model} {device.serial}, the declared device"
        problems.append(Problem(file, None, None, "device", wrong, expected))
    days = (
        *(each.read_on for each in given.readings),
        *(each.on for each in given.others),
    )
    problems += [
        Problem(file, None, None, "", f"of {day.isoformat()}", "a day that is not to come")
        for day in sorted(set(days))
        if day > today
    ]
    problems += [
        Problem(file, None, None, name, "of others", f"a clause that binds {declared.role}")
        for name in sorted(_clauses_of(given))
        if declared.role not in clauses[name].binds
    ]
    if problems:
        raise BadInput(problems)


def _clauses_of(given: Readings) -> set[str]:
    return {
        *(each.value.clause for each in given.readings),
        *(result.clause for each in given.laboratories for result in each.results),
        *(each.clause for each in given.vouched),
    }


class _Reader:
    """Reads a document entry by entry; every problem has its line."""

    def __init__(self, document: strict_yaml.Document, clauses: Mapping[str, Clause]) -> None:
        self._document, self._clauses = document, clauses

    def read(self) -> Readings:
        parts = read_fields(self._document, (), _PARTS, optional=_KINDS)
        device = read_fields(self._document, ("device",), _DEVICE)
        problems: list[Problem] = []
        found = {
            kind: self._entries(parts.get(kind, []), (kind,), read, problems)
            for kind, read in (
                ("readings", self._reading),
                ("laboratories", self._laboratory),
                ("inspections", self._inspection),
                ("declarations", self._declaration),
            )
        }
        if problems:
            raise BadInput(problems)
        return Readings(
            **device,
            readings=tuple(found["readings"]),
            laboratories=tuple(found["laboratories"]),
            vouched=(*found["inspections"], *found["declarations"]),
        )

    def _entries(
        self,
        entries: Sequence[object],
        path: Path,
        read: Callable[[Path], Any],
        problems: list[Problem],
    ) -> list[Any]:
        found = []
        for number in range(len(entries)):
            try:
                found.append(read((*path, number)))
            except BadInput as bad:
                problems += bad.problems
        return found

    def _reading(self, path: Path) -> Reading:
        fields = read_fields(
            self._document, path, {"clause": words, **_VALUE, **_READING}, _VALUE_OPTIONAL
        )
        value = self._value(path, fields["clause"], fields)
        return Reading(value, *(fields[name] for name in _READING))

    def _laboratory(self, path: Path) -> Laboratory:
        fields = read_fields(self._document, path, _LABORATORY, ("accreditation", "sha256"))
        there = (*path, "results")
        problems: list[Problem] = []
        results = self._entries(fields["results"], there, self._result, problems)
        if problems:
            raise BadInput(problems)
        return Laboratory(
            fields["laboratory"],
            fields.get("accreditation"),
            fields["number"],
            fields["on"],
            fields["file"],
            fields.get("sha256"),
            tuple(results),
        )

    def _result(self, path: Path) -> LaboratoryResult:
        fields = read_fields(self._document, path, _RESULT, optional=("values",))
        clause = self._clause(path, fields["clause"])
        values = []
        for number in range(len(fields.get("values", []))):
            there = (*path, "values", number)
            given = read_fields(self._document, there, _VALUE, _VALUE_OPTIONAL)
            values.append(self._value(there, clause.id, given))
        return LaboratoryResult(clause.id, fields["result"], tuple(values))

    def _inspection(self, path: Path) -> Vouched:
        return self._vouched(path, "inspected", "looked_at")

    def _declaration(self, path: Path) -> Vouched:
        return self._vouched(path, "declared", "statement")

    def _vouched(self, path: Path, kind: Literal["inspected", "declared"], text: str) -> Vouched:
        readers = {"clause": words, text: _text, **_VOUCHED}
        fields = read_fields(self._document, path, readers, ("file", "sha256"))
        clause = self._clause(path, fields["clause"])
        if "sha256" in fields and "file" not in fields:
            raise BadInput([self._document.problem((*path, "sha256"), "of nothing", "a file too")])
        return Vouched(
            clause.id,
            kind,
            fields[text],
            fields["holds"],
            fields["on"],
            fields["by"],
            fields.get("file"),
            fields.get("sha256"),
        )

    def _clause(self, path: Path, name: str) -> Clause:
        clause = self._clauses.get(name)
        if clause is None or not clause.binds:
            there = (*path, "clause")
            expected = "the id of a clause that binds somebody"
            raise BadInput([self._document.problem(there, shown(name), expected)])
        return clause

    def _value(self, path: Path, clause: str, fields: Mapping[str, Any]) -> Value:
        def bad(field: str, wrong: str, expected: str) -> BadInput:
            return BadInput([self._document.problem((*path, field), wrong, expected)])

        known = {each.name: each for each in self._clause(path, clause).quantities}
        quantity: Quantity | None = known.get(fields["name"])
        if quantity is None:
            expected = f"a quantity of {clause}: {', '.join(known) or 'it has none'}"
            raise bad("name", shown(fields["name"]), expected)
        value, uncertainty = fields["value"], fields["uncertainty"]
        low, high = quantity.plausible
        if not quantity.is_plausible(value):
            raise bad("value", str(value), f"from {low} to {high} {quantity.unit}")
        if uncertainty.unit != quantity.unit or not 0 < uncertainty.number <= high - low:
            expected = f"more than 0 {quantity.unit}, and less than all that is plausible"
            raise bad("uncertainty", str(uncertainty), expected)
        if ("k" in fields) == ("basis" in fields):
            raise bad("uncertainty", "without, or with both", "one of k and basis")
        if fields.get("at") != quantity.at:
            expected = f"{quantity.at}, as the clause has it" if quantity.at else "none"
            raise bad("at", shown(fields.get("at")), expected)
        return Value(
            clause,
            quantity.name,
            value,
            uncertainty,
            fields.get("k"),
            fields.get("basis"),
            quantity.at,
        )


# ---- What a file may say ------------------------------------------------------------------------


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= MOST_CHARACTERS:
        raise ValueError(f"a text of at most {MOST_CHARACTERS:,} characters")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError('a day such as "2026-11-20"') from None


def _k(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"a number from {LEAST_K} to {MOST_K}")
    if not LEAST_K <= value <= MOST_K:
        raise ValueError(f"a coverage factor from {LEAST_K} (95 %) to {MOST_K}")
    return Decimal(str(value))


def _list(value: object) -> object:
    if not isinstance(value, list) or not 0 < len(value) <= MOST:
        raise ValueError(f"a list of 1 to {MOST}")
    return value


def _passes(value: object) -> bool:
    return bool(choice("pass", "fail")(value) == "pass")


_KINDS = ("readings", "laboratories", "inspections", "declarations")

_PARTS: dict[str, Any] = {"ttcs": version_1, "device": mapping, **dict.fromkeys(_KINDS, _list)}
_DEVICE: dict[str, Any] = {"vendor": _text, "model": _text, "serial": _text}
_VALUE: dict[str, Any] = {
    "name": words,
    "value": amount,
    "uncertainty": amount,
    "k": _k,
    "basis": _text,
    "at": _text,
}
_VALUE_OPTIONAL = ("k", "basis", "at")
_READING: dict[str, Any] = {
    "instrument": _text,
    "calibrated_until": _day,
    "read_on": _day,
    "by": choice(*get_args(By)),
}
_LABORATORY: dict[str, Any] = {
    "laboratory": _text,
    "accreditation": _text,
    "number": _text,
    "on": _day,
    "file": words,
    "sha256": sha256_digits,
    "results": _list,
}
_RESULT: dict[str, Any] = {"clause": words, "result": _passes, "values": _list}
_VOUCHED: dict[str, Any] = {
    "holds": yes_or_no,
    "on": _day,
    "by": choice(*get_args(By)),
    "file": words,
    "sha256": sha256_digits,
}
