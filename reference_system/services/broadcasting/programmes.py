"""The programme of stations (lịch phát): slots made, changed and removed one by one, and a day."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import cast

from sqlalchemy import and_, or_, select

from reference_system.dispatch.overlaps import Span, outside_hours
from reference_system.services.acting import Act
from reference_system.services.broadcasting import addressing, collisions, issuing, sending
from reference_system.services.broadcasting.orders import id_taken
from reference_system.services.broadcasting.programme_items import Part, parts, playable
from reference_system.services.broadcasting.wanted import HOUR_MS, as_data, needs_acknowledging
from reference_system.services.content import bulletins
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Invalid, Missing
from reference_system.services.units import Level, Unit
from reference_system.services.within import nothing_there, within
from reference_system.store.base import new_id
from reference_system.store.content import BulletinContent
from reference_system.store.content import Media as MediaRow
from reference_system.store.orders import ItemRow, Slot
from scenarios.scenario import Area, Hours
from scenarios.units import DAY_MS, VIETNAM_TIME

DEFAULT_LEAD_MS = 12 * HOUR_MS
LONGEST_LEAD_MS = 7 * DAY_MS
MOST_PARTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSlot:
    """A slot from `at_ms` after midnight on `days` (0 = Monday), at most `slot_ms` long.

    Codes of the area are of `era`. It is sent `lead_ms` before its time. Sound outside the
    permitted hours needs `outside_hours`.
    """

    name: str
    era: str
    area: Area
    at_ms: int
    days: tuple[int, ...]
    slot_ms: int
    parts: tuple[Part, ...]
    lead_ms: int = DEFAULT_LEAD_MS
    outside_hours: bool = False


def create(act: Act, wanted: WantedSlot, client_id: str | None = None) -> Slot:
    """A new slot of the actor's unit; needs `operate` everywhere in its area.

    It takes effect at once: a part whose place is now is on its way. Asked again with the same
    `client_id` and words, gives what there is by now. Raises `Invalid` for what does not fit
    together, `Conflict` for an id that is taken and for sound outside the permitted hours.
    """
    addressing.require(act, "operate", wanted.era, wanted.area)
    if client_id and (before := act.session.get(Slot, client_id)) is not None:
        if before.asked == as_data(wanted):
            return before
        raise id_taken()
    slot = planned(act, wanted, client_id or new_id(act.now_ms))
    _check_hours(wanted, act.system.settings.permitted)
    act.session.add(slot)
    return _settled(act, slot, "slot-create")


def change(act: Act, slot_id: str, version: int, wanted: WantedSlot) -> Slot:
    """Replace the words of a slot, and of no other; needs `operate` in the old area and the new.

    What was sent of it and is not over is cancelled and sent anew. Raises `Conflict` where
    `version` is not the newest.
    """
    slot = _editable(act, slot_id, version)
    new = planned(act, wanted, slot_id)
    _check_hours(wanted, act.system.settings.permitted)
    _take_back(act, slot)
    for name in ("name", "era", "area", "at_ms", "days", "slot_ms", "lead_ms", "items"):
        setattr(slot, name, getattr(new, name))
    slot.version, slot.changed_ms, slot.issued_until_ms = version + 1, act.now_ms, act.now_ms
    return _settled(act, slot, "slot-change")


def remove(act: Act, slot_id: str, version: int) -> Slot:
    """Remove a slot; what of it was sent and is not over is cancelled, also what is on air.

    Needs `operate` in its area. Removing again changes nothing.
    """
    slot = one(act, slot_id)
    if slot.active:
        _editable(act, slot_id, version)
        _take_back(act, slot)
        slot.active, slot.next_due_ms, slot.changed_ms = False, None, act.now_ms
        slot.version = version + 1
        act.session.flush()
        act.record("slot-remove", slot.id, name=slot.name)
    return slot


def planned(act: Act, wanted: WantedSlot, slot_id: str) -> Slot:
    """The slot as it would be made now, not stored; raises what is wrong with it, but for night."""
    addressing.require(act, "operate", wanted.era, wanted.area)
    _check_times(wanted)
    items = [asdict(_checked(act, part)) for part in wanted.parts]
    return Slot(
        id=slot_id,
        name=wanted.name,
        era=wanted.era,
        area=addressing.as_data(wanted.area),
        at_ms=wanted.at_ms,
        days=sorted(wanted.days),
        slot_ms=wanted.slot_ms,
        lead_ms=wanted.lead_ms,
        items=items,
        level=act.actor.unit.level,
        code=act.actor.unit.code,
        active=True,
        version=1,
        created_ms=act.now_ms,
        changed_ms=act.now_ms,
        issued_until_ms=act.now_ms,
        asked=as_data(wanted),
    )


def preview(act: Act, wanted: WantedSlot, replaces: str | None = None) -> collisions.Preview:
    """What the slot would meet in the coming week; `replaces` is the slot that it changes."""
    return collisions.preview_slot(act, planned(act, wanted, "preview"), replaces)


def one(act: Act, slot_id: str) -> Slot:
    """A slot of the own unit, of one below or of one above; raises `Missing`."""
    act.require("view")
    slot = act.session.get(Slot, slot_id)
    holds = act.system.units.holds
    if slot is not None:
        owner = unit_of(slot)
        if holds(act.actor.unit, owner) or holds(owner, act.actor.unit):
            return slot
    raise nothing_there("lịch phát", "slot")


def page(act: Act, after: str | None = None, limit: int = PAGE) -> Page[Slot]:
    """The slots that `one` gives and that were not removed, newest first."""
    act.require("view")
    units = act.system.units
    query = select(Slot).where(
        Slot.active,
        or_(
            within(units, act.actor.unit, Slot.level, Slot.code),
            *(
                and_(Slot.level == above.level, Slot.code == above.code)
                for above in units.line(act.actor.unit)[1:]
            ),
        ),
    )
    return newest_first(act.session, query, Slot.created_ms, Slot.id, after, limit)


@dataclass(frozen=True, slots=True)
class Planned:
    """Something on a commune's day. `state`: planned, sent, missed or withdrawn."""

    span: Span
    state: str


def day(act: Act, commune: str, on: date) -> tuple[Planned, ...]:
    """What is to be heard, or was, in a commune on a day of Viet Nam, by time.

    Cancelled orders, removed slots, and days before a slot was made are not told. Needs a commune
    that lies in the own unit, or above it.
    """
    act.require("view", act.system.units.named("commune", commune))
    midnight = datetime.combine(on, time(), VIETNAM_TIME)
    from_ms = round(midnight.timestamp()) * 1000
    spans = [
        span
        for span in collisions.all_spans(act, from_ms, from_ms + DAY_MS, and_over=True)
        if span.reach.holds(commune)
    ]
    rows = act.session.scalars(select(ItemRow).where(ItemRow.id.in_([span.item for span in spans])))
    states = {row.id: _state(row) for row in rows}
    spans.sort(key=lambda span: (span.begin_ms, span.item))
    slots = act.session.scalars(select(Slot).where(Slot.id.in_({span.source for span in spans})))
    made_ms = {slot.id: slot.created_ms for slot in slots}
    return tuple(
        Planned(span, states.get(span.item, "planned"))
        for span in spans
        if span.item in states or span.begin_ms >= made_ms.get(span.source, 0)
    )


def unit_of(slot: Slot) -> Unit:
    """The unit that made a slot."""
    return Unit(cast(Level, slot.level), slot.code)


def _state(row: ItemRow) -> str:
    return "withdrawn" if row.withdrawn else "missed" if row.missed else "sent"


def _settled(act: Act, slot: Slot, action: str) -> Slot:
    act.session.flush()
    issuing.settle_slot(act, slot)
    act.record(
        action,
        slot.id,
        name=slot.name,
        area=slot.area,
        at_ms=slot.at_ms,
        days=slot.days,
        parts=[part.kind for part in parts(slot)],
        version=slot.version,
    )
    act.afterwards(act.system.orders_changed.ring)
    return slot


def _editable(act: Act, slot_id: str, version: int) -> Slot:
    slot = one(act, slot_id)
    if not slot.active:
        raise Missing("slot-removed", "Lịch phát đã bị xóa.", "The slot was removed.")
    act.require("operate", unit_of(slot))
    if slot.version != version:
        raise Conflict(
            "changed-meanwhile",
            f"Lịch phát đã thay đổi (phiên bản {slot.version}): hãy xem lại trước.",
            f"The slot has changed meanwhile (version {slot.version}): look at it first.",
            "version",
        )
    return slot


def _take_back(act: Act, slot: Slot) -> None:
    query = select(ItemRow).where(
        ItemRow.slot_id == slot.id, ItemRow.over_ms > act.now_ms, ~ItemRow.withdrawn
    )
    sending.withdraw(act, act.session.scalars(query).all())


def _check_hours(wanted: WantedSlot, permitted: Hours) -> None:
    ends_ms = wanted.at_ms + min(wanted.slot_ms, sum(part.length_ms for part in wanted.parts))
    # Any midnight does: the hours are the same each day.
    midnight = -7 * HOUR_MS
    night = outside_hours(midnight + wanted.at_ms, midnight + ends_ms, permitted)
    if night and not wanted.outside_hours:
        raise needs_acknowledging(permitted)


def _check_times(wanted: WantedSlot) -> None:
    bounds = {
        "at": (wanted.at_ms, 0, DAY_MS - 1),
        "slot_ms": (wanted.slot_ms, 1_000, DAY_MS),
        "lead_ms": (wanted.lead_ms, 0, LONGEST_LEAD_MS),
        "parts": (len(wanted.parts), 1, MOST_PARTS),
        "days": (len(set(wanted.days)), len(wanted.days) or 1, 7),
        **{
            f"parts.{number}.length_ms": (part.length_ms, 1_000, DAY_MS)
            for number, part in enumerate(wanted.parts)
            if part.kind != "bulletin"
        },
    }
    for field, (value, least, most) in bounds.items():
        if not least <= value <= most:
            raise Invalid(
                "out-of-bounds",
                f"{field}: từ {least} đến {most}.",
                f"{field} is from {least} to {most}.",
                field,
            )
    if not all(0 <= each <= 6 for each in wanted.days):
        raise Invalid("bad-day", "Ngày từ 0 (thứ Hai) đến 6.", "Days are 0 (Monday) to 6.", "days")


def _checked(act: Act, part: Part) -> Part:
    """The part with the length and the address that its bulletin gives it."""
    fits = {
        "relay": part.url is not None and part.media_sha256 is part.bulletin_id is None,
        "local": part.url is part.bulletin_id is None,
        "bulletin": part.bulletin_id is not None and part.url is part.media_sha256 is None,
    }
    if not fits[part.kind]:
        raise Invalid(
            "part-unfit",
            "Tiếp âm cần địa chỉ, bản tin cần mã bản tin; phần khác để trống.",
            "A relay has an address, a bulletin its id, and each nothing of the others.",
            "parts",
        )
    if part.media_sha256 is not None and act.session.get(MediaRow, part.media_sha256) is None:
        raise Invalid(
            "media-unknown",
            "Tệp chưa được tải lên.",
            "No file with this hash was uploaded.",
            "parts",
        )
    return part if part.bulletin_id is None else _of_bulletin(act, part, part.bulletin_id)


def _of_bulletin(act: Act, part: Part, bulletin_id: str) -> Part:
    bulletin = bulletins.get(act, bulletin_id)
    if not playable(bulletin, act.now_ms):
        raise Conflict(
            "not-playable",
            "Bản tin trong lịch phải đã duyệt, còn hiệu lực và không phải khẩn cấp.",
            "A bulletin in a slot is approved, still valid, and no emergency.",
            "parts",
        )
    said = act.session.get(BulletinContent, (bulletin_id, part.language))
    if said is None and bulletin.kind != "relay":
        raise bulletins.no_words(part.language)
    file = act.session.get(MediaRow, said.media_sha256) if said and said.media_sha256 else None
    own_ms = file.duration_ms if file is not None and bulletin.kind != "relay" else None
    return replace(
        part,
        title=part.title or bulletin.title,
        length_ms=own_ms or max(1_000, min(part.length_ms, DAY_MS)),
        url=bulletin.relay_url,
    )
