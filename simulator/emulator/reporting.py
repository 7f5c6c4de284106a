"""What one device tells while it is connected: its state, what it asks for, and its play log."""

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import Protocol

from simulator.dialects.contract import Dialect, Entry, Outgoing, Status

from .clock import EpochClock
from .device import Device
from .events import Tally, What
from .member import Member
from .outbox import Outbox
from .wires import Wires

REPORT_MS = 60_000
"""How often a device reports whose profile has no keepalive."""

POLL_MS = 20_000
"""How often a device asks for commands whose profile does not poll: as the one speaker does whose
figure is known."""


class Shared(Protocol):
    """What all devices of a process share, as far as reports need it."""

    clock: EpochClock
    dialect: Dialect
    tally: Tally
    seed: int


class Tell(Protocol):
    """Says that something happened at the device."""

    def __call__(self, what: What, at_ms: int | None = None, **detail: object) -> None:
        """Now, if no instant is given."""


class Reporting:
    """A device's reports; nothing is sent before `begin`, and after `end`."""

    __slots__ = ("_around", "_device", "_member", "_outbox", "_poll", "_report", "_tell", "wires")

    def __init__(self, member: Member, device: Device, around: Shared, tell: Tell) -> None:
        """Not connected."""
        self._member, self._device, self._around, self._tell = member, device, around, tell
        self.wires: Wires | None = None
        self._outbox = Outbox()
        self._report: asyncio.TimerHandle | None = None
        self._poll: asyncio.TimerHandle | None = None

    @property
    def unsent(self) -> int:
        """Entries of the play log that the other side has not confirmed."""
        return len(self._outbox)

    def begin(self, wires: Wires) -> None:
        """It is connected: say so, then report and ask in each interval, at instants of its own."""
        self.wires = wires
        dialect, own_ms = self._around.dialect, self._device.by_own_clock(self._around.clock())
        online = dialect.online(self._member.name, own_ms, self._device.boot)
        self.send(online)
        self._tell("connected")
        self.send_log()
        # What has no word for being there shows it by reporting at once.
        self._report_later(0.0 if online is None else self.draw("report"))
        self._poll_later(0.0 if online is None else self.draw("poll"))

    def end(self) -> None:
        """It is connected no more: what was on its way may have been lost."""
        self.wires = None
        self._outbox.recall()
        for timer in (self._report, self._poll):
            if timer is not None:
                timer.cancel()

    def status(self) -> Status:
        """How the device is now."""
        return self._device.status(self._around.clock(), self._member.link.title.en)

    def send(self, outgoing: Outgoing | None) -> int:
        """Send it, if there is something and it is connected; its number."""
        if outgoing is None or self.wires is None:
            return 0
        return self.wires.publish(outgoing)

    def note(self, entry: Entry) -> None:
        """Keep an entry until it is confirmed."""
        self._around.tally.entries += 1
        self._outbox.add(entry)

    def send_log(self) -> None:
        """Send the oldest entries, unless some are on their way; all stay until confirmed."""
        dialect = self._around.dialect
        entries = self._outbox.next(dialect.entries_at_once)
        if self.wires is None or not entries:
            return
        own_ms = self._device.by_own_clock(self._around.clock())
        # A clock that was set back has made entries that are still to come.
        sent_ms = max(own_ms, *(entry.ended_ms for entry in entries))
        log = dialect.log(self._member.name, sent_ms, entries)
        if log is None:
            self._outbox.clear()
        else:
            self._outbox.sent(len(entries), self.send(log))

    def confirmed(self, number: int) -> None:
        """The other side has what was sent under the number."""
        if entries := self._outbox.ended(number, gone=True):
            self._around.tally.confirmed += entries
            self._tell("logged", entries=entries)
            self.send_log()

    def failed(self, number: int, why: str, again: bool) -> None:
        """It was not taken: log entries wait for the next report, or are given up."""
        self._tell("not-taken", why=why)
        if self._outbox.ended(number, gone=not again) and not again:
            self.send_log()

    def draw(self, purpose: str) -> float:
        """From 0 to 1, of this device and purpose: the same in every run."""
        words = f"{self._around.seed} {self._member.name} {purpose}".encode()
        return int.from_bytes(sha256(words).digest()[:4]) / 2**32

    def _report_later(self, part: float = 1.0) -> None:
        interval_ms = self._member.profile.keepalive_ms or REPORT_MS
        self._report = _later(self._report, part * interval_ms, self._report_now)

    def _report_now(self) -> None:
        self.send(self._around.dialect.status(self._member.name, self.status()))
        self.send_log()
        self._report_later()

    def _poll_later(self, part: float = 1.0) -> None:
        if "http" in self._around.dialect.wires:
            interval_ms = self._member.profile.poll_period_ms or POLL_MS
            self._poll = _later(self._poll, part * interval_ms, self._poll_now)

    def _poll_now(self) -> None:
        self.send(self._around.dialect.poll(self._member.name, self.status()))
        self._poll_later()


def _later(
    before: asyncio.TimerHandle | None, wait_ms: float, act: Callable[[], None]
) -> asyncio.TimerHandle:
    if before is not None:
        before.cancel()
    return asyncio.get_running_loop().call_later(wait_ms / 1000, act)
