"""The play log, and the proof of play of a bulletin."""

from datetime import timedelta

from fastapi import APIRouter, Response

from reference_system.services.fleet import play_logs
from reference_system.web.pages.downloads import table
from reference_system.web.pages.rendering import midnight_ms
from reference_system.web.pages.visits import PageRoute, TheVisit

router = APIRouter(route_class=PageRoute)


@router.get("/plays")
def plays(visit: TheVisit) -> Response:
    """What devices say that they played, the last received first."""
    typed = visit.typed
    with visit.looking() as act:
        page = play_logs.page(
            act,
            device_id=typed.line("device") or None,
            bulletin_id=typed.line("bulletin") or None,
            after=typed.cursor(),
        )
    return visit.show("plays", page=page)


@router.get("/plays.csv")
def export(visit: TheVisit) -> Response:
    """The log of some days as a file."""
    from_ms = midnight_ms(visit.typed.day("from"))
    until_ms = midnight_ms(visit.typed.day("until") + timedelta(days=1))
    return table(play_logs.export(visit.system, visit.actor, from_ms, until_ms), "plays.csv")


@router.get("/bulletins/{bulletin_id}/proof")
def proof(visit: TheVisit, bulletin_id: str) -> Response:
    """Which devices were to play a bulletin, and what became of it."""
    with visit.looking() as act:
        return visit.show(
            "proof",
            proof=play_logs.proof(act, bulletin_id),
            entries=play_logs.page(act, bulletin_id=bulletin_id).items,
            communes=act.system.units.territory.communes,
        )
