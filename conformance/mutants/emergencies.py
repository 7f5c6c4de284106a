"""Faults of emergencies and of the order of classes."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from conformance.mutants.broken import BOARDS, SPEAKING, Broken, is_emergency, mutant
from scenarios.scenario import BulletinClass
from scenarios.units import VIETNAM_TIME
from simulator.dialects.contract import Answer, NotUnderstood, Order, Play, Stop
from simulator.emulator.device import Device
from simulator.emulator.happenings import Began, Effect, Ended, Ordered, PowerLost
from simulator.playout.case import Item

LOST = Order("lost", None, Stop("nothing"))


class Telling(Broken, ABC):
    """A program that looks at each order before it is done."""

    def _obey(self, at_ms: int, topic: str, part: bytes) -> None:
        try:
            order = self._around.dialect.order(self.member.name, topic, part)
        except NotUnderstood:
            super()._obey(at_ms, topic, part)
            return
        if self.wants(order, at_ms):
            super()._obey(at_ms, topic, part)

    @abstractmethod
    def wants(self, order: Order, at_ms: int) -> bool:
        """Whether the order is done."""

    def acknowledge(self, order: Order, at_ms: int) -> bool:
        """Say yes, and do nothing."""
        self._do([Answer(order.id, at_ms)])
        return False


@mutant("F01", *SPEAKING)
class SilencedByReconnect(Broken):
    """Every connect stops what is heard."""

    async def connect(self) -> None:
        """Connect, and then clean up as at the first time."""
        await super().connect()
        stop = Ordered(Order(f"connect {self._around.clock()}", None, Stop(None)))
        self.quietly(self.device.moment(self._around.clock(), [stop]), Answer)


class _Endless(Device):
    __slots__ = ()

    def _as_played(self, play: Play, now_ms: int) -> Item:
        item = super()._as_played(play, now_ms)
        if play.bulletin_class == "emergency":
            item = replace(item, duration=item.duration * 1_000)
        return item


@mutant("F02")
class NeverEnds(Broken):
    """The second at which an emergency ends is missed."""

    device_kind = _Endless


class _Forgetful(Device):
    __slots__ = ()

    def _happen(self, happening: Any, now_ms: int, effects: list[Effect]) -> None:
        if isinstance(happening, PowerLost):
            for item, play in self._plays.items():
                if play.bulletin_class == "emergency":
                    self._withdraw(item, now_ms)
        super()._happen(happening, now_ms, effects)


@mutant("F03", "ip-speaker")
class ForgetsByReboot(Broken):
    """An emergency is kept in memory alone."""

    device_kind = _Forgetful


@mutant("F04", *SPEAKING)
class LogFirst(Telling):
    """An emergency waits for two answers of the server and a self-test."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """After four seconds and two round trips."""
        if is_emergency(order):
            self.after(4.2, self._late, order)
            return False
        return True

    def _late(self, order: Order) -> None:
        self._do(self.device.moment(self._around.clock(), [Ordered(order)]))
        self._wake_later()


@mutant("F05", *SPEAKING)
class LoginFirst(Broken):
    """An emergency is not heard before the server has answered, however long that takes."""

    def _do_one(self, effect: Effect) -> None:
        if isinstance(effect, Began) and effect.play.bulletin_class == "emergency":
            asked = self._around.sound("http://127.0.0.1:9/login")
            asked.add_done_callback(lambda done: self._logged_in(effect, done))
        else:
            super()._do_one(effect)

    def _logged_in(self, began: Began, done: "asyncio.Task[Any]") -> None:
        if not done.cancelled():
            done.exception()
            super()._do_one(replace(began, at_ms=self._around.clock()))


@mutant("F06")
class DeafWhileUpdating(Telling):
    """During an update every start is dropped."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """Everything but those."""
        return not (isinstance(order.action, Play) and self.is_updating)


@mutant("F06", word="night")
class UpdatesAtNight(Telling):
    """It updates itself from 03:00 to 03:10, and drops every start meanwhile."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """Nothing is begun during the update."""
        now = datetime.fromtimestamp(at_ms / 1000, VIETNAM_TIME)
        return not (isinstance(order.action, Play) and now.hour == 3 and now.minute < 10)


class Resting(Telling):
    """A device that rests when nothing was heard for twenty minutes."""

    def __init__(self, *given: Any) -> None:
        """Awake."""
        super().__init__(*given)
        self._used_ms = self._around.clock()

    def wants(self, order: Order, at_ms: int) -> bool:
        """At rest, a start is not what it should be."""
        if not isinstance(order.action, Play):
            return True
        rests = at_ms - self._used_ms > 1_200_000
        self._used_ms = at_ms
        return not rests or self.at_rest(order, at_ms)

    @abstractmethod
    def at_rest(self, order: Order, at_ms: int) -> bool:
        """Whether a start is done."""


@mutant("F07")
class DeafInNoMode(Resting):
    """In the mode of no operation a start is dropped."""

    def at_rest(self, order: Order, at_ms: int) -> bool:
        """Dropped."""
        return False


@mutant("F20")
class LostInStandby(Resting):
    """In standby a start is acknowledged, and vanishes."""

    def at_rest(self, order: Order, at_ms: int) -> bool:
        """Acknowledged."""
        return self.acknowledge(order, at_ms)


@mutant("F08")
class DeafAfterStart(Telling):
    """For thirty seconds after a start every other is ignored."""

    def __init__(self, *given: Any) -> None:
        """Nothing was started."""
        super().__init__(*given)
        self._deaf_until_ms = 0

    def wants(self, order: Order, at_ms: int) -> bool:
        """The first of them alone."""
        if not isinstance(order.action, Play):
            return True
        if at_ms < self._deaf_until_ms:
            return self.acknowledge(order, at_ms)
        self._deaf_until_ms = at_ms + 30_000
        return True


@mutant("F09")
class CannotBeStopped(Telling):
    """While an emergency is heard, a stop is refused."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """Every order but that."""
        playing = self.device.status(at_ms, "").playing
        is_on = playing is not None and playing.bulletin_class == "emergency"
        if isinstance(order.action, Stop) and is_on:
            self._do([Answer(order.id, at_ms, "not while it is urgent")])
            return False
        return True


_TURNED: Mapping[BulletinClass, BulletinClass] = {
    "emergency": "normal",
    "priority": "priority",
    "normal": "emergency",
}


class _UpsideDown(Device):
    __slots__ = ()

    def _as_played(self, play: Play, now_ms: int) -> Item:
        item = super()._as_played(play, now_ms)
        turned = _TURNED[play.bulletin_class]
        return replace(item, bulletin_class=turned, severity=0)


@mutant("F10")
class ReversedPriorities(Broken):
    """The smaller number counts for the less urgent."""

    device_kind = _UpsideDown


@mutant("F12", *BOARDS)
class StreamBlocks(Telling):
    """While a live stream is shown, nothing else begins."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """Not over a stream."""
        playing = self.device.status(at_ms, "").playing
        if isinstance(order.action, Play) and playing is not None and playing.kind == "live":
            return self.acknowledge(order, at_ms)
        return True


@mutant("F13", *BOARDS)
class TakesTurns(Broken):
    """An emergency is shown in turns with what was there before."""

    def _do_one(self, effect: Effect) -> None:
        super()._do_one(effect)
        if isinstance(effect, Began) and effect.play.bulletin_class == "emergency":
            for turn in range(1, 4):
                self.after(turn * 10.0, self._turn, effect, turn)

    def _turn(self, began: Began, turn: int) -> None:
        playing = self.device.status(self._around.clock(), "").playing
        if playing is not None and playing.item == began.play.item:
            self._around.tell(self, "ended" if turn % 2 else "began", item=began.play.item)


@mutant("F14", *BOARDS)
class OverlayStays(Broken):
    """What was shown stays on top of the emergency for a while."""

    def _do_one(self, effect: Effect) -> None:
        if isinstance(effect, Ended) and effect.segment.reason == "preempted":
            late_ms = effect.segment.end + 20_000
            self.after(
                20.0, super()._do_one, replace(effect, segment=replace(effect.segment, end=late_ms))
            )
        else:
            super()._do_one(effect)


class _Patient(Device):
    __slots__ = ()

    def _as_played(self, play: Play, now_ms: int) -> Item:
        item = super()._as_played(play, now_ms)
        return replace(item, bulletin_class="normal", severity=0, order=-1)


@mutant("F15")
class WaitsForItsTurn(Broken):
    """Nothing cuts what is heard."""

    device_kind = _Patient


@mutant("F16", *BOARDS)
class PollsOnceAnHour(Telling):
    """It acknowledges at once, and acts when it next looks."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """At the next full hour."""
        if not isinstance(order.action, Play):
            return True
        self.after((3_600_000 - at_ms % 3_600_000) / 1000, self._late, order)
        return self.acknowledge(order, at_ms)

    def _late(self, order: Order) -> None:
        self.quietly(self.device.moment(self._around.clock(), [Ordered(order)]), Answer)
        self._wake_later()


@mutant("F17", *SPEAKING)
class JoinsAStream(Broken):
    """An emergency is heard when the burst of old audio is over."""

    def _do_one(self, effect: Effect) -> None:
        if isinstance(effect, Began) and effect.play.bulletin_class == "emergency":
            late = replace(effect, at_ms=effect.at_ms + 7_800)
            self.after(7.8, super()._do_one, late)
        else:
            super()._do_one(effect)


@mutant("F18")
class AsksForAButton(Telling):
    """It acknowledges an emergency, and waits for somebody to press a button."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """Nobody does."""
        return self.acknowledge(order, at_ms) if is_emergency(order) else True


@mutant("F21", word="resume")
class ResumesNothing(Broken):
    """After an emergency it plays what was heard last, though nothing was on."""

    def _do_one(self, effect: Effect) -> None:
        super()._do_one(effect)
        if isinstance(effect, Ended) and effect.play.bulletin_class == "emergency":
            item = effect.play.item
            self.after(15.0, lambda: self._around.tell(self, "began", item=f"{item}-again"))
            self.after(25.0, lambda: self._around.tell(self, "ended", item=f"{item}-again"))


@mutant("F21", word="volume")
class StaysLoud(Broken):
    """The volume of an emergency stays."""

    def _do_one(self, effect: Effect) -> None:
        if isinstance(effect, Began) and effect.play.bulletin_class == "emergency":
            self.device.volume = 100
        super()._do_one(effect)


@mutant("F22", *SPEAKING)
class StopsUnfed(Broken):
    """Sound ends after 85 s without a message that keeps it alive."""

    def _do_one(self, effect: Effect) -> None:
        super()._do_one(effect)
        if isinstance(effect, Began):
            self.after(85.0, self._stop, effect.play.item)

    def _stop(self, item: str) -> None:
        stop = Ordered(Order(f"unfed-{item}", None, Stop(item)))
        self.quietly(self.device.moment(self._around.clock(), [stop]), Answer)
        self._wake_later()
