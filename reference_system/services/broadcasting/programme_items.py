"""The programme of stations as the dispatch rules have it: slots, their parts, and single items."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from reference_system.dispatch.commands import Command, Item, programme_commands
from reference_system.interface.command_message import Content
from reference_system.interface.messages import Item as Play
from reference_system.interface.vocabulary import WIRE_NAMES
from reference_system.interface.wire_types import clock_text
from reference_system.services.acting import Act
from reference_system.services.broadcasting import addressing, wanted
from reference_system.services.content import media
from reference_system.services.refusals import Refusal
from reference_system.store.content import BulletinRow
from reference_system.store.content import Media as MediaRow
from reference_system.store.orders import ItemRow, Slot
from scenarios.scenario import ProgrammeItem, ProgrammeSlot
from scenarios.units import DAY_MS

PartKind = Literal["relay", "local", "bulletin"]

WEEK_MS = 7 * DAY_MS
REMEMBERED_MS = 31 * DAY_MS
"""How far back the system looks for programme that it missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a slot, `length_ms` long: a relayed broadcast, the station's own, or a bulletin.

    A relay has an address; the station's own recording may be a kept file, and without one the
    station plays what it has. A bulletin that has a length of its own gives it to the part.
    """

    kind: PartKind
    length_ms: int
    title: str = ""
    url: str | None = None
    media_sha256: str | None = None
    bulletin_id: str | None = None
    language: str = "vi"


def parts(slot: Slot) -> tuple[Part, ...]:
    """The parts of a slot in order."""
    return tuple(Part(**each) for each in slot.items)


def due(slot: Slot, now_ms: int) -> tuple[Item, ...]:
    """What was to be sent by now, and was not settled when the slot was last looked at."""
    # A watermark ahead of the clock says that the clock went back since.
    since_ms = max(min(slot.issued_until_ms, now_ms), now_ms - REMEMBERED_MS)
    horizon_ms = now_ms - since_ms + slot.lead_ms + DAY_MS + 1
    return tuple(
        command.item
        for command in _commands(slot, since_ms, horizon_ms)
        if command.issued_ms <= now_ms
    )


def next_due_ms(slot: Slot, now_ms: int) -> int | None:
    """When something of the slot is to be sent next; None where it never is."""
    horizon_ms = slot.lead_ms + WEEK_MS + 2 * DAY_MS
    later = (command.issued_ms for command in _commands(slot, now_ms, horizon_ms))
    return min((issued for issued in later if issued > now_ms), default=None)


def between(slot: Slot, from_ms: int, to_ms: int) -> tuple[Item, ...]:
    """The items of a slot that are heard within a time."""
    return tuple(command.item for command in _commands(slot, from_ms, to_ms - from_ms))


def row(act: Act, slot: Slot, item: Item) -> ItemRow | None:
    """An item as it is stored; None where its bulletin may not be played any more."""
    number = int(item.id.rpartition("/")[2])
    part = parts(slot)[number - 1]
    said = _content(act, slot, part)
    if said is None or item.end_by_ms is None:
        return None
    play = Play.model_validate(
        said.model_dump()
        | {
            "priority": 3,
            "item": item.id,
            "not_before_ms": item.not_before_ms,
            "end_by_ms": item.end_by_ms,
        }
    )
    bulletin = act.session.get(BulletinRow, part.bulletin_id) if part.bulletin_id else None
    return ItemRow(
        id=item.id,
        slot_id=slot.id,
        bulletin_id=part.bulletin_id,
        bulletin_class=item.bulletin_class,
        created_ms=act.now_ms,
        not_before_ms=item.not_before_ms,
        expires_ms=None,
        end_by_ms=item.end_by_ms,
        # The rules give it no limit but the slot's end; handed over after its place, it would
        # push out what comes then.
        begin_by_ms=min(item.not_before_ms + item.duration_ms, item.end_by_ms),
        over_ms=item.end_by_ms,
        duration_ms=item.duration_ms,
        message={
            WIRE_NAMES["status"]: bulletin.status if bulletin else "Actual",
            WIRE_NAMES["start"]: play.model_dump(by_alias=True, exclude_none=True),
        },
        missed=False,
        withdrawn=False,
    )


def title_of(slot: Slot, item: Item) -> str:
    """What people call an item."""
    part = parts(slot)[int(item.id.rpartition("/")[2]) - 1]
    return f"{slot.name}: {part.title}" if part.title else slot.name


def _content(act: Act, slot: Slot, part: Part) -> Content | None:
    words = {"bulletin": slot.id, "priority": 3, "title": (part.title or slot.name)[:300]}
    words |= {"duration": clock_text(part.length_ms), "duration_ms": part.length_ms}
    match part.kind:
        case "relay":
            return Content.model_validate(
                words | {"media": 5, "kind": "live", "content_url": part.url}
            )
        case "local":
            words |= {"media": 3, "kind": "file", "text": part.title or slot.name}
            file = act.session.get(MediaRow, part.media_sha256) if part.media_sha256 else None
            if file is not None:
                words |= {"content_url": media.url(act.system, file.sha256)}
                words |= {"sha256": file.sha256, "size_bytes": file.size_bytes}
            return Content.model_validate(words)
        case "bulletin":
            bulletin = act.session.get(BulletinRow, part.bulletin_id)
            if bulletin is None or not playable(bulletin, act.now_ms):
                return None
            try:
                return wanted.content(act, bulletin, part.language, part.length_ms, "programme")
            except Refusal:
                return None


def playable(bulletin: BulletinRow, now_ms: int) -> bool:
    """Whether a bulletin may be part of a programme: approved, valid, and no emergency."""
    valid = bulletin.valid_until_ms is None or bulletin.valid_until_ms > now_ms
    return bulletin.state == "approved" and bulletin.bulletin_class != "emergency" and valid


def _commands(slot: Slot, start_ms: int, horizon_ms: int) -> Iterator[Command]:
    start = datetime.fromtimestamp(start_ms // 1000, UTC) + timedelta(milliseconds=start_ms % 1000)
    for command in programme_commands([_as_slot(slot)], start, horizon_ms):
        item = command.item
        yield replace(
            command,
            issued_ms=command.issued_ms + start_ms,
            item=replace(
                item,
                not_before_ms=item.not_before_ms + start_ms,
                end_by_ms=None if item.end_by_ms is None else item.end_by_ms + start_ms,
            ),
        )


def _as_slot(slot: Slot) -> ProgrammeSlot:
    return ProgrammeSlot(
        # Another version is another programme to the devices: what was cancelled stays so.
        id=f"{slot.id}.{slot.version}",
        where=addressing.as_area(slot.area),
        at_ms=slot.at_ms,
        days=tuple(slot.days),
        slot_ms=slot.slot_ms,
        lead_ms=slot.lead_ms,
        items=tuple(ProgrammeItem(part.url, part.length_ms) for part in parts(slot)),
    )
