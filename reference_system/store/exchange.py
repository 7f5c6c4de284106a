"""Other source systems: who they are, what is on its way to them, what came from them."""

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reference_system.store.base import Code, Data, Id, Items, Moment, Name, Table


class Peer(Table):
    """Another source system that an administrator registered. `source_id` is its `NguonID`.

    `token_hash` is of the token by which it shows who it is; the token that we show it is in a
    file, never here. `network_allowed` lets its address lie outside this machine;
    `may_order_emergencies` lets its emergencies sound without an operator.
    """

    __tablename__ = "peers"

    id: Mapped[Id] = mapped_column(primary_key=True)
    source_id: Mapped[Name] = mapped_column(unique=True)
    name: Mapped[Name]
    level: Mapped[Code]
    code: Mapped[Code]
    url: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    network_allowed: Mapped[bool] = mapped_column(default=False)
    may_order_emergencies: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_ms: Mapped[Moment]


class Outgoing(Table):
    """A message to a peer. `state`: waiting, sent, refused (by the peer), failed (given up).

    `body` is the message's own part, `media` the hashes of the files that go before it. `answer`
    is what came back at the last try.
    """

    __tablename__ = "outgoing"

    id: Mapped[Id] = mapped_column(primary_key=True)
    peer_id: Mapped[Id] = mapped_column(ForeignKey("peers.id"))
    kind: Mapped[Code]
    source_key: Mapped[Id]
    body: Mapped[Data]
    media: Mapped[Items]
    created_ms: Mapped[Moment]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_ms: Mapped[Moment]
    state: Mapped[Code]
    answer: Mapped[Name] = mapped_column(default="")

    __table_args__ = (
        UniqueConstraint("peer_id", "kind", "source_key"),
        Index("ix_outgoing_due", "state", "next_try_ms"),
        Index("ix_outgoing_list", "created_ms", "id"),
    )


class Incoming(Table):
    """A message that came from a peer, kept as it came; `sha256` is of its body.

    `result_id` is the bulletin that was made of it, if one was.
    """

    __tablename__ = "incoming"

    id: Mapped[Id] = mapped_column(primary_key=True)
    peer_id: Mapped[Id] = mapped_column(ForeignKey("peers.id"))
    kind: Mapped[Code]
    source_key: Mapped[Id]
    sha256: Mapped[Id]
    body: Mapped[Data]
    received_ms: Mapped[Moment]
    result_id: Mapped[Id | None]

    __table_args__ = (
        UniqueConstraint("peer_id", "kind", "source_key"),
        Index("ix_incoming_list", "received_ms", "id"),
    )


class Alarm(Table):
    """Something that every operator must see: an emergency that came from above, or its end.

    `ordered` says whether loudspeakers were ordered to play without an operator.
    """

    __tablename__ = "alarms"

    id: Mapped[Id] = mapped_column(primary_key=True)
    at_ms: Mapped[Moment]
    kind: Mapped[Code]
    peer_id: Mapped[Id] = mapped_column(ForeignKey("peers.id"))
    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"))
    ordered: Mapped[bool]
    why_not_ordered: Mapped[Name] = mapped_column(default="")
    seen_ms: Mapped[Moment | None]
    seen_by: Mapped[Id | None]

    __table_args__ = (Index("ix_alarms_list", "at_ms", "id"),)
