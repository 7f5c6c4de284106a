"""The programme: on time, beside what was there, and nothing that nobody ordered."""

from collections.abc import Iterator

from conformance.case import DEVICES, SPEAKING, Case, Measured, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record, Told
from scenarios.scenario import Text
from simulator.dialects.contract import AddSchedule, DropSchedule, Play, Stop

SLOTS = 3
EACH_MS = 60_000
LENGTH_MS = 10_000


def _slot(talk: Conversation, name: str, number: int) -> Play:
    """A play at a full second, `number` slots from now."""
    after_ms = number * EACH_MS - talk.now_ms() % 1000
    return talk.play(name, length_ms=LENGTH_MS, after_ms=after_ms)


async def _schedule(talk: Conversation, name: str, plays: tuple[Play, ...]) -> Told:
    told = talk.tell(name, AddSchedule(f"{plays[0].item}-schedule", plays))
    await talk.answered(told)
    for play in plays:
        talk.expect(play)
    return told


async def _on_time(talk: Conversation) -> None:
    plays = tuple(_slot(talk, f"s{number}", number) for number in range(1, SLOTS + 1))
    await _schedule(talk, "schedule", plays)
    await talk.wait((SLOTS + 1) * EACH_MS)


def _judge_on_time(record: Record) -> Iterator[tuple[str, Seen]]:
    offsets_ms = []
    due = record.expected()
    if len(due) != SLOTS:
        return
    for item, due_ms in due.items():
        heard = record.heard(item)
        if len(heard) != 1:
            says = Text(vi=f"{item}: nghe {len(heard)} lần", en=f"{item}: heard {len(heard)} times")
            yield "programme-on-time", Seen(False, says)
            return
        offsets_ms.append(abs(heard[0].from_ms - due_ms))
    shown = ", ".join(map(str, offsets_ms))
    says = Text(vi=f"lệch {shown} ms", en=f"off by {shown} ms")
    yield "programme-on-time", Seen(True, says, Measured("programme_offset", tuple(offsets_ms)))


async def _added(talk: Conversation) -> None:
    await _schedule(talk, "first", (_slot(talk, "a", 1),))
    await _schedule(talk, "second", (_slot(talk, "b", 2),))
    await talk.wait(3 * EACH_MS)


def _judge_added(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "schedule-added-beside", sound.all_expected(record, 2)


async def _withdrawn(talk: Conversation) -> None:
    await _schedule(talk, "kept", (_slot(talk, "k", 3),))
    dropped = _slot(talk, "d", 2)
    await talk.answered(talk.tell("dropped", AddSchedule("dropped", (dropped,))))
    await talk.wait(EACH_MS // 2)
    await talk.answered(talk.tell("drop", DropSchedule("dropped")))
    talk.mark(f"silent {dropped.item}")
    await talk.wait(4 * EACH_MS)


def _judge_withdrawn(record: Record) -> Iterator[tuple[str, Seen]]:
    if not sound.all_expected(record, 1).ok:
        return
    for mark in record.of("mark"):
        item = mark.detail["name"].removeprefix("silent ")
        told = Told(item, "", mark.at_ms, item)
        seen = sound.is_silent_between(record, told, mark.at_ms, record.end_ms)
        yield "schedule-withdrawn", seen


async def _stop_keeps(talk: Conversation) -> None:
    await _schedule(talk, "schedule", (_slot(talk, "s", 2),))
    await talk.answered(talk.tell("running", talk.play("r", length_ms=EACH_MS)))
    await talk.wait(20_000)
    await talk.answered(talk.tell("stop", Stop(None)))
    await talk.wait(3 * EACH_MS)


def _judge_stop_keeps(record: Record) -> Iterator[tuple[str, Seen]]:
    running, stop = record.told("running"), record.told("stop")
    if not sound.is_heard_between(record, running, running.at_ms, stop.at_ms).ok:
        return
    stopped = sound.is_silent_between(record, running, stop.at_ms + 5_000, record.end_ms)
    yield "stop-keeps-schedule", sound.all_expected(record, 1) if stopped.ok else stopped


async def _unasked(talk: Conversation) -> None:
    await talk.answered(talk.tell("normal", talk.play("n")))
    await talk.wait(30_000)
    await talk.cut_power()
    await talk.wait(10_000)
    await talk.restore_power()
    await talk.wait(5 * EACH_MS)


def _judge_unasked(record: Record) -> Iterator[tuple[str, Seen]]:
    if record.heard(record.told("normal").item):
        back_ms = record.earliest_ms("power-on")
        yield "nothing-unasked", sound.is_silent_between(record, None, back_ms, record.end_ms)


async def _relay(talk: Conversation) -> None:
    play = talk.play("relay", length_ms=EACH_MS, kind="live", end_after_ms=EACH_MS)
    await talk.answered(talk.tell("relay", play))
    await talk.wait(2 * EACH_MS)


def _judge_relay(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "relay-heard", sound.lasts(record, record.told("relay"), EACH_MS, tolerance_ms=10_000)


CASES = (
    Case(
        "programme-on-time",
        1,
        Text(vi="Lịch phát đúng giờ", en="The programme is on time"),
        DEVICES,
        ("programme-on-time",),
        _on_time,
        _judge_on_time,
        needs=("schedules",),
        measures={"programme-on-time": "programme_offset"},
    ),
    Case(
        "programme-added",
        1,
        Text(vi="Thêm lịch không mất lịch cũ", en="A schedule is added beside another"),
        DEVICES,
        ("schedule-added-beside",),
        _added,
        _judge_added,
        needs=("schedules",),
    ),
    Case(
        "programme-withdrawn",
        1,
        Text(vi="Hủy lịch", en="A schedule is withdrawn"),
        DEVICES,
        ("schedule-withdrawn",),
        _withdrawn,
        _judge_withdrawn,
        needs=("schedules",),
    ),
    Case(
        "programme-stop-keeps",
        1,
        Text(vi="Lệnh dừng giữ nguyên lịch", en="A stop keeps the schedule"),
        DEVICES,
        ("stop-keeps-schedule",),
        _stop_keeps,
        _judge_stop_keeps,
        needs=("schedules",),
    ),
    Case(
        "programme-nothing-unasked",
        1,
        Text(vi="Không tự phát sau khi khởi động", en="Nothing by itself after a start"),
        DEVICES,
        ("nothing-unasked",),
        _unasked,
        _judge_unasked,
        permits=("power",),
    ),
    Case(
        "programme-relay",
        1,
        Text(vi="Tiếp âm", en="A relay"),
        SPEAKING,
        ("relay-heard",),
        _relay,
        _judge_relay,
    ),
)
