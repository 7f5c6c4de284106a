"""What a bench gives to a case. Drivers: `emulated`, on a virtual clock; others in real time.

A bench tells what it observes; it judges nothing. All instants are milliseconds since the epoch by
one clock, the bench's own.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from conformance.bench.questions import Question
from conformance.traffic import Traffic
from simulator.dialects.contract import Message, Sound

Observed = Callable[[int, str, Mapping[str, Any]], None]
"""Told of everything that a bench sees: when, what (a word of `record.What`), and its details."""


class Bench(Protocol):
    """One device on a bench, for one case; to be opened and closed on an event loop."""

    @property
    def device(self) -> str:
        """The name that the device has on the wire."""

    @property
    def measures_time(self) -> bool:
        """Whether its instants are those of a real device: latencies may be judged."""

    @property
    def uncertainty_ms(self) -> int:
        """How far off the instant of a sound may be."""

    def now_ms(self) -> int:
        """The bench's clock."""

    async def open(self, observed: Observed) -> None:
        """Return once the device is there and has its power and its link."""

    async def close(self) -> None:
        """End; what was begun is ended, and the device is left with power and link."""

    async def wait(self, milliseconds: int) -> None:
        """Let so much time pass."""

    def publish(self, message: Message) -> None:
        """Say something to the device, as its source system."""

    def offer(self, name: str, length_ms: int, codec: str) -> Sound:
        """A test sound of that length where the device can fetch it, known by its name."""

    @property
    def answer_ms(self) -> int | None:
        """How long the operator has for an answer; None where nobody can be asked."""

    async def ask(self, question: Question) -> str:
        """The operator's answer, observed as `asked`; raises `NoAnswer`, too late or nobody can."""

    async def cut_power(self) -> int:
        """Take the device's mains; how long ago that was at most. Raises `NoAnswer`, `OSError`."""

    async def restore_power(self) -> int:
        """Give them back; how long ago that was at most. Raises `NoAnswer`, `OSError`."""

    async def begin_update(self) -> None:
        """Return once the device takes new software. Raises `NoAnswer`, `OSError`."""

    async def update_ended(self) -> bool:
        """Return once it has; whether it had not when this was asked. Raises `NoAnswer`."""

    def cut_link(self) -> None:
        """Take its path to the source system; neither side is told."""

    def restore_link(self) -> None:
        """Give it back."""

    def mute_server(self, muted: bool) -> None:
        """Let the source system answer nothing more, or answer again; messages still pass."""

    def stop_broker(self) -> None:
        """Take the broker from the device, and from the source system."""

    def start_broker(self) -> None:
        """Give it back; sessions that were kept are still there."""

    def disturb(self, data: bytes) -> None:
        """Say these bytes amid the device's connection to the broker, and then reset it; only that,
        where there are none."""

    def traffic(self) -> Traffic | None:
        """What passed since it was opened, once it is closed; None where nothing is on a wire."""

    def facts(self) -> Mapping[str, Any]:
        """What it consists of, for the bundle: without any secret."""
