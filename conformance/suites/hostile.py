"""Bad and hostile messages: refused or ignored, and the device lives on.

After each of them the device is asked for a sign of life, and its outcome is put in one of four
words: rejected, ignored, died and recovered, dead. To a dead device nothing more is said.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.case import DEVICES, Case, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import SetVolume

DEEP = 20_000
OVERSIZED = 300_000
RECOVERY_MS = 180_000
POLL_MS = 200

MALFORMED: Mapping[str, bytes] = {
    "nothing": b"",
    "a brace": b"{",
    "null": b"null",
    "a list": b"[]",
    "no text": b"\xff\xfe\x00\x80",
    "a nul byte": b'{"Id": "\x00"}',
    "deep": b"[" * DEEP,
    "half a command": b'{"Id": "half", "NguonID": "H24", "ThoiDiemGui": 17',
    "a number too large": b'{"Id": "n", "ThoiDiemGui": 1e999}',
    "an empty object": b"{}",
    "a format string": b'{"Id": "%s%n{0}", "NguonID": "${jndi:x}"}',
}

FRAMES: Mapping[str, bytes] = {
    "nothing but a reset": b"",
    "half a publish": b"\x32\xc8\x01\x00\x04half",
    "a length without end": b"\x30\xff\xff\xff\xff\xff\xff\xff\x7f",
    "a forbidden kind of packet": b"\x00\x00\xf0\x00",
    "a topic longer than its packet": b"\x30\x04\xff\xff\x41\x42",
    "a publish of quality 3": b"\x36\x08\x00\x03a/b\x00\x01x",
    "a second greeting": b"\x20\x02\x00\x00",
}
"""What no broker says in the midst of MQTT 3.1.1; after each the connection is reset."""


async def _malformed(talk: Conversation) -> None:
    for name, payload in MALFORMED.items():
        if not await _survives(talk, name, payload):
            return


async def _survives(talk: Conversation, name: str, payload: bytes) -> bool:
    """Say it, and see whether the device lives; where it does not, whether it recovers."""
    talk.raw(name, payload)
    await talk.wait(1_000)
    if await talk.lives(f"after {name}"):
        return True
    await talk.wait(RECOVERY_MS)
    return await talk.lives(f"recovered after {name}")


def outcome(record: Record, name: str) -> tuple[str, str]:
    """What became of the device after a hostile message, in Vietnamese and English."""
    raw = record.first("raw", name)
    alive = record.told(f"after {name}")
    if record.answers(alive.order):
        between = [e for e in record.of("answer") if raw.at_ms <= e.at_ms < alive.at_ms]
        refused = any(each.detail["refusal"] for each in between)
        return ("từ chối", "rejected") if refused else ("bỏ qua", "ignored")
    again = record.told(f"recovered after {name}")
    if answers := record.answers(again.order):
        seconds = (answers[0].at_ms - raw.at_ms) // 1000
        return f"chết, hồi phục sau {seconds} s", f"died, recovered in {seconds} s"
    return "chết", "dead"


def _lives_on(record: Record, names: Sequence[str]) -> Seen:
    """After all of them; those that were not said count only where it died before."""
    said = {each.detail["name"] for each in record.of("raw")}
    found = {name: outcome(record, name) for name in names if name in said}
    fine = {"rejected", "ignored"}
    dead = {name: told for name, told in found.items() if told[1] not in fine}
    shown = dead or {name: outcome(record, name) for name in names}
    return Seen(
        not dead,
        Text(
            vi="; ".join(f"{name}: {vi}" for name, (vi, _) in shown.items()),
            en="; ".join(f"{name}: {en}" for name, (_, en) in shown.items()),
        ),
    )


def _judge_malformed(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "lives-after-malformed", _lives_on(record, tuple(MALFORMED))


async def _frames(talk: Conversation) -> None:
    """After each the device has to connect anew; then it must answer."""
    for name, data in FRAMES.items():
        returns = sum(1 for _ in talk.record.of("connected"))
        talk.disturb(name, data)
        deadline_ms = talk.now_ms() + RECOVERY_MS
        while sum(1 for _ in talk.record.of("connected")) == returns:
            if talk.now_ms() >= deadline_ms:
                break
            await talk.wait(POLL_MS)
        await talk.wait(1_000)
        if not await talk.lives(f"after {name}"):
            return


def _judge_frames(record: Record) -> Iterator[tuple[str, Seen]]:
    """That it answers after all of them."""
    dead = []
    for name in FRAMES:
        if not record.answers(record.told(f"after {name}").order):
            dead = [name]
            break
    shown = ", ".join(dead)
    says = (
        Text(vi=f"không trả lời nữa sau {shown}", en=f"it no longer answered after {shown}")
        if dead
        else Text(
            vi=f"nối lại và trả lời sau {len(FRAMES)} lần gói MQTT hỏng, kết nối bị ngắt",
            en=f"it connected again and answered after {len(FRAMES)} broken frames and resets",
        )
    )
    yield "lives-after-malformed", Seen(not dead, says)


async def _oversized(talk: Conversation) -> None:
    await _survives(talk, "oversized", b'{"Id": "' + b"x" * OVERSIZED + b'"}')


def _judge_oversized(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "lives-after-oversized", _lives_on(record, ("oversized",))


TYPES: Mapping[str, tuple[str, Any]] = {
    "priority as text": ("MucDoUuTien", "1"),
    "duration as a number": ("ThoiLuong", 10),
    "media as text": ("LoaiBanTin", "3"),
}


async def _types(talk: Conversation) -> None:
    """A good play told three times with one value of another type; then as it should be."""
    play = talk.play("good")
    talk.tell("sample", talk.play("sample", after_ms=3_600_000))
    sample = json.loads(talk.record.first("told", "sample").detail["payload"])
    for name, (field, value) in TYPES.items():
        bad = json.loads(json.dumps(sample))
        bad["Id"] += f"-{field}"
        bad["BanTin"] |= {field: value, "LuotPhatID": f"{play.item}-{field}"}
        bad["BanTin"]["KhongPhatTruocMs"] = talk.now_ms()
        if not await _survives(talk, name, json.dumps(bad).encode()):
            return
    await talk.wait(30_000)
    talk.mark("then")
    await talk.answered(talk.tell("good", play))
    await talk.wait(30_000)


def _judge_types(record: Record) -> Iterator[tuple[str, Seen]]:
    lives = _lives_on(record, tuple(TYPES))
    if not lives.ok:
        yield "wrong-types-refused", lives
    elif record.heard(record.told("good").item):
        first_ms, then_ms = record.first("raw").at_ms, record.mark("then")
        silent = sound.is_silent_between(record, None, first_ms, then_ms)
        yield "wrong-types-refused", lives if silent.ok else silent


async def _replay(talk: Conversation) -> None:
    await talk.answered(talk.tell("loud", SetVolume(90)))
    await talk.answered(talk.tell("quiet", SetVolume(20)))
    await talk.wait(5_000)
    talk.tell_again("loud")
    await talk.wait(7_200_000)
    talk.tell_again("loud")
    await talk.wait(5_000)
    talk.mark("replayed")
    await talk.answered(talk.tell("play", talk.play("p")))
    await talk.wait(150_000)


def _judge_replay(record: Record) -> Iterator[tuple[str, Seen]]:
    since_ms = record.mark("replayed")
    shown = {e.detail["volume"] for e in record.of("status") if e.at_ms > since_ms}
    shown |= {each.volume for each in record.heard(record.told("play").item)} - {None}
    if shown:
        volumes = ", ".join(map(str, sorted(shown)))
        says = Text(
            vi=f"âm lượng {volumes}, đặt sau cùng 20", en=f"volume {volumes}, last set to 20"
        )
        yield "replay-not-done", Seen(shown == {20}, says)


async def _expired(talk: Conversation) -> None:
    talk.tell("expired", talk.play("x", "emergency"), expires_in_ms=-60_000)
    await talk.wait(20_000)
    await talk.answered(talk.tell("valid", talk.play("v", "emergency")))
    await talk.wait(30_000)


def _judge_expired(record: Record) -> Iterator[tuple[str, Seen]]:
    expired = record.told("expired")
    if record.heard(record.told("valid").item):
        seen = sound.is_silent_between(record, expired, expired.at_ms, record.end_ms)
        yield "expired-command-refused", seen


CODES = ("console", "shell", "update")


async def _console(talk: Conversation) -> None:
    words = {"console": "touch x", "MaLenh": "console", "ThamSo": "reboot", "cmd": "id"}
    if not await _survives(talk, "console", json.dumps(words).encode()):
        return
    for code in CODES:
        command = {"Id": code, "DieuKhienThietBi": {"MaLenh": code, "ThamSo": "id; reboot"}}
        if not await _survives(talk, code, json.dumps(command).encode()):
            return
    await talk.wait(120_000)


def _judge_console(record: Record) -> Iterator[tuple[str, Seen]]:
    first_ms = record.first("raw").at_ms
    taken = [
        each
        for each in record.of("answer")
        if each.detail["order"] in CODES and not each.detail["refusal"]
    ]
    gone = [each for each in record.of("disconnected", "booted") if each.at_ms > first_ms]
    talk = [e for e in record.of("said") if "uid=" in e.detail["payload"]]
    if taken or gone or talk:
        says = Text(vi="lệnh máy tính được thực hiện", en="a shell command was taken")
        yield "no-remote-shell", Seen(False, says)
    else:
        yield "no-remote-shell", _lives_on(record, CODES)


CASES = (
    Case(
        "hostile-malformed",
        1,
        Text(vi="Tin nhắn hỏng", en="Malformed messages"),
        DEVICES,
        ("lives-after-malformed",),
        _malformed,
        _judge_malformed,
        permits=("malformed",),
    ),
    Case(
        "hostile-frames",
        1,
        Text(vi="Gói MQTT hỏng, kết nối bị ngắt", en="Broken frames of MQTT, connections reset"),
        DEVICES,
        ("lives-after-malformed",),
        _frames,
        _judge_frames,
        permits=("malformed",),
    ),
    Case(
        "hostile-oversized",
        1,
        Text(vi="Tin nhắn quá lớn", en="An oversized message"),
        DEVICES,
        ("lives-after-oversized",),
        _oversized,
        _judge_oversized,
        permits=("malformed",),
    ),
    Case(
        "hostile-types",
        1,
        Text(vi="Sai kiểu dữ liệu", en="Values of the wrong type"),
        DEVICES,
        ("wrong-types-refused",),
        _types,
        _judge_types,
        permits=("malformed",),
    ),
    Case(
        "hostile-replay",
        1,
        Text(vi="Lệnh cũ gửi lại", en="A replayed command"),
        DEVICES,
        ("replay-not-done",),
        _replay,
        _judge_replay,
        permits=("malformed",),
    ),
    Case(
        "hostile-expired",
        1,
        Text(vi="Lệnh đã hết hạn", en="An expired command"),
        DEVICES,
        ("expired-command-refused",),
        _expired,
        _judge_expired,
    ),
    Case(
        "hostile-console",
        1,
        Text(vi="Lệnh máy tính từ xa", en="A remote shell"),
        DEVICES,
        ("no-remote-shell",),
        _console,
        _judge_console,
        permits=("malformed",),
    ),
)
