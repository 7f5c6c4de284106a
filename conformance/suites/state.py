"""State, identity and time: what the device says of itself is true."""

import json
from collections.abc import Iterator
from itertools import pairwise

from conformance.case import DEVICES, Case, Measured, Seen
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text

WATCHED_MS = 600_000
CLOCK_MS = 5_000
"""How far what the device says may be from the bench's clock: a message on its way, a clock in
whole seconds, and what NTP leaves on a mobile network."""


async def _playing(talk: Conversation) -> None:
    await talk.answered(talk.tell("play", talk.play("p", length_ms=240_000)))
    await talk.wait(500_000)


def _judge_playing(record: Record) -> Iterator[tuple[str, Seen]]:
    """Away from the edges, where a report may be on its way."""
    told = record.told("play")
    heard = record.heard(told.item)
    if not heard or heard[0].until_ms is None:
        return
    from_ms, until_ms = heard[0].from_ms + CLOCK_MS, heard[0].until_ms - CLOCK_MS
    while_heard = [e for e in record.of("status") if from_ms < e.at_ms < until_ms]
    after = [e for e in record.of("status") if e.at_ms > until_ms + 2 * CLOCK_MS]
    if not while_heard or not after:
        return
    wrong = [e for e in while_heard if not e.detail["playing"]]
    wrong += [e for e in while_heard if e.detail["item"] not in ("", told.item)]
    wrong += [e for e in after if e.detail["playing"]]
    says = Text(
        vi=f"{len(wrong)} trong {len(while_heard) + len(after)} báo cáo sai",
        en=f"{len(wrong)} of {len(while_heard) + len(after)} reports are wrong",
    )
    yield "state-tells-playing", Seen(not wrong, says)


async def _watched(talk: Conversation) -> None:
    talk.mark("watched")
    await talk.wait(WATCHED_MS)


def _judge_watched(record: Record) -> Iterator[tuple[str, Seen]]:
    since_ms = record.mark("watched")
    instants = [since_ms, *(e.at_ms for e in record.of("status") if e.at_ms > since_ms)]
    instants.append(since_ms + WATCHED_MS)
    gaps_ms = [later - sooner for sooner, later in pairwise(instants)]
    says = Text(
        vi=f"{len(instants) - 2} báo cáo, cách nhau nhiều nhất {max(gaps_ms)} ms",
        en=f"{len(instants) - 2} reports, at most {max(gaps_ms)} ms apart",
    )
    reported = len(instants) > 2
    yield (
        "state-told-regularly",
        Seen(reported, says, Measured("state_interval", (max(gaps_ms),)) if reported else None),
    )


async def _times(talk: Conversation) -> None:
    await talk.answered(talk.tell("play", talk.play("p")))
    await talk.wait(180_000)


def _judge_times(record: Record) -> Iterator[tuple[str, Seen]]:
    """By the bench's clock, of answers and reports as they come, and of the log as it was heard."""
    off_ms = [each.detail["own_ms"] - each.at_ms for each in record.of("answer", "status")]
    for stretch in record.heard(record.told("play").item):
        entries = record.entries(stretch.item)
        off_ms += [each.detail["started_ms"] - stretch.from_ms for each in entries]
    nonsense = [each.detail["why"] for each in record.of("nonsense")]
    if not off_ms and not nonsense:
        return
    wrong_unit = [why for why in nonsense if "since 1970" in why]
    worst = max(off_ms, key=abs, default=0)
    says = Text(vi=f"lệch nhiều nhất {worst} ms", en=f"off by at most {worst} ms")
    if wrong_unit:
        says = Text(vi=wrong_unit[0], en=wrong_unit[0])
    yield "times-in-utc-seconds", Seen(not wrong_unit and abs(worst) <= CLOCK_MS, says)
    read = Text(vi="đọc được mọi tin", en="every message can be read")
    says = Text(vi=nonsense[0], en=nonsense[0]) if nonsense else read
    yield "speaks-as-described", Seen(not nonsense, says)


async def _foreign(talk: Conversation) -> None:
    own = talk.tell("own", talk.play("own"))
    await talk.answered(own)
    await talk.wait(30_000)
    sample = talk.record.first("told", "own")
    command = json.loads(sample.detail["payload"])
    command["Id"] = f"{command['Id']}-foreign"
    command["DanhSachThietBi"] = {"CumLoaID": ["somebody-else"]}
    command["BanTin"]["LuotPhatID"] = f"{own.item}-foreign"
    talk.raw("foreign", json.dumps(command).encode())
    await talk.wait(60_000)


def _judge_foreign(record: Record) -> Iterator[tuple[str, Seen]]:
    own = record.told("own")
    if not record.heard(own.item):
        return
    foreign = f"{own.item}-foreign"
    taken = [
        each
        for each in record.of("answer")
        if each.detail["order"] == f"{own.order}-foreign" and each.detail["refusal"] is None
    ]
    obeyed = bool(record.heard(foreign)) or bool(taken)
    says = (
        Text(vi="thực hiện lệnh của thiết bị khác", en="it obeyed a command to another device")
        if obeyed
        else Text(vi="bỏ qua lệnh của thiết bị khác", en="it ignored a command to another device")
    )
    yield "foreign-command-ignored", Seen(not obeyed, says)
    names = {e.detail["device"] for e in record.of("status", "presence", "entry")}
    shown = ", ".join(sorted(names))
    if names:
        yield "one-name", Seen(len(names) == 1, Text(vi=f"tên: {shown}", en=f"names: {shown}"))


CASES = (
    Case(
        "state-playing",
        1,
        Text(vi="Trạng thái phát báo đúng", en="What is heard is told"),
        DEVICES,
        ("state-tells-playing",),
        _playing,
        _judge_playing,
    ),
    Case(
        "state-regular",
        1,
        Text(vi="Báo trạng thái đều đặn", en="The state is told regularly"),
        DEVICES,
        ("state-told-regularly",),
        _watched,
        _judge_watched,
        measures={"state-told-regularly": "state_interval"},
    ),
    Case(
        "state-times",
        1,
        Text(vi="Thời điểm là giây UTC", en="Instants are seconds of UTC"),
        DEVICES,
        ("times-in-utc-seconds", "speaks-as-described"),
        _times,
        _judge_times,
    ),
    Case(
        "state-foreign",
        1,
        Text(vi="Lệnh của thiết bị khác, tên của chính nó", en="Foreign commands, its own name"),
        DEVICES,
        ("foreign-command-ignored", "one-name"),
        _foreign,
        _judge_foreign,
    ),
)
