"""Ways out beside the loudspeakers: SMS, apps, social networks. Nothing is sent, all is logged.

What each channel of the composing unit would have sent of an approved bulletin is written down,
cut to what the channel takes, with SMS segments as operators charge them.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import Session

from reference_system.interface.vocabulary import Status
from reference_system.services.acting import Act
from reference_system.services.administration.sms import cut_at_a_word, sms
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict
from reference_system.services.units import Unit
from reference_system.services.within import nothing_there, within
from reference_system.store.administration import Channel, ChannelMessage
from reference_system.store.base import new_id
from reference_system.store.content import BulletinContent, BulletinRow

Kind = Literal["sms", "app", "social"]

MOST_CHANNELS = 100
MOST_AT_ONCE = 200
"""How many messages one act of `log_due` writes."""

_BEGINNINGS: Mapping[Status, str] = {
    "Actual": "",
    "Exercise": "[DIỄN TẬP] ",
    "Test": "[THỬ NGHIỆM] ",
}


def create(
    act: Act, kind: Kind, name: str, unit: Unit, longest: int, client_id: str | None = None
) -> Channel:
    """A channel of a unit; needs `administer` there. It logs what is approved from now on.

    `longest` is in segments for SMS, in characters otherwise.
    """
    act.require("administer", unit)
    if client_id is not None and (known := act.session.get(Channel, client_id)) is not None:
        if (known.kind, known.name, known.level, known.code, known.longest) == (
            *(kind, name, unit.level, unit.code, longest),
        ):
            return known
        raise Conflict(
            "id-taken",
            "Mã (id) này đã được dùng cho nội dung khác.",
            "This id is taken by something else.",
            "id",
        )
    if len(listed(act)) >= MOST_CHANNELS:
        raise Conflict(
            "too-many-channels",
            f"Đã có {MOST_CHANNELS} kênh.",
            f"There are {MOST_CHANNELS} channels already.",
        )
    row = Channel(
        id=client_id or new_id(act.now_ms),
        kind=kind,
        name=name,
        level=unit.level,
        code=unit.code,
        longest=longest,
        active=True,
        created_ms=act.now_ms,
    )
    act.session.add(row)
    act.session.flush()
    act.record("channel.created", row.id, kind=kind, name=name)
    return row


def switch(act: Act, channel_id: str, active: bool) -> Channel:
    """Let a channel log, or not; needs `administer` over its unit."""
    row = _found(act, channel_id)
    act.require("administer", act.system.units.named(row.level, row.code))
    row.active = active
    act.record("channel.switched", row.id, active=active)
    return row


def listed(act: Act) -> Sequence[Channel]:
    """The channels of the own unit and of those below."""
    return act.session.scalars(
        select(Channel)
        .where(within(act.system.units, act.actor.unit, Channel.level, Channel.code))
        .order_by(Channel.created_ms.desc(), Channel.id.desc())
        .limit(10 * MOST_CHANNELS)
    ).all()


def log(
    act: Act, channel_id: str, after: str | None = None, limit: int = PAGE
) -> Page[ChannelMessage]:
    """What the channel would have sent, newest first; needs `view`."""
    act.require("view")
    query = select(ChannelMessage).where(ChannelMessage.channel_id == _found(act, channel_id).id)
    moment, key = ChannelMessage.at_ms, ChannelMessage.id
    return newest_first(act.session, query, moment, key, after, limit)


def log_due(act: Act) -> int:
    """Write down what every active channel would send of what was approved; how many it were.

    Each bulletin goes to a channel once. The system itself does this, soon after an approval.
    """
    due = _due().order_by(BulletinRow.changed_ms).limit(MOST_AT_ONCE)
    found = act.session.execute(due).all()
    act.session.add_all(_message(act, channel, bulletin) for channel, bulletin in found)
    return len(found)


def is_behind(session: Session) -> bool:
    """Whether `log_due` has anything to do."""
    return session.execute(_due().limit(1)).first() is not None


def _due() -> Select[Channel, BulletinRow]:
    return (
        select(Channel, BulletinRow)
        .join(
            BulletinRow,
            and_(BulletinRow.level == Channel.level, BulletinRow.code == Channel.code),
        )
        .where(
            Channel.active,
            BulletinRow.state == "approved",
            BulletinRow.changed_ms >= Channel.created_ms,
            ~exists().where(
                ChannelMessage.channel_id == Channel.id,
                ChannelMessage.bulletin_id == BulletinRow.id,
            ),
        )
    )


def _message(act: Act, channel: Channel, bulletin: BulletinRow) -> ChannelMessage:
    content = act.session.get(BulletinContent, (bulletin.id, "vi"))
    words = bulletin.summary or (content.text if content is not None else "")
    text = _BEGINNINGS[cast(Status, bulletin.status)] + ": ".join(
        filter(None, (bulletin.title, words))
    )
    message = ChannelMessage(
        id=new_id(act.now_ms), channel_id=channel.id, bulletin_id=bulletin.id, at_ms=act.now_ms
    )
    if channel.kind == "sms":
        short = sms(text, channel.longest)
        message.text, message.encoding = short.text, short.encoding
        message.segments, message.cut = short.segments, short.cut
    else:
        message.text, message.cut = cut_at_a_word(text, channel.longest)
        message.encoding, message.segments = "unicode", 1
    return message


def _found(act: Act, channel_id: str) -> Channel:
    row = act.session.get(Channel, channel_id)
    if row is None or not act.system.units.holds(
        act.actor.unit, act.system.units.named(row.level, row.code)
    ):
        raise nothing_there("kênh", "channel")
    return row
