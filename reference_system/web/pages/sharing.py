"""Sharing one bulletin with other source systems, and telling them that it holds no longer."""

from fastapi import APIRouter, Response

from reference_system.interface.exchange import Ordered
from reference_system.services.acting import Act
from reference_system.services.content import bulletins
from reference_system.services.people import second_factor
from reference_system.services.refusals import Invalid, Refusal
from reference_system.services.sharing import exchange, peers
from reference_system.web.pages import areas
from reference_system.web.pages.sending import MINUTE_MS
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/bulletins/{bulletin_id}/share")
def share_page(visit: TheVisit, bulletin_id: str) -> Response:
    """With whom it can be shared, and what became of it so far."""
    return _share(visit, bulletin_id)


@router.post("/bulletins/{bulletin_id}/share")
def share(visit: TheVisit, bulletin_id: str) -> Response:
    """Share it, an emergency with an order if wished; or tell that it holds no longer."""
    typed = visit.typed
    try:
        do = typed.choice("do", ("share", "withdraw"))
        if do == "share" and (code := typed.line("code")):
            second_factor.confirm(visit.system, visit.token, code)
            visit.again()
        with visit.acting() as act:
            if do == "share":
                order = _ordered(act, typed) if typed.ticked("with_order") else None
                exchange.share_bulletin(act, bulletin_id, _chosen(typed), order)
            else:
                exchange.withdraw_bulletin(act, bulletin_id, typed.line("reason"))
    except Refusal as refusal:
        return _share(visit, bulletin_id, refusal)
    return visit.go(f"/bulletins/{bulletin_id}/share", "shared")


def _chosen(typed: Typed) -> list[str]:
    chosen = typed.many("peers")
    if not chosen:
        raise Invalid("empty", "Chọn ít nhất một hệ thống.", "Choose at least one system.", "peers")
    return chosen


def _ordered(act: Act, typed: Typed) -> Ordered:
    area = areas.chosen(act, typed)
    if area.devices:
        raise Invalid(
            "no-devices",
            "Hệ thống khác không biết thiết bị ở đây: chỉ chọn địa bàn.",
            "Another system does not know the devices here: choose places only.",
            "area",
        )
    times = typed.a_number("times", 1, 100)
    gap_min = typed.number("gap_ms", 0, 1_440) or 0
    valid_min = typed.number("valid_ms", 1, 10_080)
    return Ordered(
        everywhere=area.everywhere,
        provinces=list(area.provinces),
        districts=list(area.districts),
        communes=list(area.communes),
        times=times,
        gap_ms=gap_min * MINUTE_MS if times > 1 else 0,
        valid_ms=None if valid_min is None else valid_min * MINUTE_MS,
    )


def _share(visit: Visit, bulletin_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        row = bulletins.get(act, bulletin_id)
        act.require("approve", bulletins.unit_of(row))
        return visit.show(
            "share",
            refusal=refusal,
            here=f"/bulletins/{bulletin_id}/share",
            row=row,
            peers=[each for each in peers.listed(act) if each.active],
            told=exchange.told_of(act, bulletin_id),
            groups=areas.groups(act),
            own=act.system.units.name(act.actor.unit),
        )
