"""Power and return: ready again, with what it had stored, at every hour, also after long rest."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from conformance.case import DEVICES, Case, Measured, Seen
from conformance.checks import presence, sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from scenarios.units import VIETNAM_TIME
from simulator.dialects.contract import AddSchedule, Restart

NIGHT_HOURS = (2, 3, 4)
"""When boards are known to start anew."""

REST_MS = 1_800_000


async def _ready(talk: Conversation) -> None:
    await talk.cut_power()
    await talk.wait(20_000)
    await talk.restore_power()
    await talk.wait(120_000)
    await talk.lives("sign of life")


def _judge_ready(record: Record) -> Iterator[tuple[str, Seen]]:
    power_ms, earliest_ms = record.first("power-on").at_ms, record.earliest_ms("power-on")
    connected = [e.at_ms for e in record.of("connected") if e.at_ms >= earliest_ms]
    if not record.answers(record.told("sign of life").order):
        yield "ready-after-power", Seen(False, Text(vi="không trở lại", en="it did not come back"))
        return
    if not connected:  # on a battery, or back before the operator said so
        says = Text(vi="không thấy nối lại", en="it was not seen to connect again")
        yield "ready-after-power", Seen(None, says)
        return
    late_ms = max(0, connected[0] - power_ms)
    says = Text(vi=f"sẵn sàng sau {late_ms} ms", en=f"ready after {late_ms} ms")
    measured = Measured("cold_start", (late_ms,), power_ms - earliest_ms)
    yield "ready-after-power", Seen(True, says, measured)


async def _cold_offline(talk: Conversation) -> None:
    play = talk.play("p", after_ms=300_000 - talk.now_ms() % 1000)
    await talk.answered(talk.tell("schedule", AddSchedule("cold", (play,))))
    talk.expect(play)
    await talk.wait(30_000)
    talk.cut_link()
    await talk.cut_power()
    await talk.wait(20_000)
    await talk.restore_power()
    await talk.wait(360_000)
    talk.restore_link()
    await talk.wait(120_000)


def _judge_cold_offline(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "plays-after-cold-start-offline", sound.all_expected(record, 1)


async def _restart(talk: Conversation) -> None:
    await talk.answered(talk.tell("restart", Restart()))
    talk.mark("told")
    await talk.wait(180_000)
    await talk.lives("sign of life")


def _judge_restart(record: Record) -> Iterator[tuple[str, Seen]]:
    back = presence.answered_once(record, ("sign of life",))
    again = any(each.at_ms > record.mark("told") for each in record.of("session"))
    if back.ok and not again:
        says = Text(vi="không khởi động lại", en="it did not restart")
        yield "restart-comes-back", Seen(False, says)
    else:
        yield "restart-comes-back", Seen(back.ok, back.says)


async def _night(talk: Conversation) -> None:
    for hour in NIGHT_HOURS:
        now = datetime.fromtimestamp(talk.now_ms() / 1000, VIETNAM_TIME)
        then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        if then <= now:
            then += timedelta(days=1)
        await talk.wait_until(int(then.timestamp()) * 1000 + 500)
        await talk.answered(talk.tell(f"emergency {hour}", talk.play(f"e{hour}", "emergency")))
        await talk.wait(60_000)


def _judge_night(record: Record) -> Iterator[tuple[str, Seen]]:
    seen = [sound.is_heard(record, record.told(f"emergency {h}"), 20_000) for h in NIGHT_HOURS]
    yield "emergency-all-night", next((each for each in seen if not each.ok), seen[-1])


async def _rest(talk: Conversation) -> None:
    await talk.wait(REST_MS)
    await talk.answered(talk.tell("emergency", talk.play("e", "emergency")))
    await talk.wait(30_000)


def _judge_rest(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "emergency-from-standby", sound.is_heard(record, record.told("emergency"), 10_000)


CASES = (
    Case(
        "power-ready",
        1,
        Text(vi="Sẵn sàng sau khi có điện", en="Ready after power"),
        DEVICES,
        ("ready-after-power",),
        _ready,
        _judge_ready,
        permits=("power",),
        measures={"ready-after-power": "cold_start"},
    ),
    Case(
        "power-cold-offline",
        1,
        Text(vi="Có điện, không có mạng: vẫn phát lịch", en="Power without a network: it plays"),
        DEVICES,
        ("plays-after-cold-start-offline",),
        _cold_offline,
        _judge_cold_offline,
        needs=("offline_store", "schedules"),
        permits=("power", "link"),
    ),
    Case(
        "power-restart",
        1,
        Text(vi="Khởi động lại theo lệnh", en="A restart by command"),
        DEVICES,
        ("restart-comes-back",),
        _restart,
        _judge_restart,
        needs=("restart",),
    ),
    Case(
        "returns-all-night",
        1,
        Text(vi="Khẩn cấp vào ban đêm", en="Emergencies at night"),
        DEVICES,
        ("emergency-all-night",),
        _night,
        _judge_night,
        permits=("night",),
    ),
    Case(
        "returns-from-standby",
        1,
        Text(vi="Khẩn cấp sau khi nghỉ lâu", en="An emergency after a long rest"),
        DEVICES,
        ("emergency-from-standby",),
        _rest,
        _judge_rest,
    ),
)
