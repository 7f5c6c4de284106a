"""Messages from and to the wire, each one JSON object: strict, bounded, never guessed at.

Attributes are English, the wire is Vietnamese (`vocabulary`). What is not as described is refused:
unknown fields, repeated keys, numbers as text, milliseconds for seconds, local time for UTC.
"""

from collections.abc import Mapping
from typing import Literal, overload

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reference_system.interface.command_message import (
    Command,
    Control,
    Item,
    Restart,
    Schedule,
    ScheduledBulletin,
    ScheduledDay,
    ScheduledPlay,
    ScheduleWithdrawn,
    Signature,
    Stopped,
    Targets,
    Withdrawn,
)
from reference_system.interface.device_messages import (
    Ack,
    Author,
    Detail,
    Online,
    PlayEntry,
    PlayLog,
    StatusReport,
    Telemetry,
)
from reference_system.interface.topics import CHANNELS, Kind
from reference_system.interface.wire_types import EARLIEST_S, LATEST_S, clock_text
from scenarios import strict_json
from scenarios.problems import BadInput, one_line, place_of, shown

__all__ = [
    "CLOCK_AHEAD_MS",
    "CLOCK_BEHIND_MS",
    "MODELS",
    "Ack",
    "Author",
    "BadMessage",
    "Command",
    "Control",
    "Detail",
    "Item",
    "Message",
    "Online",
    "PlayEntry",
    "PlayLog",
    "Reason",
    "Restart",
    "Schedule",
    "ScheduleWithdrawn",
    "ScheduledBulletin",
    "ScheduledDay",
    "ScheduledPlay",
    "Signature",
    "StatusReport",
    "Stopped",
    "Targets",
    "Telemetry",
    "Withdrawn",
    "clock_text",
    "decode",
    "encode",
]

CLOCK_AHEAD_MS = 5 * 60_000
"""How far a device's clock may be ahead of ours."""

CLOCK_BEHIND_MS: Mapping[Kind, int] = {
    "cmd": 62 * 86_400_000,
    "ack": 62 * 86_400_000,
    "status": 86_400_000,
    "log": 62 * 86_400_000,
    "online": 62 * 86_400_000,
}
"""How long after it was made a message may arrive: devices wait for the network, and a play log
may be filled in after an outage."""

_UTC_PLUS_7_MS = 25_200_000
_LONGEST_S = 7 * 86_400

Reason = Literal["size", "json", "field", "time-unit", "time-zone", "clock"]


class BadMessage(ValueError):
    """A message that is refused; the text is one line: which field, what it is, what is expected.

    `reason` sorts refusals: too large; not JSON as it should be; a field not as described; an
    instant in the wrong unit, 7 hours ahead, or beyond what a clock may be off.
    """

    def __init__(self, kind: Kind, reason: Reason, place: str, wrong: str, expected: str) -> None:
        """Hold what is wrong."""
        where = f"{kind}: {place}" if place else kind
        super().__init__(one_line(f"{where}: is {wrong}, expected {expected}"))
        self.kind, self.reason, self.place = kind, reason, place


Message = Command | Ack | StatusReport | PlayLog | Online

MODELS: Mapping[Kind, type[Message]] = {
    "cmd": Command,
    "ack": Ack,
    "status": StatusReport,
    "log": PlayLog,
    "online": Online,
}


@overload
def decode(kind: Literal["cmd"], payload: bytes, now_ms: int | None = None) -> Command: ...
@overload
def decode(kind: Literal["ack"], payload: bytes, now_ms: int | None = None) -> Ack: ...
@overload
def decode(kind: Literal["status"], payload: bytes, now_ms: int | None = None) -> StatusReport: ...
@overload
def decode(kind: Literal["log"], payload: bytes, now_ms: int | None = None) -> PlayLog: ...
@overload
def decode(kind: Literal["online"], payload: bytes, now_ms: int | None = None) -> Online: ...
@overload
def decode(kind: Kind, payload: bytes, now_ms: int | None = None) -> Message: ...
def decode(kind: Kind, payload: bytes, now_ms: int | None = None) -> Message:
    """The message in `payload`; raises `BadMessage`.

    With `now_ms`, the receiver's time, instants by the sender's clock must not be further ahead
    than `CLOCK_AHEAD_MS`, and the message not older than `CLOCK_BEHIND_MS` says. A command's own
    expiry is not judged here: an expired one is answered, not ignored.
    """
    limit_bytes = CHANNELS[kind].max_bytes
    if len(payload) > limit_bytes:
        raise BadMessage(kind, "size", "", f"{len(payload):,} bytes", f"at most {limit_bytes:,}")
    try:
        strict_json.parse(kind, payload, limit_bytes)
    except BadInput as bad:
        first = bad.problems[0]
        raise BadMessage(kind, "json", "", first.wrong, first.expected) from None
    try:
        message = MODELS[kind].model_validate_json(payload, by_alias=True, by_name=False)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=True)
        raise _refusal(kind, details[0]) from None
    if now_ms is not None:
        _check_clock(kind, message, now_ms)
    return message


def encode(message: Message) -> bytes:
    """The message as it goes on the wire; raises `BadMessage` where that is too large."""
    kind = next(kind for kind, model in MODELS.items() if type(message) is model)
    payload = message.model_dump_json(by_alias=True, exclude_none=True).encode()
    limit_bytes = CHANNELS[kind].max_bytes
    if len(payload) > limit_bytes:
        raise BadMessage(kind, "size", "", f"{len(payload):,} bytes", f"at most {limit_bytes:,}")
    return payload


def _refusal(kind: Kind, error: ErrorDetails) -> BadMessage:
    place, value = place_of(error["loc"]), error["input"]
    match error["type"]:
        case "missing":
            return BadMessage(kind, "field", place, "missing", "the field")
        case "extra_forbidden":
            return BadMessage(kind, "field", place, "an unknown field", "none of that name")
        case "together":
            context = error["ctx"]
            return BadMessage(kind, "field", place, context["wrong"], context["expected"])
        case "greater_than_equal" | "less_than" if _is_other_unit(error, value):
            expected = "whole seconds since 1970, in UTC"
            if str(error["loc"][-1]).endswith("Ms"):
                expected = expected.replace("whole seconds", "milliseconds")
            return BadMessage(kind, "time-unit", place, shown(value), expected)
        case "string_pattern_mismatch":
            expected = f"text like {error['ctx']['pattern']}"
            return BadMessage(kind, "field", place, shown(value), expected)
        case _:
            expected = error["msg"].removeprefix("Input should be ")
            return BadMessage(kind, "field", place, shown(value), expected)


def _is_other_unit(error: ErrorDetails, value: object) -> bool:
    bound = error["ctx"].get("ge", error["ctx"].get("lt"))
    bounds = {EARLIEST_S, LATEST_S, EARLIEST_S * 1000, LATEST_S * 1000}
    return bound in bounds and isinstance(value, int)


def _check_clock(kind: Kind, message: Message, now_ms: int) -> None:
    instants = list(message.instants())
    for place, at_ms in instants:
        ahead_ms = at_ms - now_ms
        if ahead_ms > CLOCK_AHEAD_MS:
            is_local = abs(ahead_ms - _UTC_PLUS_7_MS) <= CLOCK_AHEAD_MS
            reason: Reason = "time-zone" if is_local else "clock"
            wrong = f"{ahead_ms // 1000:,} s ahead of this clock"
            expected = "UTC, not local time written as if it were UTC" if is_local else "no future"
            raise BadMessage(kind, reason, place_of(place), wrong, expected)
    for place, at_ms in instants[:1]:
        limit_ms = CLOCK_BEHIND_MS[kind]
        if now_ms - at_ms > limit_ms:
            wrong = f"{(now_ms - at_ms) // 1000:,} s old"
            expected = f"at most {limit_ms // 1000:,} s"
            raise BadMessage(kind, "clock", place_of(place), wrong, expected)
