"""A commune's choices: normal bulletins from above that it plays, its order of priority ones."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from reference_system.services.content import choices
from reference_system.services.content.choices import Offer
from reference_system.services.refusals import Conflict, Refusal
from reference_system.services.units import Unit
from reference_system.services.within import communes_of
from reference_system.web.pages import areas
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/choices")
def choose_page(visit: TheVisit) -> Response:
    """What is offered to a commune: its own, or one of the own unit that the address names."""
    return _choices(visit)


@router.post("/choices")
def choose(visit: TheVisit) -> Response:
    """Choose a bulletin or leave it out, or move one up or down in the commune's order."""
    typed = visit.typed
    try:
        do = typed.choice("do", ("choose", "leave", "up", "down"))
        commune, bulletin_id = typed.line("commune", needed=True), typed.line("bulletin_id")
        with visit.acting() as act:
            if do in ("choose", "leave"):
                choices.choose(act, commune, bulletin_id, do == "choose")
            else:
                offers = choices.choices(act, commune).priority
                choices.set_order(act, commune, _moved(offers, bulletin_id, do == "up"))
    except Refusal as refusal:
        return _choices(visit, refusal)
    done = {"choose": "chosen", "leave": "left-out"}.get(do, "ordered")
    return visit.go(f"/choices?commune={commune}", done)


def _moved(offers: Sequence[Offer], bulletin_id: str, up: bool) -> list[str]:
    """The ids in their order, with one moved by one place."""
    ids = [offer.bulletin.id for offer in offers]
    if bulletin_id not in ids:
        raise Conflict(
            "no-longer-offered",
            "Bản tin không còn trong danh sách.",
            "The bulletin is no longer on the list.",
        )
    at = ids.index(bulletin_id)
    to = max(0, at - 1) if up else min(len(ids) - 1, at + 1)
    ids[at], ids[to] = ids[to], ids[at]
    return ids


def _choices(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("view")
        commune = visit.typed.line("commune") or communes_of(act.system.units, act.actor.unit)[0]
        return visit.show(
            "choices",
            refusal=refusal,
            here=f"/choices?commune={commune}",
            commune=commune,
            made=choices.choices(act, commune),
            groups=areas.groups(act),
            commune_name=act.system.units.name(Unit("commune", commune)),
        )
