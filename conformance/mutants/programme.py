"""Faults of the programme and of its sounds: what is heard, and when."""

from dataclasses import replace
from itertools import count
from typing import Any

from conformance.mutants.broken import SPEAKING, Broken, mutant
from conformance.mutants.emergencies import Telling
from simulator.dialects.contract import (
    AddSchedule,
    Answer,
    Cancel,
    Order,
    Play,
    Stop,
)
from simulator.emulator.device import Device
from simulator.emulator.happenings import Began, Effect, Ended
from simulator.playout.case import Item


class _OneSchedule(Device):
    __slots__ = ()

    def _obey(self, order: Order, now_ms: int, effects: list[Effect]) -> str | None:
        if isinstance(order.action, AddSchedule):
            for schedule in list(self._schedules):
                self._drop_schedule(schedule, now_ms)
        return super()._obey(order, now_ms, effects)


@mutant("F29")
class ReplacesTheSchedule(Broken):
    """Each schedule takes the place of all others."""

    device_kind = _OneSchedule


class _StopsAll(Device):
    __slots__ = ()

    def _obey(self, order: Order, now_ms: int, effects: list[Effect]) -> str | None:
        if isinstance(order.action, Stop) and order.action.item is None:
            for schedule in list(self._schedules):
                self._drop_schedule(schedule, now_ms)
        return super()._obey(order, now_ms, effects)


@mutant("F30")
class StopErasesSchedule(Broken):
    """A stop erases what is scheduled."""

    device_kind = _StopsAll


@mutant("F48")
class ArmedForGood(Telling):
    """What is due within two minutes can be cancelled no more."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """All but such cancels."""
        if isinstance(order.action, Cancel):
            play = self.device._plays.get(order.action.item)
            if play is not None and 0 < play.not_before_ms - at_ms < 120_000:
                return self.acknowledge(order, at_ms)
        return True


class _NoOrder(Device):
    __slots__ = ()

    def _as_played(self, play: Play, now_ms: int) -> Item:
        return replace(super()._as_played(play, now_ms), order=0)


@mutant("F49")
class NoOrderAmongEquals(Broken):
    """Among equals it plays as they came."""

    device_kind = _NoOrder


class _Overruns(Device):
    __slots__ = ()

    def _as_played(self, play: Play, now_ms: int) -> Item:
        return replace(super()._as_played(play, now_ms), end_by=None)


@mutant("F50")
class Overruns(Broken):
    """It plays beyond the end that it was told."""

    device_kind = _Overruns


@mutant("F51", *SPEAKING)
class PlaysTheOldSound(Broken):
    """The buffer of the last sound is played for the new one."""

    def __init__(self, *given: Any) -> None:
        """The first is right."""
        super().__init__(*given)
        self._last: str | None = None
        self._now: dict[str, str] = {}

    def _do_one(self, effect: Effect) -> None:
        if isinstance(effect, Began):
            own, self._last = effect.play.item, self._last or effect.play.item
            self._now[own], self._last = self._last, own
            self._around.tell(self, "began", effect.at_ms, item=self._now[own])
        elif isinstance(effect, Ended):
            item = self._now.pop(effect.play.item, effect.play.item)
            self._around.tell(self, "ended", effect.segment.end, item=item)
        else:
            super()._do_one(effect)


@mutant("F52", *SPEAKING)
class OverwritesItsCache(Broken):
    """Every second sound was overwritten: silence."""

    def __init__(self, *given: Any) -> None:
        """The first is there."""
        super().__init__(*given)
        self._begun = count()

    def _do_one(self, effect: Effect) -> None:
        if not isinstance(effect, Began) or next(self._begun) % 2 == 0:
            super()._do_one(effect)


class _EverValid(Device):
    __slots__ = ()

    def _as_played(self, play: Play, now_ms: int) -> Item:
        return replace(super()._as_played(play, now_ms), expires=None)


@mutant("F58")
class PlaysTheExpired(Broken):
    """Back after an outage it plays whatever was kept for it."""

    device_kind = _EverValid


@mutant("F79", *SPEAKING)
class OneCodec(Broken):
    """It has Opus alone; everything else is silence."""

    def _do_one(self, effect: Effect) -> None:
        sound = effect.play.sound if isinstance(effect, Began) else None
        if sound is None or sound.url.endswith(".opus"):
            super()._do_one(effect)


@mutant("H08")
class WithdrawsNothing(Broken):
    """A schedule that is withdrawn is heard all the same."""

    def _obey(self, at_ms: int, topic: str, part: bytes) -> None:
        if b"HuyLichPhat" in part:
            order = self._around.dialect.order(self.member.name, topic, part)
            self._do([Answer(order.id, at_ms)])
        else:
            super()._obey(at_ms, topic, part)


@mutant("H09")
class CancelsNothing(Telling):
    """A cancel is acknowledged and nothing more."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """All but cancels."""
        return self.acknowledge(order, at_ms) if isinstance(order.action, Cancel) else True


@mutant("H10")
class TooEarly(Broken):
    """Its clock is three minutes ahead, and what is timed comes as much early."""

    class _Ahead(Device):
        __slots__ = ()

        def _as_played(self, play: Play, now_ms: int) -> Item:
            item = super()._as_played(play, now_ms)
            early_ms = 0 if play.at_once else 20_000
            return replace(item, not_before=item.not_before - early_ms)

    device_kind = _Ahead
