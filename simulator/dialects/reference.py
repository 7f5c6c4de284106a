"""The project's own wire: `reference_system.interface`, described by its AsyncAPI document.

Signatures of commands are carried, not checked: an emulated device trusts its broker.
"""

from dataclasses import replace

from reference_system.interface import messages, topics
from reference_system.interface.command_message import Content
from reference_system.interface.messages import BadMessage, PlayEntry, PlayLog, StatusReport
from reference_system.interface.topics import CHANNELS, Kind
from reference_system.interface.vocabulary import PRIORITY_OF_CLASS
from reference_system.interface.wire_types import clock_text

from .contract import (
    Action,
    AddSchedule,
    Answer,
    Cancel,
    DropSchedule,
    Entry,
    Login,
    Message,
    NotUnderstood,
    Order,
    Play,
    SetVolume,
    Sound,
    Status,
    Stop,
)

APP_VERSION = "ttcs-emulator 1"
"""What emulated devices report as their software."""


class Reference:
    """The reference dialect; see `contract.Dialect`."""

    name = "reference"
    entries_at_once = 8  # the longest words of more would not fit into one message

    def login(self, device: str, secret: str) -> Login:
        """The device's name is client id and user."""
        return Login(device, device, secret)

    def subscriptions(self, device: str) -> tuple[tuple[str, int], ...]:
        """Its own commands."""
        return ((topics.topic(device, "cmd"), CHANNELS["cmd"].qos),)

    def offline(self, device: str, boot: str) -> Message:
        """That it is not connected."""
        return _message(device, "online", messages.Online(online=False, boot=boot))

    def order(self, device: str, topic: str, payload: bytes) -> Order:
        """The order in a command; raises `NotUnderstood`."""
        if topic != topics.topic(device, "cmd"):
            raise NotUnderstood(f"a message on {topic[:80]!a}, which is no topic of commands")
        try:
            command = messages.decode("cmd", payload)
        except BadMessage as bad:
            raise NotUnderstood(str(bad)) from None
        if device not in command.targets.devices:
            raise NotUnderstood(f"cmd: CumLoaID: is without {device}, expected this device")
        return Order(command.id, command.expires_s * 1000, _action(command))

    def online(self, device: str, at_ms: int, boot: str) -> Message:
        """That it is connected, retained."""
        said = messages.Online(online=True, at_s=at_ms // 1000, boot=boot)
        return _message(device, "online", said)

    def answer(self, device: str, answer: Answer) -> Message:
        """Accepted, or failed and why."""
        said = messages.Ack(
            id=answer.order,
            result=0 if answer.refusal is None else 1,
            explanation=answer.refusal,
            at_s=answer.at_ms // 1000,
            at_ms=answer.at_ms,
        )
        return _message(device, "ack", said)

    def status(self, device: str, status: Status) -> Message:
        """The status report."""
        playing = status.playing
        said = StatusReport(
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
        return _message(device, "status", said)

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Message:
        """Entries of the play log."""
        said = PlayLog(sent_s=sent_ms // 1000, entries=tuple(map(_entry, entries)))
        return _message(device, "log", said)


def _message(device: str, kind: Kind, said: messages.Message) -> Message:
    channel = CHANNELS[kind]
    return Message(topics.topic(device, kind), messages.encode(said), channel.qos, channel.retained)


def _action(command: messages.Command) -> Action:
    sent_s = command.sent_s
    if (start := command.start) is not None:
        play = _play(start, start.item, sent_s, start.not_before_ms, start.end_by_ms)
        return replace(play, expires_ms=start.expires_ms, order=start.order)
    if command.cancel is not None:
        return Cancel(command.cancel.item)
    if command.stop is not None:
        return Stop(command.stop.item)
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
    assert command.unschedule is not None, "a command has exactly one of the six bodies"
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
