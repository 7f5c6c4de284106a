"""Notice boards: what is sent is shown, and an emergency alone.

A bench that does not see the screen asks its operator what is there. A person looks once, so the
notice stays for as long as the answer may take; that it also goes away is not seen then.
"""

from collections.abc import Iterator

from conformance.bench.questions import Question, choice, yes_no
from conformance.case import Case, Seen
from conformance.checks import sound
from conformance.clauses import Role
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text

BOARDS: tuple[Role, ...] = ("e-board",)


AFTER_MS = 30_000
"""How long after the order a board shows the notice at the latest, and what is left of it when the
operator's time is over."""

SAYS = Text(vi="Người vận hành: {}", en="The operator: {}")
ALONE, TOGETHER, MISSING = "alone", "together", "missing"


def _look_shown(title: str) -> Question:
    text = Text(
        f"Bảng tin có đang hiển thị «{title}» không?", f"Does the board show «{title}» now?"
    )
    return yes_no("shown", text)


def _look_alone(title: str) -> Question:
    options = {
        ALONE: Text("Chỉ tin khẩn cấp này", "This emergency alone"),
        TOGETHER: Text("Tin khẩn cấp này cùng nội dung khác", "This emergency and something else"),
        MISSING: Text("Không có tin khẩn cấp này", "Not this emergency"),
    }
    text = Text(
        f"Bảng tin đang hiển thị gì? Tin khẩn cấp: «{title}».",
        f"What does the board show now? The emergency: «{title}».",
    )
    return choice("alone", text, options)


def _looked(record: Record, name: str, expected: str) -> Seen | None:
    """What the operator saw; None where nobody was asked."""
    for each in record.of("asked"):
        if each.detail["name"] == name:
            answer = each.detail["answer"]
            said = each.detail["options"].get(answer, {"vi": "–", "en": "–"})
            says = Text(SAYS.vi.format(said["vi"]), SAYS.en.format(said["en"]))
            return Seen(answer == expected, says)
    return None


async def _shown(talk: Conversation) -> None:
    if (answer_ms := talk.bench.answer_ms) is None:
        await talk.answered(talk.tell("notice", talk.play("n", length_ms=30_000)))
        await talk.wait(60_000)
        return
    notice = talk.play("n", length_ms=AFTER_MS + answer_ms + AFTER_MS)
    told = talk.tell("notice", notice)
    await talk.answered(told)
    await talk.wait_until(told.at_ms + AFTER_MS)
    await talk.bench.ask(_look_shown(notice.title))
    await talk.wait_until(told.at_ms + notice.duration_ms + AFTER_MS)


def _judge_shown(record: Record) -> Iterator[tuple[str, Seen]]:
    looked = _looked(record, "shown", "yes")
    yield "shown-on-board", looked or sound.is_heard(record, record.told("notice"), AFTER_MS)


async def _alone(talk: Conversation) -> None:
    answer_ms = talk.bench.answer_ms
    looks_ms = answer_ms or 0
    stream = talk.play("s", length_ms=120_000 + looks_ms, kind="live")
    await talk.answered(talk.tell("stream", stream))
    for number in range(2):
        notice = talk.play(f"n{number}", length_ms=90_000 + looks_ms)
        await talk.answered(talk.tell(f"notice {number}", notice))
    await talk.wait(20_000)
    length_ms = 2 * AFTER_MS + looks_ms
    emergency = talk.play("e", "emergency", length_ms=length_ms)
    told = talk.tell("emergency", emergency)
    await talk.answered(told)
    if answer_ms is not None:
        await talk.wait_until(told.at_ms + AFTER_MS)
        await talk.bench.ask(_look_alone(emergency.title))
    await talk.wait_until(told.at_ms + length_ms + 60_000)


def _judge_alone(record: Record) -> Iterator[tuple[str, Seen]]:
    if (looked := _looked(record, "alone", ALONE)) is not None:
        yield "emergency-alone-on-board", looked
        return
    emergency = record.told("emergency")
    whole = sound.lasts(record, emergency, 60_000)
    if whole.ok:
        first = record.heard(emergency.item)[0]
        others = [
            each
            for each in record.heard()
            if each.item != emergency.item
            and each.from_ms < (first.until_ms or record.end_ms)
            and (each.until_ms or record.end_ms) > first.from_ms
        ]
        shown = ", ".join(sorted({each.item for each in others}))
        if others:
            whole = Seen(False, Text(vi=f"cùng lúc với {shown}", en=f"together with {shown}"))
    yield "emergency-alone-on-board", whole


CASES = (
    Case(
        "board-shown",
        1,
        Text(vi="Nội dung được hiển thị", en="What is sent is shown"),
        BOARDS,
        ("shown-on-board",),
        _shown,
        _judge_shown,
    ),
    Case(
        "board-alone",
        1,
        Text(vi="Khẩn cấp hiển thị một mình", en="An emergency is shown alone"),
        BOARDS,
        ("emergency-alone-on-board",),
        _alone,
        _judge_alone,
    ),
)
