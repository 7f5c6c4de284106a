"""The neutral words in the vocabulary that provinces share: what several dialects say alike."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reference_system.interface import messages
from reference_system.interface.command_message import Content
from reference_system.interface.messages import BadMessage, PlayEntry, PlayLog, StatusReport
from reference_system.interface.vocabulary import PRIORITY_OF_CLASS
from reference_system.interface.wire_types import clock_text

from .contract import (
    Action,
    AddSchedule,
    Answer,
    Cancel,
    DropSchedule,
    Entry,
    NotUnderstood,
    Order,
    Play,
    Restart,
    SetVolume,
    Sound,
    Status,
    Stop,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

APP_VERSION = "ttcs-emulator 1"
"""What emulated devices report as their software."""


Keys = Mapping[str, "Ed25519PublicKey"]
"""The source system's keys by their ids."""


def order_of(device: str, payload: bytes, trusted: Keys | None) -> Order:
    """The order in a command; raises `NotUnderstood`, also for one to other devices.

    With `trusted` keys it is one to be refused unless one of them has signed it.
    """
    try:
        command = messages.decode("cmd", payload)
    except BadMessage as bad:
        raise NotUnderstood(str(bad)) from None
    if device not in command.targets.devices:
        raise NotUnderstood(f"cmd: CumLoaID: is without {device}, expected this device")
    refusal = None if trusted is None else _refusal(command, trusted)
    return Order(command.id, command.expires_s * 1000, _action(command), refusal)


def _refusal(command: messages.Command, trusted: Keys) -> str | None:
    from reference_system.interface.signing import BadSignature, verify_signature  # loads OpenSSL

    try:
        verify_signature(command, trusted)
    except BadSignature as bad:
        return f"chữ ký không đúng / {bad.reason}"
    return None


def ack(answer: Answer) -> messages.Ack:
    """Accepted, or failed and why."""
    return messages.Ack(
        id=answer.order,
        result=0 if answer.refusal is None else 1,
        explanation=answer.refusal,
        at_s=answer.at_ms // 1000,
        at_ms=answer.at_ms,
    )


def status_report(status: Status) -> StatusReport:
    """The status report."""
    playing = status.playing
    return StatusReport(
        at_s=status.at_ms // 1000,
        volume=str(status.volume),
        activity=2 if playing is None else 0,
        link=status.link,
        app_version=APP_VERSION,
        boot=status.boot,
        started_s=None if status.started_ms is None else status.started_ms // 1000,
        playing_url=playing.sound.url if playing and playing.sound else None,
        item=playing.item if playing else None,
        power="mains",
    )


def play_log(sent_ms: int, entries: tuple[Entry, ...]) -> PlayLog:
    """Entries of the play log."""
    return PlayLog(sent_s=sent_ms // 1000, entries=tuple(map(_entry, entries)))


def _action(command: messages.Command) -> Action:
    sent_s = command.sent_s
    if (start := command.start) is not None:
        play = _play(start, start.item, sent_s, start.not_before_ms, start.end_by_ms)
        return replace(play, expires_ms=start.expires_ms, order=start.order)
    if command.cancel is not None:
        return Cancel(command.cancel.item)
    if command.stop is not None:
        return Stop(command.stop.item)
    if command.restart is not None:
        return Restart()
    if command.control is not None:
        return SetVolume(int(command.control.parameter))
    if command.schedule is not None:
        plays = tuple(
            _play(bulletin, play.item, sent_s, play.begin_s * 1000, play.finish_s * 1000)
            for bulletin in command.schedule.bulletins
            for day in bulletin.days
            for play in day.plays
        )
        return AddSchedule(command.schedule.schedule_id, plays)
    assert command.unschedule is not None, "a command has exactly one of the seven bodies"
    return DropSchedule(command.unschedule.schedule_id)


def _play(
    content: Content, item: str, sent_s: int, not_before_ms: int, end_by_ms: int | None
) -> Play:
    url = content.content_url
    return Play(
        item=item,
        bulletin=content.bulletin,
        title=content.title,
        bulletin_class=content.bulletin_class,
        severity=content.severity,
        kind=content.kind,
        media=content.media,
        duration_ms=content.length_ms,
        issued_ms=sent_s * 1000,
        not_before_ms=not_before_ms,
        # The instant of sending is known to the second only.
        at_once=not_before_ms // 1000 <= sent_s,
        sound=None if url is None else Sound(url, content.sha256, content.size_bytes),
        end_by_ms=end_by_ms,
        text=content.text,
    )


def _entry(entry: Entry) -> PlayEntry:
    play = entry.play
    return PlayEntry(
        entry=f"{entry.boot}-{entry.sequence}",
        boot=entry.boot,
        sequence=entry.sequence,
        bulletin=play.bulletin,
        item=play.item,
        media=play.media,
        priority=PRIORITY_OF_CLASS[play.bulletin_class],
        title=play.title,
        duration=clock_text(play.duration_ms),
        started_s=entry.started_ms // 1000,
        started_ms=entry.started_ms,
        ended_s=entry.ended_ms // 1000,
        ended_ms=entry.ended_ms,
        outcome=entry.outcome,
        reason=entry.reason or None,
        relayed=1 if play.kind == "live" else 0,
        volume=str(entry.volume),
        content_url=play.sound.url if play.sound else None,
    )
