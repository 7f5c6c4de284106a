"""What comes from other source systems: checked like any stranger's word, taken in once.

A bulletin from a peer is there for operators, approved by who sent it. An emergency raises an
alarm, and makes loudspeakers sound without an operator only where an administrator trusts the
peer with that.
"""

import hashlib
from typing import Literal

from sqlalchemy import select

from reference_system.interface import exchange as wire
from reference_system.services.acting import Act, acting
from reference_system.services.administration.yearly_report import seal
from reference_system.services.broadcasting import issuing, orders
from reference_system.services.broadcasting.wanted import Wanted
from reference_system.services.content import bulletins
from reference_system.services.content.drafts import Content, Draft, missing
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing, Refusal
from reference_system.services.sharing import peers
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.services.within import nothing_there
from reference_system.store.base import new_id
from reference_system.store.content import BulletinRow, BulletinStep
from reference_system.store.exchange import Alarm, Incoming, Peer
from reference_system.store.orders import Order
from scenarios.scenario import Area

AHEAD_MS = 5 * 60 * 1000
"""How far a peer's clock may be ahead of ours."""


def take_in(system: System, peer: Peer, message: wire.Message) -> wire.Answer:
    """Take in a message, whole or not at all; the same message again changes nothing.

    Raises `Forbidden` for another's source id, `Conflict` for codes of another era or a key that
    came with other words, `Invalid` for what cannot be.
    """
    settings = system.settings
    if message.source_id != peer.source_id:
        raise Forbidden(
            "other-source",
            "Mã nguồn không phải của hệ thống đang gửi.",
            "The source id is not that of the sender.",
            "source_id",
        )
    if message.era != settings.era:
        raise Conflict(
            "other-era",
            f"Mã địa bàn phải thuộc danh mục {settings.era}: cùng một mã, nơi khác.",
            f"Codes must be of the era {settings.era}: the same code is another place in another.",
            "era",
        )
    sha256 = hashlib.sha256(message.body.model_dump_json().encode()).hexdigest()
    with acting(system, peers.actor_of(system, peer)) as act:
        known = act.session.scalars(
            select(Incoming).where(
                Incoming.peer_id == peer.id,
                Incoming.kind == message.body.kind,
                Incoming.source_key == message.source_key,
            )
        ).one_or_none()
        if known is not None:
            if known.sha256 == sha256:
                return wire.Answer(result="known")
            raise Conflict(
                "key-taken",
                "Mã này đã được gửi với nội dung khác.",
                "This key came before, with other words.",
                "source_key",
            )
        if message.sent > act.now_ms + AHEAD_MS:
            raise Invalid(
                "sent-in-future",
                "Thời điểm gửi ở tương lai: kiểm tra đồng hồ của hệ thống gửi.",
                "It was sent in the future: look at the sender's clock.",
                "sent",
            )
        _take_in(act, peer, message, sha256)
        return wire.Answer(result="accepted")


def incoming(
    act: Act,
    kind: Literal["bulletin", "withdrawal", "statistics", "report"] | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Incoming]:
    """What came from peers, newest first; needs `view` over the whole system."""
    act.require("view", act.system.settings.unit)
    query = select(Incoming)
    if kind is not None:
        query = query.where(Incoming.kind == kind)
    return newest_first(act.session, query, Incoming.received_ms, Incoming.id, after, limit)


def alarms(
    act: Act, only_unseen: bool = False, after: str | None = None, limit: int = PAGE
) -> Page[Alarm]:
    """The alarms, newest first; everybody who is logged in sees them."""
    query = select(Alarm)
    if only_unseen:
        query = query.where(Alarm.seen_ms.is_(None))
    return newest_first(act.session, query, Alarm.at_ms, Alarm.id, after, limit)


def see(act: Act, alarm_id: str) -> Alarm:
    """Say that an alarm was seen; needs `operate`. The first to see it stays on record."""
    act.require("operate")
    row = act.session.get(Alarm, alarm_id)
    if row is None:
        raise nothing_there("cảnh báo", "alarm")
    if row.seen_ms is None:
        row.seen_ms, row.seen_by = act.now_ms, act.actor.person_id
        act.record("alarm.seen", row.id)
    return row


def _take_in(act: Act, peer: Peer, message: wire.Message, sha256: str) -> None:
    row = Incoming(
        id=new_id(act.now_ms),
        peer_id=peer.id,
        kind=message.body.kind,
        source_key=message.source_key,
        sha256=sha256,
        body=message.body.model_dump(mode="json"),
        received_ms=act.now_ms,
    )
    act.session.add(row)
    act.record("exchange.received", row.id, kind=row.kind, key=row.source_key)
    match message.body:
        case wire.Bulletin() as body:
            row.result_id = _take_in_bulletin(act, peer, message.source_key, body)
        case wire.Withdrawal() as body:
            row.result_id = _withdraw(act, peer, body)
        case wire.Statistics() as body:
            _must_be_theirs(act, body.unit)
        case wire.Report() as body:
            _must_be_theirs(act, body.unit)
            if seal(body.csv, body.html) != body.sha256:
                raise Invalid(
                    "wrong-hash",
                    "Báo cáo không khớp mã băm.",
                    "The report is not what its hash says.",
                    "sha256",
                )


# ---- Bulletins ----------------------------------------------------------------------------------


def _take_in_bulletin(act: Act, peer: Peer, key: str, body: wire.Bulletin) -> str:
    unit = _must_be_theirs(act, body.unit)
    if body.order is not None and body.bulletin_class != "emergency":
        raise Invalid(
            "order-unfit",
            "Chỉ bản tin khẩn cấp được gửi kèm lệnh phát.",
            "Only an emergency goes with an order.",
            "order",
        )
    draft = Draft(
        title=body.title,
        bulletin_class=body.bulletin_class,
        kind=body.form,
        summary=body.summary,
        severity=body.severity,
        field=body.field,
        status=body.status,
        valid_until_ms=body.valid_until,
        relay_url=body.relay_url,
        contents=tuple(Content(each.language, each.text, each.sha256) for each in body.contents),
    )
    if lacking := missing(draft, act.now_ms):
        raise lacking[0]
    row = bulletins.create(act, draft, unit=unit, source_id=peer.source_id, source_key=key)
    _step(act, row, "receive", "approved", peer.name)
    if row.bulletin_class == "emergency":
        _sound_alarm(act, peer, row, "emergency", _order(act, row, body.order))
    return row.id


def _order(act: Act, row: BulletinRow, order: wire.Ordered | None) -> str:
    """Order the emergency to be played; why not, in a word, or nothing where it was ordered."""
    if order is None:
        return "not-asked"
    if "operate" not in act.actor.roles:
        return "peer-not-trusted"
    wanted = Wanted(
        bulletin_id=row.id,
        era=act.system.settings.era,
        area=_served(act, order),
        times=order.times,
        gap_ms=order.gap_ms,
        valid_ms=order.valid_ms,
    )
    try:
        with act.session.begin_nested():
            orders.send(act, wanted)
    except Refusal as refusal:  # the bulletin and its alarm must not be lost with the order
        return refusal.code
    return ""


def _served(act: Act, order: wire.Ordered) -> Area:
    """Of the area, what this system serves."""
    units, own = act.system.units, act.system.settings.unit
    named = (
        *(Unit("province", code) for code in order.provinces),
        *(Unit("district", code) for code in order.districts),
        *(Unit("commune", code) for code in order.communes),
    )
    known = [units.named(each.level, each.code) for each in named]
    whole = order.everywhere or any(units.holds(each, own) for each in known)
    inside = [each for each in known if units.holds(own, each)]
    if whole:
        return Area(everywhere=True)
    return Area(
        provinces=tuple(each.code for each in inside if each.level == "province"),
        districts=tuple(each.code for each in inside if each.level == "district"),
        communes=tuple(each.code for each in inside if each.level == "commune"),
    )


def _withdraw(act: Act, peer: Peer, body: wire.Withdrawal) -> str:
    row = act.session.scalars(
        select(BulletinRow).where(
            BulletinRow.source_id == peer.source_id, BulletinRow.source_key == body.of
        )
    ).one_or_none()
    if row is None:
        raise Missing(  # it may still be on its way: the sender tries again
            "unknown-bulletin",
            "Chưa nhận bản tin nào mang mã này từ hệ thống này.",
            "No bulletin with this key came from this system.",
            "of",
        )
    if row.state == "approved":
        _step(act, row, "withdraw", "withdrawn", body.reason)
    running = act.session.scalars(
        select(Order).where(Order.bulletin_id == row.id, Order.state == "running")
    ).all()
    for order in running:
        issuing.stop_order(act, order, "bulletin-withdrawn")
    if row.bulletin_class == "emergency":
        _sound_alarm(act, peer, row, "emergency-over", "not-asked")
    act.afterwards(act.system.orders_changed.ring)
    return row.id


def _sound_alarm(
    act: Act,
    peer: Peer,
    row: BulletinRow,
    kind: Literal["emergency", "emergency-over"],
    why_not_ordered: str,
) -> None:
    alarm = Alarm(
        id=new_id(act.now_ms),
        at_ms=act.now_ms,
        kind=kind,
        peer_id=peer.id,
        bulletin_id=row.id,
        ordered=not why_not_ordered,
        why_not_ordered=why_not_ordered,
    )
    act.session.add(alarm)
    act.record("alarm.raised", alarm.id, bulletin=row.id, why_not_ordered=why_not_ordered)


def _step(act: Act, row: BulletinRow, step: str, to: str, reason: str) -> None:
    row.state, row.changed_ms, row.version = to, act.now_ms, row.version + 1
    act.session.add(
        BulletinStep(
            id=new_id(act.now_ms),
            bulletin_id=row.id,
            at_ms=act.now_ms,
            person_id=None,
            step=step,
            version=row.version,
            reason=reason,
        )
    )
    act.record(f"bulletin-{step}", row.id, source_id=row.source_id, source_key=row.source_key)


def _must_be_theirs(act: Act, place: wire.Place) -> Unit:
    unit = act.system.units.named(place.level, place.code)
    if not act.system.units.holds(act.actor.unit, unit):
        raise Forbidden(
            "not-theirs",
            "Đơn vị không thuộc hệ thống đang gửi.",
            "The unit is not one of the sender's.",
            "unit",
        )
    return unit
