"""The other end of the project's own wire: neutral orders as commands, and what devices say back.

`ttcs serve` speaks for itself; this is for a harness that takes its place before one device.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from reference_system.interface import messages, topics
from reference_system.interface.messages import BadMessage, PlayEntry, StatusReport
from reference_system.interface.topics import CHANNELS
from reference_system.interface.vocabulary import CLASS_OF_PRIORITY, PRIORITY_OF_CLASS
from reference_system.interface.wire_types import clock_ms, clock_text
from scenarios.units import VIETNAM_TIME

from .contract import (
    Action,
    AddSchedule,
    Answer,
    Cancel,
    DropSchedule,
    Entry,
    Message,
    NotUnderstood,
    Order,
    Play,
    Presence,
    Restart,
    Said,
    ServerHalf,
    SetVolume,
    Status,
    Stop,
)

SOURCE = "TTCS-HIL"
"""The source that commands of the harness name."""

VALID_S = 3_600


class ReferenceServer(ServerHalf):
    """The reference wire from the server's side; every command has the status Test."""

    taken = "answered"

    def __init__(self, now_ms: Callable[[], int]) -> None:
        """With the clock that commands are dated by."""
        self._now_ms = now_ms

    def command(self, device: str, order: Order) -> Message:
        """The order as it is published to the device."""
        sent_s = self._now_ms() // 1000
        expires_s = sent_s + VALID_S if order.expires_ms is None else order.expires_ms // 1000
        said = messages.Command(
            id=order.id,
            source=SOURCE,
            sent_s=min(sent_s, expires_s - 1),
            expires_s=expires_s,
            status="Test",
            targets=messages.Targets(devices=(device,)),
            **_body(order.action),
        )
        channel = CHANNELS["cmd"]
        return Message(topics.topic(device, "cmd"), messages.encode(said), channel.qos)

    def reads(self) -> tuple[tuple[str, int], ...]:
        """What all devices say."""
        return tuple((pattern, 1) for pattern in topics.SOURCE_READS)

    def said(self, place: str, payload: bytes) -> Said:
        """What came on a topic; raises `NotUnderstood`."""
        try:
            topic = topics.parse(place)
            message = messages.decode(topic.kind, payload)
        except (topics.BadTopic, BadMessage) as bad:
            raise NotUnderstood(str(bad)) from None
        match message:
            case messages.Ack():
                at_ms = message.at_s * 1000 if message.at_ms is None else message.at_ms
                refusal = (message.explanation or "failed") if message.result else None
                words: tuple[object, ...] = (Answer(message.id, at_ms, refusal),)
            case messages.StatusReport():
                words = (_status(message),)
            case messages.PlayLog():
                words = (tuple(map(_entry, message.entries)),)
            case messages.Online():
                words = (Presence(message.online, (message.at_s or 0) * 1000, message.boot or ""),)
            case _:
                raise NotUnderstood(f"a message on {place[:80]!a}, on which devices say nothing")
        return Said(topic.device, words)  # type: ignore[arg-type]  # the four words of `Said`


def _body(action: Action) -> dict[str, Any]:
    match action:
        case Play():
            return {"start": _item(action)}
        case Cancel(item):
            return {"cancel": messages.Withdrawn(item=item)}
        case Stop(item):
            return {"stop": messages.Stopped(item=item)}
        case SetVolume(percent):
            return {"control": messages.Control(parameter=str(percent))}
        case Restart():
            return {"restart": messages.Restart()}
        case AddSchedule(schedule, plays):
            bulletins = tuple(map(_scheduled, plays))
            return {"schedule": messages.Schedule(schedule_id=schedule, bulletins=bulletins)}
        case DropSchedule(schedule):
            return {"unschedule": messages.ScheduleWithdrawn(schedule_id=schedule)}
    raise AssertionError(action)


def _content(play: Play) -> dict[str, Any]:
    return {
        "bulletin": play.bulletin,
        "priority": PRIORITY_OF_CLASS[play.bulletin_class],
        "media": play.media,
        "title": play.title,
        "duration": clock_text(play.duration_ms),
        "duration_ms": play.duration_ms,
        "severity": play.severity,
        "kind": play.kind,
        "content_url": play.sound.url if play.sound else None,
        "sha256": play.sound.sha256 if play.sound else None,
        "size_bytes": play.sound.size_bytes if play.sound else None,
        "text": play.text or (None if play.sound else play.title),
    }


def _item(play: Play) -> messages.Item:
    return messages.Item(
        **_content(play),
        item=play.item,
        not_before_ms=play.not_before_ms,
        expires_ms=play.expires_ms,
        end_by_ms=play.end_by_ms,
        order=play.order,
    )


def _scheduled(play: Play) -> messages.ScheduledBulletin:
    begin_s = play.not_before_ms // 1000
    finish_ms = play.not_before_ms + play.duration_ms if play.end_by_ms is None else play.end_by_ms
    finish_s = max(begin_s + 1, -(-finish_ms // 1000))
    begins = datetime.fromtimestamp(begin_s, UTC).astimezone(VIETNAM_TIME)
    at = messages.ScheduledPlay(item=play.item, begin_s=begin_s, finish_s=finish_s)
    day = messages.ScheduledDay(day=f"{begins:%d-%m-%Y}", plays=(at,))
    return messages.ScheduledBulletin(**_content(play), days=(day,))


def _status(said: StatusReport) -> Status:
    return Status(
        at_ms=said.at_s * 1000,
        boot=said.boot or "",
        booted_ms=0,
        volume=int(said.volume),
        link=said.link,
        playing=None if said.activity else _named(said.item or ""),
        started_ms=None if said.started_s is None else said.started_s * 1000,
    )


def _named(item: str) -> Play:
    """A play of which a status report tells nothing but its name."""
    return Play(item, "", "", "normal", 0, "file", 3, 0, 0, 0, at_once=False)


def _entry(said: PlayEntry) -> Entry:
    play = Play(
        item=said.item or "",
        bulletin=said.bulletin,
        title=said.title,
        bulletin_class=CLASS_OF_PRIORITY[said.priority],
        severity=0,
        kind="live" if said.relayed else "file",
        media=said.media,
        duration_ms=clock_ms(said.duration),
        issued_ms=said.from_ms,
        not_before_ms=said.from_ms,
        at_once=False,
    )
    return Entry(
        said.boot, said.sequence, play, said.from_ms, said.to_ms, said.outcome,
        said.reason or "", int(said.volume),
    )  # fmt: skip
