"""One device as a network program: the neutral device, its connection, and what it must not forget.

It has no task of its own while nothing happens: the loop calls it when something arrives, when the
device's next instant comes, and when its report is due.
"""

import asyncio
from functools import partial
from typing import Protocol

from simulator.dialects.contract import (
    Answer,
    Dialect,
    Entry,
    NotUnderstood,
    Order,
    Play,
    Status,
)

from .clock import EpochClock
from .connection import Heard, NotConnected, Session
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
    Restarting,
)
from .member import Member
from .reporting import Reporting
from .sounds import Kept, NoSound
from .wires import Wires

LONGEST_BACK_OFF_MS = 30_000
LONGEST_WAIT_S = 3_600.0


class Surroundings(Protocol):
    """What all programs of a process share."""

    clock: EpochClock
    dialect: Dialect
    tally: Tally
    seed: int

    async def connected(self, program: "Program", heard: Heard) -> Wires:
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
        "_ghost",
        "_reporting",
        "_waits",
        "_wake",
        "device",
        "is_updating",
        "member",
        "number",
    )

    def __init__(self, member: Member, number: int, around: Surroundings) -> None:
        """It has booted now, and does not yet connect. `number` is its place in the process."""
        self.member, self.number, self._around = member, number, around
        self.device = Device(member.profile, around.clock(), member.ahead_ms)
        self._reporting = Reporting(member, self.device, around, partial(around.tell, self))
        self._ghost: Wires | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._back_off = self._waits = 0
        self.is_updating = False
        self._wake: asyncio.TimerHandle | None = None

    @property
    def is_connected(self) -> bool:
        """Whether it is logged in and subscribed."""
        return self._reporting.wires is not None

    @property
    def status(self) -> Status | None:
        """How it is now; None while it is without power, or boots."""
        return self._reporting.status() if self.device.is_up else None

    @property
    def reads(self) -> str:
        """The first topic that it reads, or the path that it asks."""
        name, dialect = self.member.name, self._around.dialect
        for topic, _ in dialect.subscriptions(name):
            return topic
        asked = dialect.poll(name, self._reporting.status())
        return asked.path if asked else ""

    @property
    def unsent(self) -> int:
        """Entries of its play log that the other side has not confirmed."""
        return self._reporting.unsent

    # ---- Coming and going -----------------------------------------------------------------------

    async def connect(self) -> None:
        """Log in, subscribe, and tell what there is to tell; raises `NotConnected`."""
        around, reporting = self._around, self._reporting
        heard = Heard(
            partial(around.arrived, self), reporting.confirmed, self._lost, reporting.failed
        )
        wires = await around.connected(self, heard)
        if self._ghost is not None:
            self._ghost.drop()
            self._ghost = None
        if not (self.device.is_up and self.device.has_link):
            wires.silence()
            self._ghost = wires
            return
        self._back_off = 0
        reporting.begin(wires)
        for play in self.device.wanted():
            self._fetch(play)

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
        if self._wake is not None:
            self._wake.cancel()
        self._do(self.device.close(now_ms))
        self._say_farewell()
        if self._ghost is not None:
            self._ghost.drop()
        self._ghost = None

    def _say_farewell(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        if (wires := self._reporting.wires) is not None:
            offline = self._around.dialect.offline(self.member.name, self.device.boot)
            self._reporting.send(offline)
            wires.close()
            if self._ghost is not None:
                self._ghost.drop()
            self._ghost = wires
        self._reporting.end()

    def tick(self) -> None:
        """Look after the connection's keepalive."""
        if (wires := self._reporting.wires) is not None:
            wires.tick()

    def session(self) -> Session:
        """How it logs in at the broker, as it has booted now."""
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
        """The profile's delay, longer with each try that failed, and never the same twice."""
        profile = self.member.profile
        wait_ms, spread_ms = profile.reconnect_delay_ms, profile.reconnect_spread_ms
        if self._back_off:
            wait_ms = min(max(1_000, wait_ms) << min(self._back_off, 10), LONGEST_BACK_OFF_MS)
            spread_ms = max(spread_ms, wait_ms // 2)
        self._waits += 1
        spread = self._reporting.draw(f"reconnect {self._waits}")
        return (wait_ms + profile.join_ms + int(spread * spread_ms)) / 1000

    def _lost(self, why: str) -> None:
        self._reporting.end()
        self._around.tell(self, "lost", why=why)
        self.connect_later()

    def _fall_silent(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        if (wires := self._reporting.wires) is not None:
            wires.silence()
            if self._ghost is not None:
                self._ghost.drop()
            self._ghost = wires
        self._reporting.end()

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

    def update(self, length_ms: int) -> None:
        """Take new software for so long, and go on working."""
        self.is_updating = True
        asyncio.get_running_loop().call_later(length_ms / 1000, self._updated)

    def _updated(self) -> None:
        self.is_updating = False

    def take(self, at_ms: int, topic: str, payload: bytes) -> None:
        """Do what a message says that arrived then."""
        name, dialect = self.member.name, self._around.dialect
        try:
            for part in dialect.parts(name, topic, payload):
                self._obey(at_ms, topic, part)
        except NotUnderstood as error:
            self._around.tell(self, "not-understood", at_ms, why=str(error))
        self._wake_later()

    def _obey(self, at_ms: int, topic: str, part: bytes) -> None:
        around = self._around
        try:
            order = around.dialect.order(self.member.name, topic, part)
        except NotUnderstood as error:
            around.tell(self, "not-understood", at_ms, why=str(error))
            return
        words = {name: getattr(order.action, name, None) for name in ("item", "text")}
        words |= {"order": order.id, "action": _name(order)}
        around.tell(self, "ordered", at_ms, **words, until_ms=order.until_ms)
        self._do(self.device.moment(at_ms, [Ordered(order)]))

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
        reporting = self._reporting
        for effect in effects:
            self._do_one(effect)
        if any(isinstance(effect, Began | Ended) for effect in effects):
            reporting.send(self._around.dialect.playing(self.member.name, reporting.status()))
        if reporting.unsent:
            reporting.send_log()

    def _do_one(self, effect: Effect) -> None:
        around = self._around
        match effect:
            case Answer():
                self._reporting.send(around.dialect.answer(self.member.name, effect))
                around.tally.answered.add(self.member.name)
                around.tell(self, "answered", order=effect.order, refusal=effect.refusal)
            case Fetch(play):
                self._fetch(play)
            case Restarting():
                around.tell(self, "restarting")
                self._say_farewell()
            case Booted(at_ms, boot):
                around.tell(self, "booted", at_ms, boot=boot)
                if self.device.has_link:
                    self.connect_later()
            case Began(play, at_ms):
                around.tell(self, "began", at_ms, item=play.item)
                if play.kind == "stream" or not self.member.profile.stores:
                    self._fetch(play)
            case Ended():
                self._ended(effect)
            case Entry():
                self._reporting.note(effect)
                around.tell(
                    self,
                    "noted",
                    boot=effect.boot,
                    sequence=effect.sequence,
                    item=effect.play.item,
                    started_ms=effect.started_ms,
                )

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


def _name(order: Order) -> str:
    return type(order.action).__name__
