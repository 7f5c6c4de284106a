"""Emergencies: at once, over everything, through reconnects and power cuts, until their end."""

from collections.abc import Iterator

from conformance.case import DEVICES, SPEAKING, Case, Measured, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import AddSchedule, SetVolume, Stop

RUNS = 5
SOON_MS = 10_000
"""Within which an emergency is heard at all; how fast it must be is a matter of limits."""


async def _at_once(talk: Conversation) -> None:
    for run in range(RUNS):
        told = talk.tell(f"emergency {run}", talk.play(f"e{run}", "emergency", length_ms=5_000))
        await talk.answered(told)
        await talk.wait(12_000)


def _judge_at_once(record: Record) -> Iterator[tuple[str, Seen]]:
    found = [sound.begins_after(record, record.told(f"emergency {run}")) for run in range(RUNS)]
    missing = [seen for seen, _ in found if not seen.ok]
    yield "emergency-heard", missing[0] if missing else found[-1][0]
    late_ms = tuple(late for _, late in found if late is not None)
    runs = ", ".join(map(str, late_ms))
    says = Text(
        vi=f"từ lệnh đến tiếng, {len(late_ms)} lần: {runs} ms",
        en=f"from order to sound, {len(late_ms)} runs: {runs} ms",
    )
    if not missing:
        yield "emergency-latency", Seen(True, says, Measured("emergency_t2_t4", late_ms))


async def _over_normal(talk: Conversation) -> None:
    await talk.answered(talk.tell("normal", talk.play("n", length_ms=60_000)))
    await talk.wait(10_000)
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency")))
    await talk.wait(90_000)


def _judge_over_normal(record: Record) -> Iterator[tuple[str, Seen]]:
    seen = sound.cuts(record, record.told("emergency"), record.told("normal"))
    yield "emergency-over-normal", seen


async def _over_priority(talk: Conversation) -> None:
    await talk.answered(talk.tell("priority", talk.play("p", "priority", length_ms=60_000)))
    await talk.wait(10_000)
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency")))
    await talk.wait(90_000)


def _judge_over_priority(record: Record) -> Iterator[tuple[str, Seen]]:
    seen = sound.cuts(record, record.told("emergency"), record.told("priority"))
    yield "emergency-over-priority", seen


async def _mute_server(talk: Conversation) -> None:
    """The sound is on the device before the server falls silent."""
    play = talk.play("e", "emergency", after_ms=30_000)
    await talk.answered(talk.tell("emergency", play))
    await talk.wait(20_000)
    talk.mute_server()
    await talk.wait(40_000)
    talk.mute_server(False)


def _judge_mute_server(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "emergency-with-mute-server", sound.is_heard(record, record.told("emergency"), 33_000)


async def _after_a_start(talk: Conversation) -> None:
    for number in range(2):
        talk.tell(f"normal {number}", talk.play(f"n{number}", length_ms=60_000))
        await talk.wait(5_000)
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency")))
    await talk.wait(30_000)


def _judge_after_a_start(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "emergency-after-a-start", sound.is_heard(record, record.told("emergency"), SOON_MS)


async def _long(talk: Conversation) -> None:
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency", length_ms=300_000)))
    await talk.wait(320_000)


def _judge_long(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "long-emergency-whole", sound.lasts(record, record.told("emergency"), 300_000)


async def _ends(talk: Conversation) -> None:
    at_ms = 120_000 - talk.now_ms() % 1000
    programme = talk.play("n", length_ms=20_000, after_ms=at_ms)
    await talk.answered(talk.tell("programme", AddSchedule(programme.item, (programme,))))
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency", length_ms=30_000)))
    await talk.wait(180_000)


def _judge_ends(record: Record) -> Iterator[tuple[str, Seen]]:
    emergency = record.told("emergency")
    yield "emergency-ends", sound.lasts(record, emergency, 30_000)
    if record.heard(emergency.item):
        seen = sound.is_heard_between(
            record, record.told("programme"), emergency.at_ms + 60_000, record.end_ms
        )
        yield "programme-after-emergency", seen


async def _afterwards(talk: Conversation) -> None:
    await talk.answered(talk.tell("volume", SetVolume(40)))
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency", length_ms=20_000)))
    await talk.wait(80_000)
    talk.mark("quiet until")
    await talk.answered(talk.tell("normal", talk.play("n")))
    await talk.wait(30_000)


def _judge_afterwards(record: Record) -> Iterator[tuple[str, Seen]]:
    emergency, normal = record.told("emergency"), record.told("normal")
    if not record.heard(emergency.item):
        return
    quiet_ms = emergency.at_ms + 30_000, record.mark("quiet until")
    yield "silence-after-emergency", sound.is_silent_between(record, None, *quiet_ms)
    yield "volume-after-emergency", sound.has_volume(record, normal, 40)


async def _reconnect(talk: Conversation) -> None:
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency", length_ms=120_000)))
    await talk.wait(20_000)
    talk.stop_broker()
    await talk.wait(5_000)
    talk.start_broker()
    await talk.wait(150_000)


def _judge_reconnect(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "emergency-through-reconnect", sound.lasts(record, record.told("emergency"), 120_000)


async def _power_cut(talk: Conversation) -> None:
    play = talk.play("e", "emergency", length_ms=120_000, valid_ms=3_600_000)
    await talk.answered(talk.tell("emergency", play))
    await talk.wait(20_000)
    await talk.cut_power()
    await talk.wait(10_000)
    await talk.restore_power()
    await talk.wait(180_000)


def _judge_power_cut(record: Record) -> Iterator[tuple[str, Seen]]:
    emergency, back_ms = record.told("emergency"), record.earliest_ms("power-on")
    if sound.is_heard_between(
        record, emergency, emergency.at_ms, record.first("power-off").at_ms
    ).ok:
        seen = sound.is_heard_between(record, emergency, back_ms, record.end_ms)
        yield "emergency-through-power-cut", seen


async def _stopped(talk: Conversation) -> None:
    told = talk.tell("emergency", talk.play("e", "emergency", length_ms=120_000))
    await talk.answered(told)
    await talk.wait(20_000)
    await talk.answered(talk.tell("stop", Stop(None)))
    await talk.wait(60_000)


def _judge_stopped(record: Record) -> Iterator[tuple[str, Seen]]:
    emergency, stop = record.told("emergency"), record.told("stop")
    if sound.is_heard_between(record, emergency, emergency.at_ms, stop.at_ms).ok:
        seen = sound.is_silent_between(record, emergency, stop.at_ms + 5_000, record.end_ms)
        yield "stop-ends-emergency", seen


CASES = (
    Case(
        "emergency-at-once",
        1,
        Text(vi="Bản tin khẩn cấp phát ngay", en="An emergency is heard at once"),
        DEVICES,
        ("emergency-heard", "emergency-latency"),
        _at_once,
        _judge_at_once,
        measures={"emergency-latency": "emergency_t2_t4"},
    ),
    Case(
        "emergency-over-normal",
        1,
        Text(vi="Khẩn cấp ngắt thông thường", en="An emergency cuts a normal bulletin"),
        DEVICES,
        ("emergency-over-normal",),
        _over_normal,
        _judge_over_normal,
    ),
    Case(
        "emergency-over-priority",
        1,
        Text(vi="Khẩn cấp ngắt ưu tiên", en="An emergency cuts a priority bulletin"),
        DEVICES,
        ("emergency-over-priority",),
        _over_priority,
        _judge_over_priority,
    ),
    Case(
        "emergency-with-mute-server",
        1,
        Text(
            vi="Khẩn cấp không chờ máy chủ trả lời",
            en="An emergency does not wait for answers of the server",
        ),
        SPEAKING,
        ("emergency-with-mute-server",),
        _mute_server,
        _judge_mute_server,
        needs=("offline_store",),
    ),
    Case(
        "emergency-after-a-start",
        1,
        Text(vi="Khẩn cấp ngay sau lệnh phát khác", en="An emergency right after other starts"),
        DEVICES,
        ("emergency-after-a-start",),
        _after_a_start,
        _judge_after_a_start,
    ),
    Case(
        "emergency-long",
        1,
        Text(vi="Khẩn cấp dài phát đến hết", en="A long emergency is heard to its end"),
        SPEAKING,
        ("long-emergency-whole",),
        _long,
        _judge_long,
    ),
    Case(
        "emergency-ends",
        1,
        Text(vi="Khẩn cấp kết thúc, lịch tiếp tục", en="An emergency ends, the programme goes on"),
        DEVICES,
        ("emergency-ends", "programme-after-emergency"),
        _ends,
        _judge_ends,
        needs=("schedules",),
    ),
    Case(
        "emergency-afterwards",
        1,
        Text(vi="Sau khẩn cấp: im lặng, âm lượng cũ", en="Afterwards: silence, and the old volume"),
        DEVICES,
        ("silence-after-emergency", "volume-after-emergency"),
        _afterwards,
        _judge_afterwards,
    ),
    Case(
        "emergency-through-reconnect",
        1,
        Text(
            vi="Nối lại không làm tắt bản tin khẩn cấp",
            en="An emergency goes on while the device connects again",
        ),
        SPEAKING,
        ("emergency-through-reconnect",),
        _reconnect,
        _judge_reconnect,
        permits=("link",),
    ),
    Case(
        "emergency-through-power-cut",
        1,
        Text(
            vi="Mất điện rồi có lại: khẩn cấp phát lại",
            en="After a power cut an emergency is heard again",
        ),
        SPEAKING,
        ("emergency-through-power-cut",),
        _power_cut,
        _judge_power_cut,
        needs=("resumes_after_power",),
        permits=("power",),
    ),
    Case(
        "emergency-stopped",
        1,
        Text(vi="Dừng được bản tin khẩn cấp", en="An emergency can be stopped"),
        DEVICES,
        ("stop-ends-emergency",),
        _stopped,
        _judge_stopped,
    ),
)
