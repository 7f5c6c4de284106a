"""Items become commands to devices, and are taken back: rows for whole fleets, in the database."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import (
    ColumnElement,
    Selectable,
    and_,
    exists,
    func,
    insert,
    literal,
    null,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from reference_system.interface.messages import Withdrawn
from reference_system.interface.vocabulary import WIRE_NAMES
from reference_system.services.acting import Act
from reference_system.store.devices import Device
from reference_system.store.orders import Delivery, ItemRow
from scenarios.scenario import CLASSES, BulletinClass
from scenarios.units import DAY_MS

_MAY_PLAY = ("waiting", "handed", "accepted", "expired")
"""States of a start whose device may have it: one that waits may be on the wire this moment, or
waits to be handed over again."""

_ROW = (
    *("id", "device_id", "item_id", "action", "message", "rank"),
    *("created_ms", "expires_ms", "state", "answer"),
)


def start(act: Act, item: ItemRow, devices: ColumnElement[bool]) -> int:
    """Tell those devices to play the item; returns how many. Those that were told are left out."""
    told = exists().where(Delivery.id == _key("start", item.id))
    rows = select(
        _key("start", item.id),
        Device.id,
        literal(item.id),
        literal("start"),
        null(),
        literal(_rank(item)),
        literal(act.now_ms),
        literal(item.begin_by_ms),
        literal("waiting"),
        literal(""),
    ).where(devices, ~told)
    act.afterwards(act.system.deliveries_wait.ring)
    return _inserted(act, rows)


def withdraw(act: Act, items: Sequence[ItemRow], devices: ColumnElement[bool] | None = None) -> int:
    """Take items back from those devices, or from all; returns how many are told.

    Every device that may have the start gets a cancel, which is handed over after it.
    """
    told = 0
    for item in items:
        theirs = (
            true() if devices is None else Delivery.device_id.in_(select(Device.id).where(devices))
        )
        started = and_(Delivery.item_id == item.id, Delivery.action == "start", theirs)
        told += _cancel(act, item, started)
        act.session.execute(
            update(Delivery).where(started, Delivery.state == "waiting").values(state="void")
        )
        if devices is None:
            item.withdrawn = True
    act.session.flush()
    act.afterwards(act.system.deliveries_wait.ring)
    return told


def _cancel(act: Act, item: ItemRow, started: ColumnElement[bool]) -> int:
    cancel = aliased(Delivery)
    key = literal(f"cancel:{item.id}:") + Delivery.device_id
    body = Withdrawn(item=item.id).model_dump(by_alias=True)
    message = {name: value for name, value in item.message.items() if name == WIRE_NAMES["status"]}
    rows = select(
        key,
        Delivery.device_id,
        literal(item.id),
        literal("cancel"),
        literal({**message, WIRE_NAMES["cancel"]: body}, Delivery.message.type),
        literal(_rank(item)),
        literal(act.now_ms),
        literal(max(item.over_ms, act.now_ms) + DAY_MS),
        literal("waiting"),
        literal(""),
    ).where(started, Delivery.state.in_(_MAY_PLAY), ~exists().where(cancel.id == key))
    return _inserted(act, rows)


def _inserted(act: Act, rows: Selectable) -> int:
    act.session.flush()
    adding = insert(Delivery).from_select(_ROW, rows).execution_options(preserve_rowcount=True)
    return int(act.session.connection().execute(adding).rowcount)


def addressed(act: Act, devices: ColumnElement[bool]) -> int:
    """How many devices there are of those."""
    return act.session.scalar(select(func.count()).select_from(Device).where(devices)) or 0


def _key(action: str, item_id: str) -> ColumnElement[str]:
    return literal(f"{action}:{item_id}:") + Device.id


def _rank(item: ItemRow) -> int:
    return CLASSES.index(cast(BulletinClass, item.bulletin_class))
