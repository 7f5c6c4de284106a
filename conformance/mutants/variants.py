"""Devices of another style that conform, and three that conform to nothing."""

from dataclasses import replace
from typing import Any

from conformance.bench.emulated import Make
from conformance.mutants.broken import Broken
from conformance.mutants.emergencies import Telling
from simulator.dialects.contract import Answer, Entry, Order, Play, Restart
from simulator.emulator.happenings import Effect, Ordered
from simulator.emulator.member import Member
from simulator.emulator.program import Program, Surroundings


class ThinksFirst(Broken):
    """Its answers take a second, within what is allowed."""

    def _do_one(self, effect: Effect) -> None:
        if isinstance(effect, Answer):
            self.after(1.0, super()._do_one, effect)
        else:
            super()._do_one(effect)


class AmplifierFirst(Broken):
    """It is heard a second later: the amplifier warms up."""

    def __init__(self, member: Member, number: int, around: Surroundings) -> None:
        """With a longer start delay."""
        super().__init__(_with(member, start_delay_ms=1_200), number, around)


class BacksOffMore(Broken):
    """It waits longer before it connects again."""

    def _wait_s(self) -> float:
        return min(50.0, super()._wait_s() + 5.0)


class UpdatesAndRestarts(Broken):
    """It goes on working during an update, and restarts at its end."""

    def _updated(self) -> None:
        super()._updated()
        restart = Ordered(Order(f"updated {self._around.clock()}", None, Restart()))
        self.quietly(self.device.moment(self._around.clock(), [restart]), Answer)
        self._wake_later()


class UpdatesAlone(Broken):
    """It does nothing else during an update, and is not there."""

    def update(self, length_ms: int) -> None:
        """As without power."""
        super().update(length_ms)
        self.cut_power()

    def _updated(self) -> None:
        super()._updated()
        self.restore_power()


class Chatty(Broken):
    """It says everything that it may say, and answers twice as it forgets having said so: once."""

    async def connect(self) -> None:
        """Connect, and report at once."""
        await super().connect()
        self._reporting.send(
            self._around.dialect.status(self.member.name, self._reporting.status())
        )


def _with(member: Member, **changed: Any) -> Member:
    return replace(member, profile=replace(member.profile, **changed))


def _of(**changed: Any) -> Make:
    return lambda member, around: Program(_with(member, **changed), 0, around)


VARIANTS: dict[str, Make] = {
    "answers-after-thinking": lambda member, around: ThinksFirst(member, 0, around),
    "amplifier-warms-up": lambda member, around: AmplifierFirst(member, 0, around),
    "waits-longer": lambda member, around: BacksOffMore(member, 0, around),
    "chatty": lambda member, around: Chatty(member, 0, around),
    "begins-again-after-a-cut": _of(after_cut="restart"),
    "drops-what-was-cut": _of(after_cut="drop"),
    "begins-again-after-power": _of(power_recovery="restart"),
    "priority-cuts-normal": _of(priority_cuts=True),
    "priority-waits-for-normal": _of(priority_cuts=False),
    "updates-and-restarts": lambda member, around: UpdatesAndRestarts(member, 0, around),
    "updates-alone": lambda member, around: UpdatesAlone(member, 0, around),
    "boots-slowly": _of(boot_ms=30_000),
    "short-keepalive": _of(keepalive_ms=20_000),
}
"""Each is right, in its own way."""


class DoesNothing(Program):
    """It connects, and that is all."""

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """Nothing."""


class AlwaysAcknowledges(Telling):
    """It says yes to everything, and does nothing."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """Nothing is done."""
        return self.acknowledge(order, at_ms)


class LogsOnly(AlwaysAcknowledges):
    """It says yes, and writes into its log what should have been heard."""

    def wants(self, order: Order, at_ms: int) -> bool:
        """The log alone is done."""
        self.acknowledge(order, at_ms)
        if isinstance(play := order.action, Play):
            until_ms = at_ms + play.duration_ms
            entry = Entry("b0", len(order.id), play, at_ms, until_ms, "played", "", 80)
            self.after(play.duration_ms / 1000, self._written, entry)
        return False

    def _written(self, entry: Entry) -> None:
        self._reporting.note(entry)
        self._reporting.send_log()


NOTHINGS: dict[str, Make] = {
    "does-nothing": lambda member, around: DoesNothing(member, 0, around),
    "always-acknowledges": lambda member, around: AlwaysAcknowledges(member, 0, around),
    "logs-only": lambda member, around: LogsOnly(member, 0, around),
}
"""What conforms to no clause at all that something must be done for."""
