"""Feedback of citizens over HTTP: anybody sends it and asks after it, operators handle it."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from reference_system.services.acting import Act, acting, itself, looking
from reference_system.services.administration import feedback
from reference_system.services.administration.feedback import Channel, State, Words
from reference_system.services.system import System
from reference_system.services.units import Level
from reference_system.store.administration import Feedback
from reference_system.web.acting import Acting, Looking, TheSystem
from reference_system.web.models import (
    ABOUT_ONE,
    CHANGES,
    LOGGED_IN,
    After,
    ClientId,
    InstantOut,
    Limit,
    Line,
    Lines,
    PageOut,
    PathId,
    Strict,
    problems,
)
from reference_system.web.routing import Route

router = APIRouter(prefix="/api/v1", tags=["feedback"], route_class=Route)

CommuneCode = Annotated[str, Field(pattern="^[0-9]{5}$")]
Said = Annotated[Lines, Field(min_length=1, max_length=5_000)]
Receipt = Annotated[str, Path(pattern="^[0-9A-Za-z -]{12,20}$")]


class FeedbackIn(Strict):
    """What a citizen says about something in a commune; name and contact may stay empty."""

    id: ClientId | None = None
    commune: CommuneCode
    text: Said
    sender_name: Line = ""
    sender_contact: Line = ""


class EnteredIn(FeedbackIn):
    """What an operator types in, and how it came."""

    channel: Literal["phone", "paper", "in-person"]


class ReceiptOut(Strict):
    """What a citizen may know: the receipt code asks for it again."""

    receipt: str
    state: State
    received: InstantOut
    due: InstantOut
    answer: str
    answered: InstantOut | None


class FeedbackOut(Strict):
    """Feedback in a list; `level`, `code` and `department` name who handles it."""

    id: str
    commune: str
    text: str
    channel: Channel
    state: State
    level: Level
    code: str
    department: str
    received: InstantOut
    due: InstantOut
    overdue: bool
    answer: str
    answered: InstantOut | None


class StepOut(Strict):
    """A step in the handling: to whom it lay after it, and what was said."""

    at: InstantOut
    step: State
    level: Level
    code: str
    department: str
    note: str


class SenderOut(Strict):
    """Who sent it, for those who handle it."""

    name: str
    contact: str


class HandledOut(FeedbackOut):
    """Feedback with its history; `sender` is null for those who do not handle it."""

    receipt: str
    steps: list[StepOut]
    sender: SenderOut | None


class FeedbackPageOut(PageOut[FeedbackOut]):
    """Some of the feedback; `overdue` counts all of it that is."""

    overdue: int


class RouteIn(Strict):
    """To whom it goes, and why."""

    level: Level
    code: Annotated[str, Field(pattern="^([0-9]{1,5}|VN)$")]
    department: Line = ""
    note: Lines = ""


class AnswerIn(Strict):
    """What the citizen is told."""

    text: Said


@router.post("/public/feedback", status_code=201, responses=problems(409, 429))
def send(asked: FeedbackIn, request: Request, system: TheSystem) -> ReceiptOut:
    """Send feedback; anybody may, and need not say who."""
    _count(system, request)
    with acting(system, itself(system)) as act:
        return _receipt(feedback.receive(act, _words(asked), asked.id))


@router.get("/public/feedback/{receipt}", responses=problems(404, 429))
def ask(receipt: Receipt, request: Request, system: TheSystem) -> ReceiptOut:
    """State and answer of what was sent, by its receipt code."""
    _count(system, request)
    with looking(system, itself(system)) as act:
        return _receipt(feedback.by_receipt(act, receipt))


@router.post("/feedback", status_code=201, responses=CHANGES)
def enter(act: Acting, asked: EnteredIn) -> HandledOut:
    """Type in what a citizen said elsewhere; needs the role operate over the commune."""
    row = feedback.enter(act, _words(asked), asked.channel, asked.id)
    return _handled(act, row.id)


@router.get("/feedback", responses=LOGGED_IN)
def read_all(
    act: Looking,
    state: State | None = None,
    overdue: Annotated[bool, Query(description="Only what is overdue.")] = False,
    after: After = None,
    limit: Limit = 50,
) -> FeedbackPageOut:
    """Feedback about the own unit, or handled there; needs the role view."""
    page = feedback.listed(act, state, overdue, after, limit)
    return FeedbackPageOut(
        items=[FeedbackOut(**_about(act, row)) for row in page.items],
        after=page.after,
        overdue=feedback.overdue_count(act),
    )


@router.get("/feedback/{feedback_id}", responses=ABOUT_ONE)
def read(act: Acting, feedback_id: PathId) -> HandledOut:
    """Feedback with its history; to be shown who sent it is on record."""
    return _handled(act, feedback_id)


@router.post("/feedback/{feedback_id}/route", responses=CHANGES)
def route(act: Acting, feedback_id: PathId, asked: RouteIn) -> HandledOut:
    """Give it to another unit or department, above or below; needs the role operate."""
    to = act.system.units.named(asked.level, asked.code)
    return _handled(act, feedback.route(act, feedback_id, to, asked.department, asked.note).id)


@router.post("/feedback/{feedback_id}/answer", responses=CHANGES)
def answer(act: Acting, feedback_id: PathId, asked: AnswerIn) -> HandledOut:
    """Answer the citizen; only who handles it may."""
    return _handled(act, feedback.answer(act, feedback_id, asked.text).id)


@router.post("/feedback/{feedback_id}/close", responses=CHANGES)
def close(act: Acting, feedback_id: PathId) -> HandledOut:
    """Put away what is answered; only who handles it may."""
    return _handled(act, feedback.close(act, feedback_id).id)


def _count(system: System, request: Request) -> None:
    address = request.client.host if request.client else ""
    system.feedback_attempts.take(address, system.clock())


def _words(asked: FeedbackIn) -> Words:
    return Words(asked.commune, asked.text, asked.sender_name, asked.sender_contact)


def _receipt(row: Feedback) -> ReceiptOut:
    return ReceiptOut(
        receipt=feedback.receipt_text(row.receipt),
        state=cast(State, row.state),
        received=row.received_ms,
        due=row.due_ms,
        answer=row.answer,
        answered=row.answered_ms,
    )


def _handled(act: Act, feedback_id: str) -> HandledOut:
    handled = feedback.shown(act, feedback_id)
    return HandledOut(
        **_about(act, handled.row),
        receipt=feedback.receipt_text(handled.row.receipt),
        steps=[
            StepOut(
                at=step.at_ms,
                step=cast(State, step.step),
                level=cast(Level, step.level),
                code=step.code,
                department=step.department,
                note=step.note,
            )
            for step in handled.steps
        ],
        sender=SenderOut(name=handled.sender[0], contact=handled.sender[1])
        if handled.sender
        else None,
    )


def _about(act: Act, row: Feedback) -> dict[str, Any]:
    return {
        **{
            name: getattr(row, name)
            for name in (
                *("id", "commune", "text", "channel", "state"),
                *("level", "code", "department", "answer"),
            )
        },
        "received": row.received_ms,
        "due": row.due_ms,
        "overdue": feedback.is_overdue(row, act.now_ms),
        "answered": row.answered_ms,
    }
