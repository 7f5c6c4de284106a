"""Orders: the list, and one with what became of each play, where it is cancelled."""

from typing import cast, get_args

from fastapi import APIRouter, Response

from reference_system.services.broadcasting import orders
from reference_system.services.broadcasting.addressing import as_area
from reference_system.services.broadcasting.orders import State
from reference_system.services.refusals import Refusal
from reference_system.store.people import Person
from reference_system.web.pages import areas
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/orders")
def order_list(visit: TheVisit) -> Response:
    """The orders of the own unit, below and above."""
    typed = visit.typed
    with visit.looking() as act:
        state = typed.optional("state", get_args(State))
        page = orders.page(act, state=state, after=typed.cursor())
    return visit.show("orders", page=page)


@router.get("/orders/{order_id}")
def order(visit: TheVisit, order_id: str) -> Response:
    """One order: what, where, how often, and what the devices answered."""
    return _order(visit, order_id)


@router.post("/orders/{order_id}")
def cancel(visit: TheVisit, order_id: str) -> Response:
    """Cancel it everywhere, or, from above, in the own unit."""
    try:
        with visit.acting() as act:
            orders.cancel(act, order_id)
    except Refusal as refusal:
        return _order(visit, order_id, refusal)
    return visit.go(f"/orders/{order_id}", "cancelled")


def _order(visit: Visit, order_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        row = orders.one(act, order_id)
        units = act.system.units
        issuer = orders.issuer_of(row)
        by = act.session.get(Person, row.issued_by) if row.issued_by else None
        return visit.show(
            "order",
            refusal=refusal,
            here=f"/orders/{order_id}",
            row=row,
            state=cast(State, row.state),
            title=str(row.content["TieuDe"]),
            plays=orders.play_counts(act, row),
            places=list(areas.names(act.system, as_area(row.area))),
            issuer=units.name(issuer),
            by=by.name if by else "",
            is_ours=units.holds(act.actor.unit, issuer),
        )
