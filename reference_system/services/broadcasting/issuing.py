"""What is due is sent: plays of orders and the programme, each once, whatever stopped in between.

What was sent is stored in one transaction with the commands for the devices, under ids made from
what it is. So a stop at any point, of any length, neither forgets nor doubles a play. A play that
could no longer begin when the system looked is recorded as missed.

The clock may step. Back: what was sent is not sent again, the rest waits for its instant. Ahead:
as after a stop. Ahead and back again: what was recorded as missed meanwhile, and is in time after
all, is sent.
"""

from collections.abc import Callable, Iterable
from typing import cast

from sqlalchemy import ColumnElement, and_, func, or_, select, union_all

from reference_system.dispatch.commands import Item
from reference_system.interface.command_message import Content
from reference_system.interface.messages import Item as Play
from reference_system.interface.vocabulary import WIRE_NAMES
from reference_system.services.acting import Act, acting, itself
from reference_system.services.administration import commune_feed
from reference_system.services.broadcasting import addressing, programme_items, sending
from reference_system.services.broadcasting.wanted import due_ms, limits, plays
from reference_system.services.system import System
from reference_system.services.units import Level, Unit
from reference_system.store.content import BulletinRow, CommuneChoice
from reference_system.store.devices import Device
from reference_system.store.orders import ItemRow, LocalDrop, Order, Slot
from scenarios.scenario import CLASSES

PLACED_FIRST = -1_000_000
"""What a commune put in order comes before what it did not: the places are counted from here."""


def issue_due(system: System) -> int | None:
    """Send what is due by now; returns the next instant with something to do, None for none.

    Ask again then, whenever `system.orders_changed` rings, and each minute: the clock may step.
    Every order and every slot has a transaction of its own; emergencies come first.
    """
    now_ms = system.clock()
    with system.database.reading() as session:
        orders = session.execute(
            select(Order.id, Order.bulletin_class).where(Order.next_due_ms <= now_ms)
        ).all()
        slots = session.scalars(
            select(Slot.id).where(
                Slot.active, or_(Slot.next_due_ms <= now_ms, Slot.issued_until_ms > now_ms)
            )
        ).all()
        missed = session.scalars(select(ItemRow.id).where(_in_time_after_all(now_ms))).all()
    by_rank = sorted(orders, key=lambda order: [*CLASSES].index(order.bulletin_class))
    _each(system, (order.id for order in by_rank), settle_order_of)
    _each(system, missed, _make_up)
    _each(system, slots, settle_slot_of)
    with system.database.reading() as session:
        due = union_all(select(Order.next_due_ms), select(Slot.next_due_ms).where(Slot.active))
        next_ms: int | None = session.scalar(select(func.min(due.subquery().c[0])))
    return next_ms


def _each(system: System, ids: Iterable[str], settle: Callable[[Act, str], None]) -> None:
    for each in ids:
        with acting(system, itself(system)) as act:
            settle(act, each)


# ---- Orders -------------------------------------------------------------------------------------


def settle_order_of(act: Act, order_id: str) -> None:
    """As `settle_order`, for the order of that id, unless it was stopped."""
    order = act.session.get_one(Order, order_id)
    if order.state != "running":
        return
    bulletin = act.session.get_one(BulletinRow, order.bulletin_id)
    if order.era != act.system.settings.era:
        stop_order(act, order, "other-era")
    elif bulletin.state == "withdrawn" and not _was_replaced(act, bulletin):
        stop_order(act, order, "bulletin-withdrawn")
    else:
        settle_order(act, order)


def settle_order(act: Act, order: Order) -> None:
    """Send the plays of an order that are due by now and were not settled."""
    for item in plays(order, act.now_ms + 1)[order.plays_issued :]:
        row = _play_row(act, order, item)
        row.missed = row.begin_by_ms <= act.now_ms
        act.session.add(row)
        order.plays_issued += 1
        if row.missed:
            act.record("play-missed", row.id)
        else:
            told = _send_play(act, order, row)
            if order.plays_issued > 1:
                act.record("play-issue", row.id, devices=told)
    _look_ahead(act, order)


def stop_order(act: Act, order: Order, why: str = "") -> int:
    """Cancel an order everywhere; returns how many devices are told."""
    told = sending.withdraw(act, live_items(act, order))
    order.state, order.cancelled_ms, order.next_due_ms = "cancelled", act.now_ms, None
    order.cancelled_by = act.actor.person_id
    act.session.flush()
    act.record("order-cancel", order.id, devices=told, why=why)
    return told


def live_items(act: Act, order: Order) -> list[ItemRow]:
    """The items of an order that may still be heard, or sent."""
    query = select(ItemRow).where(
        ItemRow.order_id == order.id, ItemRow.over_ms > act.now_ms, ~ItemRow.withdrawn
    )
    return list(act.session.scalars(query))


def audience(act: Act, order: Order) -> ColumnElement[bool]:
    """The devices that an order is for, without those whose unit dropped it."""
    drops = act.session.scalars(select(LocalDrop).where(LocalDrop.order_id == order.id))
    units = [Unit(cast(Level, drop.level), drop.code) for drop in drops]
    return and_(
        addressing.addressed(act.system, addressing.as_area(order.area)),
        *(~addressing.within(act.system, unit) for unit in units),
    )


def rearrange(act: Act, commune: str) -> int:
    """Put the priority plays that a commune has not begun in its order as it is now.

    To be called when a commune has changed its order; returns how many devices are told anew.
    """
    query = (
        select(ItemRow, Order)
        .join(Order)
        .where(
            Order.state == "running",
            Order.bulletin_class == "priority",
            ItemRow.not_before_ms > act.now_ms,
            ~ItemRow.withdrawn,
            ~ItemRow.missed,
            ~ItemRow.id.contains("@"),
        )
    )
    told = 0
    for item, order in act.session.execute(query.order_by(ItemRow.id)).all():
        here = and_(audience(act, order), Device.commune == commune)
        wanted = _places(act, order, here).get(commune, order.play_order)
        placed = _placed(act, item, commune)
        now = placed[-1] if placed else item
        if _place_of(now) != wanted and sending.addressed(act, here):
            sending.withdraw(act, [now], here)
            told += _put_in_place(act, item, here, commune, wanted)
    return told


def _send_play(act: Act, order: Order, row: ItemRow) -> int:
    devices = audience(act, order)
    places = _places(act, order, devices)
    told = sending.start(act, row, and_(devices, Device.commune.not_in(places)))
    for commune, place in places.items():
        here = and_(devices, Device.commune == commune)
        told += _put_in_place(act, row, here, commune, place)
    return told


def _places(act: Act, order: Order, devices: ColumnElement[bool]) -> dict[str, int]:
    """What communes with such devices made of a priority bulletin, by commune."""
    if order.bulletin_class != "priority":
        return {}
    query = select(CommuneChoice.commune, CommuneChoice.place).where(
        CommuneChoice.bulletin_id == order.bulletin_id,
        CommuneChoice.place.is_not(None),
        CommuneChoice.commune.in_(select(Device.commune).where(devices)),
    )
    return {commune: PLACED_FIRST + (place or 0) for commune, place in act.session.execute(query)}


def _placed(act: Act, item: ItemRow, commune: str) -> list[ItemRow]:
    prefix = f"{item.id}@{commune}."
    query = select(ItemRow).where(ItemRow.id.startswith(prefix, autoescape=True))
    return sorted(act.session.scalars(query), key=lambda row: int(row.id.rpartition(".")[2]))


def _put_in_place(
    act: Act, item: ItemRow, devices: ColumnElement[bool], commune: str, place: int
) -> int:
    # Another id: a device plays no item again that was cancelled, or that it has in another place.
    number = len(_placed(act, item, commune)) + 1
    key = f"{item.id}@{commune}.{number}"
    play = {**item.message[WIRE_NAMES["start"]]}
    play |= {WIRE_NAMES["item"]: key, WIRE_NAMES["order"]: place}
    copied = {column.key: getattr(item, column.key) for column in ItemRow.__table__.columns}
    row = ItemRow(**{**copied, "id": key, "message": {**item.message, WIRE_NAMES["start"]: play}})
    act.session.add(row)
    return sending.start(act, row, devices)


def _place_of(item: ItemRow) -> int:
    return int(item.message[WIRE_NAMES["start"]].get(WIRE_NAMES["order"], 0))


def _look_ahead(act: Act, order: Order) -> None:
    """Say when the order is to be looked at again: for the next play, or once all is over."""
    act.session.flush()
    if len(plays(order)) > order.plays_issued:
        order.next_due_ms = due_ms(order, order.plays_issued)
        return
    over_ms = max(
        (item.over_ms for item in live_items(act, order) if not item.missed), default=None
    )
    order.state, order.next_due_ms = ("running", over_ms) if over_ms else ("done", None)


def _was_replaced(act: Act, bulletin: BulletinRow) -> bool:
    """Whether it was withdrawn for a newer version: the order goes on as it was given."""
    query = select(BulletinRow.id).where(
        BulletinRow.revises == bulletin.id, BulletinRow.state == "approved"
    )
    return act.session.scalars(query).first() is not None


def _play_row(act: Act, order: Order, item: Item) -> ItemRow:
    begin_by_ms, end_by_ms = limits(order, item, act.system.settings.permitted)
    last_ms = begin_by_ms + item.duration_ms
    play = Play.model_validate(
        Content.model_validate(order.content).model_dump()
        | {
            "item": item.id,
            "not_before_ms": item.not_before_ms,
            "expires_ms": begin_by_ms,
            "end_by_ms": end_by_ms,
            "order": item.order,
        }
    )
    return ItemRow(
        id=item.id,
        order_id=order.id,
        bulletin_id=order.bulletin_id,
        bulletin_class=order.bulletin_class,
        created_ms=act.now_ms,
        not_before_ms=item.not_before_ms,
        expires_ms=begin_by_ms,
        end_by_ms=end_by_ms,
        begin_by_ms=begin_by_ms,
        over_ms=last_ms if end_by_ms is None else min(last_ms, end_by_ms),
        duration_ms=item.duration_ms,
        message={
            WIRE_NAMES["status"]: order.status,
            WIRE_NAMES["start"]: play.model_dump(by_alias=True, exclude_none=True),
        },
        missed=False,
        withdrawn=False,
    )


# ---- The programme ------------------------------------------------------------------------------


def settle_slot_of(act: Act, slot_id: str) -> None:
    """As `settle_slot`, for the slot of that id, unless it was removed meanwhile."""
    slot = act.session.get_one(Slot, slot_id)
    if slot.era != act.system.settings.era:
        slot.active, slot.next_due_ms = False, None
        act.record("slot-stop", slot.id, why="other-era")
    if slot.active:
        settle_slot(act, slot)


def settle_slot(act: Act, slot: Slot) -> None:
    """Send what of a slot is due by now and was not sent."""
    due = programme_items.due(slot, act.now_ms)
    ids = [item.id for item in due]
    there = set(act.session.scalars(select(ItemRow.id).where(ItemRow.id.in_(ids))))
    for item in due:
        if item.id in there:
            continue
        row = programme_items.row(act, slot, item)
        if row is None:
            act.record("part-left-out", item.id)
            continue
        row.missed = row.begin_by_ms <= act.now_ms
        act.session.add(row)
        if row.missed:
            act.record("play-missed", row.id)
        else:
            act.record("play-issue", row.id, devices=_send_part(act, slot, row))
    slot.issued_until_ms = act.now_ms
    slot.next_due_ms = programme_items.next_due_ms(slot, act.now_ms)
    act.session.flush()


def _send_part(act: Act, slot: Slot, item: ItemRow) -> int:
    area = addressing.as_area(slot.area)
    if item.bulletin_id is not None:
        commune_feed.publish(act, item.bulletin_id, area, act.now_ms)
    return sending.start(act, item, addressing.addressed(act.system, area))


# ---- Late ---------------------------------------------------------------------------------------


def catch_up(act: Act, device_ids: Iterable[str]) -> int:
    """Give devices that are new, or elsewhere now, what is still in time there; returns how much.

    That is emergencies and the programme. A normal or priority order was given to those who were
    there.
    """
    those = Device.id.in_(list(device_ids))
    query = select(ItemRow).where(
        ItemRow.begin_by_ms > act.now_ms,
        ~ItemRow.withdrawn,
        ~ItemRow.missed,
        or_(ItemRow.bulletin_class == "emergency", ItemRow.slot_id.is_not(None)),
    )
    return sum(
        sending.start(act, item, and_(those, audience_of(act, item)))
        for item in act.session.scalars(query).all()
    )


def audience_of(act: Act, item: ItemRow) -> ColumnElement[bool]:
    """The devices that an item is for, by the order or the slot that it comes from."""
    if item.order_id is not None:
        return audience(act, act.session.get_one(Order, item.order_id))
    slot = act.session.get_one(Slot, item.slot_id)
    return addressing.addressed(act.system, addressing.as_area(slot.area))


def _in_time_after_all(now_ms: int) -> ColumnElement[bool]:
    return and_(ItemRow.missed, ~ItemRow.withdrawn, ItemRow.begin_by_ms > now_ms)


def _make_up(act: Act, item_id: str) -> None:
    item = act.session.get_one(ItemRow, item_id)
    if not item.missed or item.withdrawn or item.begin_by_ms <= act.now_ms:
        return
    item.missed = False
    if item.order_id is None:
        told = _send_part(act, act.session.get_one(Slot, item.slot_id), item)
    else:
        order = act.session.get_one(Order, item.order_id)
        told = _send_play(act, order, item)
        _look_ahead(act, order)
    act.record("play-issue", item.id, devices=told, late=True)
