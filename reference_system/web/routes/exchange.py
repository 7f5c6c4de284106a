"""Exchange with other source systems over HTTP: peers, what goes to them, what came, alarms."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query
from pydantic import Field

from reference_system.interface.exchange import Ordered
from reference_system.services.administration import statistics
from reference_system.services.administration.statistics import Period
from reference_system.services.sharing import exchange, peers, receiving
from reference_system.services.sharing.peers import About
from reference_system.services.units import Level, Unit
from reference_system.store.exchange import Alarm, Incoming, Outgoing, Peer
from reference_system.web.acting import Acting, Looking
from reference_system.web.models import (
    CHANGES,
    LOGGED_IN,
    After,
    ClientId,
    InstantIn,
    InstantOut,
    Limit,
    Line,
    PageOut,
    PathId,
    Strict,
    Title,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1/exchange", tags=["exchange"], route_class=Route)

Peers = Annotated[list[ClientId], Field(min_length=1, max_length=200)]
Kind = Literal["bulletin", "withdrawal", "statistics", "report"]


class PeerIn(Strict):
    """A peer as an administrator describes it.

    `network_allowed`: its address may lie outside this machine, under https.
    `may_order_emergencies`: its emergencies sound without an operator here.
    """

    source_id: Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$")]
    name: Title
    level: Level
    code: Annotated[str, Field(pattern="^([0-9]{1,5}|VN)$")]
    url: Annotated[str, Field(max_length=500, pattern=r"^https?://[!-~]+$")]
    network_allowed: bool = False
    may_order_emergencies: bool = False
    active: bool = True


class PeerOut(Strict):
    """A registered peer."""

    id: str
    source_id: str
    name: str
    level: Level
    code: str
    url: str
    network_allowed: bool
    may_order_emergencies: bool
    active: bool
    created: InstantOut


class NewPeerOut(PeerOut):
    """A peer just registered; `token` is for its administrator, and shown only here."""

    token: str


class TokenOut(Strict):
    """Another token for the peer, shown only here."""

    token: str


class TokenIn(Strict):
    """The token that the peer's administrator gave us, to show it."""

    token: Annotated[str, Field(pattern="^[A-Za-z0-9._~-]{20,200}$")]


class ShareIn(Strict):
    """With which peers; null for all that are active."""

    peers: Peers | None = None


class ShareBulletinIn(ShareIn):
    """And how an emergency is to be played there."""

    order: Ordered | None = None


class ShareStatisticsIn(ShareIn):
    """And which figures."""

    level: Level
    code: Annotated[str, Field(pattern="^([0-9]{1,5}|VN)$")]
    since: InstantIn
    until: InstantIn


class WithdrawIn(Strict):
    """Why."""

    reason: Line = ""


class OutgoingOut(Strict):
    """A message to a peer; `answer` is what came back at the last try."""

    id: str
    peer_id: str
    kind: Kind
    source_key: str
    created: InstantOut
    state: exchange.State
    tries: int
    next_try: InstantOut
    answer: str


class IncomingOut(Strict):
    """A message that came from a peer, and the bulletin that was made of it."""

    id: str
    peer_id: str
    kind: Kind
    source_key: str
    received: InstantOut
    bulletin_id: str | None
    body: dict[str, Any]


class AlarmOut(Strict):
    """An emergency from another system, or its end; `ordered`: loudspeakers were told to play."""

    id: str
    at: InstantOut
    kind: Literal["emergency", "emergency-over"]
    peer_id: str
    bulletin_id: str
    ordered: bool
    why_not_ordered: str
    seen: InstantOut | None


@router.post("/peers", status_code=201, responses=CHANGES)
def register(act: Acting, asked: PeerIn) -> NewPeerOut:
    """Register a peer; needs the role administer over the whole system."""
    row, token = peers.register(act, _about(asked))
    return NewPeerOut(**_peer(row), token=token)


@router.get("/peers", responses=LOGGED_IN)
def read_peers(act: Looking) -> list[PeerOut]:
    """Every peer; needs the role view over the whole system."""
    act.require("view", act.system.settings.unit)
    return [PeerOut(**_peer(row)) for row in peers.listed(act)]


@router.put("/peers/{peer_id}", responses=CHANGES)
def change(act: Acting, peer_id: PathId, asked: PeerIn) -> PeerOut:
    """Change what is said of a peer; its source id stays."""
    return PeerOut(**_peer(peers.change(act, peer_id, _about(asked))))


@router.post("/peers/{peer_id}/renewed-token", status_code=201, responses=CHANGES)
def renew_token(act: Acting, peer_id: PathId) -> TokenOut:
    """Another token for the peer; the old one stops working."""
    return TokenOut(token=peers.renew_token(act, peer_id))


@router.put("/peers/{peer_id}/token", status_code=204, responses=CHANGES)
def keep_token(act: Acting, peer_id: PathId, asked: TokenIn) -> None:
    """Keep the token that we show the peer."""
    peers.keep_token(act, peer_id, asked.token)


@router.post("/bulletins/{bulletin_id}/share", status_code=202, responses=CHANGES)
def share_bulletin(act: Acting, bulletin_id: PathId, asked: ShareBulletinIn) -> list[OutgoingOut]:
    """Share an approved bulletin; needs the role approve."""
    rows = exchange.share_bulletin(act, bulletin_id, asked.peers, asked.order)
    return [_outgoing(row) for row in rows]


@router.post("/bulletins/{bulletin_id}/withdraw", status_code=202, responses=CHANGES)
def withdraw_bulletin(act: Acting, bulletin_id: PathId, asked: WithdrawIn) -> list[OutgoingOut]:
    """Tell every peer that has the bulletin that it holds no longer."""
    rows = exchange.withdraw_bulletin(act, bulletin_id, asked.reason)
    return [_outgoing(row) for row in rows]


@router.post("/statistics/share", status_code=202, responses=CHANGES)
def share_statistics(act: Acting, asked: ShareStatisticsIn) -> list[OutgoingOut]:
    """Count the figures of a period now, and share them; needs the roles view and operate."""
    unit = act.system.units.named(asked.level, asked.code)
    figures = statistics.summary(act, unit, Period(asked.since, asked.until))
    return [_outgoing(row) for row in exchange.share_statistics(act, figures, asked.peers)]


@router.post("/reports/{report_id}/share", status_code=202, responses=CHANGES)
def share_report(act: Acting, report_id: PathId, asked: ShareIn) -> list[OutgoingOut]:
    """Share a submitted yearly report; needs the role approve."""
    return [_outgoing(row) for row in exchange.share_report(act, report_id, asked.peers)]


@router.get("/outgoing", responses=LOGGED_IN)
def read_outgoing(act: Looking, after: After = None, limit: Limit = 50) -> PageOut[OutgoingOut]:
    """What goes to peers, newest first; needs the role view over the whole system."""
    page = exchange.outgoing(act, after, limit)
    return PageOut(items=[_outgoing(row) for row in page.items], after=page.after)


@router.post("/outgoing/{outgoing_id}/retry", responses=CHANGES)
def retry(act: Acting, outgoing_id: PathId) -> OutgoingOut:
    """Try again what was refused or given up; needs the role operate."""
    return _outgoing(exchange.retry(act, outgoing_id))


@router.get("/incoming", responses=LOGGED_IN)
def read_incoming(
    act: Looking, kind: Kind | None = None, after: After = None, limit: Limit = 50
) -> PageOut[IncomingOut]:
    """What came from peers, newest first; needs the role view over the whole system."""
    page = receiving.incoming(act, kind, after, limit)
    return PageOut(items=[_incoming(row) for row in page.items], after=page.after)


@router.get("/alarms", responses=LOGGED_IN)
def read_alarms(
    act: Looking,
    unseen: Annotated[bool, Query(description="Only those that nobody has seen.")] = False,
    after: After = None,
    limit: Limit = 50,
) -> PageOut[AlarmOut]:
    """Emergencies that came from other systems, newest first; everybody sees them."""
    page = receiving.alarms(act, unseen, after, limit)
    return PageOut(items=[_alarm(row) for row in page.items], after=page.after)


@router.post("/alarms/{alarm_id}/seen", responses=CHANGES)
def see(act: Acting, alarm_id: PathId) -> AlarmOut:
    """Say that it was seen; needs the role operate."""
    return _alarm(receiving.see(act, alarm_id))


def _about(asked: PeerIn) -> About:
    fields = asked.model_dump(exclude={"level", "code"})
    return About(unit=Unit(asked.level, asked.code), **fields)


def _peer(row: Peer) -> dict[str, Any]:
    names = (
        *("id", "source_id", "name", "level", "code", "url"),
        *("network_allowed", "may_order_emergencies", "active"),
    )
    return {**{name: getattr(row, name) for name in names}, "created": row.created_ms}


def _outgoing(row: Outgoing) -> OutgoingOut:
    return OutgoingOut(
        id=row.id,
        peer_id=row.peer_id,
        kind=cast(Kind, row.kind),
        source_key=row.source_key,
        created=row.created_ms,
        state=cast(exchange.State, row.state),
        tries=row.tries,
        next_try=row.next_try_ms,
        answer=row.answer,
    )


def _incoming(row: Incoming) -> IncomingOut:
    return IncomingOut(
        id=row.id,
        peer_id=row.peer_id,
        kind=cast(Kind, row.kind),
        source_key=row.source_key,
        received=row.received_ms,
        bulletin_id=row.result_id,
        body=row.body,
    )


def _alarm(row: Alarm) -> AlarmOut:
    return AlarmOut(
        id=row.id,
        at=row.at_ms,
        kind=cast(Literal["emergency", "emergency-over"], row.kind),
        peer_id=row.peer_id,
        bulletin_id=row.bulletin_id,
        ordered=row.ordered,
        why_not_ordered=row.why_not_ordered,
        seen=row.seen_ms,
    )
