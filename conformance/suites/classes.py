"""The three classes and their order, and what the commune's user decides."""

from collections.abc import Iterator

from conformance.case import DEVICES, Case, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text


async def _priority(talk: Conversation) -> None:
    await talk.answered(talk.tell("running", talk.play("r", length_ms=30_000)))
    await talk.wait(5_000)
    await talk.answered(talk.tell("normal", talk.play("n")))
    await talk.answered(talk.tell("priority", talk.play("p", "priority")))
    await talk.wait(90_000)


def _judge_priority(record: Record) -> Iterator[tuple[str, Seen]]:
    seen = sound.waits(record, record.told("normal"), record.told("priority"))
    yield "priority-before-normal", seen


async def _order(talk: Conversation) -> None:
    await talk.answered(talk.tell("running", talk.play("r", "priority", length_ms=30_000)))
    await talk.wait(5_000)
    second = talk.play("second", "priority", order=2)
    await talk.answered(talk.tell("told to be second", second))
    await talk.answered(talk.tell("told to be first", talk.play("first", "priority", order=1)))
    await talk.wait(90_000)


def _judge_order(record: Record) -> Iterator[tuple[str, Seen]]:
    first, second = record.told("told to be first"), record.told("told to be second")
    yield "order-as-told", sound.waits(record, second, first)


async def _normal(talk: Conversation) -> None:
    """A normal bulletin waits for its time, whatever is heard or silent before."""
    play = talk.play("n", after_ms=60_000 - talk.now_ms() % 1000)
    await talk.answered(talk.tell("normal", play))
    talk.mark("before")
    await talk.wait(50_000)
    talk.mark("due")
    await talk.wait(40_000)


def _judge_normal(record: Record) -> Iterator[tuple[str, Seen]]:
    normal = record.told("normal")
    early = sound.is_silent_between(record, normal, record.mark("before"), record.mark("due"))
    if early.ok:
        early = sound.is_heard_between(record, normal, record.mark("due"), record.end_ms)
    yield "normal-at-its-time", early


CASES = (
    Case(
        "classes-priority-before-normal",
        1,
        Text(vi="Ưu tiên phát trước thông thường", en="Priority is heard before normal"),
        DEVICES,
        ("priority-before-normal",),
        _priority,
        _judge_priority,
    ),
    Case(
        "classes-order-as-told",
        1,
        Text(vi="Thứ tự theo quyết định của xã", en="The order that the commune decided"),
        DEVICES,
        ("order-as-told",),
        _order,
        _judge_order,
    ),
    Case(
        "classes-normal-at-its-time",
        1,
        Text(
            vi="Thông thường phát đúng lúc được chọn", en="Normal is heard when it was chosen for"
        ),
        DEVICES,
        ("normal-at-its-time",),
        _normal,
        _judge_normal,
    ),
)
