"""The limits that a maker declares, held against what the records show of them.

A record seldom reaches a limit: mostly it shows that so much was taken at least. A difference is
only told where the device was seen to do less than declared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.case import Seen
from conformance.evidence import Evidence
from conformance.record import Happening, Record
from reference_system.interface import messages
from scenarios.scenario import Text

NAMES: Mapping[str, Text] = {
    "message_bytes": Text("bản tin dài nhất (byte)", "longest message (bytes)"),
    "commands_per_s": Text("lệnh mỗi giây", "commands per second"),
    "cold_start_ms": Text("khởi động nguội (ms)", "cold start (ms)"),
    "stored_plays": Text("lượt phát giữ cùng lúc", "plays held at once"),
}

COLD_START = "cold_start"
"""The measurement of how long a cold start takes."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: `declared` is None where none was, `observed` where nothing showed it.

    With `at_least` the device was not taken to its limit.
    """

    name: str
    declared: int | None
    observed: int | None
    at_least: bool
    differs: bool


def compared(evidence: Evidence, seen: Mapping[str, Mapping[str, Seen]]) -> tuple[Limit, ...]:
    """Every limit, as declared and as observed; `seen` is what the checks of each case saw."""
    declared, uncertainty_ms = evidence.declared, evidence.plan.bench.uncertainty_ms
    alive = [trial.record for trial in evidence.trials.values() if trial.alive_after]
    whole = [each for of in seen.values() for each in of.values()]
    return (
        _message_bytes(declared.message_bytes, alive),
        _commands_per_s(declared.commands_per_s, alive),
        _cold_start_ms(declared.cold_start_ms, whole, uncertainty_ms),
        _stored_plays(declared.stored_plays, alive),
    )


def _message_bytes(declared: int | None, records: Sequence[Record]) -> Limit:
    """Of orders that were taken; one within the limit that is longer, and that a device which lives
    on never answers, was too long for it."""
    taken, unanswered = [0], [0]
    for record in records:
        for told in record.of("told"):
            answers = record.answers(told.detail["order"])
            size = len(told.detail["payload"].encode())
            if not answers:
                unanswered.append(size)
            elif not answers[0].detail["refusal"]:
                taken.append(size)
    observed = max(taken)
    lost = [size for size in unanswered if declared is not None and observed < size <= declared]
    return Limit("message_bytes", declared, observed or None, not lost, bool(lost))


def _commands_per_s(declared: int | None, records: Sequence[Record]) -> Limit:
    """The most that were told within a second, and all answered."""
    most = max((_densest(record) for record in records), default=0)
    return Limit("commands_per_s", declared, most or None, True, False)


def _densest(record: Record) -> int:
    told = [each for each in record.of("told") if record.answers(each.detail["order"])]
    times_ms = [each.at_ms for each in told]
    return max((sum(t <= at < t + 1_000 for at in times_ms) for t in times_ms), default=0)


def _cold_start_ms(declared: int | None, seen: Iterable[Seen], uncertainty_ms: int) -> Limit:
    values_ms = [
        value
        for each in seen
        if each.measured is not None and each.measured.name == COLD_START
        for value in each.measured.values_ms
    ]
    observed = max(values_ms, default=None)
    later = declared is not None and observed is not None and observed - uncertainty_ms > declared
    return Limit("cold_start_ms", declared, observed, False, later)


def _stored_plays(declared: int | None, records: Sequence[Record]) -> Limit:
    """What schedules put into the store; one that was refused though it had found room."""
    found = [_stored(record) for record in records]
    refused = [held + more for held, more in found if more]
    fewer = declared is not None and any(wanted <= declared for wanted in refused)
    observed = max((held for held, _ in found), default=0)
    return Limit("stored_plays", declared, observed or None, not fewer, fewer)


def _stored(record: Record) -> tuple[int, int]:
    """The plays that were taken, and those of the first schedule that was refused."""
    held = 0
    for told in record.of("told"):
        answers = record.answers(told.detail["order"])
        if told.detail["kind"] == "AddSchedule" and answers:
            if answers[0].detail["refusal"]:
                return held, _plays(told)
            held += _plays(told)
    return held, 0


def _plays(told: Happening) -> int:
    command = messages.decode("cmd", told.detail["payload"].encode())
    if not isinstance(command, messages.Command) or command.schedule is None:
        return 0
    return sum(len(day.plays) for each in command.schedule.bulletins for day in each.days)
