"""The mains of a real device: switched by a person who is asked to, or by commands."""

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import conformance
from conformance.bench import programs
from conformance.bench.questions import Question, done
from scenarios.problems import BadInput, Problem
from scenarios.scenario import Text

Driver = Literal["manual", "external", "labgrid"]
Ask = Callable[[Question], Awaitable[str]]

SWITCH_S = 60.0
"""How long a command may take."""

OFF = done(
    "power-off",
    Text(
        "Ngắt nguồn điện của thiết bị, và bấm ngay lúc ngắt.",
        "Cut the device's mains, and confirm at the moment when you do.",
    ),
)
ON = done(
    "power-on",
    Text(
        "Bật (hoặc kiểm tra là đã bật) nguồn điện của thiết bị, và bấm ngay lúc bật.",
        "Switch the device's mains on (or see that they are), and confirm at that moment.",
    ),
)


@dataclass(frozen=True, slots=True)
class Mains:
    """How they are switched: `off` and `on` are the words of commands, started in `folder`.

    An event lies between its being asked for and its confirmation; `uncertainty_ms` is a shorter
    time before the confirmation that the bench's owner states, None for none.
    """

    driver: Driver
    off: tuple[str, ...]
    on: tuple[str, ...]
    folder: Path
    uncertainty_ms: int | None


def by_labgrid(environment: Path, target: str, folder: Path) -> Mains:
    """Mains that labgrid switches, by the `PowerProtocol` of a target of its environment."""
    # A process of its own: it can be ended, and labgrid changes nothing in ours.
    words = (sys.executable, "-P", "-m", "conformance.bench.labgrid_power")
    off, on = ((*words, str(environment), target, what) for what in ("off", "on"))
    return Mains("labgrid", off, on, folder, None)


def check(mains: Mains | None, file: str) -> None:
    """Raise `BadInput` where labgrid is to switch, and is not installed."""
    if mains is not None and mains.driver == "labgrid" and find_spec("labgrid") is None:
        expected = "more packages: pip install 'ttcs-hil[labgrid]'"
        raise BadInput([Problem(file, None, None, "power.driver", "labgrid", expected)])


class Switch:
    """Mains, and whether they are known to be on."""

    def __init__(
        self,
        turn: Callable[[bool], Awaitable[None]],
        now_ms: Callable[[], int],
        stated_ms: int | None,
    ) -> None:
        """`turn` returns once they are on, or off; see `Mains.uncertainty_ms` for `stated_ms`."""
        self._turn, self._now_ms, self._stated_ms = turn, now_ms, stated_ms
        self.is_on = True

    async def turn(self, on: bool) -> int:
        """Cut or restore them; how long ago that was at most, in milliseconds."""
        begun_ms, self.is_on = self._now_ms(), False
        await self._turn(on)
        self.is_on = on
        took_ms = self._now_ms() - begun_ms
        return took_ms if self._stated_ms is None else min(took_ms, self._stated_ms)


async def turned(mains: Mains, ask: Ask, on: bool) -> None:
    """Return once it is done; raises `NoAnswer`, or `NotDone` of a command."""
    if mains.driver == "manual":
        await ask(ON if on else OFF)
        return
    root = Path(conformance.__file__).parents[1]
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    await programs.run(
        mains.on if on else mains.off,
        mains.folder,
        SWITCH_S,
        environment=environment if mains.driver == "labgrid" else None,
    )
