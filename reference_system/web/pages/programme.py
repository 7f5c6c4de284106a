"""The programme of a station: a week of it, and the slots that it consists of."""

import re
from datetime import timedelta
from typing import get_args

from fastapi import APIRouter, Response

from reference_system.interface.wire_types import clock_ms, clock_text
from reference_system.services.acting import Act
from reference_system.services.broadcasting import programmes
from reference_system.services.broadcasting.addressing import as_area
from reference_system.services.broadcasting.programme_items import Part, PartKind, parts
from reference_system.services.broadcasting.programmes import (
    DEFAULT_LEAD_MS,
    MOST_PARTS,
    WantedSlot,
)
from reference_system.services.content import bulletins
from reference_system.services.refusals import Invalid, Refusal
from reference_system.services.within import communes_of
from reference_system.store.base import new_id
from reference_system.store.orders import Slot
from reference_system.web.pages import areas
from reference_system.web.pages.rendering import local
from reference_system.web.pages.sending import MINUTE_MS, SHOWN_OVERLAPS
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)

SPARE_PARTS = 2
"""Empty lines for more parts in the form."""


@router.get("/programme")
def week(visit: TheVisit) -> Response:
    """What is to be heard in a commune, or was, on the seven days of a week."""
    typed = visit.typed
    today = local(visit.system.clock()).date()
    with visit.looking() as act:
        act.require("view")
        units = act.system.units
        codes = communes_of(units, act.actor.unit)
        commune = typed.line("commune") or codes[0]
        asked = typed.day("week", today)
        monday = asked - timedelta(days=asked.weekday())
        days = [monday + timedelta(days=number) for number in range(7)]
        slots = programmes.page(act, typed.cursor())
        return visit.show(
            "programme",
            commune=units.named("commune", commune).code,
            groups=areas.groups(act),
            monday=monday,
            before=monday - timedelta(days=7),
            after=monday + timedelta(days=7),
            today=today,
            days=[(each, programmes.day(act, commune, each)) for each in days],
            slots=slots,
            places={slot.id: _places(act, slot) for slot in slots.items},
        )


def _places(act: Act, slot: Slot) -> list[str]:
    return list(areas.names(act.system, as_area(slot.area)))


@router.get("/slots/new")
def new_slot(visit: TheVisit) -> Response:
    """The form for a new slot."""
    return _form(visit, None)


@router.post("/slots/new")
def create(visit: TheVisit) -> Response:
    """Make a slot, or show what it would meet."""
    return _changed(visit, None)


@router.get("/slots/{slot_id}")
def old_slot(visit: TheVisit, slot_id: str) -> Response:
    """A slot, in the form that changes it."""
    return _form(visit, slot_id)


@router.post("/slots/{slot_id}")
def change(visit: TheVisit, slot_id: str) -> Response:
    """Change or remove a slot, or show what it would meet."""
    return _changed(visit, slot_id)


def _changed(visit: Visit, slot_id: str | None) -> Response:
    typed = visit.typed
    try:
        do = typed.choice("do", ("preview", "save", "remove"))
        if do == "preview":
            with visit.looking() as act:
                preview = programmes.preview(act, _wanted(act, typed, slot_id), slot_id)
            return _form(visit, slot_id, preview=preview)
        with visit.acting() as act:
            if slot_id is None:
                programmes.create(act, _wanted(act, typed, None), typed.client_id())
            elif do == "remove":
                programmes.remove(act, slot_id, typed.a_number("version", 1, 10**8))
            else:
                version = typed.a_number("version", 1, 10**8)
                programmes.change(act, slot_id, version, _wanted(act, typed, slot_id))
    except Refusal as refusal:
        return _form(visit, slot_id, refusal)
    return visit.go("/programme", "removed" if do == "remove" else "saved")


def _form(
    visit: Visit, slot_id: str | None, refusal: Refusal | None = None, preview: object = None
) -> Response:
    with visit.looking() as act:
        slot = programmes.one(act, slot_id) if slot_id else None
        if slot is None:
            act.require("operate")
        said = parts(slot) if slot else ()
        return visit.show(
            "slot",
            refusal=refusal,
            slot=slot,
            owner=act.system.units.name(programmes.unit_of(slot)) if slot else "",
            editable=slot is None
            or (
                slot.active
                and visit.can("operate")
                and act.system.units.holds(act.actor.unit, programmes.unit_of(slot))
            ),
            parts=[*said, *[Part(kind="relay", length_ms=0)] * SPARE_PARTS][:MOST_PARTS],
            at="" if slot is None else clock_text(slot.at_ms).removesuffix(":00"),
            minutes=_minutes,
            areas=areas.values(act, as_area(slot.area)) if slot else [],
            devices=" ".join(as_area(slot.area).devices) if slot else "",
            places=_places(act, slot) if slot else [],
            groups=areas.groups(act),
            own=act.system.units.name(act.actor.unit),
            approved=bulletins.listed(act, state="approved").items,
            new_id=new_id(act.now_ms),
            preview=preview,
            shown=SHOWN_OVERLAPS,
        )


def _wanted(act: Act, typed: Typed, slot_id: str | None) -> WantedSlot:
    slot = programmes.one(act, slot_id) if slot_id else None
    return WantedSlot(
        name=typed.line("name", needed=True),
        era=act.system.settings.era,
        area=areas.chosen(act, typed),
        at_ms=_clock_ms(typed.line("at", needed=True)),
        days=tuple(sorted({_day(each) for each in typed.many("days")})),
        slot_ms=_length_ms(typed, "slot_ms"),
        lead_ms=slot.lead_ms if slot else DEFAULT_LEAD_MS,
        parts=tuple(_parts(typed)),
        outside_hours=typed.ticked("outside_hours"),
    )


def _clock_ms(written: str) -> int:
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?", written)
    if found is None:
        raise Invalid("no-clock", "Giờ dạng 05:00.", "A time such as 05:00.", "at")
    return clock_ms(f"{found[1]}:{found[2]}:{found[3] or '00'}")


def _length_ms(typed: Typed, name: str) -> int:
    """A length in minutes, with seconds after a colon; 0 where the field is empty."""
    written = typed.line(name)
    found = re.fullmatch(r"([0-9]{1,4})(?::([0-5][0-9]))?", written)
    if written and found is None:
        raise Invalid(
            "no-length",
            "Số phút, hoặc phút:giây, ví dụ 15 hay 1:30.",
            "Minutes, or minutes and seconds, such as 15 or 1:30.",
            name,
        )
    return 0 if found is None else int(found[1]) * MINUTE_MS + int(found[2] or 0) * 1000


def _minutes(length_ms: int) -> str:
    minutes, rest_ms = divmod(length_ms, MINUTE_MS)
    return f"{minutes}:{rest_ms // 1000:02}" if rest_ms else str(minutes)


def _day(written: str) -> int:
    if written in {"0", "1", "2", "3", "4", "5", "6"}:
        return int(written)
    raise Invalid("bad-day", "Ngày từ 0 (thứ Hai) đến 6.", "Days are 0 (Monday) to 6.", "days")


def _parts(typed: Typed) -> list[Part]:
    """The lines of the form that say something."""
    found = []
    for number in range(MOST_PARTS):
        length_ms = _length_ms(typed, f"length_{number}")
        source = typed.line(f"source_{number}")
        if not length_ms and not source:
            continue
        kind = typed.choice(f"kind_{number}", get_args(PartKind))
        found.append(
            Part(
                kind=kind,
                length_ms=length_ms,
                title=typed.line(f"title_{number}"),
                language=typed.line(f"language_{number}") or "vi",
                url=source if kind == "relay" and source else None,
                media_sha256=source if kind == "local" and source else None,
                bulletin_id=source if kind == "bulletin" and source else None,
            )
        )
    return found
