"""An emulated device as a process that a bench can start: real sockets, real time, real sound.

It reads what it is from the first line of its standard input (JSON), and then, line by line, what
is done to it. What it sounds like goes to its standard output, as samples in real time, as a
sound card would give them. It ends with its input.
"""

import asyncio
import json
import ssl
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic, sleep
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from conformance.bench import updating
from conformance.bench.emulated import Make, conformant
from conformance.bench.signed import trusting
from conformance.bench.sounds import RATE_HZ
from reference_system.interface.signing import read_public_key
from scenarios import links, profiles
from simulator.dialects.contract import Play
from simulator.dialects.reference import Reference
from simulator.emulator.connection import Broker
from simulator.emulator.events import Event
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.member import Member
from simulator.emulator.program import Program
from simulator.emulator.sounds import Kept

STEP_S = 0.02

Samples = npt.NDArray[np.int16]


class Loudspeaker:
    """Writes samples without end: of the play that sounds, silence otherwise."""

    def __init__(self, start_delay_ms: int) -> None:
        """A play is heard so long after it began."""
        self._delay_s = start_delay_ms / 1000
        self._sounds: dict[str, Samples] = {}
        self._now: tuple[str, float] | None = None
        self._heard: Samples | None = None
        self._at = 0
        self._ended = Flag()

    def know(self, item: str, sound: Samples) -> None:
        """What a play sounds like."""
        self._sounds[item] = sound

    def begin(self, item: str) -> None:
        """It is to be heard."""
        self._now, self._heard, self._at = (item, monotonic() + self._delay_s), None, 0

    def end(self, item: str) -> None:
        """It is to be heard no more."""
        if self._now is not None and self._now[0] == item:
            self._now = self._heard = None

    def run(self) -> None:
        """Write until the end, or until nobody reads."""
        begun_s, written = monotonic(), 0
        while not self._ended.is_set():
            due = int((monotonic() - begun_s) * RATE_HZ)
            try:
                sys.stdout.buffer.write(self._next(due - written).tobytes())
                sys.stdout.buffer.flush()
            except OSError:
                return
            written = due
            sleep(STEP_S)

    def close(self) -> None:
        """The end."""
        self._ended.set()

    def _next(self, count: int) -> Samples:
        step = np.zeros(count, "<i2")
        now = self._now
        if now is not None and self._heard is None and monotonic() >= now[1]:
            self._heard = self._sounds.get(now[0])
        heard = self._heard
        if heard is not None:
            part = heard[self._at : self._at + count]
            step[: len(part)] = part
            self._at += len(part)
        return step


class _Speaking(EmulatedFleet):
    """A fleet of one, with a loudspeaker."""

    loudspeaker: Loudspeaker

    def decode(self, program: Program, play: Play, kept: Kept) -> None:
        """What came is what will be heard."""
        self.loudspeaker.know(play.item, _samples(kept.file))

    def update(self, names: Iterable[str]) -> None:
        """These devices take new software."""
        for program in self._of(names):
            program.update(updating.LENGTH_MS)

    def heard(self, event: Event) -> None:
        """Something happened in the device."""
        match event.what:
            case "began":
                self.loudspeaker.begin(event.detail["item"])
            case "ended":
                self.loudspeaker.end(event.detail["item"])


def run(make: Make = conformant) -> None:
    """Be a device until standard input ends; `make` builds a conformant one, or a mutant."""
    config = json.loads(sys.stdin.readline())
    loudspeaker = Loudspeaker(profiles.load(config["profile"]).start_delay_ms)
    writing = Thread(target=loudspeaker.run, daemon=True)
    writing.start()
    asyncio.run(_device(config, make, loudspeaker))
    loudspeaker.close()
    writing.join(1)


async def _device(config: Mapping[str, Any], make: Make, loudspeaker: Loudspeaker) -> None:
    loop = asyncio.get_running_loop()
    name, trusted = config["name"], config.get("trusted")
    member = Member(
        name,
        "00000",
        profiles.load(config["profile"]),
        links.load("4g"),
        config["secret"],
        address=config["own_address"],
    )
    tls = ssl.create_default_context(cafile=config["ca"]) if config["ca"] else None
    fleet = _Speaking(
        [member],
        Broker(config["host"], config["port"], config["address"], tls),
        trusting(read_public_key(trusted.encode())) if trusted else Reference(),
        origins=[config["sounds"]],
        listener=lambda event: fleet.heard(event),
        make=lambda member, _number, around: make(member, around),
    )
    fleet.loudspeaker = loudspeaker
    starting = asyncio.create_task(fleet.start())
    done = {
        "power-off": fleet.cut_power,
        "power-on": fleet.restore_power,
        "update": fleet.update,
    }
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        done[line.strip()]([name])
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await fleet.stop()


def _samples(file: Path) -> Samples:
    """The sound in a file at `RATE_HZ`."""
    pieces = []
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    with av.open(str(file)) as container:
        for frame in container.decode(audio=0):
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
    return np.concatenate(pieces).astype("<i2") if pieces else np.zeros(0, "<i2")


if __name__ == "__main__":
    run()
