"""The neutral words between a device and any wire, and what a dialect must be able to say.

A dialect turns bytes into an `Order` and what a device tells into bytes; it keeps nothing and does
no I/O. All instants are milliseconds since the epoch, UTC; what a device tells is by its own clock.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from reference_system.interface.vocabulary import Media
from scenarios.scenario import BulletinClass, SoundKind

Outcome = Literal["played", "cut", "missed", "failed"]
"""Heard to its end; cut off; never begun; begun without sound."""


class NotUnderstood(ValueError):
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
    """Play this once. `sound` is None where nothing is to be fetched; `text` is what a notice board
    shows, None where the command brings none.

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
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Play that item no more, begun or not."""

    item: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End what is heard now: all of it, or that item if it is heard; the rest stays."""

    item: str | None


@dataclass(frozen=True, slots=True)
class Restart:
    """End what is heard, and boot; what it was told stays."""


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


Action = Play | Cancel | Stop | Restart | SetVolume | AddSchedule | DropSchedule


@dataclass(frozen=True, slots=True)
class Order:
    """A command: done once whatever arrives again, refused from `expires_ms` on.

    Its `id` is empty where the wire neither names it nor tells it from the same word said later,
    such as a bare STOP: it is then done each time.

    One with a `refusal` is not from whom it should be: it is answered with that, and leaves no
    trace, so that the right one may still come under the same id.
    """

    id: str
    expires_ms: int | None
    action: Action
    refusal: str | None = None

    @property
    def until_ms(self) -> int | None:
        """From when on it is not to be done, or its play not to be begun."""
        of_play = self.action.expires_ms if isinstance(self.action, Play) else None
        return min((at for at in (self.expires_ms, of_play) if at is not None), default=None)


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

Wire = Literal["mqtt", "http"]
Service = Literal["system", "vendor"]
"""Whose HTTP server: the source system's, or that of the device's maker."""


@dataclass(frozen=True, slots=True)
class Login:
    """How a device logs in at the broker, which names a client without an id. Never shown in
    full."""

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

    @property
    def place(self) -> str:
        """Where it goes."""
        return self.topic


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked over HTTP: posted as JSON, or fetched where there is no payload.

    Commands are looked for in the answer where it `asks` for some. `signed` carries the token.
    """

    path: str
    payload: bytes | None = None
    service: Service = "system"
    asks: bool = False
    signed: bool = True

    @property
    def place(self) -> str:
        """Where it goes."""
        return self.path


Outgoing = Message | Request


class Dialect(ABC):
    """The device's half of a wire: MQTT, HTTP, or commands by one and reports by the other.

    What has a default is what not every wire has.
    """

    name: str
    wires: frozenset[Wire]
    entries_at_once: int
    """How many entries `log` takes."""
    keeps_token: bool = True
    """Whether a token is used again until it is refused, rather than a new one for each request."""
    length_unit_ms: int = 1
    """In what a sound's length is told; begun units count in full."""
    server: "ServerHalf | None" = None
    """The other end of the wire, where that is no source system but the maker's own server."""

    # ---- MQTT ----

    def login(self, device: str, secret: str) -> Login:
        """How the device logs in: its name is client id and user."""
        return Login(device, device, secret)

    def subscriptions(self, device: str) -> tuple[tuple[str, int], ...]:
        """The topics that the device reads, each with its quality of service."""
        return ()

    def offline(self, device: str, boot: str) -> Message | None:
        """That the device is not connected: its last will, and its last word when it leaves."""
        return None

    # ---- HTTP ----

    def sign_in(self, device: str, secret: str) -> Request | None:
        """The request for a token; None where requests carry none."""
        return None

    def token(self, payload: bytes) -> str:
        """The token in the answer to `sign_in`; raises `NotUnderstood`."""
        raise NotUnderstood("this wire has no token")

    def poll(self, device: str, status: Status) -> Request | None:
        """What the device asks once in each poll period; None where it asks nothing."""
        return None

    # ---- What comes ----

    def parts(self, device: str, place: str, payload: bytes) -> Sequence[bytes]:
        """The commands in a message or an answer, one by one; raises `NotUnderstood`."""
        return (payload,)

    @abstractmethod
    def order(self, device: str, place: str, payload: bytes) -> Order:
        """The order in one of the `parts` of what came on a topic, or as the answer of a path.

        Raises `NotUnderstood`, also for one to other devices.
        """

    # ---- What goes ----

    def online(self, device: str, at_ms: int, boot: str) -> Outgoing | None:
        """That the device is connected. A device whose wire has no such word reports its status."""
        return None

    def answer(self, device: str, answer: Answer) -> Outgoing | None:
        """The answer to an order; None where this wire has none."""
        return None

    def playing(self, device: str, status: Status) -> Outgoing | None:
        """What is said at once when something begins to be heard, or is heard no more."""
        return None

    @abstractmethod
    def status(self, device: str, status: Status) -> Outgoing | None:
        """The state of the device, told once in each keepalive."""

    @abstractmethod
    def log(self, device: str, sent_ms: int, entries: tuple[Entry, ...]) -> Outgoing | None:
        """Some entries of the play log, from 1 to `entries_at_once`; None for a wire without."""


# ---- The other end ------------------------------------------------------------------------------


class NoWord(ValueError):
    """An order that this wire cannot say; the text is one line."""


@dataclass(frozen=True, slots=True)
class Presence:
    """That a device is connected, or is no more; `at_ms` and `boot` where it says them."""

    online: bool
    at_ms: int = 0
    boot: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a device said to its maker's server, in neutral words; often nothing but its name.

    A `Status` that the wire does not date has `at_ms` 0, and an empty `boot` where it names none:
    the server takes the instant at which it came.
    """

    device: str
    words: tuple[Presence | Answer | Status | tuple[Entry, ...], ...] = ()


class ServerHalf(ABC):
    """The maker's server: neutral orders to the wire, and what devices say back.

    A command counts as taken when it was `pushed`, when the device has `fetched` it with a request
    that `asks`, or when it `answered` (`said` then gives an `Answer`).
    """

    taken: ClassVar[Literal["pushed", "fetched", "answered"]]

    @abstractmethod
    def command(self, device: str, order: Order) -> Message:
        """The order as it is pushed; raises `NoWord`."""

    @abstractmethod
    def reads(self) -> tuple[tuple[str, int], ...]:
        """The topics of all devices that the server reads, each with its quality of service."""

    @abstractmethod
    def said(self, place: str, payload: bytes) -> Said:
        """What came on a topic, or was posted to a path; raises `NotUnderstood`."""

    def reply(self, place: str, waiting: Sequence[Message]) -> bytes:
        """The answer to what was posted, with the commands that the device has not yet fetched."""
        return b"{}"
