"""The programme of stations over HTTP: slots, what they would meet, and a commune's day."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from reference_system.services.broadcasting import programmes
from reference_system.services.broadcasting.programme_items import Part, PartKind, parts
from reference_system.services.broadcasting.programmes import DEFAULT_LEAD_MS, WantedSlot
from reference_system.services.paging import PAGE
from reference_system.services.refusals import Invalid
from reference_system.store.orders import Slot
from reference_system.web.acting import Acting, Looking
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    LOGGED_IN,
    After,
    ClientId,
    InstantOut,
    Limit,
    Line,
    NewId,
    PageOut,
    PathId,
    Strict,
    Title,
)
from reference_system.web.routes.orders import (
    AreaIn,
    AreaOut,
    Language,
    Length,
    PreviewOut,
    SpanOut,
    UnitIn,
    told_area,
    told_preview,
)
from reference_system.web.routing import Route
from scenarios.scenario import BulletinClass

router = APIRouter(prefix="/api/v1", tags=["programme"], route_class=Route)

Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$")]
Day = Annotated[int, Field(ge=0, le=6, description="0 is Monday.")]
Version = Annotated[int, Query(ge=1, le=10**9, description="The version that was seen.")]
RelayUrl = Annotated[str, Field(max_length=2_000, pattern="^(https?|rtsps?)://[!-~]{1,1980}$")]


class PartIn(Strict):
    """A part of a slot: a relay with its `url`, the station's own, or a bulletin.

    The station's own may be an uploaded file. A bulletin with a length of its own keeps that.
    """

    kind: PartKind
    length_ms: Length = 0
    title: Line = ""
    url: RelayUrl | None = None
    media_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    bulletin_id: ClientId | None = None
    language: Language = "vi"


class WantedSlotIn(Strict):
    """A slot from `at` (Vietnamese time) on `days`, at most `slot_ms` long; its parts in order.

    It is sent `lead_ms` ahead. `outside_hours`: it is meant that it is heard outside the permitted
    hours.
    """

    name: Title
    area: AreaIn
    at: Clock
    days: Annotated[list[Day], Field(min_length=1, max_length=7)]
    slot_ms: Length
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=50)]
    lead_ms: Length = DEFAULT_LEAD_MS
    outside_hours: bool = False

    def wanted(self) -> WantedSlot:
        """As the service has it."""
        return WantedSlot(
            name=self.name,
            era=self.area.era,
            area=self.area.area(),
            at_ms=_clock_ms(self.at),
            days=tuple(self.days),
            slot_ms=self.slot_ms,
            parts=tuple(Part(**part.model_dump()) for part in self.parts),
            lead_ms=self.lead_ms,
            outside_hours=self.outside_hours,
        )


class SlotIn(WantedSlotIn):
    """A new slot; asked again with the same `id` and words, it is the same slot."""

    id: NewId | None = None


class ChangedSlotIn(WantedSlotIn):
    """New words for a slot of which `version` was seen."""

    version: Annotated[int, Field(ge=1, le=10**9)]


class PreviewSlotIn(WantedSlotIn):
    """A slot that is asked about; `replaces` is the id of the slot that it would change."""

    replaces: ClientId | None = None


class PartOut(Strict):
    """A part of a slot."""

    kind: PartKind
    length_ms: int
    title: str
    url: str | None
    media_sha256: str | None
    bulletin_id: str | None
    language: str


class SlotOut(Strict):
    """A slot; one that is not `active` was removed."""

    id: str
    name: str
    area: AreaOut
    at: str
    days: list[int]
    slot_ms: int
    lead_ms: int
    parts: list[PartOut]
    unit: UnitIn
    active: bool
    version: int
    created: InstantOut
    changed: InstantOut
    next_due: InstantOut | None


class PlannedOut(Strict):
    """Something on a commune's day: `planned`, `sent`, `missed` or `withdrawn`."""

    span: SpanOut
    bulletin_class: BulletinClass
    state: str


class DayOut(Strict):
    """What is to be heard in a commune on a day of Viet Nam, by time."""

    commune: str
    day: str
    items: list[PlannedOut]


@router.post("/slots", status_code=201, responses=CHANGES)
def create_slot(act: Acting, asked: SlotIn) -> SlotOut:
    """A new programme slot; needs the role operate in its area."""
    return _slot(programmes.create(act, asked.wanted(), asked.id))


@router.post("/slots/preview", responses=CHANGES)
def preview_slot(act: Looking, asked: PreviewSlotIn) -> PreviewOut:
    """What a slot would meet in the coming week; nothing is stored."""
    return told_preview(programmes.preview(act, asked.wanted(), asked.replaces))


@router.get("/slots", responses=LOGGED_IN)
def list_slots(act: Looking, after: After = None, limit: Limit = PAGE) -> PageOut[SlotOut]:
    """The slots of the own unit, of those below and of those above, newest first."""
    page = programmes.page(act, after, limit)
    return PageOut(items=[_slot(slot) for slot in page.items], after=page.after)


@router.get("/slots/{slot_id:id}", responses=ABOUT_ONE)
def read_slot(act: Looking, slot_id: PathId) -> SlotOut:
    """One slot."""
    return _slot(programmes.one(act, slot_id))


@router.put("/slots/{slot_id:id}", responses=CHANGES)
def change_slot(act: Acting, slot_id: PathId, asked: ChangedSlotIn) -> SlotOut:
    """Replace the words of a slot; what was sent of it and is not over is sent anew."""
    return _slot(programmes.change(act, slot_id, asked.version, asked.wanted()))


@router.delete("/slots/{slot_id:id}", responses=CHANGES)
def remove_slot(act: Acting, slot_id: PathId, version: Version) -> SlotOut:
    """Remove a slot; what was sent of it and is not over is cancelled, also what is on air."""
    return _slot(programmes.remove(act, slot_id, version))


@router.get("/communes/{commune}/programme", responses=ABOUT_ONE)
def read_day(
    act: Looking,
    commune: Annotated[str, Path(pattern="^[0-9]{5}$")],
    day: Annotated[str, Query(pattern="^20[2-9][0-9]-[0-9]{2}-[0-9]{2}$")],
) -> DayOut:
    """What is to be heard in a commune on a day, by slots and orders of all levels."""
    planned = programmes.day(act, commune, _date(day))
    return DayOut(
        commune=commune,
        day=day,
        items=[
            PlannedOut(
                span=SpanOut.of(each.span),
                bulletin_class=each.span.bulletin_class,
                state=each.state,
            )
            for each in planned
        ],
    )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("bad-day", "Không có ngày này.", "There is no such day.", "day") from None


def _clock_ms(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in f"{text}:00".split(":")[:3])
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1_000 % 60:02}"


def _slot(slot: Slot) -> SlotOut:
    unit = programmes.unit_of(slot)
    return SlotOut(
        id=slot.id,
        name=slot.name,
        area=told_area(slot.era, slot.area),
        at=_clock(slot.at_ms),
        days=list(slot.days),
        slot_ms=slot.slot_ms,
        lead_ms=slot.lead_ms,
        parts=[PartOut.model_validate(asdict(part)) for part in parts(slot)],
        unit=UnitIn(level=unit.level, code=unit.code),
        active=slot.active,
        version=slot.version,
        created=slot.created_ms,
        changed=slot.changed_ms,
        next_due=slot.next_due_ms,
    )
