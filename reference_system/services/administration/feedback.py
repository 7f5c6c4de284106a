"""Feedback of citizens (phản ánh): received, routed, answered, closed, each step on the record.

No document known to us sets a time limit for this channel: the days come from the settings. The
default of 20 is what Decision 574/QĐ-TTg sets for another one, the Government Portal.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from reference_system.services.acting import Act
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing, TooOften
from reference_system.services.units import Unit
from reference_system.services.within import commune_within, nothing_there
from reference_system.store.administration import Feedback, FeedbackStep
from reference_system.store.base import new_id
from scenarios.units import DAY_MS

Channel = Literal["web", "phone", "paper", "in-person"]
State = Literal["received", "routed", "answered", "closed"]

STATES: tuple[State, ...] = get_args(State)
OPEN_STATES: tuple[State, ...] = ("received", "routed")
"""Not answered yet."""

MOST_A_DAY = 5_000
"""How much the public page takes in 24 hours, from everybody together."""


_RECEIPT_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none looks like another
_RECEIPT_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says; the sender may stay unnamed. `commune` is what it is about."""

    commune: str
    text: str
    sender_name: str = ""
    sender_contact: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """Feedback with its history, as one person may see it: the sender only by who handles it."""

    row: Feedback
    steps: Sequence[FeedbackStep]
    overdue: bool
    sender: tuple[str, str] | None


def receive(act: Act, words: Words, client_id: str | None = None) -> Feedback:
    """Take in what a citizen sent; anybody may. It begins at the commune's own unit.

    The same id with the same words is the same feedback. Raises `Invalid` for a commune outside
    the system's own unit, `Conflict` for an id with other words, and `TooOften` when more than
    `MOST_A_DAY` came in a day, so that a flood does not fill the database.
    """
    row = _take_in(act, words, "web", None, client_id)
    came = select(func.count()).where(
        Feedback.channel == "web", Feedback.received_ms > act.now_ms - DAY_MS
    )
    if (act.session.scalar(came) or 0) > MOST_A_DAY:
        raise TooOften(
            "too-much-today",
            "Hệ thống đã nhận quá nhiều phản ánh trong 24 giờ qua; hãy gửi lại sau.",
            "Too much feedback came in the last 24 hours; please send it later.",
        )
    return row


def enter(act: Act, words: Words, channel: Channel, client_id: str | None = None) -> Feedback:
    """Type in what a citizen said or wrote elsewhere; needs `operate` over the commune."""
    act.require("operate", act.system.units.named("commune", words.commune))
    return _take_in(act, words, channel, act.actor.person_id, client_id)


def route(act: Act, feedback_id: str, to: Unit, department: str, note: str) -> Feedback:
    """Give it to a unit, or to a department there; needs `operate` over who has it now.

    It may go to units above and below one's own. Raises `Conflict` once it is answered.
    """
    row = _found(act, feedback_id)
    act.require("operate", _handler(act, row))
    own, units = act.actor.unit, act.system.units
    if not (units.holds(own, to) or units.holds(to, own)):
        raise Forbidden(
            "not-in-line",
            f"{units.name(to)} không thuộc tuyến trên hoặc tuyến dưới của đơn vị.",
            f"{to.level} {to.code} is neither above nor below this account's unit.",
        )
    _must_be(row, *OPEN_STATES)
    row.level, row.code, row.department = to.level, to.code, department
    _step(act, row, "routed", note)
    return row


def answer(act: Act, feedback_id: str, text: str) -> Feedback:
    """Answer the citizen; only who handles it may. Raises `Conflict` where it is answered."""
    row = _found(act, feedback_id)
    _must_handle(act, row)
    _must_be(row, *OPEN_STATES)
    row.answer, row.answered_ms = text, act.now_ms
    _step(act, row, "answered", text)
    return row


def close(act: Act, feedback_id: str) -> Feedback:
    """Put it away once it is answered; only who handles it may."""
    row = _found(act, feedback_id)
    _must_handle(act, row)
    _must_be(row, "answered")
    _step(act, row, "closed", "")
    return row


def by_receipt(act: Act, receipt: str) -> Feedback:
    """What the citizen who holds the receipt may ask for; capitals and dashes do not matter."""
    plain = receipt.upper().replace("-", "").replace(" ", "")
    row = act.session.scalars(select(Feedback).where(Feedback.receipt == plain)).one_or_none()
    if row is None:
        raise Missing(
            "unknown-receipt",
            "Không có phản ánh nào mang mã này.",
            "There is no feedback with this receipt code.",
            "receipt",
        )
    return row


def shown(act: Act, feedback_id: str) -> Handled:
    """One piece of feedback with its history; raises `Missing` outside one's own unit.

    Whoever is shown who sent it is on record for that.
    """
    row = _found(act, feedback_id)
    sender = (row.sender_name, row.sender_contact) if handles(act, row) else None
    if sender is None:
        act.require("view")
    elif any(sender):
        act.record("feedback.sender-read", row.id)
    steps = act.session.scalars(
        select(FeedbackStep).where(FeedbackStep.feedback_id == row.id).order_by(FeedbackStep.number)
    ).all()
    return Handled(row, steps, is_overdue(row, act.now_ms), sender)


def listed(
    act: Act,
    state: State | None = None,
    only_overdue: bool = False,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Feedback]:
    """Feedback about the own unit or handled in it, newest first."""
    query = _visible(act)
    if state is not None:
        query = query.where(Feedback.state == state)
    if only_overdue:
        query = query.where(_overdue(act.now_ms))
    return newest_first(act.session, query, Feedback.received_ms, Feedback.id, after, limit)


def overdue_count(act: Act) -> int:
    """How much of what `listed` shows is overdue."""
    query = _visible(act).where(_overdue(act.now_ms)).subquery()
    return act.session.scalar(select(func.count()).select_from(query)) or 0


def is_overdue(row: Feedback, now_ms: int) -> bool:
    """Whether it waits for an answer longer than it should."""
    return row.state in OPEN_STATES and row.due_ms < now_ms


def handles(act: Act, row: Feedback) -> bool:
    """Whether it lies with this person: an operator of that unit, and of that department."""
    actor = act.actor
    return (
        "operate" in actor.roles
        and (actor.unit.level, actor.unit.code) == (row.level, row.code)
        and row.department in ("", actor.department)
    )


def receipt_text(receipt: str) -> str:
    """The receipt as people read it: three groups of four."""
    return "-".join(receipt[at : at + 4] for at in range(0, _RECEIPT_LENGTH, 4))


def _take_in(
    act: Act, words: Words, channel: Channel, entered_by: str | None, client_id: str | None
) -> Feedback:
    commune = act.system.units.named("commune", words.commune)
    if not act.system.units.holds(act.system.settings.unit, commune):
        raise Invalid(
            "commune-elsewhere",
            "Hệ thống này không phục vụ xã, phường đó.",
            "This system does not serve that commune.",
            "commune",
        )
    if client_id is not None and (known := act.session.get(Feedback, client_id)) is not None:
        said = Words(known.commune, known.text, known.sender_name, known.sender_contact)
        if (said, known.channel, known.entered_by) == (words, channel, entered_by):
            return known
        raise Conflict(
            "id-taken",
            "Mã (id) này đã được dùng cho nội dung khác.",
            "This id is taken by something else.",
            "id",
        )
    row = Feedback(
        id=client_id or new_id(act.now_ms),
        receipt="".join(secrets.choice(_RECEIPT_LETTERS) for _ in range(_RECEIPT_LENGTH)),
        channel=channel,
        commune=commune.code,
        text=words.text,
        sender_name=words.sender_name,
        sender_contact=words.sender_contact,
        entered_by=entered_by,
        level=commune.level,
        code=commune.code,
        department="",
        state="received",
        answer="",
        received_ms=act.now_ms,
        due_ms=act.now_ms + act.system.settings.feedback_due_days * DAY_MS,
    )
    act.session.add(row)
    act.session.flush()
    _step(act, row, "received", "")
    return row


def _step(act: Act, row: Feedback, state: State, note: str) -> None:
    row.state = state
    act.session.add(
        FeedbackStep(
            feedback_id=row.id,
            at_ms=act.now_ms,
            person_id=act.actor.person_id,
            step=state,
            level=row.level,
            code=row.code,
            department=row.department,
            note=note,
        )
    )
    act.record(f"feedback.{state}", row.id, level=row.level, code=row.code)


def _handler(act: Act, row: Feedback) -> Unit:
    return act.system.units.named(row.level, row.code)


def _must_handle(act: Act, row: Feedback) -> None:
    act.require("operate")
    if not handles(act, row):
        raise Forbidden(
            "not-with-you",
            "Phản ánh này do đơn vị hoặc phòng ban khác xử lý: hãy chuyển về trước.",
            "Another unit or department handles this feedback: route it first.",
        )


def _must_be(row: Feedback, *states: State) -> None:
    if row.state not in states:
        raise Conflict(
            "wrong-state",
            f"Phản ánh đang ở trạng thái “{row.state}”.",
            f"The feedback is {row.state}.",
        )


def _visible(act: Act) -> Select[Feedback]:
    act.require("view")
    return select(Feedback).where(_in_sight(act))


def _in_sight(act: Act) -> ColumnElement[bool]:
    own = act.actor.unit
    return or_(
        commune_within(act.system.units, own, Feedback.commune),
        and_(Feedback.level == own.level, Feedback.code == own.code),
    )


def _overdue(now_ms: int) -> ColumnElement[bool]:
    return and_(Feedback.state.in_(OPEN_STATES), Feedback.due_ms < now_ms)


def _found(act: Act, feedback_id: str) -> Feedback:
    row = act.session.scalars(
        select(Feedback).where(Feedback.id == feedback_id, _in_sight(act))
    ).one_or_none()
    if row is None:
        raise nothing_there("phản ánh", "feedback")
    return row
