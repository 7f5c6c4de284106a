"""One device as a network program: the neutral device, its connection, and what it must not forget.

It has no task of its own while nothing happens: the loop calls it when something arrives, when the
device's next instant comes, and when its report is due.
"""

import asyncio
from functools import partial
from hashlib import sha256
from typing import Protocol

from simulator.dialects.contract import (
    Answer,
    Dialect,
    Entry,
    Message,
    NotUnderstood,
    Order,
    Play,
)

from .clock import EpochClock
from .connection import Connection, Heard, NotConnected, Session
from .device import Device
from .events import Tally, What
from .happenings import (
    Began,
    Booted,
    Effect,
    Ended,
    Fetch,
    Fetched,
    FetchFailed,
    Happening,
    LinkBack,
    LinkLost,
    Ordered,
    PowerBack,
    PowerLost,
)
from .member import Member
from .sounds import Kept, NoSound

REPORT_MS = 60_000
"""How often a device reports whose profile has no keepalive."""

LONGEST_BACK_OFF_MS = 60_000
LONGEST_WAIT_S = 3_600.0


class Surroundings(Protocol):
    """What all programs of a process share."""

    clock: EpochClock
    dialect: Dialect
    tally: Tally
    seed: int

    async def connected(self, number: int, session: Session, heard: Heard) -> Connection:
        """A new connection, when it is this one's turn; raises `NotConnected`."""

    def arrived(self, program: "Program", topic: str, payload: bytes) -> None:
        """A message came; `Program.take` is called with it soon."""

    def sound(self, url: str) -> asyncio.Task[Kept]:
        """The sound at an address; fails with `NoSound`."""

    def decode(self, program: "Program", play: Play, kept: Kept) -> None:
        """Look whether the sound is what was announced, where this device is to do so."""

    def tell(
        self, program: "Program", what: What, at_ms: int | None = None, **detail: object
    ) -> None:
        """Something happened, now if no instant is given."""


class Program:
    """An emulated device; all methods are called on the loop."""

    __slots__ = (
        "_around",
        "_back_off",
        "_connecting",
        "_connection",
        "_ghost",
        "_log_sent",
        "_outbox",
        "_report",
        "_wake",
        "device",
        "member",
        "number",
    )

    def __init__(self, member: Member, number: int, around: Surroundings) -> None:
        """It has booted now, and does not yet connect. `number` is its place in the process."""
        self.member, self.number, self._around = member, number, around
        self.device = Device(member.profile, around.clock(), member.ahead_ms)
        self._connection: Connection | None = None
        self._ghost: Connection | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._back_off = 0
        self._outbox: list[Entry] = []
        self._log_sent: tuple[int, int] | None = None
        self._wake: asyncio.TimerHandle | None = None
        self._report: asyncio.TimerHandle | None = None

    @property
    def is_connected(self) -> bool:
        """Whether it is logged in and subscribed."""
        return self._connection is not None

    @property
    def unsent(self) -> int:
        """Entries of its play log that the broker has not confirmed."""
        return len(self._outbox)

    # ---- Coming and going -----------------------------------------------------------------------

    async def connect(self) -> None:
        """Log in, subscribe, and tell what there is to tell; raises `NotConnected`."""
        name, around = self.member.name, self._around
        heard = Heard(partial(around.arrived, self), self._confirmed, self._lost)
        connection = await around.connected(self.number, self._session(), heard)
        if self._ghost is not None:
            self._ghost.drop()
            self._ghost = None
        if not (self.device.is_up and self.device.has_link):
            connection.silence()
            self._ghost = connection
            return
        self._connection, self._back_off = connection, 0
        own_ms = self.device.by_own_clock(around.clock())
        self._send(around.dialect.online(name, own_ms, self.device.boot))
        around.tell(self, "connected")
        for play in self.device.wanted():
            self._fetch(play)
        self._send_log()
        self._report_later(self._draw("report"))

    def connect_later(self, error: NotConnected | None = None) -> None:
        """Connect after a while, again and again if need be; `error` is why it is not connected."""
        if error is not None:
            self._refused(error)
        if self._connecting is not None:
            self._connecting.cancel()
        self._connecting = asyncio.create_task(self._connect_again())

    def leave(self) -> None:
        """Say farewell, and be nothing but a record from now on."""
        now_ms = self._around.clock()
        for timer in (self._wake, self._report):
            if timer is not None:
                timer.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        self._do(self.device.close(now_ms))
        if self._connection is not None:
            self._send(self._around.dialect.offline(self.member.name, self.device.boot))
            self._connection.close()
        if self._ghost is not None:
            self._ghost.drop()
        self._connection = self._ghost = None

    def tick(self) -> None:
        """Look after the connection's keepalive."""
        if self._connection is not None:
            self._connection.tick()

    def _session(self) -> Session:
        """How it logs in, as it has booted now."""
        name, profile, dialect = self.member.name, self.member.profile, self._around.dialect
        return Session(
            dialect.login(name, self.member.secret),
            dialect.subscriptions(name),
            dialect.offline(name, self.device.boot),
            profile.keepalive_ms // 1000,
            profile.when_unreachable != "queue",
        )

    async def _connect_again(self) -> None:
        while True:
            await asyncio.sleep(self._wait_s())
            try:
                return await self.connect()
            except NotConnected as error:
                self._refused(error)

    def _refused(self, error: NotConnected) -> None:
        self._back_off += 1
        self._around.tell(self, "refused", why=str(error))

    def _wait_s(self) -> float:
        """The profile's delay, longer with each try that failed, and not the same for all."""
        profile = self.member.profile
        wait_ms, spread_ms = profile.reconnect_delay_ms, profile.reconnect_spread_ms
        if self._back_off:
            wait_ms = min(max(1_000, wait_ms) << min(self._back_off, 10), LONGEST_BACK_OFF_MS)
            spread_ms = max(spread_ms, wait_ms // 2)
        return (wait_ms + profile.join_ms + int(self._draw("reconnect") * spread_ms)) / 1000

    def _lost(self, why: str) -> None:
        self._connection, self._log_sent = None, None
        self._around.tell(self, "lost", why=why)
        self.connect_later()

    def _fall_silent(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        if self._connection is not None:
            self._connection.silence()
            if self._ghost is not None:
                self._ghost.drop()
            self._connection, self._ghost = None, self._connection
        self._log_sent = None

    # ---- What happens to it ---------------------------------------------------------------------

    def cut_power(self) -> None:
        """Its mains fail."""
        self._around.tell(self, "power-cut")
        self._fall_silent()
        self.happen(PowerLost())

    def restore_power(self) -> None:
        """Its mains are back; it boots, and then connects."""
        self._around.tell(self, "power-back")
        self.happen(PowerBack())

    def cut_link(self) -> None:
        """Its path to the source system is gone; nobody is told."""
        self._around.tell(self, "link-cut")
        self._fall_silent()
        self.happen(LinkLost())

    def restore_link(self) -> None:
        """The path is there again."""
        self._around.tell(self, "link-back")
        had_link = self.device.has_link
        self.happen(LinkBack())
        if self.device.is_up and not had_link:
            self.connect_later()

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """Do what a message says that arrived then."""
        around = self._around
        try:
            order = around.dialect.order(self.member.name, topic, payload)
        except NotUnderstood as error:
            around.tell(self, "not-understood", at_ms, why=str(error))
            return
        around.tell(self, "ordered", at_ms, order=order.id, action=_name(order))
        self._do(self.device.moment(at_ms, [Ordered(order)]))
        self._wake_later()

    def happen(self, *happenings: Happening) -> None:
        """Let it happen now."""
        self._do(self.device.moment(self._around.clock(), happenings))
        self._wake_later()

    def _wake_later(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        due_ms = self.device.next_ms()
        if due_ms is not None:
            wait_s = max(0.0, (due_ms - self._around.clock()) / 1000)
            loop = asyncio.get_running_loop()
            self._wake = loop.call_later(min(wait_s, LONGEST_WAIT_S), self.happen)

    # ---- What it does ---------------------------------------------------------------------------

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Answer():
                    self._send(self._around.dialect.answer(self.member.name, effect))
                    self._around.tally.answered.add(self.member.name)
                    self._around.tell(self, "answered", order=effect.order, refusal=effect.refusal)
                case Fetch(play):
                    self._fetch(play)
                case Booted(at_ms, boot):
                    self._around.tell(self, "booted", at_ms, boot=boot)
                    if self.device.has_link:
                        self.connect_later()
                case Began(play, at_ms):
                    self._around.tell(self, "began", at_ms, item=play.item)
                    if play.kind == "stream" or not self.member.profile.stores:
                        self._fetch(play)
                case Ended():
                    self._ended(effect)
                case Entry():
                    self._around.tally.entries += 1
                    self._outbox.append(effect)
        if self._outbox:
            self._send_log()

    def _ended(self, ended: Ended) -> None:
        segment = ended.segment
        if segment.end - segment.start > self.member.profile.start_delay_ms:
            self._around.tally.heard.add(self.member.name)
        self._around.tell(
            self,
            "ended",
            segment.end,
            item=segment.item,
            bulletin=ended.play.bulletin,
            start_ms=segment.start,
            end_ms=segment.end,
            offset_ms=segment.offset,
            reason=segment.reason,
        )

    def _send(self, message: Message | None) -> int:
        if message is None or self._connection is None:
            return 0
        return self._connection.publish(message)

    def _send_log(self) -> None:
        """Send the oldest entries, unless some are on their way; all stay until confirmed."""
        if self._connection is None or self._log_sent is not None or not self._outbox:
            return
        dialect = self._around.dialect
        entries = tuple(self._outbox[: dialect.entries_at_once])
        own_ms = self.device.by_own_clock(self._around.clock())
        # A clock that was set back has made entries that are still to come.
        sent_ms = max(own_ms, *(entry.ended_ms for entry in entries))
        mid = self._send(dialect.log(self.member.name, sent_ms, entries))
        self._log_sent = mid, len(entries)

    def _confirmed(self, mid: int) -> None:
        if self._log_sent is None or self._log_sent[0] != mid:
            return
        _, number = self._log_sent
        self._log_sent = None
        del self._outbox[:number]
        self._around.tally.confirmed += number
        self._around.tell(self, "logged", entries=number)
        self._send_log()

    def _report_later(self, part: float = 1.0) -> None:
        """Report when that part of the profile's interval has passed, and then each interval."""
        if self._report is not None:
            self._report.cancel()
        wait_s = part * (self.member.profile.keepalive_ms or REPORT_MS) / 1000
        self._report = asyncio.get_running_loop().call_later(wait_s, self._report_now)

    def _report_now(self) -> None:
        if self._connection is not None:
            link = self.member.link.title.en
            status = self.device.status(self._around.clock(), link)
            self._send(self._around.dialect.status(self.member.name, status))
            self._report_later()

    # ---- Sounds ---------------------------------------------------------------------------------

    def _fetch(self, play: Play) -> None:
        # A broadcast (tiếp âm) comes from elsewhere, which nobody has allowed us to contact.
        if play.sound is not None and play.kind != "live" and self.device.has_link:
            asked = self._around.sound(play.sound.url)
            asked.add_done_callback(partial(self._fetched, play))

    def _fetched(self, play: Play, asked: asyncio.Task[Kept]) -> None:
        if asked.cancelled() or not (self.device.is_up and self.device.has_link):
            return  # it asks again when it is back
        if isinstance(error := asked.exception(), NoSound):
            self._without_sound(play, str(error))
            return
        kept, sound = asked.result(), play.sound
        assert sound is not None, "what has no sound is not fetched"
        if sound.sha256 not in (None, kept.sha256):
            self._without_sound(play, "sha256 differs")
        elif sound.size_bytes not in (None, kept.size_bytes):
            self._without_sound(play, f"{kept.size_bytes} bytes, expected {sound.size_bytes}")
        else:
            self._around.tell(self, "fetched", item=play.item, sha256=kept.sha256)
            if self.device.awaits(play.item):
                self.happen(Fetched(play.item))
            self._around.decode(self, play, kept)

    def _without_sound(self, play: Play, why: str) -> None:
        self._around.tell(self, "fetch-failed", item=play.item, why=why)
        self.happen(FetchFailed(play.item, why))

    def _draw(self, purpose: str) -> float:
        """From 0 to 1, of this device and purpose: the same in every run."""
        words = f"{self._around.seed} {self.member.name} {purpose}".encode()
        return int.from_bytes(sha256(words).digest()[:4]) / 2**32


def _name(order: Order) -> str:
    return type(order.action).__name__
