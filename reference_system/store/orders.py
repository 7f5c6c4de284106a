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

    `area` is a `scenarios.scenario.Area` as a mapping, `items` the parts in order. `version`
    grows with each change; occurrences that were sent are cancelled and sent anew.
    """

    __tablename__ = "slots"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[Name]
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
    changed_ms: Mapped[Moment]


class Order(Table):
    """An order to play a bulletin: `times` plays, `gap_ms` from start to start.

    `state`: running, done, cancelled. Limits are instants; `valid_ms` is how long after its own
    issue each play may still begin.
    """

    __tablename__ = "orders"

    id: Mapped[Id] = mapped_column(primary_key=True)
    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), index=True)
    area: Mapped[Data]
    bulletin_class: Mapped[Code]
    severity: Mapped[int]
    status: Mapped[Code]
    times: Mapped[int]
    gap_ms: Mapped[Moment]
    not_before_ms: Mapped[Moment | None]
    valid_ms: Mapped[Moment | None]
    end_by_ms: Mapped[Moment | None]
    play_order: Mapped[int] = mapped_column(default=0)
    issued_ms: Mapped[Moment]
    issued_by: Mapped[Id | None]
    issuer_level: Mapped[Code]
    issuer_code: Mapped[Code]
    plays_issued: Mapped[int] = mapped_column(default=0)
    cancelled_ms: Mapped[Moment | None]
    cancelled_by: Mapped[Id | None]
    state: Mapped[Code] = mapped_column(index=True)


class ItemRow(Table):
    """One thing to be played once; see `reference_system.dispatch.commands.Item`.

    `order_id` or `slot_id` says where it comes from. `message` is the body that every device
    gets, without what differs from device to device.
    """

    __tablename__ = "items"

    id: Mapped[Id] = mapped_column(primary_key=True)
    order_id: Mapped[Id | None] = mapped_column(ForeignKey("orders.id"), index=True)
    slot_id: Mapped[Id | None] = mapped_column(ForeignKey("slots.id"), index=True)
    bulletin_class: Mapped[Code]
    not_before_ms: Mapped[Moment] = mapped_column(index=True)
    expires_ms: Mapped[Moment | None]
    end_by_ms: Mapped[Moment | None]
    duration_ms: Mapped[Moment]
    message: Mapped[Data]


class Delivery(Table):
    """One command to one device. `action`: start, cancel, volume, restart, schedule.

    `state`: waiting (to be handed to the broker), handed (the broker has it), accepted or refused
    (the device said so), expired (its time passed first), void (cancelled before it was handed
    over). `id` is the id on the wire; the same id is always the same command.
    """

    __tablename__ = "deliveries"

    id: Mapped[Id] = mapped_column(primary_key=True)
    device_id: Mapped[Id] = mapped_column(ForeignKey("devices.id"))
    item_id: Mapped[Id | None] = mapped_column(ForeignKey("items.id"), index=True)
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
