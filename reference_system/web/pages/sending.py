"""Sending a bulletin: where, when and how often; shown with what it would meet; then ordered."""

from fastapi import APIRouter, Response

from reference_system.services.acting import Act
from reference_system.services.broadcasting import collisions, orders
from reference_system.services.broadcasting.wanted import Wanted
from reference_system.services.content import bulletins
from reference_system.services.refusals import Refusal
from reference_system.store.base import new_id
from reference_system.web.pages import areas
from reference_system.web.pages.typed import Typed
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)

MINUTE_MS = 60_000
SHOWN_OVERLAPS = 30


@router.get("/bulletins/{bulletin_id}/send")
def send_page(visit: TheVisit, bulletin_id: str) -> Response:
    """The form for an order."""
    return _form(visit, bulletin_id)


@router.post("/bulletins/{bulletin_id}/send")
def send(visit: TheVisit, bulletin_id: str) -> Response:
    """Show what the order would meet; on the page that shows it, give it."""
    typed = visit.typed
    try:
        match typed.choice("do", ("preview", "change", "send")):
            case "change":
                return _form(visit, bulletin_id)
            case "preview":
                return _preview(visit, bulletin_id)
            case "send":
                with visit.acting() as act:
                    wanted = _wanted(act, typed, bulletin_id)
                    order = orders.send(act, wanted, typed.client_id())
                return visit.go(f"/orders/{order.id}", "sent")
    except Refusal as refusal:
        if refusal.code == "outside-hours":
            return _preview(visit, bulletin_id, refusal)
        return _form(visit, bulletin_id, refusal)


def _form(visit: Visit, bulletin_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("operate")
        row = bulletins.get(act, bulletin_id)
        return visit.show(
            "send",
            refusal=refusal,
            row=row,
            languages=[each.language for each in bulletins.contents(act, bulletin_id)] or ["vi"],
            groups=areas.groups(act),
            own=act.system.units.name(act.actor.unit),
        )


def _preview(visit: Visit, bulletin_id: str, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        wanted = _wanted(act, visit.typed, bulletin_id)
        row = bulletins.get(act, bulletin_id)
        return visit.show(
            "send_preview",
            refusal=refusal,
            row=row,
            wanted=wanted,
            preview=collisions.preview(act, wanted),
            shown=SHOWN_OVERLAPS,
            places=list(areas.names(act.system, wanted.area)),
            fields=repeated(visit.typed),
            new_id=new_id(act.now_ms),
        )


def repeated(typed: Typed) -> list[tuple[str, str]]:
    """The fields of a form, for the next step to send them again."""
    return [
        (name, value)
        for name, value in typed.fields.multi_items()
        if isinstance(value, str) and name not in ("csrf", "do", "id", "outside_hours", "code")
    ]


def _wanted(act: Act, typed: Typed, bulletin_id: str) -> Wanted:
    times = typed.a_number("times", 1, 500)
    gap_min = typed.number("gap_ms", 0, 44_640)
    valid_min = typed.number("valid_ms", 1, 527_040)
    duration_s = typed.number("duration_ms", 1, 86_400)
    return Wanted(
        bulletin_id=bulletin_id,
        era=act.system.settings.era,
        area=areas.chosen(act, typed),
        times=times,
        gap_ms=(gap_min or 0) * MINUTE_MS if times > 1 else 0,
        not_before_ms=typed.moment_ms("not_before"),
        valid_ms=None if valid_min is None else valid_min * MINUTE_MS,
        end_by_ms=typed.moment_ms("end_by"),
        language=typed.line("language") or "vi",
        duration_ms=None if duration_s is None else duration_s * 1000,
        outside_hours=typed.ticked("outside_hours"),
    )
