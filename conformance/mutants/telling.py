"""Faults of what a device says of itself and takes for said: time, state, log, commands."""

import json
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from conformance.mutants.broken import SPEAKING, Broken, Lying, mutant
from conformance.mutants.emergencies import Telling
from reference_system.interface.wire_types import clock_text
from simulator.dialects.contract import (
    Answer,
    Entry,
    Message,
    NotUnderstood,
    Order,
    SetVolume,
)
from simulator.dialects.reference import Reference
from simulator.emulator.device import Device
from simulator.emulator.happenings import Effect, Fetch

UTC_PLUS_7_MS = 25_200_000


class _ByLocalTime(Reference):
    def answer(self, device: str, answer: Answer) -> Message:
        return super().answer(device, replace(answer, at_ms=answer.at_ms + UTC_PLUS_7_MS))

    def status(self, device: str, status: Any) -> Message:
        return super().status(device, replace(status, at_ms=status.at_ms + UTC_PLUS_7_MS))

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Message:
        late = tuple(
            replace(e, started_ms=e.started_ms + UTC_PLUS_7_MS, ended_ms=e.ended_ms + UTC_PLUS_7_MS)
            for e in entries
        )
        return super().log(device, sent_ms + UTC_PLUS_7_MS, late)


@mutant("F45")
class LocalTimeAsUtc(Broken):
    """Local time, written as if it were UTC."""

    dialect_kind = _ByLocalTime


class _InMilliseconds(Lying):
    def change(self, kind: str, message: Message) -> Message:
        words = json.loads(message.payload)
        words["ThoiDiem"] *= 1_000
        return replace(message, payload=json.dumps(words).encode())


@mutant("F46")
class MillisecondsForSeconds(Broken):
    """Milliseconds where seconds should be."""

    dialect_kind = _InMilliseconds


@mutant("F67", *SPEAKING)
class LogsBeforeItSounds(Broken):
    """The log says played as soon as a play is told."""

    def _do_one(self, effect: Effect) -> None:
        super()._do_one(effect)
        if isinstance(effect, Fetch):
            now_ms, play = self._around.clock(), effect.play
            self._reporting.note(Entry(
                f"early-{play.item}"[:60], 0, play, now_ms - play.duration_ms, now_ms,
                "played", "", 80,
            ))  # fmt: skip
            self._reporting.send_log()


@mutant("F68")
class LogsOnlineOnly(Broken):
    """What it plays while it is away is not in the log."""

    def _do_one(self, effect: Effect) -> None:
        if self.is_connected or not isinstance(effect, Entry):
            super()._do_one(effect)


class _StampedWhenSent(Reference):
    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Message:
        now = tuple(
            replace(e, started_ms=sent_ms - (e.ended_ms - e.started_ms), ended_ms=sent_ms)
            for e in entries
        )
        return super().log(device, sent_ms, now)


@mutant("F69", word="times")
class LogsWithTheTimeOfSending(Broken):
    """Entries that were kept carry the time at which they are sent."""

    dialect_kind = _StampedWhenSent


@mutant("F69", word="twice")
class LogsTwice(Broken):
    """After each reconnect the last entries are sent again, as new ones."""

    def __init__(self, *given: Any) -> None:
        """Nothing to send again."""
        super().__init__(*given)
        self._written: list[Entry] = []
        self._again = count(10_000)

    def _do_one(self, effect: Effect) -> None:
        super()._do_one(effect)
        if isinstance(effect, Entry):
            self._written.append(effect)

    async def connect(self) -> None:
        """Connect, and send what was sent."""
        await super().connect()
        for entry in self._written[-4:]:
            self._reporting.note(replace(entry, sequence=next(self._again)))
        self._reporting.send_log()


class _Clamping(Reference):
    def status(self, device: str, status: Any) -> Message:
        return super().status(device, replace(status, volume=max(0, min(100, status.volume))))

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Message:
        clamped = tuple(replace(e, volume=max(0, min(100, e.volume))) for e in entries)
        return super().log(device, sent_ms, clamped)


@mutant("F71")
class AnyVolume(Broken):
    """The range of the volume is not looked at."""

    dialect_kind = _Clamping

    def _obey(self, at_ms: int, topic: str, part: bytes) -> None:
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            self.device.volume = int(json.loads(part)["DieuKhienThietBi"]["ThamSo"])
        super()._obey(at_ms, topic, part)


@mutant("F71", word="deaf")
class NoVolume(Telling):
    """The volume is acknowledged and stays."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """All but the volume."""
        return self.acknowledge(order, at_ms) if isinstance(order.action, SetVolume) else True


class _NumbersForText(Lying):
    def change(self, kind: str, message: Message) -> Message:
        words = json.loads(message.payload)
        words["AmLuong"] = int(words["AmLuong"])
        return replace(message, payload=json.dumps(words).encode())


@mutant("F72")
class NumbersForText(Broken):
    """The volume is told as a number where the wire has text."""

    dialect_kind = _NumbersForText


@mutant("F73")
class GuessesTypes(Broken):
    """What has another type is taken for what it may have meant."""

    def _obey(self, at_ms: int, topic: str, part: bytes) -> None:
        try:
            self._around.dialect.order(self.member.name, topic, part)
        except NotUnderstood:
            part = _guessed(part)
        super()._obey(at_ms, topic, part)


def _guessed(part: bytes) -> bytes:
    try:
        words = json.loads(part)
        play = words["BanTin"]
        play["MucDoUuTien"], play["LoaiBanTin"] = int(play["MucDoUuTien"]), int(play["LoaiBanTin"])
        if isinstance(play["ThoiLuong"], int):
            play["ThoiLuong"] = clock_text(play["ThoiLuong"] * 1_000)
        return json.dumps(words).encode()
    except (ValueError, KeyError, TypeError, RecursionError):
        return part


@mutant("F88")
class RemoteShell(Broken):
    """What comes as a console's command is done."""

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """Whoever says so."""
        if b"reboot" in payload:
            self.cut_power()
            self.after(2.0, self.restore_power)
        else:
            super().take(at_ms, topic, payload)


class _TrustsAnybody(Device):
    __slots__ = ()

    def _answer(self, order: Order, now_ms: int, effects: list[Effect]) -> Answer:
        return super()._answer(replace(order, refusal=None), now_ms, effects)


@mutant("F91")
class TrustsAnybody(Broken):
    """Signatures are not looked at."""

    device_kind = _TrustsAnybody


class _TrustsAnySignature(Device):
    __slots__ = ()

    def _answer(self, order: Order, now_ms: int, effects: list[Effect]) -> Answer:
        is_signed = "unsigned" not in (order.refusal or "unsigned")
        refusal = None if is_signed else order.refusal
        return super()._answer(replace(order, refusal=refusal), now_ms, effects)


@mutant("F91", word="any")
class TrustsAnySignature(Broken):
    """A command must be signed, no matter by whom or whether it was altered."""

    device_kind = _TrustsAnySignature


class _TakesAgain(Device):
    __slots__ = ()

    def _answer(self, order: Order, now_ms: int, effects: list[Effect]) -> Answer:
        self._orders.clear()
        return super()._answer(replace(order, expires_ms=None), now_ms, effects)


@mutant("F92")
class TakesReplays(Broken):
    """Neither the time nor the id of a command is looked at."""

    device_kind = _TakesAgain


@mutant("H05")
class SaysIdle(Broken):
    """Its reports never say that something is heard."""

    class _Idle(Reference):
        def status(self, device: str, status: Any) -> Message:
            return super().status(device, replace(status, playing=None, started_ms=None))

    dialect_kind = _Idle


@mutant("H06")
class ReportsSeldom(Broken):
    """It reports once in five minutes."""

    class _Seldom(Lying):
        def __init__(self) -> None:
            super().__init__()
            self._said = count()

        def status(self, device: str, status: Any) -> Message | None:  # type: ignore[override]  # a wire may say nothing; the right one never does
            return super().status(device, status) if next(self._said) % 5 == 0 else None

    dialect_kind = _Seldom


@mutant("H07")
class AnswersLate(Broken):
    """Its answers take twenty seconds."""

    def _do_one(self, effect: Effect) -> None:
        # The first is to the sign of life: without it nothing would be tried.
        if isinstance(effect, Answer) and not effect.order.endswith("-1"):
            self.after(20.0, super()._do_one, effect)
        else:
            super()._do_one(effect)
