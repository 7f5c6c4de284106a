"""Commands on their way to devices: waiting, handed to the broker, answered, or out of time.

The same id is always the same command. It may be handed over twice, after a restart or when a
device comes back; the device does it once and answers each time. An answer counts whenever it
comes, also after the time of the command has passed: it says what the device did.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from reference_system.interface.messages import Ack, Command, Control, Restart, Stopped
from reference_system.services.acting import Act
from reference_system.services.fleet.devices import one
from reference_system.services.fleet.signing_key import signed
from reference_system.services.paging import PAGE, Page, read_cursor
from reference_system.services.refusals import Conflict, Invalid
from reference_system.services.system import Settings
from reference_system.services.units import Unit
from reference_system.store.base import new_id
from reference_system.store.orders import Delivery, ItemRow

COMMAND_VALID_MS = 10 * 60_000
"""How long an operator's command to a device is worth doing (a profile value of this project)."""

LONGEST_VALID_MS = 7 * 24 * 60 * 60 * 1000
"""How long a command without a limit of its own is worth doing (likewise)."""

OPERATOR_RANK = 1
"""An operator's command goes before normal bulletins, and after emergencies."""

MAX_FETCHED = 100
"""How many commands a device fetches at once."""

OPEN = ("waiting", "handed")
"""The states in which an answer is still to come."""


@dataclass(frozen=True, slots=True)
class Sendable:
    """A delivery with the item that it is about."""

    delivery: Delivery
    item: ItemRow | None

    def command(self, settings: Settings, now_ms: int) -> Command:
        """The command as it goes on the wire now; raises `ValueError` where its stored
        words are none."""
        delivery = self.delivery
        until_ms = delivery.expires_ms or now_ms + LONGEST_VALID_MS
        words: dict[str, Any] = {"CheDo": "Actual"}
        if delivery.message is not None:
            words |= delivery.message
        elif self.item is not None:
            words |= self.item.message
        words |= {
            "Id": delivery.id,
            "NguonID": settings.source_id,
            "ThoiDiemGui": now_ms // 1000,
            # The wire has whole seconds; an item has its own limit to the millisecond.
            "HetHan": max(-(-until_ms // 1000), now_ms // 1000 + 1),
            "DanhSachThietBi": {"CumLoaID": [delivery.device_id]},
        }
        command = Command.model_validate_json(json.dumps(words), by_alias=True, by_name=False)
        return signed(command, settings.data_dir) if settings.sign_commands else command


def set_volume(act: Act, device_id: str, percent: int, command_id: str | None = None) -> Delivery:
    """Tell a device its volume, 0 to 100; needs `operate` where it stands."""
    if not 0 <= percent <= 100:
        raise Invalid("bad-volume", "Âm lượng từ 0 đến 100.", "From 0 to 100.", "percent")
    control = Control(parameter=str(percent))
    return _told(act, device_id, "volume", {"DieuKhienThietBi": _words(control)}, command_id)


def stop(act: Act, device_id: str, command_id: str | None = None) -> Delivery:
    """Let a device end what is heard now; what is scheduled stays. Needs `operate`."""
    return _told(act, device_id, "stop", {"DungPhat": _words(Stopped())}, command_id)


def restart(act: Act, device_id: str, command_id: str | None = None) -> Delivery:
    """Let a device end what is heard and start anew; what it was told stays. Needs `operate`."""
    return _told(act, device_id, "restart", {"KhoiDongLai": _words(Restart())}, command_id)


def page(act: Act, device_id: str, after: str | None = None, limit: int = PAGE) -> Page[Delivery]:
    """The commands to a device, newest first."""
    one(act, device_id)
    query = select(Delivery).where(Delivery.device_id == device_id)
    # An id on the wire may hold what a cursor may not: it counts those of its moment instead.
    seen = 0
    if after is not None:
        moment_ms, number = read_cursor(after)
        seen = int(number) if number.isdecimal() else 0
        query = query.where(Delivery.created_ms <= moment_ms)
    rows = act.session.scalars(
        query.order_by(Delivery.created_ms.desc(), Delivery.id.desc()).offset(seen).limit(limit + 1)
    ).all()
    items = list(rows[:limit])
    if len(rows) <= limit:
        return Page(items, None)
    last_ms = items[-1].created_ms
    of_moment = sum(each.created_ms == last_ms for each in items)
    if after is not None and last_ms == moment_ms:
        of_moment += seen
    return Page(items, f"{last_ms}.{of_moment}")


def to_hand(
    session: Session, now_ms: int, at_most: int, besides: Collection[str]
) -> list[Sendable]:
    """What is to be handed to the broker next: emergencies first, then the oldest.

    `besides` are the ids that are on their way already.
    """
    waiting = session.scalars(
        select(Delivery)
        .where(Delivery.state == "waiting", _in_time(now_ms), Delivery.id.not_in(besides))
        .order_by(Delivery.rank, Delivery.created_ms, Delivery.id)
        .limit(at_most)
    ).all()
    # Many deliveries are of one item: its long words are read once.
    ids = {delivery.item_id for delivery in waiting}
    items = {item.id: item for item in session.scalars(select(ItemRow).where(ItemRow.id.in_(ids)))}
    return [Sendable(delivery, items.get(delivery.item_id or "")) for delivery in waiting]


def handed(session: Session, ids: Iterable[str], now_ms: int) -> None:
    """The broker has these. One that was answered or cancelled meanwhile stays so."""
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(list(ids)), Delivery.state == "waiting")
        .values(state="handed", handed_ms=now_ms)
    )


def unsendable(session: Session, delivery_id: str, why: str, now_ms: int) -> None:
    """This one can never be sent, as it is no message of the interface."""
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == "waiting")
        .values(state="refused", answered_ms=now_ms, answer=why[:300])
    )


def hand_again(session: Session, device_id: str | None = None) -> None:
    """Hand over again what was not answered: to a device that came back, or to all of them.

    A device without a kept session has lost it, and so has a broker that keeps nothing. Plays that
    were withdrawn meanwhile are not among it, only their cancels.
    """
    query = update(Delivery).where(Delivery.state == "handed", ~_is_withdrawn())
    if device_id is not None:
        query = query.where(Delivery.device_id == device_id)
    session.execute(query.values(state="waiting"))


def is_overdue(session: Session, now_ms: int) -> bool:
    """Whether there is something for `expire` to do."""
    return session.scalars(select(Delivery.id).where(_overdue(now_ms)).limit(1)).first() is not None


def expire(session: Session, now_ms: int) -> None:
    """Mark what was not answered in time."""
    session.execute(update(Delivery).where(_overdue(now_ms)).values(state="expired"))


def answer(session: Session, device_id: str, ack: Ack, now_ms: int) -> str | None:
    """Take a device's answer; returns why it is refused, None where it was taken.

    `foreign`: no command of that id went to this device; `contradiction`: it said otherwise before.
    """
    delivery = session.get(Delivery, ack.id)
    if delivery is None or delivery.device_id != device_id:
        return "foreign"
    said = "accepted" if ack.result == 0 else "refused"
    match delivery.state:
        case "accepted" | "refused":
            return None if delivery.state == said else "contradiction"
        case "void":
            return None
    delivery.state, delivery.answered_ms = said, now_ms
    delivery.handed_ms = delivery.handed_ms or now_ms
    delivery.answer = (ack.explanation or "")[:300]
    return None


def fetched(session: Session, device_id: str, now_ms: int) -> list[Sendable]:
    """What a device has not answered and what still holds: it has it now, most urgent first."""
    rows = session.execute(
        select(Delivery, ItemRow)
        .outerjoin(ItemRow, ItemRow.id == Delivery.item_id)
        .where(
            Delivery.device_id == device_id,
            Delivery.state.in_(OPEN),
            _in_time(now_ms),
            ~_is_withdrawn(),
        )
        .order_by(Delivery.rank, Delivery.created_ms, Delivery.id)
        .limit(MAX_FETCHED)
    )
    found = [Sendable(delivery, item) for delivery, item in rows]
    waiting = [each.delivery.id for each in found if each.delivery.state == "waiting"]
    if waiting:
        handed(session, waiting, now_ms)
    return found


def scheduled(session: Session, device_id: str, now_ms: int) -> list[Sendable]:
    """Every play that a device was given and that is not over, the next one first."""
    rows = session.execute(
        select(Delivery, ItemRow)
        .join(ItemRow, ItemRow.id == Delivery.item_id)
        .where(
            Delivery.device_id == device_id,
            Delivery.action == "start",
            Delivery.state.in_((*OPEN, "accepted")),
            _in_time(now_ms),
            ItemRow.over_ms > now_ms,
            ~_is_withdrawn(),
        )
        .order_by(ItemRow.not_before_ms, Delivery.id)
        .limit(MAX_FETCHED)
    )
    return [Sendable(delivery, item) for delivery, item in rows]


def preload(session: Session, ids: Sequence[str]) -> Sequence[Delivery]:
    """Read many at once; hold the result as long as `answer` is asked about them."""
    return session.scalars(select(Delivery).where(Delivery.id.in_(ids))).all()


def _told(
    act: Act, device_id: str, action: str, message: dict[str, Any], command_id: str | None
) -> Delivery:
    device = one(act, device_id)
    act.require("operate", Unit("commune", device.commune))
    if not device.active:
        raise Conflict("device-revoked", "Thiết bị đã bị thu hồi.", "The device was revoked.")
    known = act.session.get(Delivery, command_id) if command_id else None
    if known is not None:
        if (known.device_id, known.action, known.message) != (device_id, action, message):
            raise Conflict("id-taken", "Mã lệnh đã dùng.", "Another command has this id.", "id")
        return known
    delivery = Delivery(
        id=command_id or new_id(act.now_ms),
        device_id=device_id,
        action=action,
        message=message,
        rank=OPERATOR_RANK,
        created_ms=act.now_ms,
        expires_ms=act.now_ms + COMMAND_VALID_MS,
        state="waiting",
        answer="",
    )
    act.session.add(delivery)
    act.record(f"device.{action}", device_id, delivery=delivery.id, **message)
    act.afterwards(act.system.deliveries_wait.ring)
    return delivery


def _overdue(now_ms: int) -> ColumnElement[bool]:
    return and_(Delivery.state.in_(OPEN), Delivery.expires_ms <= now_ms)


def _is_withdrawn() -> ColumnElement[bool]:
    """A start whose cancel is on its way to the same device, or there."""
    cancel = aliased(Delivery)
    return and_(
        Delivery.action == "start",
        exists().where(
            cancel.item_id == Delivery.item_id,
            cancel.device_id == Delivery.device_id,
            cancel.action == "cancel",
        ),
    )


def _in_time(now_ms: int) -> ColumnElement[bool]:
    return or_(Delivery.expires_ms.is_(None), Delivery.expires_ms > now_ms)


def _words(part: Control | Restart | Stopped) -> dict[str, Any]:
    return part.model_dump(by_alias=True, exclude_none=True)
