"""The page of a commune: what was approved and sent there for real, newest first, with search.

What is sent is what is ordered, and what is a part of the programme.

Drills and tests are not on it, nor what was withdrawn. Words are found without their diacritics:
"bao lu" finds "bão lũ", on every database, because the text is kept without them as well.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from reference_system.services.acting import Act
from reference_system.services.broadcasting.addressing import as_area, reach
from reference_system.services.paging import PAGE, Page, read_cursor
from reference_system.services.refusals import Missing
from reference_system.store.administration import CommunePost, FollowedOrder, PublishedBulletin
from reference_system.store.content import BulletinContent, BulletinRow
from reference_system.store.content import Media as MediaRow
from reference_system.store.orders import ItemRow, Order
from scenarios.scenario import Area

MOST_AT_ONCE = 20
"""How many orders one act of `follow` puts on the pages."""

MOST_WORDS = 8
"""How many words of a search count."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a bulletin says in one language, and its file."""

    language: str
    text: str
    media: MediaRow | None


@dataclass(frozen=True, slots=True)
class Post:
    """A bulletin on a commune's page; `cancelled` once all that was to play it was."""

    bulletin: BulletinRow
    said: Sequence[Said]
    published_ms: int
    cancelled: bool


def page(
    act: Act, commune: str, search: str = "", after: str | None = None, limit: int = PAGE
) -> Page[Post]:
    """The page of a commune; anybody may see it. Every word of `search` must be in a bulletin.

    Raises `Missing` for a commune that this system does not serve.
    """
    units = act.system.units
    known = units.territory.communes.get(commune)
    if known is None or not units.holds(act.system.settings.unit, units.named("commune", commune)):
        raise Missing(
            "no-commune",
            "Hệ thống này không phục vụ xã, phường đó.",
            "This system does not serve that commune.",
            "code",
        )
    moment, key = CommunePost.published_ms, CommunePost.bulletin_id
    played = or_(
        exists().where(Order.bulletin_id == key, Order.state != "cancelled"),
        exists().where(
            ItemRow.bulletin_id == key, ItemRow.slot_id.is_not(None), ~ItemRow.withdrawn
        ),
    )
    query = (
        select(BulletinRow, moment, played)
        .select_from(CommunePost)
        .join(BulletinRow, BulletinRow.id == key)
        .join(PublishedBulletin, PublishedBulletin.bulletin_id == key)
        .where(
            CommunePost.commune == commune,
            BulletinRow.state == "approved",
            *(
                PublishedBulletin.folded.contains(word, autoescape=True)
                for word in folded(search).split()[:MOST_WORDS]
            ),
        )
    )
    if after is not None:
        query = query.where(tuple_(moment, key) < tuple_(*read_cursor(after)))
    rows = act.session.execute(query.order_by(moment.desc(), key.desc()).limit(limit + 1)).all()
    posts = [
        Post(bulletin, _said(act, bulletin.id), published_ms, not still_played)
        for bulletin, published_ms, still_played in rows[:limit]
    ]
    more = len(rows) > limit
    last = posts[-1] if more else None
    return Page(posts, f"{last.published_ms}.{last.bulletin.id}" if last else None)


def follow(act: Act) -> int:
    """Put what was ordered since the last time on the pages; how many orders it were.

    The system itself does this, soon after each order.
    """
    orders = act.session.scalars(
        _not_followed().order_by(Order.issued_ms, Order.id).limit(MOST_AT_ONCE)
    ).all()
    for order in orders:
        act.session.add(FollowedOrder(order_id=order.id))
        publish(act, order.bulletin_id, as_area(order.area), order.issued_ms)
    return len(orders)


def is_behind(session: Session) -> bool:
    """Whether `follow` has anything to do."""
    return session.scalars(_not_followed().limit(1)).first() is not None


def folded(text: str) -> str:
    """The words of a text in small letters without diacritics, one blank between two."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    letters = (each for each in plain if not unicodedata.combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in letters).split())


def _not_followed() -> Select[Order]:
    return select(Order).where(~exists().where(FollowedOrder.order_id == Order.id))


def publish(act: Act, bulletin_id: str, area: Area, sent_ms: int) -> None:
    """Put a bulletin on the pages of the communes of an area where it is not yet.

    That is when it is sent there, by an order or in the programme; drills and tests are left out.
    """
    bulletin = act.session.get_one(BulletinRow, bulletin_id)
    if bulletin.status != "Actual":
        return
    where = reach(act, area)
    communes = where.communes | {commune for commune, _ in where.devices}
    if act.session.get(PublishedBulletin, bulletin_id) is None:
        texts = (each.text for each in _said(act, bulletin.id))
        words = folded("\n".join((bulletin.title, bulletin.summary, *texts)))
        act.session.add(PublishedBulletin(bulletin_id=bulletin.id, folded=words))
        act.session.flush()
    known = set(
        act.session.scalars(
            select(CommunePost.commune).where(CommunePost.bulletin_id == bulletin_id)
        )
    )
    act.session.add_all(
        CommunePost(commune=commune, bulletin_id=bulletin_id, published_ms=sent_ms)
        for commune in sorted(communes - known)
    )
    act.session.flush()


def _said(act: Act, bulletin_id: str) -> tuple[Said, ...]:
    rows = act.session.execute(
        select(BulletinContent, MediaRow)
        .outerjoin(MediaRow, MediaRow.sha256 == BulletinContent.media_sha256)
        .where(BulletinContent.bulletin_id == bulletin_id)
        .order_by(BulletinContent.language != "vi", BulletinContent.language)
    )
    return tuple(Said(content.language, content.text, file) for content, file in rows)
