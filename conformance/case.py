"""A case: one question to a device or a source system, asked by a driving half and answered by a
judging half.

The driving half talks and records; the judging half reads the record alone, and yields one `Seen`
for each check that the case names. Which clauses a check shows, the ledger says.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.clauses import SYSTEMS, Role
from conformance.record import Record
from scenarios.scenario import Text


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of a measurement, in milliseconds: one device is judged by the largest of them, a
    fleet by a `percentile` of SAMPLES.

    `uncertainty_ms` is what comes to the bench's own: by how much what they count from may be off.
    """

    name: str
    values_ms: tuple[int, ...]
    uncertainty_ms: int = 0
    percentile: int | None = None

    @property
    def value_ms(self) -> int:
        """What is held against the limit; there must be values."""
        ordered = sorted(self.values_ms)
        return ordered[-(-len(ordered) * (self.percentile or 100) // 100) - 1]


SAMPLES: Mapping[int, int] = {95: 59, 99: 299}
"""The fewest values whose largest lies above that percentile with 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw: `ok` is None where it could not see. `says` is for people."""

    ok: bool | None
    says: Text
    measured: Measured | None = None


SPEAKING: tuple[Role, ...] = ("ip-speaker", "fm-converter", "station-software")
DEVICES: tuple[Role, ...] = (*SPEAKING, "e-board")

PROVINCES: tuple[Role, ...] = SYSTEMS[:1]

Drive = Callable[[Any], Awaitable[None]]
"""What it is given is a `Conversation` with a device, or a `Dealing` with a source system."""

Judge = Callable[[Record], Iterator[tuple[str, Seen]]]


@dataclass(frozen=True, slots=True)
class Case:
    """`id` is a name for ever; `revision` grows whenever a verdict could change.

    It applies to `roles` that have all capabilities in `needs`, and runs only where the bench
    permits what is in `permits`. One that `explores` is tried with many conversations that are
    drawn in the place of its driving half. In one that is `signed` all commands carry the signature
    of a key that the device trusts. One that is `alone` needs a source system with all of its fleet
    to itself; others are content with two communes, and may be tried side by side. What a check
    `measures` is by its name the only thing that a clause can limit by it.
    """

    id: str
    revision: int
    title: Text
    roles: tuple[Role, ...]
    checks: tuple[str, ...]
    drive: Drive
    judge: Judge
    needs: tuple[str, ...] = ()
    permits: tuple[str, ...] = ()
    explores: bool = False
    signed: bool = False
    alone: bool = False
    measures: Mapping[str, str] = field(default_factory=dict)


def measured_by(cases: Iterable[Case]) -> dict[str, str | None]:
    """All checks of these cases, with what each measures; None where it measures nothing."""
    return {check: case.measures.get(check) for case in cases for check in case.checks}


def judged(case: Case, record: Record) -> Mapping[str, Seen]:
    """What each check of the case sees in the record: all of them, in their order.

    A check that the judging half does not come to, and every check of a record that was cut short,
    has seen nothing. Raises `AssertionError` for a check, or a measurement, that the case does not
    name.
    """
    found: dict[str, Seen] = {}
    if record.is_whole:
        try:
            for name, seen in case.judge(record):
                assert name in case.checks, f"{case.id} does not name the check {name}"
                is_named = seen.measured is None or case.measures.get(name) == seen.measured.name
                assert is_named, f"{case.id} does not name what {name} measures"
                found[name] = seen
        except KeyError:
            pass  # something was never told or marked: what depends on it was not seen
    nothing = Seen(None, Text(vi="không quan sát được", en="nothing was observed"))
    return {name: found.get(name, nothing) for name in case.checks}
