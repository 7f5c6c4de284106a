"""What citizens say: taken in, given on, answered; and every item has a state."""

from collections.abc import Iterator
from typing import get_args

from conformance.case import PROVINCES, Case, Seen
from conformance.checks.acts import named, said_last
from conformance.record import Record, in_vietnamese
from conformance.sources.acts import (
    APPROVER,
    AnswerFeedback,
    CloseFeedback,
    Done,
    FeedbackState,
    ListFeedback,
    Person,
    Place,
    RouteFeedback,
    SendFeedback,
)
from conformance.sources.dealing import SPOKEN, Dealing
from scenarios.scenario import Text

ANSWER = f"{SPOKEN}: đã kiểm tra và sửa."
ANSWERED = ("answered", "closed")


async def _handled(talk: Dealing) -> None:
    commune = talk.communes[0]
    operator = Person("commune-operator", ("operate", "view"), Place("commune", commune))
    said = []
    for name in ("first", "second"):
        key = talk.key()
        words = SendFeedback(key, commune, f"{SPOKEN}: loa ở đầu thôn bị rè ({key})")
        taken = await talk.do(name, operator, words)
        said.append(taken.id if isinstance(taken, Done) and taken.id else key)
    first, second = said
    await talk.do("list received", operator, ListFeedback())
    province = Place("province", talk.commune(commune).province)
    await talk.do("route", operator, RouteFeedback(first, province))
    await talk.do("list routed", APPROVER, ListFeedback())
    await talk.do("answer", APPROVER, AnswerFeedback(first, ANSWER))
    await talk.do("list answered", APPROVER, ListFeedback())
    await talk.do("close", APPROVER, CloseFeedback(first))
    await talk.do("list closed", APPROVER, ListFeedback())
    await talk.do("answer the second", operator, AnswerFeedback(second, ANSWER))


def _judge_handled(record: Record) -> Iterator[tuple[str, Seen]]:
    first, second = named(record, "first"), named(record, "second")
    steps = ("list received", "list routed", "list answered", "list closed")
    shown = {step: {row[0]: row for row in said_last(record, step)} for step in steps}
    states = [shown[step].get(first, (None, "missing"))[1] for step in steps]
    is_waiting = all(shown[step].get(second, (None, None))[1] == "received" for step in steps)
    is_routed = states[:2] == ["received", "routed"]
    says = Text(
        vi=f"trạng thái: {' → '.join(map(in_vietnamese, states))}",
        en=f"its states: {' → '.join(states)}",
    )
    yield "source-feedback-routed", Seen(is_routed and is_waiting, says)
    answers = [shown[step][first][3] for step in steps[2:] if first in shown[step]]
    is_answered = answers == [ANSWER] * 2 and all(state in ANSWERED for state in states[2:])
    yield "source-feedback-answered", Seen(is_answered, says)
    rows = shown["list closed"].values()
    wrong = [row[0] for row in rows if not _is_told(row)]
    says = Text(
        vi=f"{len(rows)} phản ánh, {len(wrong)} không có trạng thái hoặc thiếu trả lời",
        en=f"{len(rows)} items of feedback, {len(wrong)} without a state or an answer",
    )
    yield "source-feedback-states", Seen(not wrong if rows else None, says)
    fresh = [shown["list received"].get(name) for name in (first, second)]
    late = [row for row in fresh if row is None or row[2]]
    says = Text(
        vi=f"{len(late)}/2 phản ánh vừa nhận đã bị coi là quá hạn",
        en=f"{len(late)}/2 items just received are shown as overdue",
    )
    yield "source-feedback-not-overdue", Seen(not late, says)


def _is_told(row: list[object]) -> bool:
    """Whether it has a state, whether it is overdue, and its answer where it is answered."""
    _, state, overdue, answer = row
    is_known = state in get_args(FeedbackState) and isinstance(overdue, bool)
    return is_known and (bool(answer) or state not in ANSWERED)


CASES = (
    Case(
        "source-feedback",
        1,
        Text(
            vi="Phản ánh được tiếp nhận, chuyển, trả lời; cái nào cũng có trạng thái",
            en="Feedback is taken in, given on and answered; every item has a state",
        ),
        PROVINCES,
        (
            "source-feedback-routed",
            "source-feedback-answered",
            "source-feedback-states",
            "source-feedback-not-overdue",
        ),
        _handled,
        _judge_handled,
        needs=("feedback",),
    ),
)
