"""Orders: a bulletin to be played, now or later, in an area; given, looked at, cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import ColumnElement, and_, func, or_, select

from reference_system.services.acting import Act
from reference_system.services.broadcasting import addressing, issuing, sending
from reference_system.services.broadcasting.wanted import (
    Wanted,
    as_data,
    at_night,
    needs_acknowledging,
    planned,
)
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Forbidden, Invalid
from reference_system.services.units import Level, Unit
from reference_system.services.within import nothing_there, within
from reference_system.store.base import new_id
from reference_system.store.devices import Device
from reference_system.store.orders import Delivery, ItemRow, LocalDrop, Order

State = Literal["running", "done", "cancelled"]


def send(act: Act, wanted: Wanted, client_id: str | None = None) -> Order:
    """Order an approved bulletin to be played; its first play is on its way when this is stored.

    Needs `operate` everywhere in the area, and for an emergency the second factor just shown.
    Asked again with the same `client_id` and words, gives what there is by now. Raises what
    `planned` raises, `Conflict` for an id that is taken and for what would be heard at night, and
    `Invalid` where nobody is there to hear it.
    """
    addressing.require(act, "operate", wanted.era, wanted.area)
    if client_id and (before := act.session.get(Order, client_id)) is not None:
        if before.asked == as_data(wanted) and before.issued_by == act.actor.person_id:
            return before
        raise id_taken()
    order = planned(act, wanted, client_id or new_id(act.now_ms))
    if order.bulletin_class == "emergency":
        act.require_confirmation()
    permitted = act.system.settings.permitted
    nightly = at_night(order, permitted)
    if nightly and not wanted.outside_hours:
        raise needs_acknowledging(permitted)
    act.session.add(order)
    act.session.flush()
    devices = sending.addressed(act, issuing.audience(act, order))
    if not devices:
        raise Invalid(
            "nobody-there",
            "Không có thiết bị nào đang hoạt động trong khu vực.",
            "There is no active device in the area.",
            "area",
        )
    issuing.settle_order(act, order)
    act.record(
        "order-send",
        order.id,
        bulletin=order.bulletin_id,
        bulletin_class=order.bulletin_class,
        status=order.status,
        area=order.area,
        times=order.times,
        devices=devices,
        outside_hours=bool(nightly),
    )
    act.afterwards(act.system.orders_changed.ring)
    return order


def cancel(act: Act, order_id: str, unit: Unit | None = None) -> Order:
    """Cancel an order everywhere, or for the devices of `unit` below the issuer; needs `operate`.

    The issuing unit, or one above, cancels everywhere. A unit below may drop a normal order from
    above in its own area; it may stop an emergency there only if the system is set so
    (`commune_may_stop_emergency`), and a priority one never: of those it decides the order.
    Cancelling again changes nothing. Raises `Conflict` where all of it is over.
    """
    order = one(act, order_id)
    issuer = issuer_of(order)
    holds = act.system.units.holds
    if unit is None and not holds(act.actor.unit, issuer):
        unit = act.actor.unit
    if unit is None or holds(unit, issuer):
        act.require("operate", issuer)
        if order.state != "cancelled":
            _still_on(order)
            issuing.stop_order(act, order)
            act.afterwards(act.system.orders_changed.ring)
        return order
    act.require("operate", unit)
    if not holds(act.actor.unit, issuer):
        _may_drop(act, order)
    if order.state != "cancelled":
        _drop(act, order, unit)
    return order


def one(act: Act, order_id: str) -> Order:
    """An order of the own unit, of one below or of one above; raises `Missing`."""
    act.require("view")
    order = act.session.get(Order, order_id)
    if order is None or not _concerns(act, issuer_of(order)):
        raise nothing_there("lệnh phát", "order")
    return order


def page(
    act: Act, *, state: State | None = None, after: str | None = None, limit: int = PAGE
) -> Page[Order]:
    """The orders that `one` gives, newest first."""
    act.require("view")
    units = act.system.units
    above = units.line(act.actor.unit)[1:]
    query = select(Order).where(
        or_(
            within(units, act.actor.unit, Order.issuer_level, Order.issuer_code),
            *(_issued_by(unit) for unit in above),
        )
    )
    if state is not None:
        query = query.where(Order.state == state)
    return newest_first(act.session, query, Order.issued_ms, Order.id, after, limit)


@dataclass(frozen=True, slots=True)
class Play:
    """One play of an order: how many devices were told, by the state of what they were told.

    `starts` and `cancels` count devices of the own unit. `missed`: it was sent to nobody.
    """

    item: ItemRow
    starts: Mapping[str, int]
    cancels: Mapping[str, int]


def play_counts(act: Act, order: Order) -> tuple[Play, ...]:
    """What became of each play, in order; in another place of a commune's order, it is another."""
    counted = act.session.execute(
        select(Delivery.item_id, Delivery.action, Delivery.state, func.count())
        .join(ItemRow, ItemRow.id == Delivery.item_id)
        .join(Device, Device.id == Delivery.device_id)
        .where(ItemRow.order_id == order.id, addressing.within(act.system, act.actor.unit))
        .group_by(Delivery.item_id, Delivery.action, Delivery.state)
    )
    numbers: dict[tuple[str | None, str], dict[str, int]] = {}
    for item_id, action, state, number in counted:
        numbers.setdefault((item_id, action), {})[state] = number
    items = act.session.scalars(
        select(ItemRow)
        .where(ItemRow.order_id == order.id)
        .order_by(ItemRow.not_before_ms, ItemRow.id)
    )
    return tuple(
        Play(item, numbers.get((item.id, "start"), {}), numbers.get((item.id, "cancel"), {}))
        for item in items
    )


def deliveries(
    act: Act, order_id: str, state: str | None = None, after: str | None = None, limit: int = PAGE
) -> tuple[list[Delivery], str | None]:
    """What devices of the own unit were told about an order, by the ids of commands.

    `after` is the last id of the page before; the second value is that of this page, if there
    are more.
    """
    order = one(act, order_id)
    query = (
        select(Delivery)
        .join(ItemRow, ItemRow.id == Delivery.item_id)
        .join(Device, Device.id == Delivery.device_id)
        .where(ItemRow.order_id == order.id, addressing.within(act.system, act.actor.unit))
    )
    if state is not None:
        query = query.where(Delivery.state == state)
    if after is not None:
        query = query.where(Delivery.id > after)
    rows = list(act.session.scalars(query.order_by(Delivery.id).limit(limit + 1)))
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def issuer_of(order: Order) -> Unit:
    """The unit that gave an order."""
    return Unit(cast(Level, order.issuer_level), order.issuer_code)


def id_taken() -> Conflict:
    """The refusal of an id that something else has."""
    return Conflict(
        "id-taken",
        "Mã này đã dùng cho việc khác.",
        "This id is taken by something else.",
        "id",
    )


def _concerns(act: Act, issuer: Unit) -> bool:
    holds = act.system.units.holds
    return holds(act.actor.unit, issuer) or holds(issuer, act.actor.unit)


def _issued_by(unit: Unit) -> ColumnElement[bool]:
    return and_(Order.issuer_level == unit.level, Order.issuer_code == unit.code)


def _still_on(order: Order) -> None:
    if order.state == "done":
        raise Conflict("order-over", "Lệnh phát đã kết thúc.", "All of the order is over.")


def _may_drop(act: Act, order: Order) -> None:
    if order.bulletin_class == "normal":
        return
    if order.bulletin_class == "priority":
        raise Forbidden(
            "priority-from-above",
            "Bản tin ưu tiên từ cấp trên: đơn vị chỉ quyết định thứ tự phát.",
            "A priority order from above cannot be dropped: the unit decides when in its order.",
        )
    if not act.system.settings.commune_may_stop_emergency:
        raise Forbidden(
            "emergency-from-above",
            "Chỉ đơn vị phát lệnh hoặc cấp trên được dừng bản tin khẩn cấp.",
            "Only the issuing unit, or one above, may stop this emergency.",
        )


def _drop(act: Act, order: Order, unit: Unit) -> None:
    if act.session.get(LocalDrop, (order.id, unit.level, unit.code)) is not None:
        return
    _still_on(order)
    here = addressing.within(act.system, unit)
    area = addressing.as_area(order.area)
    if not sending.addressed(act, and_(addressing.addressed(act.system, area), here)):
        raise nothing_there("lệnh phát trong đơn vị", "order for this unit")
    told = sending.withdraw(act, issuing.live_items(act, order), here)
    act.session.add(
        LocalDrop(
            order_id=order.id,
            level=unit.level,
            code=unit.code,
            dropped_ms=act.now_ms,
            dropped_by=act.actor.person_id,
        )
    )
    act.session.flush()
    act.record("order-drop", order.id, level=unit.level, code=unit.code, devices=told)
