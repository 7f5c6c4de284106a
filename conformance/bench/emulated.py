"""A bench whose device is emulated, on a virtual clock: a program without network or hardware.

The device is the same program that `ttcs fleet` runs over real sockets. Between it and the case
stand a broker's session for one client, with what MQTT promises of it, and sounds in memory. Its
latencies are those of a model, so they are never measurements.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from conformance.bench import updating
from conformance.bench.questions import NoAnswer, Question
from scenarios import links
from scenarios.profiles import Profile
from simulator.dialects.contract import Dialect, Message, Outgoing, Play, Sound
from simulator.emulator.connection import Heard, NotConnected, Session
from simulator.emulator.events import Tally, What
from simulator.emulator.member import Member
from simulator.emulator.program import Program, Surroundings
from simulator.emulator.sounds import Kept, NoSound
from simulator.emulator.wires import Wires

from .contract import Observed

EPOCH_MS = 1_798_740_000_000
"""When the virtual clock begins: one o'clock of 1 January 2027 in Viet Nam, a night to be tried."""

FETCH_MS = 200
"""How long a sound is on its way."""

PASSING_MS = 20
"""How long a message is on its way."""

KEEPALIVE_TIMES = 1.5
"""After so many keepalives without a word a broker takes a client for lost (MQTT 3.1.1, 3.1.2)."""

OBSERVED: Mapping[What, str] = {
    "connected": "connected",
    "lost": "disconnected",
    "booted": "booted",
    "restarting": "restarting",
}
"""What of a device's events anybody could see from outside, by the words of records."""

Make = Callable[[Member, Surroundings], Program]
"""Builds the device's program: a conformant one, or a mutant."""


def conformant(member: Member, around: Surroundings) -> Program:
    """The device as it should be."""
    return Program(member, 0, around)


@dataclass(slots=True)
class _Client:
    """The broker's side of the one client: who is connected, and what is kept for it."""

    wires: "_Wires | None" = None
    kept: list[Message] | None = None
    will: Message | None = None


class _Wires(Wires):
    """The device's end of a connection without a network."""

    __slots__ = ("_bench", "_heard", "_number", "is_open", "session")

    def __init__(self, bench: "EmulatedBench", session: Session, heard: Heard) -> None:
        super().__init__(None, None)
        self._bench, self._heard, self.session = bench, heard, session
        self._number, self.is_open = 0, True

    def publish(self, outgoing: Outgoing) -> int:
        """Send it; it is confirmed as soon as the broker has it."""
        self._number += 1
        if isinstance(outgoing, Message) and self.is_open:
            self._bench.passes(self._arrive, outgoing, self._number)
        return self._number

    def deliver(self, message: Message) -> None:
        """A message for the device."""
        if self.is_open:
            self._heard.message(message.topic, message.payload)

    def end(self, why: str) -> None:
        """The broker is gone."""
        if self.is_open:
            self.is_open = False
            self._heard.lost(why)

    def close(self) -> None:
        """The device leaves in good order, so its last will is not said."""
        self.is_open = False
        self._bench.left(self, said_farewell=True)

    def silence(self) -> None:
        """Nothing passes any more; the broker notices after a while."""
        self.is_open = False
        self._bench.left(self, said_farewell=False)

    def drop(self) -> None:
        """The end of a connection that was silent already."""
        self.is_open = False

    def tick(self) -> None:
        """Without a network there is nothing to look after."""

    def _arrive(self, message: Message, number: int) -> None:
        if self.is_open and self._bench.said(message):
            self._heard.confirmed(number)


class EmulatedBench:
    """See `contract.Bench`; also what the device's program takes for its surroundings."""

    measures_time = False
    uncertainty_ms = 0
    answer_ms = None
    seed = 1

    def __init__(self, profile: Profile, dialect: Dialect, make: Make = conformant) -> None:
        """Nothing runs yet. `make` builds the device."""
        self.device = f"{profile.id}-1"
        self.dialect, self.tally = dialect, Tally()
        self._profile, self._make = profile, make
        self._client = _Client()
        self._broker_runs, self._server_is_mute = True, False
        self._sounds: dict[str, tuple[Sound, int]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._silent: dict[str, asyncio.TimerHandle] = {}
        self._on_the_way: deque[Callable[[], object]] = deque()

    # ---- What a case asks for -------------------------------------------------------------------

    def now_ms(self) -> int:
        """The virtual clock."""
        return EPOCH_MS + round(asyncio.get_running_loop().time() * 1000)

    clock = now_ms

    async def open(self, observed: Observed) -> None:
        """Switch the device on, and let it connect."""
        self._observed = observed
        link = links.load("4g")
        member = Member(self.device, "00000", self._profile, link, "in-memory")
        self._program = self._make(member, self)  # type: ignore[arg-type]  # a property is a member
        with suppress(NotConnected):
            await self._program.connect()

    async def close(self) -> None:
        """Switch it off."""
        self._program.leave()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait(self, milliseconds: int) -> None:
        """Let virtual time pass."""
        await asyncio.sleep(milliseconds / 1000)

    def publish(self, message: Message) -> None:
        """To the device if it is there, for later if its session is kept, otherwise lost."""
        client = self._client
        if not self._broker_runs:
            return
        if client.wires is not None and client.wires.is_open:
            self.passes(client.wires.deliver, message)
        elif client.kept is not None and message.qos:
            client.kept.append(message)

    def offer(self, name: str, length_ms: int, codec: str) -> Sound:
        """A sound that is only its name and its length."""
        content = f"{name} {length_ms} {codec}".encode()
        sound = Sound(f"http://127.0.0.1:9/{name}.{codec}", hashlib.sha256(content).hexdigest(), 1)
        self._sounds[sound.url] = sound, len(content)
        return sound

    async def ask(self, question: Question) -> str:
        """Nobody is there."""
        raise NoAnswer(question.id)

    async def cut_power(self) -> int:
        """The mains fail."""
        self._program.cut_power()
        return 0

    async def restore_power(self) -> int:
        """The mains are back."""
        self._program.restore_power()
        return 0

    async def begin_update(self) -> None:
        """The device begins one of its own."""
        self._program.update(updating.LENGTH_MS)
        self._updated_ms = self.now_ms() + updating.LENGTH_MS

    async def update_ended(self) -> bool:
        """When its time is over."""
        left_ms = self._updated_ms - self.now_ms()
        await self.wait(max(0, left_ms))
        return left_ms > 0

    def cut_link(self) -> None:
        """No path any more."""
        self._program.cut_link()

    def restore_link(self) -> None:
        """The path is back."""
        self._program.restore_link()

    def mute_server(self, muted: bool) -> None:
        """Sounds are on their way for ever."""
        self._server_is_mute = muted

    def stop_broker(self) -> None:
        """Its clients notice at once; what it kept stays."""
        self._broker_runs = False
        wires, self._client.wires = self._client.wires, None
        if wires is not None:
            wires.end("the broker is gone")

    def start_broker(self) -> None:
        """It is back."""
        self._broker_runs = True

    def disturb(self, data: bytes) -> None:
        """Its session breaks, whatever the bytes: there is no wire that they could be on."""
        wires = self._client.wires
        if wires is not None and wires.is_open:
            self._miss(wires)
            wires.end("the connection was reset")

    def traffic(self) -> None:
        """There is no wire."""

    def facts(self) -> Mapping[str, Any]:
        """What it consists of."""
        return {"driver": "emulated", "profile": self._profile.id, "dialect": self.dialect.name}

    # ---- The broker -----------------------------------------------------------------------------

    async def connected(self, program: Program, heard: Heard) -> Wires:
        """A new connection of the device; raises `NotConnected`."""
        await asyncio.sleep(PASSING_MS / 1000)
        if not self._broker_runs or not program.device.has_link:
            raise NotConnected("not reached")
        session, client = program.session(), self._client
        wires = _Wires(self, session, heard)
        kept = client.kept if not session.clean else None
        client.wires, client.will = wires, session.will
        client.kept = None if session.clean else []
        self._observed(
            self.now_ms(),
            "session",
            {
                "client": session.login.client_id,
                "clean": session.clean,
                "keepalive_s": session.keepalive_s,
                "will": session.will is not None,
                "will_retained": session.will is not None and session.will.retain,
                "reads": [topic for topic, _ in session.subscriptions],
            },
        )
        for message in kept or ():
            self.passes(wires.deliver, message)
        return wires

    def left(self, wires: _Wires, *, said_farewell: bool) -> None:
        """The device's connection is no more; without a farewell its last will is said later."""
        if self._client.wires is not wires:
            return
        if said_farewell:
            self._client.wires = self._client.will = None
        else:
            late_ms = int(wires.session.keepalive_s * KEEPALIVE_TIMES * 1000)
            self.later(late_ms, self._miss, wires)

    def _miss(self, wires: _Wires) -> None:
        client = self._client
        if client.wires is wires:
            client.wires, will, client.will = None, client.will, None
            if will is not None:
                self.said(will)

    def said(self, message: Message) -> bool:
        """The broker has something that the device said; whether it could take it."""
        if self._broker_runs:
            detail = {"topic": message.topic, "payload": message.payload, "retain": message.retain}
            self._observed(self.now_ms(), "said", detail)
        return self._broker_runs

    def passes(self, arrive: Callable[..., object], *given: object) -> None:
        """Something is on its way: it arrives after what left before it, as on a connection."""
        self._on_the_way.append(partial(arrive, *given))
        self.later(PASSING_MS, lambda: self._on_the_way.popleft()())

    def later(self, after_ms: int, call: Callable[..., object], *given: object) -> None:
        """Do it when so much time has passed."""
        asyncio.get_running_loop().call_later(after_ms / 1000, call, *given)

    # ---- The device's surroundings --------------------------------------------------------------

    def arrived(self, program: Program, topic: str, payload: bytes) -> None:
        """At once."""
        program.take(self.now_ms(), topic, payload)

    def sound(self, url: str) -> "asyncio.Task[Kept]":
        """A sound, after a while."""
        task = asyncio.create_task(self._fetched(url))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def decode(self, program: Program, play: Play, kept: Kept) -> None:
        """There is nothing to decode."""

    def tell(
        self, program: Program, what: What, at_ms: int | None = None, **detail: object
    ) -> None:
        """Pass on what can be seen and heard from outside, and nothing else."""
        at_ms = self.now_ms() if at_ms is None else at_ms
        match what:
            case "began":
                self._sound_later(program, at_ms, str(detail["item"]))
            case "ended":
                if not self._ends_unheard(str(detail["item"])):
                    self._observed(at_ms, "silent", {"item": detail["item"]})
            case _ if what in OBSERVED:
                self._observed(at_ms, OBSERVED[what], {})

    def _sound_later(self, program: Program, at_ms: int, item: str) -> None:
        """It is heard when its start delay is over, if it has not ended by then."""
        sounds_ms = at_ms + program.member.profile.start_delay_ms
        detail = {"item": item, "volume": program.device.volume}

        def sounds() -> None:
            self._silent.pop(item, None)
            self._observed(sounds_ms, "sounds", detail)

        wait_s = (sounds_ms - self.now_ms()) / 1000
        self._silent[item] = asyncio.get_running_loop().call_later(wait_s, sounds)

    def _ends_unheard(self, item: str) -> bool:
        """Whether what ends now had not begun to be heard; then it never does."""
        timer = self._silent.pop(item, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    async def _fetched(self, url: str) -> Kept:
        await asyncio.sleep(FETCH_MS / 1000)
        while self._server_is_mute:
            await asyncio.sleep(1)
        if url not in self._sounds:
            raise NoSound(f"{url}: not offered")
        sound, size_bytes = self._sounds[url]
        return Kept(Path("/"), sound.sha256 or "", sound.size_bytes or size_bytes)
