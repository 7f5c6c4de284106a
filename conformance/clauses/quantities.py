"""Quantities that an instrument reads: their unit, the interval a clause asks for, and the verdict.

A clause says `at_least`, `at_most` or both, each with its unit. The guard band is the expanded
uncertainty of a reading: a value that lies in it on either side of a limit decides nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from conformance.verdicts import Reason, Verdict
from scenarios.problems import BadInput, Path
from scenarios.scenario import Text
from scenarios.sourced import mapping, read_fields, read_text, words
from scenarios.strict_yaml import Document

UNITS: Final = ("V", "A", "W", "Hz", "Ω", "dB", "°C")

_WRITTEN = re.compile(rf"(-?[0-9]{{1,6}}(?:\.[0-9]{{1,6}})?) ?({'|'.join(UNITS)})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit."""

    number: Decimal
    unit: str

    def __str__(self) -> str:
        """As it is written in files."""
        return f"{self.number} {self.unit}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is read for a clause, in `unit`; a limit is None where the clause sets none.

    What lies outside `plausible` is a slip of the pen and no reading. `at` is the condition under
    which it is read, in the words that a reading has to repeat.
    """

    name: str
    title: Text
    unit: str
    at_least: Decimal | None
    at_most: Decimal | None
    plausible: tuple[Decimal, Decimal]
    at: str | None

    def limit(self) -> str:
        """The interval, for people."""
        least = None if self.at_least is None else f"≥ {self.at_least} {self.unit}"
        most = None if self.at_most is None else f"≤ {self.at_most} {self.unit}"
        return ", ".join(filter(None, (least, most)))

    def is_plausible(self, amount: Amount) -> bool:
        """Whether it may be a reading of this at all."""
        low, high = self.plausible
        return amount.unit == self.unit and low <= amount.number <= high

    def judged(self, value: Decimal, uncertainty: Decimal) -> tuple[Verdict, Reason]:
        """The verdict of a value with its expanded uncertainty."""
        within = min(self._margins(value))
        if within + uncertainty < 0:
            return Verdict.FAIL, Reason.LIMIT_NOT_MET
        if within - uncertainty < 0:
            return Verdict.INCONCLUSIVE, Reason.WITHIN_UNCERTAINTY
        return Verdict.PASS, Reason.MET

    def _margins(self, value: Decimal) -> Iterator[Decimal]:
        """How far inside each limit the value lies; negative: outside."""
        if self.at_least is not None:
            yield value - self.at_least
        if self.at_most is not None:
            yield self.at_most - value


def amount(value: object) -> Amount:
    """A reader of a number with its unit, such as "86.2 V"; raises `ValueError`."""
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f'a number with its unit ({", ".join(UNITS)}), such as "86.2 V"')
    return Amount(Decimal(found[1]), found[2])


def read(document: Document, path: Path) -> tuple[Quantity, ...]:
    """The quantities that the mapping at `path` names; raises `BadInput`."""
    names = document.data_at(path)
    return tuple(_quantity(document, (*path, name), str(name)) for name in names)


def written(quantity: Quantity) -> dict[str, Any]:
    """As a bundle keeps it, for the same reader."""
    limits = {"at_least": quantity.at_least, "at_most": quantity.at_most}
    return {
        "title": {"vi": quantity.title.vi, "en": quantity.title.en},
        **{name: str(Amount(n, quantity.unit)) for name, n in limits.items() if n is not None},
        "plausible": [str(Amount(each, quantity.unit)) for each in quantity.plausible],
        **({} if quantity.at is None else {"at": quantity.at}),
    }


def _quantity(document: Document, path: Path, name: str) -> Quantity:
    fields = read_fields(document, path, _FIELDS, optional=("at_least", "at_most", "at"))
    least, most, (low, high) = fields.get("at_least"), fields.get("at_most"), fields["plausible"]
    amounts = [each for each in (least, most, low, high) if each is not None]
    if len(amounts) < 3 or len({each.unit for each in amounts}) > 1:
        expected = "at_least, at_most or both, and plausible, all in one unit"
        raise BadInput([document.problem(path, "without", expected)])
    numbers = [low.number, *(each.number for each in (least, most) if each), high.number]
    if numbers != sorted(numbers) or low.number == high.number:
        expected = "limits from low to high that lie in what is plausible"
        raise BadInput([document.problem(path, "out of order", expected)])
    return Quantity(
        name=name,
        title=read_text(document, (*path, "title")),
        unit=low.unit,
        at_least=None if least is None else least.number,
        at_most=None if most is None else most.number,
        plausible=(low.number, high.number),
        at=fields.get("at"),
    )


def _range(value: object) -> tuple[Amount, Amount]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError('a list of the lowest and the highest, such as ["0 V", "600 V"]')
    return amount(value[0]), amount(value[1])


_FIELDS: dict[str, Any] = {
    "title": mapping,
    "at_least": amount,
    "at_most": amount,
    "plausible": _range,
    "at": words,
}
