"""What a new order or slot would meet, shown before it is sent: programme, other orders, night."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

from sqlalchemy import and_, or_, select

from reference_system.dispatch.overlaps import Overlap, Reach, Span, outside_hours, overlaps
from reference_system.services.acting import Act
from reference_system.services.broadcasting import addressing, programme_items, sending
from reference_system.services.broadcasting.wanted import (
    Wanted,
    at_night,
    heard_until_ms,
    plays,
)
from reference_system.services.broadcasting.wanted import planned as planned_order
from reference_system.services.units import Level, Unit
from reference_system.services.within import communes_of
from reference_system.store.orders import ItemRow, LocalDrop, Order, Slot
from scenarios.scenario import BulletinClass
from scenarios.units import DAY_MS

MOST_SHOWN = 500
LOOKED_AHEAD_MS = 31 * DAY_MS
"""How far ahead of its first play the rest of an order is looked at."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent, and what it would meet.

    `at_night` are the spans outside the permitted hours, which must be acknowledged; none of an
    emergency. `among_itself`: its plays are longer than the gap between them. Only the first
    `MOST_SHOWN` overlaps are here; `more` says whether there are more.
    """

    devices: int
    communes: frozenset[str]
    spans: tuple[Span, ...]
    overlaps: tuple[Overlap, ...]
    at_night: tuple[Span, ...]
    among_itself: bool = False
    more: bool = field(default=False)


def preview(act: Act, wanted: Wanted) -> Preview:
    """What an order would meet if it were given now; raises what `wanted.planned` raises."""
    order = planned_order(act, wanted, "preview")
    nightly = {item.id for item in at_night(order, act.system.settings.permitted)}
    first_ms = plays(order)[0].not_before_ms
    mine = tuple(order_spans(act, order, first_ms, first_ms + LOOKED_AHEAD_MS))
    among_itself = any(one.end_ms > next_one.begin_ms for one, next_one in pairwise(mine))
    return _preview(
        act,
        mine,
        tuple(span for span in mine if span.item in nightly),
        devices=sending.addressed(act, addressing.addressed(act.system, wanted.area)),
        among_itself=among_itself,
    )


def preview_slot(act: Act, slot: Slot, besides: str | None = None) -> Preview:
    """What a slot would meet in the coming week; `besides` is the slot that it replaces."""
    permitted = act.system.settings.permitted
    mine = tuple(slot_spans(act, slot, act.now_ms, act.now_ms + programme_items.WEEK_MS))
    return _preview(
        act,
        mine,
        tuple(span for span in mine if outside_hours(span.begin_ms, span.end_ms, permitted)),
        devices=sending.addressed(
            act, addressing.addressed(act.system, addressing.as_area(slot.area))
        ),
        besides=besides,
    )


def all_spans(
    act: Act, from_ms: int, to_ms: int, besides: str | None = None, and_over: bool = False
) -> Iterator[Span]:
    """What is to be heard within a time by the programme and by running orders.

    The slot `besides` is left out; `and_over` takes in orders of which all is over.
    """
    era = act.system.settings.era
    for slot in act.session.scalars(select(Slot).where(Slot.active, Slot.era == era)):
        if slot.id != besides:
            yield from slot_spans(act, slot, from_ms, to_ms)
    over = select(ItemRow.order_id).where(ItemRow.not_before_ms < to_ms, ItemRow.over_ms > from_ms)
    running = Order.state == "running"
    past = or_(running, and_(Order.state == "done", Order.id.in_(over)))
    for order in act.session.scalars(
        select(Order).where(Order.era == era, past if and_over else running)
    ):
        yield from order_spans(act, order, from_ms, to_ms)


def order_spans(act: Act, order: Order, from_ms: int, to_ms: int) -> Iterator[Span]:
    """The plays of an order within a time, where nobody dropped it."""
    area = addressing.reach(act, addressing.as_area(order.area))
    dropped = _dropped(act, order)
    where = Reach(
        area.communes - dropped,
        frozenset((commune, device) for commune, device in area.devices if commune not in dropped),
    )
    for item in plays(order):
        if item.not_before_ms < to_ms and heard_until_ms(item) > from_ms:
            yield Span(
                item.id,
                order.id,
                str(order.content["TieuDe"]),
                cast(BulletinClass, order.bulletin_class),
                item.not_before_ms,
                heard_until_ms(item),
                where,
            )


def slot_spans(act: Act, slot: Slot, from_ms: int, to_ms: int) -> Iterator[Span]:
    """The parts of a slot within a time."""
    where = addressing.reach(act, addressing.as_area(slot.area))
    for item in programme_items.between(slot, from_ms, to_ms):
        title = programme_items.title_of(slot, item)
        until_ms = heard_until_ms(item)
        yield Span(item.id, slot.id, title, "normal", item.not_before_ms, until_ms, where)


def _preview(
    act: Act,
    mine: tuple[Span, ...],
    at_night: tuple[Span, ...],
    *,
    devices: int,
    among_itself: bool = False,
    besides: str | None = None,
) -> Preview:
    from_ms = min((span.begin_ms for span in mine), default=act.now_ms)
    to_ms = max((span.end_ms for span in mine), default=act.now_ms)
    met = _first(overlaps(mine, all_spans(act, from_ms, to_ms, besides)))
    return Preview(
        devices=devices,
        communes=frozenset().union(*(_communes(span.reach) for span in mine)),
        spans=mine,
        overlaps=met[:MOST_SHOWN],
        at_night=at_night,
        among_itself=among_itself,
        more=len(met) > MOST_SHOWN,
    )


def _first(some: Iterable[Overlap]) -> tuple[Overlap, ...]:
    return tuple(overlap for overlap, _ in zip(some, range(MOST_SHOWN + 1), strict=False))


def _dropped(act: Act, order: Order) -> frozenset[str]:
    drops = act.session.scalars(select(LocalDrop).where(LocalDrop.order_id == order.id))
    units = [Unit(cast(Level, drop.level), drop.code) for drop in drops]
    return frozenset(code for unit in units for code in communes_of(act.system.units, unit))


def _communes(reach: Reach) -> frozenset[str]:
    return reach.communes | {commune for commune, _ in reach.devices}
