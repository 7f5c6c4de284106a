"""The play log, and the proof of play of a bulletin."""

from datetime import date, datetime, time, timedelta

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from reference_system.dispatch.commands import VIETNAM_TIME
from reference_system.services.fleet import play_logs
from reference_system.services.refusals import Invalid
from reference_system.web.pages.typed import Typed
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
    from_ms = _midnight_ms(visit.typed, "from")
    until_ms = _midnight_ms(visit.typed, "until", days_later=1)
    lines = play_logs.export(visit.system, visit.actor, from_ms, until_ms)
    headers = {"content-disposition": 'attachment; filename="plays.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


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


def _midnight_ms(typed: Typed, name: str, days_later: int = 0) -> int:
    try:
        day = date.fromisoformat(typed.line(name)) + timedelta(days=days_later)
        return round(datetime.combine(day, time(), VIETNAM_TIME).timestamp()) * 1000
    except (ValueError, OverflowError):
        raise Invalid(
            "no-day", "Ngày dạng 2022-09-27.", "A day such as 2022-09-27.", name
        ) from None
