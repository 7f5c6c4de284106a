"""The outbox: messages to other source systems, each put in it once for each peer.

A message is fixed when it is put in, and known by its kind and `source_key`: put in again, it is
the same message, and the peer knows it too. `courier` carries it there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from reference_system.interface import exchange as wire
from reference_system.services.acting import Act
from reference_system.services.refusals import Conflict, TooLarge
from reference_system.store.base import new_id
from reference_system.store.exchange import Outgoing, Peer
from scenarios.problems import one_line

_HEADROOM_BYTES = 4096
"""What the envelope of a message needs beside its body."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message to put in the outbox: its kind, its key, what it says, the files before it."""

    kind: Literal["bulletin", "withdrawal", "statistics", "report"]
    source_key: str
    body: BaseModel
    media: tuple[str, ...] = ()


def put_out(act: Act, to: Iterable[Peer], told: Told) -> list[Outgoing]:
    """Put a message in the outbox for those peers.

    Raises `TooLarge`, and `Conflict` where the same was put in with other words.
    """
    if len(told.body.model_dump_json().encode()) > wire.MOST_BYTES - _HEADROOM_BYTES:
        raise TooLarge(
            "message-too-large",
            "Nội dung chia sẻ quá lớn.",
            "There is too much in it for one message.",
        )
    return [_one(act, peer, told) for peer in to]


def put_out_withdrawal(act: Act, bulletin_id: str, reason: str) -> list[Outgoing]:
    """Tell every peer that has the bulletin, and was not told yet, that it holds no longer."""
    end = aliased(Outgoing)
    told_before = exists().where(
        end.peer_id == Peer.id, end.kind == "withdrawal", end.source_key == bulletin_id
    )
    had = act.session.scalars(
        select(Peer)
        .join(Outgoing)
        .where(Outgoing.kind == "bulletin", Outgoing.source_key == bulletin_id, ~told_before)
        .order_by(Peer.source_id)
    ).all()
    why = one_line(" ".join(reason.split()))[: wire.LINE_CHARACTERS]
    body = wire.Withdrawal(kind="withdrawal", of=bulletin_id, reason=why)
    return put_out(act, had, Told("withdrawal", bulletin_id, body))


def _one(act: Act, peer: Peer, told: Told) -> Outgoing:
    known = act.session.scalars(
        select(Outgoing).where(
            Outgoing.peer_id == peer.id,
            Outgoing.kind == told.kind,
            Outgoing.source_key == told.source_key,
        )
    ).one_or_none()
    body = told.body.model_dump(mode="json")
    if known is not None:
        if known.body != body:
            raise Conflict(
                "shared-otherwise",
                "Nội dung này đã được chia sẻ theo cách khác.",
                "This was shared already, in another way.",
            )
        return known
    row = Outgoing(
        id=new_id(act.now_ms),
        peer_id=peer.id,
        kind=told.kind,
        source_key=told.source_key,
        body=body,
        media=list(told.media),
        created_ms=act.now_ms,
        tries=0,
        next_try_ms=act.now_ms,
        state="waiting",
        answer="",
    )
    act.session.add(row)
    act.session.flush()
    act.record("exchange.shared", row.id, kind=told.kind, key=told.source_key, to=peer.source_id)
    return row
