"""Alerts in CAP 1.2 over HTTP: taken in as drafts and notices, given out as XML."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from reference_system.interface.cap import MAX_BYTES
from reference_system.services.content import alerts, cap_bulletins
from reference_system.services.paging import PAGE
from reference_system.services.refusals import TooLarge
from reference_system.store.content import AlertRow
from reference_system.web.acting import Acting, Looking, TheActor, TheSystem
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    LOGGED_IN,
    After,
    InstantOut,
    Limit,
    PageOut,
    PathId,
    Strict,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1", tags=["alerts"], route_class=Route)

_CAP = "application/cap+xml"
_XML: dict[str, Any] = {"content": {_CAP: {"schema": {"type": "string"}}}}


class AreaOut(Strict):
    """Where, by the codes of this system's era."""

    everywhere: bool
    provinces: list[str]
    districts: list[str]
    communes: list[str]
    devices: list[str]


class NoteOut(Strict):
    """Something in an alert that a person must look at."""

    code: str
    vi: str
    en: str


class AlertOut(Strict):
    """A CAP message that came in.

    `bulletin_id` is the draft made of it; `concerns` are the bulletins that an update or a
    cancel is about; `area` is where it is for, as far as this system knows the places.
    """

    id: str
    sender: str
    identifier: str
    sent: InstantOut
    message_type: str
    title: str
    bulletin_id: str | None
    concerns: list[str]
    area: AreaOut
    notes: list[NoteOut]
    received: InstantOut
    received_by: str | None
    handled: InstantOut | None
    handled_by: str | None


@router.post(
    "/alerts",
    status_code=201,
    responses=CHANGES,
    openapi_extra={"requestBody": {"required": True, **_XML}},
)
async def receive_alert(request: Request, system: TheSystem, actor: TheActor) -> AlertOut:
    """Take in a CAP 1.2 message; needs the role compose. The same message again changes nothing.

    An alert or update becomes a draft of the own unit. A cancel stops nothing by itself: it is
    a notice for whoever operates.
    """
    xml = bytearray()
    async for piece in request.stream():
        xml += piece
        if len(xml) > MAX_BYTES:
            limit = f"{MAX_BYTES // 1000} kB"
            raise TooLarge(
                "too-large", f"Cảnh báo lớn hơn {limit}.", f"The alert is larger than {limit}."
            )
    return _told(await run_in_threadpool(alerts.receive, system, actor, bytes(xml)))


@router.get("/alerts", responses=LOGGED_IN)
def list_alerts(
    act: Looking, unhandled: bool = False, after: After = None, limit: Limit = PAGE
) -> PageOut[AlertOut]:
    """Alerts that came to the own unit and below; `unhandled`: that nobody has looked after."""
    page = alerts.listed(act, unhandled=unhandled, after=after, limit=limit)
    return PageOut(items=[_told(row) for row in page.items], after=page.after)


@router.get("/alerts/{alert_id}", responses=ABOUT_ONE)
def read_alert(act: Looking, alert_id: PathId) -> AlertOut:
    """An alert that came in."""
    return _told(alerts.get(act, alert_id))


@router.post("/alerts/{alert_id}/handled", responses=CHANGES)
def handle_alert(act: Acting, alert_id: PathId) -> AlertOut:
    """Say that one has looked after an alert; needs the role operate."""
    return _told(alerts.handle(act, alert_id))


@router.get(
    "/bulletins/{bulletin_id}/cap.xml",
    response_class=Response,
    responses={**CHANGES, 200: _XML},
)
def read_bulletin_cap(act: Looking, bulletin_id: PathId) -> Response:
    """An approved bulletin as a CAP 1.2 message."""
    return Response(cap_bulletins.bulletin_cap(act, bulletin_id), media_type=_CAP)


def _told(row: AlertRow) -> AlertOut:
    return AlertOut(
        id=row.id,
        sender=row.sender,
        identifier=row.identifier,
        sent=row.sent_ms,
        message_type=row.message_type,
        title=row.title,
        bulletin_id=row.bulletin_id,
        concerns=row.concerns,
        area=AreaOut(**row.area),
        notes=[NoteOut(**note) for note in row.notes],
        received=row.received_ms,
        received_by=row.received_by,
        handled=row.handled_ms,
        handled_by=row.handled_by,
    )
