"""What stations are told to play: programmes, orders, their items, and a command per device.

An order says: play this bulletin, there, so often. An item is one play of it, or one part of one
day's programme slot. A delivery is the command about an item to one device: it is stored in the
same transaction as the order, so that an order that was accepted is never forgotten, and its id
is made from what it is, so that it is never doubled.
"""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from reference_system.store.base import Code, Data, Id, Items, Moment, Name, Table


class Slot(Table):
    """A programme slot of stations (lịch phát): on `days` (0 = Monday) from `at_ms` after midnight.

    `area` is a `scenarios.scenario.Area` as a mapping, its codes of `era`; `items` are the parts in
    order (`services.broadcasting.programmes.Part`). `version` grows with each change; occurrences
    that were sent are cancelled and sent anew. What was to be sent before `issued_until_ms` is
    settled, and there is nothing to do before `next_due_ms`. `asked` is the request that made the
    slot.
    """

    __tablename__ = "slots"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[Name]
    era: Mapped[Code]
    area: Mapped[Data]
    at_ms: Mapped[Moment]
    days: Mapped[Items]
    slot_ms: Mapped[Moment]
    lead_ms: Mapped[Moment]
    items: Mapped[Items]
    level: Mapped[Code]
    code: Mapped[Code]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_ms: Mapped[Moment]
    changed_ms: Mapped[Moment]
    issued_until_ms: Mapped[Moment]
    next_due_ms: Mapped[Moment | None] = mapped_column(index=True)
    asked: Mapped[Data]

    __table_args__ = (Index("ix_slots_newest", "created_ms", "id"),)


class Order(Table):
    """An order to play a bulletin: `times` plays, `gap_ms` from start to start.

    `state`: running, done, cancelled. Limits are instants; `valid_ms` is how long after its own
    issue each play may still begin, and none is issued at `until_ms` or later. `area` is as in
    `Slot`. `content` is what all plays say, in the words of the wire, fixed when the order was
    given. `plays_issued` are settled, sent or missed;
    there is nothing to do before `next_due_ms`. `outside_hours`: it may be heard outside the
    permitted hours. `asked` is the request that made the order.
    """

    __tablename__ = "orders"

    id: Mapped[Id] = mapped_column(primary_key=True)
    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), index=True)
    era: Mapped[Code]
    area: Mapped[Data]
    bulletin_class: Mapped[Code]
    severity: Mapped[int]
    status: Mapped[Code]
    content: Mapped[Data]
    duration_ms: Mapped[Moment]
    times: Mapped[int]
    gap_ms: Mapped[Moment]
    not_before_ms: Mapped[Moment | None]
    valid_ms: Mapped[Moment]
    end_by_ms: Mapped[Moment | None]
    until_ms: Mapped[Moment | None]
    play_order: Mapped[int] = mapped_column(default=0)
    outside_hours: Mapped[bool] = mapped_column(default=False)
    issued_ms: Mapped[Moment]
    issued_by: Mapped[Id | None]
    issuer_level: Mapped[Code]
    issuer_code: Mapped[Code]
    plays_issued: Mapped[int] = mapped_column(default=0)
    next_due_ms: Mapped[Moment | None] = mapped_column(index=True)
    cancelled_ms: Mapped[Moment | None]
    cancelled_by: Mapped[Id | None]
    state: Mapped[Code] = mapped_column(index=True)
    asked: Mapped[Data]

    __table_args__ = (Index("ix_orders_newest", "issued_ms", "id"),)


class LocalDrop(Table):
    """A unit below the issuer plays an order no more in its own area."""

    __tablename__ = "local_drops"

    order_id: Mapped[Id] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    level: Mapped[Code] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    dropped_ms: Mapped[Moment]
    dropped_by: Mapped[Id | None]


class ItemRow(Table):
    """One thing to be played once; see `reference_system.dispatch.commands.Item`.

    `order_id` or `slot_id` says where it comes from, `bulletin_id` what is played, if it is a
    bulletin. `message` is the body that every device gets, in the words of the wire and without
    what differs from device to device. It is not begun at `begin_by_ms` or later, and not heard at
    `over_ms` or later. One that was `missed` was sent to nobody: the system did not run while it
    was due. One that was `withdrawn` is sent to nobody any more.
    """

    __tablename__ = "items"

    id: Mapped[Name] = mapped_column(primary_key=True)
    order_id: Mapped[Id | None] = mapped_column(ForeignKey("orders.id"), index=True)
    slot_id: Mapped[Id | None] = mapped_column(ForeignKey("slots.id"), index=True)
    bulletin_id: Mapped[Id | None] = mapped_column(ForeignKey("bulletins.id"), index=True)
    bulletin_class: Mapped[Code]
    created_ms: Mapped[Moment]
    not_before_ms: Mapped[Moment] = mapped_column(index=True)
    expires_ms: Mapped[Moment | None]
    end_by_ms: Mapped[Moment | None]
    begin_by_ms: Mapped[Moment]
    over_ms: Mapped[Moment] = mapped_column(index=True)
    duration_ms: Mapped[Moment]
    message: Mapped[Data]
    missed: Mapped[bool] = mapped_column(default=False)
    withdrawn: Mapped[bool] = mapped_column(default=False)


class Delivery(Table):
    """One command to one device. `action`: start, cancel, volume, stop, restart.

    `state`: waiting (to be handed to the broker), handed (the broker has it), accepted or refused
    (the device said so), expired (its time passed first), void (cancelled before it was handed
    over). `id` is the id on the wire; the same id is always the same command. `message` is None
    where the item's says it all, which is so for every start.
    """

    __tablename__ = "deliveries"

    id: Mapped[Name] = mapped_column(primary_key=True)
    device_id: Mapped[Id] = mapped_column(ForeignKey("devices.id"))
    item_id: Mapped[Name | None] = mapped_column(ForeignKey("items.id"), index=True)
    action: Mapped[Code]
    message: Mapped[Data | None]
    rank: Mapped[int]
    created_ms: Mapped[Moment]
    expires_ms: Mapped[Moment | None]
    state: Mapped[Code]
    handed_ms: Mapped[Moment | None]
    answered_ms: Mapped[Moment | None]
    answer: Mapped[Name] = mapped_column(default="")

    __table_args__ = (
        Index("ix_deliveries_to_send", "state", "rank", "created_ms"),
        Index("ix_deliveries_device", "device_id", "created_ms"),
    )
