"""Orders over HTTP: what they would meet, given, looked at, cancelled."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query
from pydantic import Field

from reference_system.dispatch.overlaps import Effect, Overlap, Span
from reference_system.interface.vocabulary import Status
from reference_system.services.broadcasting import collisions, orders
from reference_system.services.broadcasting.orders import State
from reference_system.services.broadcasting.wanted import Wanted
from reference_system.services.paging import PAGE
from reference_system.services.units import Level
from reference_system.store.orders import Delivery, Order
from reference_system.web.acting import Acting, Looking
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    LOGGED_IN,
    After,
    ClientId,
    InstantIn,
    InstantOut,
    Limit,
    NewId,
    PageOut,
    PathId,
    Strict,
)
from reference_system.web.routing import Route
from scenarios.scenario import Area, BulletinClass

router = APIRouter(prefix="/api/v1/orders", tags=["orders"], route_class=Route)

Code = Annotated[str, Field(pattern="^[0-9]{2,5}$")]
Era = Annotated[str, Field(pattern="^[0-9]{4}(-[0-9]{2})?$")]
Length = Annotated[int, Field(ge=0, le=10**11, description="In milliseconds.")]
Language = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
DeliveryState = Literal["waiting", "handed", "accepted", "refused", "expired", "void"]


class AreaIn(Strict):
    """Where: everything named together, or everywhere in this system. Codes are of `era`."""

    era: Era
    everywhere: bool = False
    provinces: Annotated[list[Code], Field(default_factory=list, max_length=100)]
    districts: Annotated[list[Code], Field(default_factory=list, max_length=1_000)]
    communes: Annotated[list[Code], Field(default_factory=list, max_length=5_000)]
    devices: Annotated[list[ClientId], Field(default_factory=list, max_length=5_000)]

    def area(self) -> Area:
        """As the rules have it."""
        return Area(
            self.everywhere,
            tuple(self.provinces),
            tuple(self.districts),
            tuple(self.communes),
            tuple(self.devices),
        )


class AreaOut(Strict):
    """Where; codes are of `era`."""

    era: str
    everywhere: bool
    provinces: list[str]
    districts: list[str]
    communes: list[str]
    devices: list[str]


class WantedIn(Strict):
    """A bulletin to be played in an area: `times` plays, `gap_ms` from start to start.

    `not_before` and `end_by` are of the first play; each may begin up to `valid_ms` after it was
    issued. `duration_ms` is for what has no length of its own. `outside_hours`: it is meant that
    it is heard outside the permitted hours.
    """

    bulletin_id: ClientId
    area: AreaIn
    times: Annotated[int, Field(ge=1, le=500)] = 1
    gap_ms: Length = 0
    not_before: InstantIn | None = None
    valid_ms: Length | None = None
    end_by: InstantIn | None = None
    play_order: Annotated[int, Field(ge=0, le=1_000)] = 0
    language: Language = "vi"
    duration_ms: Length | None = None
    outside_hours: bool = False

    def wanted(self) -> Wanted:
        """As the service has it."""
        return Wanted(
            bulletin_id=self.bulletin_id,
            era=self.area.era,
            area=self.area.area(),
            times=self.times,
            gap_ms=self.gap_ms,
            not_before_ms=self.not_before,
            valid_ms=self.valid_ms,
            end_by_ms=self.end_by,
            play_order=self.play_order,
            language=self.language,
            duration_ms=self.duration_ms,
            outside_hours=self.outside_hours,
        )


class OrderIn(WantedIn):
    """An order; asked again with the same `id` and words, it is the same order."""

    id: NewId | None = None


class UnitIn(Strict):
    """A unit of this system's era."""

    level: Level
    code: Annotated[str, Field(pattern="^(VN|[0-9]{2,5})$")]


class CancelIn(Strict):
    """`unit`: only for its devices; null: everywhere, or, from above, in the own unit."""

    unit: UnitIn | None = None


class SpanOut(Strict):
    """Something that is to be heard; `source` is the id of the order or slot."""

    item: str
    source: str
    title: str
    bulletin_class: BulletinClass
    begin: InstantOut
    end: InstantOut

    @staticmethod
    def of(span: Span) -> "SpanOut":
        """As it is told."""
        return SpanOut(
            item=span.item,
            source=span.source,
            title=span.title,
            bulletin_class=span.bulletin_class,
            begin=span.begin_ms,
            end=span.end_ms,
        )


class OverlapOut(Strict):
    """Two things for the same devices; the new one `cuts` the other off, `waits` for it, or, among
    equals, `takes-turns`."""

    mine: SpanOut
    other: SpanOut
    begin: InstantOut
    end: InstantOut
    communes: list[str]
    effect: Effect


class PreviewOut(Strict):
    """What would be sent, and what it would meet; only the first overlaps where there are `more`.

    `at_night` must be acknowledged by `outside_hours`. `among_itself`: plays are longer than the
    gap between them.
    """

    devices: int
    communes: list[str]
    spans: list[SpanOut]
    overlaps: list[OverlapOut]
    at_night: list[SpanOut]
    among_itself: bool
    more: bool


class OrderOut(Strict):
    """An order; `plays_settled` of its `times` plays were sent or missed."""

    id: str
    bulletin_id: str
    bulletin_class: BulletinClass
    severity: int
    status: Status
    state: State
    area: AreaOut
    times: int
    gap_ms: int
    not_before: InstantOut | None
    valid_ms: int
    end_by: InstantOut | None
    play_order: int
    outside_hours: bool
    issued: InstantOut
    issued_by: str | None
    issuer: UnitIn
    plays_settled: int
    next_due: InstantOut | None
    cancelled: InstantOut | None
    cancelled_by: str | None

    @staticmethod
    def of(order: Order) -> "OrderOut":
        """As it is told."""
        return OrderOut.model_validate(_about(order))


class PlayOut(Strict):
    """One play: how many devices of the own unit were told, by the state of what they were told."""

    item: str
    not_before: InstantOut
    begin_by: InstantOut
    missed: bool
    withdrawn: bool
    starts: dict[str, int]
    cancels: dict[str, int]


class WholeOrderOut(OrderOut):
    """An order with its plays."""

    plays: list[PlayOut]


class DeliveryOut(Strict):
    """What a device was told about a play, and what it answered."""

    id: str
    device_id: str
    item: str | None
    action: str
    state: str
    created: InstantOut
    expires: InstantOut | None
    handed: InstantOut | None
    answered: InstantOut | None
    answer: str


class DeliveriesOut(Strict):
    """Some of them, by their ids; `after` asks for the next page, null where there is none."""

    items: list[DeliveryOut]
    after: str | None


@router.post("", status_code=201, responses=CHANGES)
def send_order(act: Acting, asked: OrderIn) -> OrderOut:
    """Order an approved bulletin; needs operate, and the second factor for an emergency."""
    return OrderOut.of(orders.send(act, asked.wanted(), asked.id))


@router.post("/preview", responses=CHANGES)
def preview_order(act: Looking, asked: WantedIn) -> PreviewOut:
    """What an order would meet if it were given now; nothing is sent."""
    return told_preview(collisions.preview(act, asked.wanted()))


@router.get("", responses=LOGGED_IN)
def list_orders(
    act: Looking, state: State | None = None, after: After = None, limit: Limit = PAGE
) -> PageOut[OrderOut]:
    """The orders of the own unit, of those below and of those above, newest first."""
    page = orders.page(act, state=state, after=after, limit=limit)
    return PageOut(items=[OrderOut.of(order) for order in page.items], after=page.after)


@router.get("/{order_id:id}", responses=ABOUT_ONE)
def read_order(act: Looking, order_id: PathId) -> WholeOrderOut:
    """One order with what became of each play."""
    return _whole(act, orders.one(act, order_id))


@router.post("/{order_id:id}/cancel", responses=CHANGES)
def cancel_order(act: Acting, order_id: PathId, asked: CancelIn) -> WholeOrderOut:
    """Cancel an order, or drop it in one unit; needs the role operate."""
    unit = None
    if asked.unit is not None:
        unit = act.system.units.named(asked.unit.level, asked.unit.code)
    return _whole(act, orders.cancel(act, order_id, unit))


@router.get("/{order_id:id}/deliveries", responses=ABOUT_ONE)
def list_deliveries(
    act: Looking,
    order_id: PathId,
    state: DeliveryState | None = None,
    after: Annotated[str | None, Query(max_length=300, pattern="^[!-~]+$")] = None,
    limit: Limit = PAGE,
) -> DeliveriesOut:
    """What each device of the own unit was told about an order."""
    rows, more = orders.deliveries(act, order_id, state, after, limit)
    return DeliveriesOut(items=[_delivery(row) for row in rows], after=more)


def told_preview(preview: collisions.Preview) -> PreviewOut:
    """A preview as it is told."""
    return PreviewOut(
        devices=preview.devices,
        communes=sorted(preview.communes),
        spans=[SpanOut.of(span) for span in preview.spans],
        overlaps=[_overlap(each) for each in preview.overlaps],
        at_night=[SpanOut.of(span) for span in preview.at_night],
        among_itself=preview.among_itself,
        more=preview.more,
    )


def told_area(era: str, data: dict[str, object]) -> AreaOut:
    """A stored area as it is told."""
    return AreaOut.model_validate({"era": era, **data})


def _overlap(overlap: Overlap) -> OverlapOut:
    return OverlapOut(
        mine=SpanOut.of(overlap.mine),
        other=SpanOut.of(overlap.other),
        begin=overlap.begin_ms,
        end=overlap.end_ms,
        communes=sorted(overlap.communes),
        effect=overlap.effect,
    )


def _about(order: Order) -> dict[str, object]:
    return {
        "id": order.id,
        "bulletin_id": order.bulletin_id,
        "bulletin_class": order.bulletin_class,
        "severity": order.severity,
        "status": order.status,
        "state": order.state,
        "area": told_area(order.era, order.area),
        "times": order.times,
        "gap_ms": order.gap_ms,
        "not_before": order.not_before_ms,
        "valid_ms": order.valid_ms,
        "end_by": order.end_by_ms,
        "play_order": order.play_order,
        "outside_hours": order.outside_hours,
        "issued": order.issued_ms,
        "issued_by": order.issued_by,
        "issuer": UnitIn(level=cast(Level, order.issuer_level), code=order.issuer_code),
        "plays_settled": order.plays_issued,
        "next_due": order.next_due_ms,
        "cancelled": order.cancelled_ms,
        "cancelled_by": order.cancelled_by,
    }


def _whole(act: Looking, order: Order) -> WholeOrderOut:
    plays = [
        PlayOut(
            item=play.item.id,
            not_before=play.item.not_before_ms,
            begin_by=play.item.begin_by_ms,
            missed=play.item.missed,
            withdrawn=play.item.withdrawn,
            starts=dict(play.starts),
            cancels=dict(play.cancels),
        )
        for play in orders.play_counts(act, order)
    ]
    return WholeOrderOut.model_validate({**_about(order), "plays": plays})


def _delivery(row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=row.id,
        device_id=row.device_id,
        item=row.item_id,
        action=row.action,
        state=row.state,
        created=row.created_ms,
        expires=row.expires_ms,
        handed=row.handed_ms,
        answered=row.answered_ms,
        answer=row.answer,
    )
