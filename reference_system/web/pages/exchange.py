"""Exchange with other source systems: who they are, what goes to them, what came from them."""

from typing import get_args

from fastapi import APIRouter, Response
from pydantic import ValidationError

from reference_system.services.acting import Act
from reference_system.services.administration.statistics import SECTIONS
from reference_system.services.refusals import Invalid, Refusal
from reference_system.services.sharing import exchange, peers, receiving
from reference_system.services.sharing.peers import About
from reference_system.services.units import Unit
from reference_system.services.within import nothing_there
from reference_system.store.exchange import Incoming, Peer
from reference_system.web.pages.reports import rows_of
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.units_typed import one_unit
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit
from reference_system.web.routes.exchange import Kind, PeerIn, TokenIn

router = APIRouter(route_class=PageRoute)


@router.get("/exchange")
def overview(visit: TheVisit) -> Response:
    """The other systems, and the emergencies that came from them."""
    with visit.looking() as act:
        _may_look(act)
        units = act.system.units
        rows = peers.listed(act)
        return visit.show(
            "exchange",
            rows=rows,
            names={row.id: row.name for row in rows},
            name_of=lambda row: units.name(units.named(row.level, row.code)),
            has_token={row.id: peers.token_for(act.system, row) is not None for row in rows},
            page=receiving.alarms(act, after=visit.typed.cursor()),
        )


@router.get("/exchange/outgoing")
def outgoing(visit: TheVisit) -> Response:
    """What goes to other systems."""
    return _outgoing(visit)


@router.post("/exchange/outgoing")
def retry(visit: TheVisit) -> Response:
    """Try a message again."""
    try:
        with visit.acting() as act:
            exchange.retry(act, visit.typed.line("message", needed=True))
    except Refusal as refusal:
        return _outgoing(visit, refusal)
    return visit.go("/exchange/outgoing", "shared")


@router.get("/exchange/incoming")
def incoming(visit: TheVisit) -> Response:
    """What came from other systems."""
    typed = visit.typed
    with visit.looking() as act:
        page = receiving.incoming(act, typed.optional("kind", get_args(Kind)), typed.cursor())
        return visit.show("exchange_incoming", page=page, names=_names(act))


@router.get("/exchange/incoming/{message_id}")
def message(visit: TheVisit, message_id: str) -> Response:
    """Figures or a report that came from another system."""
    with visit.looking() as act:
        _may_look(act)
        row = act.session.get(Incoming, message_id)
        if row is None:
            raise nothing_there("thông điệp", "message")
        unit = row.body.get("unit")
        return visit.show(
            "exchange_message",
            row=row,
            peer=_names(act)[row.peer_id],
            unit=act.system.units.name(act.system.units.named(**unit)) if unit else "",
            rows=rows_of(row.body["csv"]) if row.kind == "report" else [],
            sections=SECTIONS,
            figures={tuple(each["key"]): each["value"] for each in row.body.get("figures", ())},
        )


@router.get("/exchange/peers/new")
def new_peer(visit: TheVisit) -> Response:
    """The form for another system."""
    return _peer(visit, None)


@router.post("/exchange/peers/new")
def register(visit: TheVisit) -> Response:
    """Register it; the token for its administrator is shown once."""
    try:
        with visit.acting() as act:
            row, token = peers.register(act, _about(act, visit.typed))
    except Refusal as refusal:
        return _peer(visit, None, refusal)
    return _token(visit, row.id, row.name, token)


@router.get("/exchange/peers/{peer_id}")
def peer(visit: TheVisit, peer_id: str) -> Response:
    """Another system, in the form that changes it."""
    return _peer(visit, peer_id)


@router.post("/exchange/peers/{peer_id}")
def change(visit: TheVisit, peer_id: str) -> Response:
    """Change what is said of it, give it another token, or keep the token that it gave us."""
    typed = visit.typed
    try:
        do = typed.choice("do", ("save", "renew", "keep"))
        with visit.acting() as act:
            match do:
                case "save":
                    peers.change(act, peer_id, _about(act, typed))
                case "renew":
                    token = peers.renew_token(act, peer_id)
                    return _token(visit, peer_id, peers.found(act, peer_id).name, token)
                case "keep":
                    peers.keep_token(act, peer_id, _shown_token(typed))
    except Refusal as refusal:
        return _peer(visit, peer_id, refusal)
    return visit.go(f"/exchange/peers/{peer_id}", "saved")


def _may_look(act: Act) -> None:
    act.require("view", act.system.settings.unit)


def _names(act: Act) -> dict[str, str]:
    return {row.id: row.name for row in peers.listed(act)}


def _outgoing(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        return visit.show(
            "exchange_outgoing",
            refusal=refusal,
            here="/exchange/outgoing",
            page=exchange.outgoing(act, visit.typed.cursor()),
            names=_names(act),
        )


def _peer(visit: Visit, peer_id: str | None, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("administer", act.system.settings.unit)
        row = peers.found(act, peer_id) if peer_id else None
        return visit.show(
            "peer",
            refusal=refusal,
            here=f"/exchange/peers/{peer_id or 'new'}",
            row=row,
            has_token=row is not None and peers.token_for(act.system, row) is not None,
            places=_places(act, row),
        )


def _places(act: Act, row: Peer | None) -> dict[str, str]:
    """Whose system the other one can be: those above, those next below the centre, or as it is."""
    units, own = act.system.units, act.system.settings.unit
    found = [*units.line(own)]
    if own.level == "central":
        found += [Unit("province", code) for code in units.territory.provinces]
    if row is not None:
        found.append(units.named(row.level, row.code))
    return {f"{each.level}:{each.code}": units.name(each) for each in found}


def _token(visit: Visit, peer_id: str, name: str, token: str) -> Response:
    return visit.show("peer_token", here=f"/exchange/peers/{peer_id}", peer=name, token=token)


def _about(act: Act, typed: Typed) -> About:
    unit = one_unit(act.system.units, typed)
    try:
        asked = PeerIn(
            source_id=typed.line("source_id", needed=True),
            name=typed.line("name", needed=True),
            level=unit.level,
            code=unit.code,
            url=typed.line("url", needed=True),
            network_allowed=typed.ticked("network_allowed"),
            may_order_emergencies=typed.ticked("may_order_emergencies"),
            active=typed.ticked("active"),
        )
    except ValidationError as error:
        raise _unfit(error) from None
    return About(unit=unit, **asked.model_dump(exclude={"level", "code"}))


def _shown_token(typed: Typed) -> str:
    try:
        return TokenIn(token=typed.secret("token")).token
    except ValidationError as error:
        raise _unfit(error) from None


def _unfit(error: ValidationError) -> Invalid:
    field = str(error.errors()[0]["loc"][0])
    return Invalid("unfit", "Không đúng dạng.", "It does not have the right form.", field)
