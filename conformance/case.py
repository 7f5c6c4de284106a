"""A case: one question to a device, asked by a driving half and answered by a judging half.

The driving half talks and records; the judging half reads the record alone, and yields one `Seen`
for each check that the case names. Which clauses a check shows, the ledger says.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from conformance.clauses import Role
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of a measurement, in milliseconds: one device is judged by the largest of them."""

    name: str
    values_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw: `ok` is None where it could not see. `says` is for people."""

    ok: bool | None
    says: Text
    measured: Measured | None = None


SPEAKING: tuple[Role, ...] = ("ip-speaker", "fm-converter")
DEVICES: tuple[Role, ...] = (*SPEAKING, "e-board")

Drive = Callable[[Conversation], Awaitable[None]]
Judge = Callable[[Record], Iterator[tuple[str, Seen]]]


@dataclass(frozen=True, slots=True)
class Case:
    """`id` is a name for ever; `revision` grows whenever a verdict could change.

    It applies to `roles` that have all capabilities in `needs`, and runs only where the bench
    permits what is in `permits`.
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


def judged(case: Case, record: Record) -> Mapping[str, Seen]:
    """What each check of the case sees in the record: all of them, in their order.

    A check that the judging half does not come to, and every check of a record that was cut short,
    has seen nothing. Raises `AssertionError` for a check that the case does not name.
    """
    found: dict[str, Seen] = {}
    if record.is_whole:
        try:
            for name, seen in case.judge(record):
                assert name in case.checks, f"{case.id} does not name the check {name}"
                found[name] = seen
        except KeyError:
            pass  # something was never told or marked: what depends on it was not seen
    nothing = Seen(None, Text(vi="không quan sát được", en="nothing was observed"))
    return {name: found.get(name, nothing) for name in case.checks}
