"""What can happen to a device at an instant, and what it does then: the words of `device`."""

from dataclasses import dataclass

from simulator.dialects.contract import Answer, Entry, Order, Play
from simulator.playout.case import Segment

# ---- What happens -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PowerLost:
    """The mains fail."""


@dataclass(frozen=True, slots=True)
class PowerBack:
    """The mains are back; the device begins to boot."""


@dataclass(frozen=True, slots=True)
class LinkLost:
    """There is no path to the source system any more."""


@dataclass(frozen=True, slots=True)
class LinkBack:
    """The path is there again."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order arrived."""

    order: Order


@dataclass(frozen=True, slots=True)
class Fetched:
    """The sound of an item is on the device, whole and as it should be."""

    item: str


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """There will be no sound for an item."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The device's clock is ahead by so much from now on; what is told later goes by it."""

    ahead_ms: int


Happening = PowerLost | PowerBack | LinkLost | LinkBack | Ordered | Fetched | FetchFailed | ClockSet

# ---- What the device does -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fetch:
    """It wants the sound of a play, and answers nothing until `Fetched` or `FetchFailed`."""

    play: Play


@dataclass(frozen=True, slots=True)
class Restarting:
    """It says farewell to everybody, and boots."""


@dataclass(frozen=True, slots=True)
class Booted:
    """It has started, under a new name of its boot."""

    at_ms: int
    boot: str


@dataclass(frozen=True, slots=True)
class Began:
    """It began to play, in true time."""

    play: Play
    at_ms: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A stretch of play is over, in true time."""

    play: Play
    segment: Segment


Effect = Answer | Fetch | Restarting | Booted | Began | Ended | Entry
