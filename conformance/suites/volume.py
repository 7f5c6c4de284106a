"""The volume: obeyed, told, and never beyond its range."""

import json
from collections.abc import Iterator

from conformance.case import DEVICES, Case, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import SetVolume

PERCENT = 35
BEYOND = ("150", "-5", "101")


async def _obeyed(talk: Conversation) -> None:
    await talk.answered(talk.tell("volume", SetVolume(PERCENT)))
    await talk.answered(talk.tell("normal", talk.play("n")))
    await talk.wait(150_000)


def _judge_obeyed(record: Record) -> Iterator[tuple[str, Seen]]:
    heard = sound.has_volume(record, record.told("normal"), PERCENT)
    told_ms = record.told("volume").at_ms
    shown = [each for each in record.of("status") if each.at_ms > told_ms + 1_000]
    if heard.ok is False or not shown:
        yield "volume-obeyed", Seen(heard.ok and None, heard.says)
        return
    wrong = {each.detail["volume"] for each in shown} - {PERCENT}
    says = Text(
        vi=f"báo {sorted(wrong) or PERCENT}, đặt {PERCENT}",
        en=f"tells {sorted(wrong) or PERCENT}, set to {PERCENT}",
    )
    yield "volume-obeyed", Seen(not wrong, says)


async def _range(talk: Conversation) -> None:
    await talk.answered(talk.tell("volume", SetVolume(PERCENT)))
    sample = talk.record.first("told", "volume").detail["payload"]
    for number, beyond in enumerate(BEYOND):
        command = json.loads(sample)
        command["Id"] = f"{command['Id']}-beyond-{number}"
        command["DieuKhienThietBi"]["ThamSo"] = beyond
        talk.raw(f"volume {beyond}", json.dumps(command).encode())
        await talk.wait(5_000)
    talk.mark("told")
    await talk.answered(talk.tell("normal", talk.play("n")))
    await talk.wait(150_000)


def _judge_range(record: Record) -> Iterator[tuple[str, Seen]]:
    """Beyond the range it is refused or ignored, and the last good volume stays."""
    since_ms = record.mark("told")
    shown = {e.detail["volume"] for e in record.of("status") if e.at_ms > since_ms}
    stretches = record.heard(record.told("normal").item)
    heard = {each.volume for each in stretches if each.volume is not None}
    if not shown and not heard:
        return
    wrong = sorted((shown | heard) - {PERCENT})
    says = Text(
        vi=f"âm lượng sau đó: {wrong or PERCENT}", en=f"volume afterwards: {wrong or PERCENT}"
    )
    yield "volume-range", Seen(not wrong, says)


CASES = (
    Case(
        "volume-obeyed",
        1,
        Text(vi="Âm lượng được đặt và báo đúng", en="The volume is set and told"),
        DEVICES,
        ("volume-obeyed",),
        _obeyed,
        _judge_obeyed,
    ),
    Case(
        "volume-range",
        1,
        Text(vi="Âm lượng ngoài 0-100", en="A volume beyond 0 to 100"),
        DEVICES,
        ("volume-range",),
        _range,
        _judge_range,
        permits=("malformed",),
    ),
)
