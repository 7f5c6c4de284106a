"""Faults of delivery, connection, power and recovery."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conformance.mutants.broken import Broken, is_emergency, mutant
from conformance.mutants.emergencies import Telling
from scenarios.units import VIETNAM_TIME
from simulator.dialects.contract import Order, Play
from simulator.emulator.connection import Session
from simulator.emulator.device import MOST_PLAYS, Device
from simulator.emulator.happenings import Began, Booted, Effect, Ended, Fetch
from simulator.playout.case import Item


@mutant("F23")
class StartsClean(Broken):
    """Each connect is a new session: what was told meanwhile is lost."""

    def session(self) -> Session:
        """Nothing is kept."""
        return replace(super().session(), clean=True)


class _JoinsAtTheBeginning(Device):
    __slots__ = ()

    def _as_played(self, play: Play, now_ms: int) -> Item:
        item = super()._as_played(play, now_ms)
        return replace(item, not_before=now_ms) if item.kind == "live" else item


@mutant("F47", "ip-speaker")
class JoinsAtTheBeginning(Broken):
    """A relay that has begun without it is played from its beginning, beyond its end."""

    device_kind = _JoinsAtTheBeginning


@mutant("F23", word="boot")
class ForgetsItsSessionWithPower(Broken):
    """The first connect after a start is a new session: what waited for it is lost."""

    def __init__(self, *given: Any) -> None:
        """No start since it was made."""
        super().__init__(*given)
        self._is_fresh = False

    def restore_power(self) -> None:
        """It starts, and knows of nothing."""
        self._is_fresh = True
        super().restore_power()

    def session(self) -> Session:
        """Nothing is kept the first time."""
        return replace(super().session(), clean=self._is_fresh)

    async def connect(self) -> None:
        """Connect, and keep the session from now on."""
        await super().connect()
        self._is_fresh = False


@mutant("F24")
class HandlersPileUp(Broken):
    """Each connect adds one more handler of messages."""

    def __init__(self, *given: Any) -> None:
        """None yet."""
        super().__init__(*given)
        self._handlers = 0

    async def connect(self) -> None:
        """Connect, with one handler more."""
        await super().connect()
        self._handlers += 1

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """Each handler does it."""
        for _ in range(self._handlers):
            super().take(at_ms, topic, payload)


@mutant("F25")
class LosesItsSubscription(Broken):
    """Of each 61 s it hears the first 25 only."""

    def __init__(self, *given: Any) -> None:
        """Subscribed."""
        super().__init__(*given)
        self._since_ms = self._around.clock()

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """Only while it is subscribed."""
        if (at_ms - self._since_ms) % 61_000 < 25_000:
            super().take(at_ms, topic, payload)


@mutant("F26", "ip-speaker")
class RebootsWithoutBroker(Broken):
    """Two minutes without a broker, and it reboots, whatever it could play."""

    def _lost(self, why: str) -> None:
        super()._lost(why)
        self.after(120.0, self._reboot)

    def _reboot(self) -> None:
        if not self.is_connected:
            self.cut_power()
            self.after(2.0, self.restore_power)


@mutant("F27", "ip-speaker")
class RebootsWithoutSound(Broken):
    """Forty-two seconds without the sound that it waits for, and it reboots."""

    def _do_one(self, effect: Effect) -> None:
        super()._do_one(effect)
        if isinstance(effect, Fetch):
            self.after(42.0, self._look, effect.play.item)

    def _look(self, item: str) -> None:
        if self.device.awaits(item):
            self.cut_power()
            self.after(2.0, self.restore_power)


@mutant("F28")
class PlaysTheLastAgain(Broken):
    """After a start it plays what it played last."""

    def __init__(self, *given: Any) -> None:
        """Nothing was played."""
        super().__init__(*given)
        self._last: str | None = None

    def _do_one(self, effect: Effect) -> None:
        super()._do_one(effect)
        if isinstance(effect, Began):
            self._last = effect.play.item
        elif isinstance(effect, Booted) and self._last is not None:
            item = self._last
            self.after(5.0, lambda: self._around.tell(self, "began", item=item))
            self.after(15.0, lambda: self._around.tell(self, "ended", item=item))


@mutant("F31")
class RecoversSlowly(Broken):
    """It tries again when 38 pings have failed."""

    def _wait_s(self) -> float:
        return 760.0 if self._back_off else super()._wait_s()


@mutant("F32")
class WatchdogOfNothing(Broken):
    """After three commands its main loop hangs; the reports go on."""

    def __init__(self, *given: Any) -> None:
        """It works."""
        super().__init__(*given)
        self._taken = 0

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """The first three."""
        self._taken += 1
        if self._taken <= 3:
            super().take(at_ms, topic, payload)


@mutant("F33")
class RestartIsShutdown(Broken):
    """Told to restart, it ends and stays away."""

    def _obey(self, at_ms: int, topic: str, part: bytes) -> None:
        super()._obey(at_ms, topic, part)
        if b"KhoiDongLai" in part:
            self.after(0.1, self.cut_power)


@mutant("F33", word="power")
class StaysOff(Broken):
    """After a power cut it waits for somebody to press a button."""

    def restore_power(self) -> None:
        """Nobody does."""


@mutant("F34", word="none")
class NoLastWill(Broken):
    """Nothing is said when it is lost."""

    def session(self) -> Session:
        """Without a will."""
        return replace(super().session(), will=None)


@mutant("F34", word="not-kept")
class WillNotRetained(Broken):
    """Who comes later does not learn that it is lost."""

    def session(self) -> Session:
        """With a will that nobody keeps."""
        session = super().session()
        assert session.will is not None
        return replace(session, will=replace(session.will, retain=False))


@mutant("F35")
class ReturnsAtOnce(Broken):
    """The same short wait each time."""

    def _wait_s(self) -> float:
        return 0.5


@mutant("F36")
class BacksOffTooLong(Broken):
    """Its waits double to 128 s, and are never short again."""

    def __init__(self, *given: Any) -> None:
        """The first wait is short."""
        super().__init__(*given)
        self._doublings = 0

    def _wait_s(self) -> float:
        wait_s = float(1 << min(self._doublings, 7))
        self._doublings += 1
        return wait_s + self._reporting.draw(f"wait {self._doublings}")


@mutant("F37")
class DoneByTwoPaths(Broken):
    """What came by the broker comes once more by the answer to a ping, and is done again."""

    def _do_one(self, effect: Effect) -> None:
        super()._do_one(effect)
        if isinstance(effect, Ended) and effect.segment.reason == "finished":
            item = effect.play.item
            self.after(5.0, lambda: self._around.tell(self, "began", item=item))
            self.after(8.0, lambda: self._around.tell(self, "ended", item=item))


class _NeedsNetwork(Device):
    __slots__ = ()

    def _settle(self, now_ms: int, together: Any, effects: list[Effect]) -> None:
        was_up = self.is_up
        super()._settle(now_ms, together, effects)
        if self.is_up and not was_up and not self.has_link:
            for item in list(self._plays):
                self._withdraw(item, now_ms)


@mutant("F42", "ip-speaker", "e-board")
class ColdStartNeedsNetwork(Broken):
    """It does not begin to play before it has reached a server."""

    device_kind = _NeedsNetwork


@mutant("F43")
class DiesOfNonsense(Broken):
    """What it cannot read ends it, and nobody starts it again."""

    def __init__(self, *given: Any) -> None:
        """It lives."""
        super().__init__(*given)
        self._dead = False

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """Read it or die."""
        if self._dead:
            return
        try:
            json.loads(payload)["Id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            self._dead = True
            self._fall_silent()
            return
        super().take(at_ms, topic, payload)


@mutant("F43", word="size")
class DiesOfSize(Broken):
    """A message that does not fit ends it."""

    def __init__(self, *given: Any) -> None:
        """It lives."""
        super().__init__(*given)
        self._dead = False

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """Up to 100 kB."""
        self._dead |= len(payload) > 100_000
        if self._dead:
            self._fall_silent()
        else:
            super().take(at_ms, topic, payload)


@mutant("F44")
class RebootsAtNight(Broken):
    """At 02:00, 03:00 and 04:00 it starts anew, and forgets what it was just told."""

    async def connect(self) -> None:
        """Connect, and look at the clock."""
        await super().connect()
        now = datetime.fromtimestamp(self._around.clock() / 1000, VIETNAM_TIME)
        for hour in (2, 3, 4):
            then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
            then += timedelta(days=1) if then <= now else timedelta()
            self.after((then - now).total_seconds(), self._reboot)

    def _reboot(self) -> None:
        self.cut_power()
        self.after(2.0, self.restore_power)


@mutant("F54", "ip-speaker")
class StoresNoSound(Broken):
    """The schedule survives, the sound does not: it streams all."""

    def __init__(self, member: Any, number: int, around: Any) -> None:
        """As a device that stores nothing."""
        profile = replace(member.profile, stores=False)
        super().__init__(replace(member, profile=profile), number, around)


@mutant("H01")
class FullStoreSwallows(Broken):
    """Its store full, it acknowledges what it drops, emergencies too."""

    def _obey(self, at_ms: int, topic: str, part: bytes) -> None:
        is_full = len(self.device._plays) > MOST_PLAYS - 50
        if is_full and (b"BanTin" in part or b"ThemLichPhat" in part):
            return
        super()._obey(at_ms, topic, part)


@mutant("H02", "ip-speaker")
class NoRelay(Telling):
    """A relay is acknowledged and never heard."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """All but relays."""
        if isinstance(order.action, Play) and order.action.kind == "live":
            return self.acknowledge(order, at_ms)
        return True


@mutant("H03")
class ObeysEverybody(Broken):
    """It does what other devices are told."""

    def _obey(self, at_ms: int, topic: str, part: bytes) -> None:
        try:
            words = json.loads(part)
            words["DanhSachThietBi"]["CumLoaID"] = [self.member.name]
        except (ValueError, KeyError, TypeError, RecursionError):
            super()._obey(at_ms, topic, part)
        else:
            super()._obey(at_ms, topic, json.dumps(words).encode())


@mutant("H04")
class MutedByRepetition(Telling):
    """It takes the second emergency of an hour for a repetition, and drops it."""

    def __init__(self, *given: Any) -> None:
        """None yet."""
        super().__init__(*given)
        self._seen_ms: int | None = None

    def wants(self, order: Order, at_ms: int) -> bool:
        """The first."""
        if not is_emergency(order):
            return True
        first = self._seen_ms is None
        self._seen_ms = self._seen_ms or at_ms
        return first or self.acknowledge(order, at_ms)
