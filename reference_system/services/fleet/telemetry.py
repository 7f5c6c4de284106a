"""What devices say of themselves, taken in many at a time: all of it is stored, or nothing.

What is not taken is refused with a reason, counted at the device and told among its events; no
device's message keeps another's from being stored. Reasons beyond those of
`interface.messages.Reason`: `replayed` (a report older than the last one), `foreign` (an answer to
a command that another device got), `contradiction` (it said otherwise before), `direction` (a topic
that devices do not write), `unknown-device`, and `unstorable`.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from reference_system.interface.messages import (
    CLOCK_AHEAD_MS,
    Ack,
    BadMessage,
    Message,
    Online,
    PlayLog,
    StatusReport,
    decode,
)
from reference_system.interface.topics import DEVICE_WRITES, Kind
from reference_system.services.fleet import deliveries, play_logs
from reference_system.services.fleet.devices import lost_after_ms
from reference_system.services.system import System
from reference_system.store.devices import Device, DeviceEvent
from scenarios import profiles

TOLD_AFTER_MS = 60_000
"""A device's refusals for one reason are told among its events this often; all are counted."""

STEADY_MS = 5_000
"""A clock that is wrong by the same, give or take this, from one message to the next is a wrong
clock; otherwise the message is an old one."""

SPACED_MS = 10_000
"""The messages by which that is judged lie at least this far apart."""

CLOCK_REASONS = ("clock", "time-zone")
"""Refusals of messages that tell the time all the same, though a wrong one."""

WATCHED = ("activity", "volume", "power", "speaker", "app_version", "boot")
"""The fields of a status report whose changes are told among a device's events."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A message of a device that was known by its login or its topic.

    `live` is how it came: asked and answered over HTTP, handed on by the broker (where it may have
    waited), or kept by the broker (retained), which is no news.
    """

    device: str
    kind: Kind
    payload: bytes
    live: Literal["asked", "handed-on", "kept"] = "handed-on"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a message was not taken: a reason for programs, one line for people."""

    reason: str
    text: str


def take(system: System, messages: Sequence[Received]) -> list[Refused | None]:
    """Store what devices sent, in its order and in one transaction; None for each one taken.

    Raises `OperationalError` where the database is away: nothing was stored then.
    """
    try:
        return _take_together(system, messages)
    except OperationalError:
        raise
    except (SQLAlchemyError, ValueError, ArithmeticError, LookupError):
        if len(messages) > 1:
            return [outcome for message in messages for outcome in take(system, [message])]
        message = messages[0]
        _log.exception("a %s message of %s could not be stored", message.kind, message.device)
        refused = Refused("unstorable", f"{message.kind}: it cannot be stored")
        with system.database.writing() as session:
            if device := session.get(Device, message.device):
                _note(session, device, refused, system.clock())
        return [refused]


def _take_together(system: System, messages: Sequence[Received]) -> list[Refused | None]:
    now_ms = system.clock()
    decoded = [_decoded(message, now_ms) for message in messages]
    commands = [each.id for each in decoded if isinstance(each, Ack)]
    with system.database.writing() as session:
        _kept = deliveries.preload(session, commands)
        known = {
            device.id: device
            for device in session.scalars(
                select(Device).where(
                    Device.id.in_({message.device for message in messages}), Device.active
                )
            )
        }
        intake = _Intake(system, session, now_ms)
        return [
            intake.one(known.get(message.device), message, said)
            for message, said in zip(messages, decoded, strict=True)
        ]


def _decoded(message: Received, now_ms: int) -> Message | Refused:
    if message.kind not in DEVICE_WRITES:
        return Refused("direction", f"{message.kind}: devices do not send this")
    # Valid JSON, but a text that a database does not take, or takes and cuts short.
    if rb"\u0000" in message.payload:
        return Refused("json", f"{message.kind}: is text with a zero character, expected none")
    try:
        return decode(message.kind, message.payload, now_ms)
    except BadMessage as bad:
        return Refused(bad.reason, str(bad))


@dataclass(slots=True)
class _Intake:
    """One transaction's worth of messages."""

    system: System
    session: Session
    now_ms: int

    def one(
        self, device: Device | None, message: Received, said: Message | Refused
    ) -> Refused | None:
        if device is None:
            return Refused("unknown-device", f"{message.kind}: no such device")
        refused = said if isinstance(said, Refused) else self._taken(device, message, said)
        if refused is None or refused.reason in CLOCK_REASONS or message.live == "asked":
            self._measure(device, message, said)
        if refused is not None:
            _note(self.session, device, refused, self.now_ms)
        return refused

    def _taken(self, device: Device, message: Received, said: Message) -> Refused | None:
        match said:
            case Online():
                self._online(device, message, said)
            case StatusReport():
                return self._status(device, said)
            case Ack():
                if reason := deliveries.answer(self.session, device.id, said, self.now_ms):
                    return Refused(reason, f"ack: {reason}, command {ascii(said.id)[:80]}")
            case PlayLog():
                if contradicting := play_logs.store(self.session, device.id, said, self.now_ms):
                    names = ", ".join(map(ascii, contradicting[:5]))
                    return Refused("contradiction", f"log: entries {names} were others before")
        return None

    def _online(self, device: Device, message: Received, said: Online) -> None:
        if not said.online:
            _become(self.session, device, "offline", self.now_ms)
        elif message.live != "kept":
            # It may have no session at the broker, and nobody but us knows what it missed.
            deliveries.hand_again(self.session, device.id)
            self.system.deliveries_wait.ring()

    def _status(self, device: Device, said: StatusReport) -> Refused | None:
        at_ms = said.at_s * 1000
        if at_ms < device.status_ms:
            behind_s = (device.status_ms - at_ms) // 1000
            return Refused("replayed", f"status: is {behind_s:,} s older than the last one")
        words = said.model_dump(exclude={"at_s"}, exclude_none=True)
        changed = {
            name: [device.status.get(name), words.get(name)]
            for name in WATCHED
            if device.status and device.status.get(name) != words.get(name)
        }
        if changed:
            _tell(self.session, device, "status", self.now_ms, changed)
        device.status_ms, device.status = at_ms, words
        return None

    def _measure(self, device: Device, message: Received, said: Message | Refused) -> None:
        """Measure the device's clock, and take the message as a sign of life if it is one."""
        if message.live == "kept" or (isinstance(said, Online) and not said.online):
            return
        sent_ms = _sent_ms(message, said)
        if sent_ms is None:
            is_new = isinstance(said, Online)
        else:
            is_new = self._measured(device, sent_ms - self.now_ms, isinstance(said, Ack))
        if is_new or message.live == "asked":
            device.heard_ms = self.now_ms
            _become(self.session, device, "online", self.now_ms)

    def _measured(self, device: Device, offset_ms: int, is_answer: bool) -> bool:
        """Note how far the device's clock is ahead; returns whether the message is a new one."""
        limit_ms = lost_after_ms(device.profile, self.system.settings.lost_after_ms)
        is_right = -limit_ms < offset_ms <= CLOCK_AHEAD_MS
        if is_answer:  # it says when the device decided, which may be long before it was sent
            return is_right
        before_ms, is_spaced = device.clock_offset_ms, self.now_ms - device.measured_ms >= SPACED_MS
        is_steady = before_ms is not None and abs(offset_ms - before_ms) <= STEADY_MS
        if is_right or is_spaced or before_ms is None:
            device.clock_offset_ms, device.measured_ms = offset_ms, self.now_ms
        return is_right or (is_spaced and is_steady)


def _sent_ms(message: Received, said: Message | Refused) -> int | None:
    """When the device sent it, by its own clock, where that can be read."""
    if isinstance(said, Refused):
        if said.reason not in CLOCK_REASONS:
            return None
        said = decode(message.kind, message.payload)
    match said:
        case PlayLog():
            return said.sent_s * 1000
        case StatusReport() | Ack():
            return said.at_s * 1000
        case Online() if said.at_s is not None:
            return said.at_s * 1000
        case _:
            return None


def lose(system: System, since_ms: int) -> int:
    """Mark devices that were silent for too long, since `since_ms` at the earliest; how many.

    `since_ms` is when the system began to listen: what it did not hear before says nothing.
    """
    now_ms, otherwise_ms = system.clock(), system.settings.lost_after_ms
    limits_ms = {name: lost_after_ms(name, otherwise_ms) for name in profiles.names()}
    quiet = select(Device).where(
        Device.presence.in_(("online", "unheard")),
        Device.heard_ms.between(1, now_ms - min(otherwise_ms, *limits_ms.values())),
        Device.active,
    )

    def is_lost(device: Device) -> bool:
        silent_ms = now_ms - max(device.heard_ms, since_ms)
        return silent_ms >= limits_ms.get(device.profile, otherwise_ms)

    with system.database.reading() as session:
        if not any(map(is_lost, session.scalars(quiet))):
            return 0
    with system.database.writing() as session:
        lost = [device for device in session.scalars(quiet) if is_lost(device)]
        for device in lost:
            _become(session, device, "lost", now_ms)
    return len(lost)


def unhear(session: Session) -> None:
    """Nothing is known of devices that were online when the system last ran."""
    for device in session.scalars(select(Device).where(Device.presence == "online")):
        device.presence = "unheard"


def _become(session: Session, device: Device, presence: str, now_ms: int) -> None:
    if device.presence != presence:
        detail = {"before": device.presence, "heard_ms": device.heard_ms}
        _tell(session, device, presence, now_ms, detail)
        device.presence = presence


def _note(session: Session, device: Device, refused: Refused, now_ms: int) -> None:
    """Count a refusal at its device, and tell it where that was not done a short while ago."""
    before = device.refused.get(refused.reason, {"count": 0, "told_ms": 0})
    count, told_ms = before["count"] + 1, before["told_ms"]
    if now_ms - told_ms >= TOLD_AFTER_MS:
        told_ms = now_ms
        detail = {"reason": refused.reason, "text": refused.text[:300], "count": count}
        _tell(session, device, "refused", now_ms, detail)
    device.refused = {**device.refused, refused.reason: {"count": count, "told_ms": told_ms}}


def _tell(
    session: Session, device: Device, event: str, now_ms: int, detail: dict[str, Any]
) -> None:
    session.add(DeviceEvent(device_id=device.id, at_ms=now_ms, event=event, detail=detail))
