"""A maker's server between its devices and the source system: many devices obey no other.

To the source system it is each of the devices, over MQTT in the reference dialect; to the devices
it is their maker's server, in theirs. It keeps what a device has not yet taken, in memory, and
answers for it by the rule of `ServerHalf.taken`.
"""

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from simulator.dialects.contract import (
    Answer,
    Dialect,
    Login,
    Message,
    NotUnderstood,
    NoWord,
    Presence,
    Said,
    ServerHalf,
    Service,
    Status,
)
from simulator.dialects.reference import Reference
from simulator.emulator.clock import EpochClock
from simulator.emulator.connection import Broker, Connection, Heard, NotConnected, Session
from simulator.emulator.fleet import CONNECTS_AT_ONCE, make_room
from simulator.emulator.http_connection import MOST_SOCKETS
from simulator.emulator.member import Member

from .vendor_broker import VendorBroker
from .vendor_web import VendorWeb

KEEPALIVE_S = 60
TICK_S = 5.0
AGAIN_S = (1.0, 5.0)
"""How long it waits before it connects again: a draw between the two."""

KNOCK_S = 10.0
"""How long it tries at the start: brokers learn of new devices some seconds after the register."""

MOST_WAITING = 1_000
"""Commands kept for one device; the oldest go."""

UNTOLD_BOOT = "unknown"
"""What the source system is told as a device's boot where the wire does not say it."""

_SYSTEM = Reference()


class VendorServer:
    """The maker's server of these devices; of one event loop, from `start` until `stop`."""

    def __init__(self, members: Sequence[Member], system: Broker, dialect: Dialect) -> None:
        """Not started; raises `simulator.emulator.fleet.NoRoom`.

        `dialect` has a `server` half; `system` is the source system's broker.
        """
        assert dialect.server is not None, "a dialect without a maker's server"
        make_room(2 * len(members) + MOST_SOCKETS)  # the devices may be in this process, too
        self._half: ServerHalf = dialect.server
        self._clock, self._system = EpochClock(), system
        self._desks = {member.name: _Desk(member, self) for member in members}
        self._turn = asyncio.Semaphore(CONNECTS_AT_ONCE)
        self._vendor_broker, self._web = VendorBroker(), VendorWeb(self._posted)
        self._vendor: Connection | None = None
        self._ticking: asyncio.Task[None] | None = None
        self.errors: dict[str, int] = {}
        """How often something was not as it should be, by what it was."""

    @property
    def broker(self) -> Broker:
        """Where its devices connect."""
        return Broker("127.0.0.1", self._vendor_broker.port, "127.0.0.1")

    @property
    def services(self) -> Mapping[Service, str]:
        """Where its devices ask."""
        return {"vendor": self._web.url}

    async def start(self) -> None:
        """Return once devices can connect; raises `NoVendorBroker` and `NotConnected`.

        Desks that the source system does not let in go on trying.
        """
        await asyncio.to_thread(self._vendor_broker.start)
        try:
            await self._web.start()
            await self._listen()
        except BaseException:
            await self.stop()
            raise
        self._ticking = asyncio.create_task(self._tick())
        async with asyncio.TaskGroup() as group:
            for desk in self._desks.values():
                group.create_task(desk.open(self._clock() + int(KNOCK_S * 1000)))

    async def stop(self) -> None:
        """End it, in good order."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        for desk in self._desks.values():
            await desk.close()
        await self._web.stop()
        if self._vendor is not None:
            self._vendor.close()
            self._vendor = None
        await asyncio.to_thread(self._vendor_broker.stop)

    async def _listen(self) -> None:
        """Connect to the broker of its devices."""
        login = Login("ttcs-vendor-server", "ttcs-vendor-server", "")
        heard = Heard(self._published, lambda _number: None, self._vendor_lost)
        self._vendor = Connection(
            self.broker, Session(login, self._half.reads(), None, KEEPALIVE_S, clean=True), heard
        )
        await self._vendor.open(None)

    def _vendor_lost(self, _why: str) -> None:
        self.count("vendor-broker-lost")
        self._vendor = None

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for desk in self._desks.values():
                desk.tick()
            if self._vendor is not None:
                self._vendor.tick()
            else:
                with contextlib.suppress(NotConnected):
                    await self._listen()

    # ---- From the devices -----------------------------------------------------------------------

    def _published(self, topic: str, payload: bytes) -> None:
        try:
            self._heard(self._half.said(topic, payload))
        except NotUnderstood:
            self.count("not-understood")

    def _posted(self, path: str, payload: bytes) -> bytes:
        said = self._half.said(path, payload)
        desk = self._heard(said)
        if desk is None:
            raise NotUnderstood(f"there is no device {said.device[:80]!a}")
        waiting = desk.still_waiting()
        answer = self._half.reply(path, [message for _, message in waiting])
        if self._half.taken == "fetched":
            for order, _ in waiting:
                desk.answer(Answer(order, self._clock()))
        return answer

    def _heard(self, said: Said) -> "_Desk | None":
        desk = self._desks.get(said.device)
        if desk is None:
            self.count("unknown-device")
            return None
        for word in said.words:
            match word:
                case Presence():
                    desk.present(word)
                case Answer():
                    desk.answer(word)
                case Status():
                    desk.send(_SYSTEM.status(said.device, self._dated(word)))
                case _:
                    for first in range(0, len(word), _SYSTEM.entries_at_once):
                        part = word[first : first + _SYSTEM.entries_at_once]
                        desk.send(_SYSTEM.log(said.device, self._clock(), part))
        return desk

    def _dated(self, status: Status) -> Status:
        """With the instant at which it came, and some boot, where the wire says neither."""
        at_ms, boot = status.at_ms or self._clock(), status.boot or UNTOLD_BOOT
        return replace(status, at_ms=at_ms, boot=boot)

    # ---- For the desks --------------------------------------------------------------------------

    def push(self, message: Message) -> None:
        """Publish it to a device; one that is away does not get it."""
        if self._vendor is not None:
            self._vendor.publish(message)

    def count(self, what: str) -> None:
        """Something was not as it should be."""
        self.errors[what] = self.errors.get(what, 0) + 1

    def now_ms(self) -> int:
        """The time."""
        return self._clock()

    @property
    def half(self) -> ServerHalf:
        """How its devices are spoken to."""
        return self._half

    async def connection(self, session: Session, heard: Heard) -> Connection:
        """A connection to the source system, when it is this one's turn; raises `NotConnected`."""
        async with self._turn:
            connection = Connection(self._system, session, heard)
            await connection.open(None)
            return connection


class _Desk:
    """One device, as its maker's server knows it and as it stands for it at the source system."""

    __slots__ = ("_connection", "_member", "_present", "_returning", "_server", "_waiting")

    def __init__(self, member: Member, server: VendorServer) -> None:
        self._member, self._server = member, server
        self._connection: Connection | None = None
        self._present: Presence | None = None
        self._returning: asyncio.Task[None] | None = None
        self._waiting: dict[str, tuple[int | None, Message]] = {}

    async def open(self, until_ms: int) -> None:
        """Connect, again and again until then, and later in the background."""
        while True:
            try:
                return await self._open()
            except NotConnected:
                if self._server.now_ms() >= until_ms:
                    self._lost("")
                    return None
                await asyncio.sleep(0.25)

    async def _open(self) -> None:
        name = self._member.name
        session = Session(
            _SYSTEM.login(name, self._member.secret),
            _SYSTEM.subscriptions(name),
            _SYSTEM.offline(name, UNTOLD_BOOT),
            KEEPALIVE_S,
            clean=True,
        )
        heard = Heard(self._ordered, lambda _number: None, self._lost)
        self._connection = await self._server.connection(session, heard)
        if self._present is not None and self._present.online:
            self.present(self._present)

    async def close(self) -> None:
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.gather(self._returning, return_exceptions=True)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def tick(self) -> None:
        if self._connection is not None:
            self._connection.tick()

    def send(self, message: Message) -> None:
        if self._connection is not None:
            self._connection.publish(message)

    def present(self, presence: Presence) -> None:
        """Say at the source system that the device is there, which then sends what was missed."""
        self._present, name = presence, self._member.name
        if presence.online:
            at_ms = presence.at_ms or self._server.now_ms()
            self.send(_SYSTEM.online(name, at_ms, presence.boot or UNTOLD_BOOT))
        else:
            self.send(_SYSTEM.offline(name, UNTOLD_BOOT))

    def answer(self, answer: Answer) -> None:
        """The device has taken or refused the order: it waits no more."""
        self._waiting.pop(answer.order, None)
        self.send(_SYSTEM.answer(self._member.name, answer))

    def still_waiting(self) -> list[tuple[str, Message]]:
        """What the device has not taken and what still holds, by the order's id."""
        now_ms = self._server.now_ms()
        for name, (expires_ms, _) in list(self._waiting.items()):
            if expires_ms is not None and expires_ms <= now_ms:
                del self._waiting[name]
        return [(name, message) for name, (_, message) in self._waiting.items()]

    def _ordered(self, topic: str, payload: bytes) -> None:
        name, half = self._member.name, self._server.half
        try:
            order = _SYSTEM.order(name, topic, payload)
        except NotUnderstood:
            self._server.count("not-understood")
            return
        try:
            message = half.command(name, order)
        except NoWord as error:
            self.answer(Answer(order.id, self._server.now_ms(), str(error)))
            return
        self._server.push(message)
        if half.taken == "pushed":
            self.answer(Answer(order.id, self._server.now_ms()))
            return
        self._waiting[order.id] = (order.expires_ms, message)
        while len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]

    def _lost(self, _why: str) -> None:
        self._connection = None
        self._server.count("system-lost")
        self._returning = asyncio.create_task(self._return())

    async def _return(self) -> None:
        while True:
            await asyncio.sleep(random.uniform(*AGAIN_S))
            try:
                return await self._open()
            except NotConnected:
                self._server.count("system-refused")
