"""What a commune makes of the bulletins from above: which normal ones it plays, in which order.

Circular 39/2020/TT-BTTTT: the commune's user chooses among normal bulletins, and decides the
order where a priority one meets the commune's own. An emergency is nobody's choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from reference_system.services.acting import Act
from reference_system.services.broadcasting import issuing
from reference_system.services.content.bulletins import unit_of
from reference_system.services.refusals import Invalid, Missing
from reference_system.services.units import Unit
from reference_system.store.content import BulletinRow, CommuneChoice

OFFERED_AT_MOST = 500
"""The newest bulletins of each class; older ones are no longer offered."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A bulletin that a commune may choose (normal) or put in order (priority).

    `own`: the commune's own, not from above. `place` counts from 1; None for one that nobody
    put in an order: it comes after those.
    """

    bulletin: BulletinRow
    own: bool
    chosen: bool
    place: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a commune is offered: normal bulletins newest first, priority ones in its order."""

    normal: tuple[Offer, ...]
    priority: tuple[Offer, ...]


def choices(act: Act, commune: str) -> Choices:
    """What is offered to a commune of the own unit: approved, and still valid."""
    unit = _unit(act, commune)
    if not act.system.units.holds(act.actor.unit, unit):
        raise _no_commune()
    priority = sorted(
        _offers(act, unit, "priority"),
        key=lambda offer: (offer.place is None, offer.place or 0, offer.bulletin.created_ms),
    )
    return Choices(_offers(act, unit, "normal"), tuple(priority))


def choose(act: Act, commune: str, bulletin_id: str, chosen: bool) -> None:
    """Play a normal bulletin from above, or leave it out; needs the role operate there.

    Raises `Missing` for a commune that there is not, `Invalid` for a bulletin that is no normal
    one on offer.
    """
    unit = _unit(act, commune)
    act.require("operate", unit)
    offers = _offers(act, unit, "normal")
    _check_offered([bulletin_id], offers)
    _choice(act, commune, bulletin_id).chosen = chosen
    act.session.flush()
    act.record("choice-choose", bulletin_id, commune=commune, chosen=chosen)


def set_order(act: Act, commune: str, bulletin_ids: Sequence[str]) -> None:
    """Put priority bulletins in the commune's order; needs the role operate there.

    Those that are not named come after those that are; plays that have not begun are put in the
    new order. Raises `Invalid` for one named twice,
    or that is no priority bulletin on offer.
    """
    unit = _unit(act, commune)
    act.require("operate", unit)
    offers = _offers(act, unit, "priority")
    _check_offered(bulletin_ids, offers)
    for offer in offers:
        if offer.place is not None:
            _choice(act, commune, offer.bulletin.id).place = None
    for place, bulletin_id in enumerate(bulletin_ids, start=1):
        _choice(act, commune, bulletin_id).place = place
    act.session.flush()
    act.record("choice-order", commune, bulletins=list(bulletin_ids))
    issuing.rearrange(act, commune)


def _unit(act: Act, commune: str) -> Unit:
    if commune not in act.system.units.territory.communes:
        raise _no_commune()
    return Unit("commune", commune)


def _no_commune() -> Missing:
    return Missing("no-commune", "Không có xã này.", "There is no such commune.")


def _offers(act: Act, commune: Unit, bulletin_class: str) -> tuple[Offer, ...]:
    senders = act.system.units.line(commune)
    if bulletin_class == "normal":
        senders = senders[1:]
    from_there = or_(
        *(and_(BulletinRow.level == each.level, BulletinRow.code == each.code) for each in senders)
    )
    still_valid = or_(BulletinRow.valid_until_ms.is_(None), BulletinRow.valid_until_ms > act.now_ms)
    mine = and_(CommuneChoice.bulletin_id == BulletinRow.id, CommuneChoice.commune == commune.code)
    query = (
        select(BulletinRow, CommuneChoice)
        .outerjoin(CommuneChoice, mine)
        .where(
            BulletinRow.bulletin_class == bulletin_class,
            BulletinRow.state == "approved",
            from_there,
            still_valid,
        )
        .order_by(BulletinRow.created_ms.desc(), BulletinRow.id.desc())
        .limit(OFFERED_AT_MOST)
    )
    return tuple(
        Offer(
            bulletin,
            unit_of(bulletin) == commune,
            choice is not None and choice.chosen,
            None if choice is None else choice.place,
        )
        for bulletin, choice in act.session.execute(query)
    )


def _check_offered(bulletin_ids: Sequence[str], offers: Sequence[Offer]) -> None:
    offered = {offer.bulletin.id for offer in offers}
    if not offered.issuperset(bulletin_ids) or len(set(bulletin_ids)) < len(bulletin_ids):
        raise Invalid(
            "not-offered",
            "Có bản tin không nằm trong danh sách để chọn hoặc sắp xếp, hoặc bị lặp.",
            "A bulletin is not among those offered, or is named twice.",
            "bulletin_id",
        )


def _choice(act: Act, commune: str, bulletin_id: str) -> CommuneChoice:
    row = act.session.get(CommuneChoice, (commune, bulletin_id))
    if row is None:
        row = CommuneChoice(commune=commune, bulletin_id=bulletin_id)
        act.session.add(row)
    row.changed_ms, row.changed_by = act.now_ms, act.actor.person_id
    return row
