"""Feedback of citizens: the list, one with its history, and taking in what was said elsewhere."""

from typing import get_args

from fastapi import APIRouter, Response

from reference_system.services.administration import feedback
from reference_system.services.administration.feedback import STATES, Channel, Words
from reference_system.services.refusals import Refusal
from reference_system.store.base import new_id
from reference_system.web.pages import areas
from reference_system.web.pages.units_typed import one_unit
from reference_system.web.pages.visits import PageRoute, TheVisit, Visit

router = APIRouter(route_class=PageRoute)


@router.get("/feedback")
def feedback_list(visit: TheVisit) -> Response:
    """Feedback about the own unit or handled in it."""
    typed = visit.typed
    with visit.looking() as act:
        return visit.show(
            "feedback_list",
            page=feedback.listed(
                act,
                typed.optional("state", STATES),
                typed.ticked("overdue"),
                typed.cursor(),
            ),
            overdue=feedback.overdue_count(act),
            is_overdue=feedback.is_overdue,
            communes=act.system.units.territory.communes,
        )


@router.get("/feedback/new")
def new_feedback(visit: TheVisit) -> Response:
    """The form for what somebody said by telephone, on paper or in person."""
    return _form(visit)


@router.post("/feedback/new")
def enter(visit: TheVisit) -> Response:
    """Take it in."""
    typed = visit.typed
    try:
        words = Words(
            typed.line("commune", needed=True),
            typed.lines("text", needed=True),
            typed.line("sender_name"),
            typed.line("sender_contact"),
        )
        with visit.acting() as act:
            channel = typed.choice("channel", get_args(Channel))
            row = feedback.enter(act, words, channel, typed.client_id())
    except Refusal as refusal:
        return _form(visit, refusal)
    return visit.go(f"/feedback/{row.id}", "received")


@router.get("/feedback/{feedback_id}")
def one(visit: TheVisit, feedback_id: str) -> Response:
    """One piece of feedback with its history."""
    return _one(visit, feedback_id)


@router.post("/feedback/{feedback_id}")
def handle(visit: TheVisit, feedback_id: str) -> Response:
    """Route, answer or close it."""
    typed = visit.typed
    try:
        do = typed.choice("do", ("routed", "answered", "closed"))
        with visit.acting() as act:
            match do:
                case "routed":
                    to = one_unit(act.system.units, typed)
                    department, note = typed.line("department"), typed.lines("note")
                    feedback.route(act, feedback_id, to, department, note)
                case "answered":
                    feedback.answer(act, feedback_id, typed.lines("answer", needed=True))
                case "closed":
                    feedback.close(act, feedback_id)
    except Refusal as refusal:
        return _one(visit, feedback_id, refusal)
    # Routed elsewhere, it may be out of sight.
    return visit.go("/feedback" if do == "routed" else f"/feedback/{feedback_id}", do)


def _form(visit: Visit, refusal: Refusal | None = None) -> Response:
    with visit.looking() as act:
        act.require("operate")
        return visit.show(
            "feedback_new", refusal=refusal, groups=areas.groups(act), new_id=new_id(act.now_ms)
        )


def _one(visit: Visit, feedback_id: str, refusal: Refusal | None = None) -> Response:
    with visit.acting() as act:
        handled = feedback.shown(act, feedback_id)
        units = act.system.units
        return visit.show(
            "feedback",
            refusal=refusal,
            here=f"/feedback/{feedback_id}",
            handled=handled,
            row=handled.row,
            receipt=feedback.receipt_text(handled.row.receipt),
            name_of=lambda level, code: units.name(units.named(level, code)),
            line=units.line(units.named("commune", handled.row.commune)),
            handles=feedback.handles(act, handled.row),
            may_route=visit.can("operate")
            and units.holds(act.actor.unit, units.named(handled.row.level, handled.row.code)),
            open_states=feedback.OPEN_STATES,
        )
