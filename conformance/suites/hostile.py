"""Bad and hostile messages: refused or ignored, and the device lives on.

After each of them the device is asked for a sign of life, and its outcome is put in one of four
words: rejected, ignored, died and recovered, dead.
"""

import json
from collections.abc import Iterator, Mapping

from conformance.case import DEVICES, Case, Seen
from conformance.checks import sound
from conformance.conversation import Conversation
from conformance.record import Record
from scenarios.scenario import Text
from simulator.dialects.contract import SetVolume

DEEP = 20_000
OVERSIZED = 300_000
RECOVERY_MS = 180_000

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


async def _malformed(talk: Conversation) -> None:
    for name, payload in MALFORMED.items():
        await _hostile(talk, name, payload)


async def _hostile(talk: Conversation, name: str, payload: bytes) -> None:
    """Say it, and see whether the device lives; where it does not, whether it recovers."""
    talk.raw(name, payload)
    await talk.wait(1_000)
    if not await talk.lives(f"after {name}"):
        await talk.wait(RECOVERY_MS)
        await talk.lives(f"recovered after {name}")


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


def _lives_on(record: Record, names: Iterator[str]) -> Seen:
    found = {name: outcome(record, name) for name in names}
    fine = {"rejected", "ignored"}
    dead = {name: told for name, told in found.items() if told[1] not in fine}
    shown = dead or found
    return Seen(
        not dead,
        Text(
            vi="; ".join(f"{name}: {vi}" for name, (vi, _) in shown.items()),
            en="; ".join(f"{name}: {en}" for name, (_, en) in shown.items()),
        ),
    )


def _judge_malformed(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "lives-after-malformed", _lives_on(record, iter(MALFORMED))


async def _oversized(talk: Conversation) -> None:
    await _hostile(talk, "oversized", b'{"Id": "' + b"x" * OVERSIZED + b'"}')


def _judge_oversized(record: Record) -> Iterator[tuple[str, Seen]]:
    yield "lives-after-oversized", _lives_on(record, iter(("oversized",)))


async def _types(talk: Conversation) -> None:
    """A good play told three times with one value of another type; then as it should be."""
    play = talk.play("good")
    talk.tell("sample", talk.play("sample", after_ms=3_600_000))
    sample = json.loads(talk.record.first("told", "sample").detail["payload"])
    for name, field, value in (
        ("priority as text", "MucDoUuTien", "1"),
        ("duration as a number", "ThoiLuong", 10),
        ("media as text", "LoaiBanTin", "3"),
    ):
        bad = json.loads(json.dumps(sample))
        bad["Id"] += f"-{field}"
        bad["BanTin"] |= {field: value, "LuotPhatID": f"{play.item}-{field}"}
        bad["BanTin"]["KhongPhatTruocMs"] = talk.now_ms()
        await _hostile(talk, name, json.dumps(bad).encode())
    await talk.wait(30_000)
    talk.mark("then")
    await talk.answered(talk.tell("good", play))
    await talk.wait(30_000)


def _judge_types(record: Record) -> Iterator[tuple[str, Seen]]:
    good, then_ms = record.told("good"), record.mark("then")
    if record.heard(good.item):
        first_ms = record.first("raw").at_ms
        silent = sound.is_silent_between(record, None, first_ms, then_ms)
        names = iter(each.detail["name"] for each in record.of("raw"))
        yield "wrong-types-refused", _lives_on(record, names) if silent.ok else silent


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


async def _console(talk: Conversation) -> None:
    words = {"console": "touch x", "MaLenh": "console", "ThamSo": "reboot", "cmd": "id"}
    await _hostile(talk, "console", json.dumps(words).encode())
    for code in ("console", "shell", "update"):
        command = {"Id": code, "DieuKhienThietBi": {"MaLenh": code, "ThamSo": "id; reboot"}}
        await _hostile(talk, code, json.dumps(command).encode())
    await talk.wait(120_000)


def _judge_console(record: Record) -> Iterator[tuple[str, Seen]]:
    first_ms = record.first("raw").at_ms
    taken = [
        each
        for each in record.of("answer")
        if each.detail["order"] in ("console", "shell", "update") and not each.detail["refusal"]
    ]
    gone = [each for each in record.of("disconnected", "booted") if each.at_ms > first_ms]
    talk = [e for e in record.of("said") if "uid=" in e.detail["payload"]]
    if taken or gone or talk:
        says = Text(vi="lệnh máy tính được thực hiện", en="a shell command was taken")
        yield "no-remote-shell", Seen(False, says)
    else:
        names = iter(each.detail["name"] for each in record.of("raw"))
        yield "no-remote-shell", _lives_on(record, names)


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
