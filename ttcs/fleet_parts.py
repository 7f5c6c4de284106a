"""The devices of `ttcs fleet` at work: all in this process, or spread over several."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Event
from time import monotonic
from typing import IO, Any

from scenarios.units import VIETNAM_TIME
from simulator.dialects.contract import Dialect, Service
from simulator.dialects.recording import Recorder
from simulator.emulator import events
from simulator.emulator.connection import Broker
from simulator.emulator.events import Summary, together
from simulator.emulator.fleet import EmulatedFleet, NoRoom
from simulator.emulator.member import Member
from simulator.emulator.population import Resident
from simulator.live.reaching import reached
from simulator.live.vendor_broker import NoVendorBroker
from simulator.processes import interrupts_held

EVERY_S = 1.0
"""How often it is told where the devices stand."""

FAREWELL_S = 60.0
"""How long processes may take to end once they are told to; each waits for its logs for seconds."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a process is to run. `broker` and `dialect` are made in each, with TLS and keys."""

    people: Sequence[Resident]
    secrets: Mapping[str, str]
    broker: Callable[[], Broker]
    dialect: Callable[[], Dialect]
    server: str
    vendor_server: str | None
    seed: int
    instrumented: int
    lasting_s: float | None
    log: Path | None
    transcript: Path | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: `ever` says whether any device connected, `failure` why the log is
    incomplete, or why devices are missing."""

    summary: Summary
    ever: bool
    failure: str


Told = Callable[[Summary], None]


def run(part: Part, processes: int) -> Outcome:
    """Run them until they are told to stop, or their time is over.

    Raises `NoRoom` and `NoVendorBroker`.
    """
    if part.log:
        part.log.write_bytes(b"")
    with _progress() as told:
        if processes == 1:
            return asyncio.run(_until_interrupted(part, told))
        return _spread(part, processes, told)


# ---- In this process ----------------------------------------------------------------------------


async def _until_interrupted(part: Part, told: Told) -> Outcome:
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    return await _emulated(part, stop, told)


async def _emulated(part: Part, stop: asyncio.Event, told: Told) -> Outcome:
    log = _Log(part.log.open("a", encoding="utf-8", buffering=1) if part.log else None)
    members = [
        Member(each.name, each.commune, each.profile, each.link, part.secrets[each.name])
        for each in part.people
    ]
    with _recorded(part.dialect(), part) as dialect:
        services: dict[Service, str] = {"system": part.server}
        if part.vendor_server is not None:
            services["vendor"] = part.vendor_server
        async with reached(members, part.broker(), dialect, services) as (broker, servers):
            emulated = EmulatedFleet(
                members,
                broker,
                dialect,
                services=servers,
                origins=[part.server],
                seed=part.seed,
                instrumented=part.instrumented,
                listener=log if part.log else None,
            )
            summary = await _until_stopped(emulated, part.lasting_s, stop, told)
    log.close()
    ever = emulated.tally.happened["connected"] > 0
    return Outcome(summary, ever, log.failure)


async def _until_stopped(
    emulated: EmulatedFleet, lasting_s: float | None, stop: asyncio.Event, told: Told
) -> Summary:
    """Run the fleet; where it stood at the end, with those who were connected until then."""
    beside = [
        asyncio.create_task(emulated.start()),
        asyncio.create_task(_tell(emulated, told)),
    ]
    try:
        async with asyncio.timeout(lasting_s):
            await stop.wait()
    except TimeoutError:
        pass
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        connected = emulated.summary().connected
        await emulated.stop()
    return replace(emulated.summary(), connected=connected)


@contextmanager
def _recorded(dialect: Dialect, part: Part) -> Iterator[Dialect]:
    """The dialect, writing down what the first device says, where that is asked for."""
    if part.transcript is None:
        yield dialect
        return
    with part.transcript.open("w", encoding="utf-8") as file:
        yield Recorder(dialect, part.people[0].name, file, "ttcs fleet --transcript")


async def _tell(emulated: EmulatedFleet, told: Told) -> None:
    while True:
        told(emulated.summary())
        await asyncio.sleep(EVERY_S)


class _Log:
    """Events as JSON lines. What cannot be written ends it, not the run.

    Lines are written whole, one after the other, as several processes write to one file.
    """

    def __init__(self, file: IO[str] | None) -> None:
        self._file, self.failure = file, ""

    def __call__(self, event: events.Event) -> None:
        if self._file is None or self.failure:
            return
        moment = datetime.fromtimestamp(event.at_ms // 1000, UTC)
        moment = moment.replace(microsecond=event.at_ms % 1000 * 1000).astimezone(VIETNAM_TIME)
        line = {
            "at": moment.isoformat(timespec="milliseconds"),
            "at_ms": event.at_ms,
            "device": event.device,
            "event": event.what,
            **event.detail,
        }
        try:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            self.failure = error.strerror or str(error)

    def close(self) -> None:
        """No more of them."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


# ---- In several processes -----------------------------------------------------------------------


def _spread(part: Part, processes: int, told: Told) -> Outcome:
    with _interruptions() as interrupted:
        crews = [_Crew(_share(part, number, processes)) for number in range(processes)]
        try:
            _wait_for(crews, interrupted, told)
        finally:
            for crew in crews:
                crew.close()
    whole = [crew.end for crew in crews if isinstance(crew.end, Outcome)]
    failures = [outcome.failure for outcome in whole if outcome.failure]
    if len(whole) < len(crews):
        failures = ["a process of devices ended before its time"]
    return Outcome(
        together([outcome.summary for outcome in whole]),
        any(outcome.ever for outcome in whole),
        next(iter(failures), ""),
    )


def _share(part: Part, number: int, processes: int) -> Part:
    people = part.people[number::processes]
    return replace(
        part,
        people=people,
        secrets={each.name: part.secrets[each.name] for each in people},
        instrumented=len(range(number, part.instrumented, processes)),
        transcript=None if number else part.transcript,
    )


@contextmanager
def _interruptions() -> Iterator[Event]:
    """Set by Ctrl-C, or by who ends this process in good order."""
    interrupted, signals = Event(), (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, lambda *_: interrupted.set()) for each in signals]
    try:
        yield interrupted
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)


def _wait_for(crews: Sequence["_Crew"], interrupted: Event, told: Told) -> None:
    """Hear them until all have ended, and for so long after they were told to.

    Raises `NoRoom` and `NoVendorBroker`.
    """
    deadline_s = float("inf")
    while (working := [crew for crew in crews if crew.works]) and monotonic() < deadline_s:
        if interrupted.is_set() and deadline_s == float("inf"):
            deadline_s = monotonic() + FAREWELL_S
            for crew in working:
                crew.stop()
        ready = wait([crew.pipe for crew in working], EVERY_S / 2)
        for crew in working:
            if crew.pipe in ready:
                crew.hear()
            if not crew.works and crew.end is None:
                interrupted.set()  # half a fleet is none
        told(together([crew.summary for crew in crews if crew.summary]))


class _Crew:
    """A process of devices, as its parent sees it."""

    def __init__(self, part: Part) -> None:
        context = get_context("spawn")
        self.pipe, its_end = context.Pipe()
        self.summary: Summary | None = None
        self.end: Outcome | None = None
        self.works = True
        self._process = context.Process(target=_crew, args=(part, its_end), daemon=True)
        with interrupts_held():
            self._process.start()
        its_end.close()

    def hear(self) -> None:
        """Take what it says; raises `NoRoom` and `NoVendorBroker`."""
        try:
            said = self.pipe.recv()
        except (EOFError, OSError):
            self.works = False
            return
        match said:
            case Summary():
                self.summary = said
            case Outcome():
                self.summary, self.end = said.summary, said
            case NoRoom() | NoVendorBroker():
                raise said

    def stop(self) -> None:
        with suppress(OSError):
            self.pipe.send("stop")

    def close(self) -> None:
        """It ends by itself when the pipe does, or is ended."""
        self.pipe.close()
        self._process.join(FAREWELL_S if self.works else 5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _crew(part: Part, pipe: "Connection[Any, Any]") -> None:
    """What such a process does. It stops when told to, or when its parent is gone."""
    try:
        said: Outcome | NoRoom | NoVendorBroker = asyncio.run(_until_told(part, pipe))
    except (NoRoom, NoVendorBroker) as error:
        said = error
    with suppress(OSError):
        pipe.send(said)


async def _until_told(part: Part, pipe: "Connection[Any, Any]") -> Outcome:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def heard() -> None:
        loop.remove_reader(pipe.fileno())
        stop.set()

    loop.add_reader(pipe.fileno(), heard)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    return await _emulated(part, stop, pipe.send)


# ---- On a terminal ------------------------------------------------------------------------------


@contextmanager
def _progress() -> Iterator[Told]:
    """Progress on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _summary: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda now: status.update(
            f"kết nối / connected {now.connected:,} / {now.devices:,} · "
            f"lệnh / orders {now.orders:,} · đã phát / heard {now.heard:,} · "
            f"lỗi / errors {sum(now.errors.values()):,}"
        )
