"""Thousands of emulated devices in one process, on one event loop, and how they are disturbed."""

import asyncio
import gc
import resource
import ssl
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from simulator.dialects.contract import Dialect, Play, Service, Status

from .clock import EpochClock
from .connection import Broker, Connection, Heard, NotConnected
from .events import ERRORS, Event, Listener, Summary, Tally, What
from .happenings import ClockSet
from .http_connection import MOST_SOCKETS, HttpConnection, Web
from .member import Member
from .program import Program, Surroundings
from .sounds import Kept, Sounds
from .wires import Wires

CONNECTS_AT_ONCE = 64
"""Connections being made: brokers listen with a backlog of 100, and one that finds it full waits
for a second."""

PORTS_EACH = 10_000
"""Connections from one own address; the machine gives about 28,000 ports to each."""

OPEN_FILES_BESIDES = 100 + MOST_SOCKETS
TICK_S = 5.0
TAKEN_AT_ONCE = 50
"""Messages that are worked off before the loop looks at its sockets again."""

LONGEST_UNREAD_MS = 500
"""How long a message may wait while others arrive."""

KNOCK_S, KNOCK_EVERY_S = 5.0, 0.25
"""How long devices that are not let in try at the start, before they wait as their profile says."""

FAREWELL_S = 3.0


Make = Callable[[Member, int, Surroundings], Program]
"""Builds the program of a device, given its place in the process."""


class NoRoom(Exception):
    """The machine does not let one process have so many connections; the text is one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it arrived."""

    program: Program
    at_ms: int
    topic: str
    payload: bytes


class EmulatedFleet:
    """Devices as programs. To be made, started, disturbed and stopped on one event loop."""

    def __init__(
        self,
        members: Sequence[Member],
        broker: Broker | None,
        dialect: Dialect,
        *,
        services: Mapping[Service, str] | None = None,
        origins: Collection[str] = (),
        seed: int = 0,
        instrumented: int = 0,
        listener: Listener | None = None,
        make: Make = Program,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """Nothing is connected yet; raises `NoRoom`.

        `broker` is None where the dialect has no MQTT. `services` are the HTTP servers of a dialect
        that asks some, such as `{"system": "http://127.0.0.1:8080"}`. Sounds are fetched from
        `origins` only. The first `instrumented` devices decode them. `listener` is called with
        every event, on the loop, and must not wait. `make` builds each device's program: the right
        one, or a mutant. `trusted` is for https.
        """
        make_room(len(members))
        self.clock, self.dialect, self.seed = EpochClock(), dialect, seed
        self.tally = Tally()
        self._broker, self._listener, self._instrumented = broker, listener, instrumented
        self._programs = {
            member.name: make(member, number, self) for number, member in enumerate(members)
        }
        self._turn = asyncio.Semaphore(CONNECTS_AT_ONCE)
        self._inbox: deque[Line] = deque()
        self._arrivals = 0
        self._sounds = Sounds(origins, trusted)
        if trusted is None and broker is not None:
            trusted = broker.tls
        self._web = Web(services or {}, trusted) if "http" in dialect.wires else None
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once every device has tried to connect; those that failed go on trying."""
        self._ticking = asyncio.create_task(self._tick())
        programs = list(self._programs.values())
        # What a fleet consists of stays: the collector need not look at it again and again.
        gc.disable()
        try:
            # Brokers learn of new devices some seconds after the register, of the last one last.
            deadline_ms = self.clock() + int(KNOCK_S * 1_000)
            await self._connect_until(deadline_ms, programs[-1:])
            for program, error in (await self._connect_until(deadline_ms, programs)).items():
                program.connect_later(error)
        finally:
            gc.enable()
            gc.collect()
            gc.freeze()

    async def _connect_until(
        self, deadline_ms: int, programs: Iterable[Program]
    ) -> dict[Program, NotConnected]:
        """Connect them, those that fail again and again until then; which failed to the last."""
        failed = await self._connect_once(programs)
        while failed and self.clock() < deadline_ms:
            await asyncio.sleep(KNOCK_EVERY_S)
            failed = await self._connect_once(failed)
        return failed

    async def _connect_once(self, programs: Iterable[Program]) -> dict[Program, NotConnected]:
        waiting = (program for program in programs if not program.is_connected)
        failed: dict[Program, NotConnected] = {}

        async def one_after_the_other() -> None:
            for program in waiting:
                try:
                    await program.connect()
                except NotConnected as error:
                    failed[program] = error

        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTS_AT_ONCE):
                group.create_task(one_after_the_other())
        return failed

    async def stop(self) -> None:
        """Wait shortly for play logs on their way, then disconnect every device in good order."""
        deadline_s = asyncio.get_running_loop().time() + FAREWELL_S
        while asyncio.get_running_loop().time() < deadline_s and self.is_telling:
            await asyncio.sleep(0.05)
        self._take_all()
        for number, program in enumerate(self._programs.values()):
            program.leave()
            if number % 100 == 99:
                await asyncio.sleep(0)
        tasks = [*self._tasks, *([self._ticking] if self._ticking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._sounds.close()
        if self._web is not None:
            await self._web.close()
        gc.unfreeze()

    @property
    def names(self) -> tuple[str, ...]:
        """The devices."""
        return tuple(self._programs)

    def connected_now(self) -> frozenset[str]:
        """The devices that are connected."""
        return frozenset(n for n, program in self._programs.items() if program.is_connected)

    @property
    def is_telling(self) -> bool:
        """Whether a connected device has entries of its log that the other side did not confirm."""
        programs = self._programs.values()
        return any(program.unsent and program.is_connected for program in programs)

    def status(self, name: str) -> Status | None:
        """How a device is now; None while it is without power, or boots."""
        return self._programs[name].status

    def summary(self) -> Summary:
        """Where the fleet stands now."""
        happened, tally = self.tally.happened, self.tally
        return Summary(
            devices=len(self._programs),
            connected=sum(program.is_connected for program in self._programs.values()),
            answered=len(tally.answered),
            heard=len(tally.heard),
            orders=happened["ordered"],
            segments=happened["ended"],
            entries=tally.entries,
            confirmed=tally.confirmed,
            sounds=self._sounds.fetched,
            errors={what: happened[what] for what in sorted(ERRORS) if happened[what]},
        )

    # ---- Disturbing them ------------------------------------------------------------------------

    def cut_power(self, names: Iterable[str]) -> None:
        """The mains of these devices fail."""
        for program in self._of(names):
            program.cut_power()

    def restore_power(self, names: Iterable[str]) -> None:
        """Their mains are back."""
        for program in self._of(names):
            program.restore_power()

    def cut_link(self, names: Iterable[str]) -> None:
        """Their path to the source system is gone; neither side is told."""
        for program in self._of(names):
            program.cut_link()

    def restore_link(self, names: Iterable[str]) -> None:
        """The path is there again."""
        for program in self._of(names):
            program.restore_link()

    def set_clock(self, names: Iterable[str], ahead_ms: int) -> None:
        """Their clocks are ahead by so much from now on (behind where it is negative)."""
        for program in self._of(names):
            self.tell(program, "clock-set", ahead_ms=ahead_ms)
            program.happen(ClockSet(ahead_ms))

    def inject(self, name: str, payload: bytes) -> None:
        """Let a device take this as if it had come on the first topic that it reads, or as the
        answer when it asks for commands."""
        (program,) = self._of([name])
        program.take(self.clock(), program.reads, payload)

    def _of(self, names: Iterable[str]) -> list[Program]:
        self._take_all()  # what arrived before goes before
        return [self._programs[name] for name in names]

    # ---- What programs share --------------------------------------------------------------------

    async def connected(self, program: Program, heard: Heard) -> Wires:
        """A new connection; at most `CONNECTS_AT_ONCE` are being made. Raises `NotConnected`."""
        source = program.member.address
        broker = self._broker
        if source is None and broker is not None and broker.address.startswith("127."):
            source = f"127.0.0.{2 + program.number // PORTS_EACH}"
        async with self._turn:
            wires = self._wires(program, heard)
            await wires.open(source)
            return wires

    def _wires(self, program: Program, heard: Heard) -> Wires:
        member, dialect, mqtt, http = program.member, self.dialect, None, None
        if "mqtt" in dialect.wires:
            assert self._broker is not None, "a dialect with MQTT has a broker"
            mqtt = Connection(self._broker, program.session(), heard)
        if self._web is not None:
            http = HttpConnection(
                self._web, dialect, member.name, member.secret, heard, alone=mqtt is None
            )
        return Wires(mqtt, http)

    def arrived(self, program: Program, topic: str, payload: bytes) -> None:
        """Note a message with its instant; it is worked off when all sockets have been read."""
        if not self._inbox:
            asyncio.get_running_loop().call_soon(self._take_some, self._arrivals)
        self._arrivals += 1
        self._inbox.append(Line(program, self.clock(), topic, payload))

    def sound(self, url: str) -> asyncio.Task[Kept]:
        """The sound at an address, fetched once for all."""
        return self._sounds.get(url)

    def decode(self, program: Program, play: Play, kept: Kept) -> None:
        """Decode the sound, on a thread, where the device is one of the instrumented."""
        if program.number < self._instrumented:
            task = asyncio.create_task(self._decode(program, play, kept))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def tell(
        self, program: Program, what: What, at_ms: int | None = None, **detail: object
    ) -> None:
        """Count an event, and tell it to the listener."""
        self.tally.happened[what] += 1
        if self._listener is not None:
            at_ms = self.clock() if at_ms is None else at_ms
            self._listener(Event(at_ms, program.member.name, what, detail))

    def _take_some(self, seen: int) -> None:
        # As long as more arrive, their instants are taken first, though not for ever.
        if self._inbox and (
            self._arrivals == seen or self.clock() - self._inbox[0].at_ms > LONGEST_UNREAD_MS
        ):
            for _ in range(min(TAKEN_AT_ONCE, len(self._inbox))):
                self._take_one()
        if self._inbox:
            asyncio.get_running_loop().call_soon(self._take_some, self._arrivals)

    def _take_all(self) -> None:
        while self._inbox:
            self._take_one()

    def _take_one(self) -> None:
        line = self._inbox.popleft()
        line.program.take(line.at_ms, line.topic, line.payload)

    async def _decode(self, program: Program, play: Play, kept: Kept) -> None:
        from .decoding import TOLERANCE_MS, NotDecoded, duration_ms

        try:
            decoded_ms = await asyncio.to_thread(duration_ms, kept.file)
        except NotDecoded as error:
            self.tell(program, "not-decoded", item=play.item, why=str(error))
            return
        short_ms = play.duration_ms - decoded_ms
        if not -TOLERANCE_MS <= short_ms <= TOLERANCE_MS + self.dialect.length_unit_ms - 1:
            why = f"lasts {decoded_ms} ms, expected {play.duration_ms}"
            self.tell(program, "not-decoded", item=play.item, why=why)
        else:
            self.tell(program, "decoded", item=play.item, duration_ms=decoded_ms)

    async def _tick(self) -> None:
        """Every connection once in `TICK_S`, a few at a time."""
        while True:
            programs = list(self._programs.values())
            parts = [programs[first : first + 100] for first in range(0, len(programs), 100)]
            for part in parts:
                for program in part:
                    program.tick()
                await asyncio.sleep(TICK_S / len(parts))
            if not parts:
                await asyncio.sleep(TICK_S)


def make_room(devices: int) -> None:
    """Let this process have as many open files as it may; raises `NoRoom`."""
    needed = devices + OPEN_FILES_BESIDES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise NoRoom(f"{devices} devices need {needed} open files, this machine allows {hard}")
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed if hard < 0 else hard, hard))
