"""The neutral words between a device and any wire, and what a dialect must be able to say.

A dialect turns bytes into an `Order` and what a device tells into bytes; it keeps nothing and does
no I/O. All instants are milliseconds since the epoch, UTC; what a device tells is by its own clock.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from reference_system.interface.vocabulary import Media
from scenarios.scenario import BulletinClass, SoundKind

Outcome = Literal["played", "cut", "missed", "failed"]
"""Heard to its end; cut off; never begun; begun without sound."""


class NotUnderstood(ValueError):  # noqa: N818 - the message is at fault, not the device
    """A message that is no command of this dialect; the text is one line."""


# ---- To the device ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sound:
    """Where a sound is fetched, and what it must be; None where the command does not say."""

    url: str
    sha256: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """Play this once. `sound` is None where nothing is to be fetched (a text).

    `not_before_ms`, `expires_ms` (not to be begun from then on) and `end_by_ms` (not to be heard
    from then on) are by the source system's clock; `at_once` says that the first asks no clock.
    """

    item: str
    bulletin: str
    title: str
    bulletin_class: BulletinClass
    severity: int
    kind: SoundKind
    media: Media
    duration_ms: int
    issued_ms: int
    not_before_ms: int
    at_once: bool
    sound: Sound | None = None
    expires_ms: int | None = None
    end_by_ms: int | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Cancel:
    """Play that item no more, begun or not."""

    item: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End what is heard now: all of it, or that item if it is heard; the rest stays."""

    item: str | None


@dataclass(frozen=True, slots=True)
class SetVolume:
    """The volume in percent."""

    percent: int


@dataclass(frozen=True, slots=True)
class AddSchedule:
    """Plays under one name; what was under that name before and is not begun is withdrawn."""

    schedule: str
    plays: tuple[Play, ...]


@dataclass(frozen=True, slots=True)
class DropSchedule:
    """Withdraw the plays under that name that are not begun."""

    schedule: str


Action = Play | Cancel | Stop | SetVolume | AddSchedule | DropSchedule


@dataclass(frozen=True, slots=True)
class Order:
    """A command: done once whatever arrives again, refused from `expires_ms` on."""

    id: str
    expires_ms: int | None
    action: Action


# ---- From the device ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says to an order; `refusal` is None where it takes it."""

    order: str
    at_ms: int
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the play log: one stretch of a play, or that there was none.

    `sequence` counts the entries of a boot from 0: both together name the entry for ever.
    """

    boot: str
    sequence: int
    play: Play
    started_ms: int
    ended_ms: int
    outcome: Outcome
    reason: str
    volume: int


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a device; `playing` with the instant since when."""

    at_ms: int
    boot: str
    booted_ms: int
    volume: int
    link: str
    playing: Play | None = None
    started_ms: int | None = None


# ---- The wire -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Login:
    """How a device logs in at the broker. Never shown in full."""

    client_id: str
    user: str
    password: str

    def __repr__(self) -> str:
        """The names alone."""
        return f"Login(client_id={self.client_id!r}, user={self.user!r})"


@dataclass(frozen=True, slots=True)
class Message:
    """What is published."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False


class Dialect(Protocol):
    """One wire over MQTT."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def entries_at_once(self) -> int:
        """How many entries `log` takes."""

    def login(self, device: str, secret: str) -> Login:
        """How the device logs in."""

    def subscriptions(self, device: str) -> tuple[tuple[str, int], ...]:
        """The topics that the device reads, each with its quality of service."""

    def offline(self, device: str, boot: str) -> Message | None:
        """That the device is not connected: its last will, and its last word when it leaves."""

    def order(self, device: str, topic: str, payload: bytes) -> Order:
        """The order in a message; raises `NotUnderstood`, also for one to other devices."""

    def online(self, device: str, at_ms: int, boot: str) -> Message | None:
        """That the device is connected."""

    def answer(self, device: str, answer: Answer) -> Message | None:
        """The answer to an order; None where this wire has none."""

    def status(self, device: str, status: Status) -> Message:
        """The state of the device."""

    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Message:
        """Some entries of the play log, from 1 to `entries_at_once`."""
