"""The neutral words for what source systems say to each other, and what people do about it.

The harness plays other systems beside the one under test: a `PeerSystem` says `Send…` by way of the
dialect's peer half (`contract.PeerHalf.do`); people are asked for the rest. What comes from the
system under test is `Arrived`. A message is known by its sender's key: the same key is the same
message. Instants are milliseconds since the epoch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from conformance.sources.acts import Act, Area, Place
from scenarios.scenario import BulletinClass

Token = Literal["own", "wrong", "none"]
Spoiled = Literal["type", "time", "unknown-field", "file", "future"]
"""A figure as text; an instant as a number; a field that there is not; a file that was never sent;
a message of tomorrow."""

Figures = Sequence[tuple[str, int]]
"""Each with its name."""


@dataclass(frozen=True, slots=True)
class PeerSystem:
    """A source system that the harness plays. `source` is its code among systems; `trusted`: its
    emergencies sound without a person, where the system under test knows such trust."""

    name: str
    source: str
    place: Place
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """What the system under test sent to a peer. `known`: by its token; `says` in neutral words: a
    bulletin as `ShownBulletin`, a withdrawal `of`, `figures` as `ShownFigures`, a report as
    `SubmitReport`, a file's `sha256`; of nonsense why it is."""

    kind: Literal["file", "bulletin", "withdrawal", "statistics", "report", "nonsense"]
    key: str
    known: bool
    says: Mapping[str, Any] = field(default_factory=dict)
    sent_ms: int | None = None


# ---- What people do -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddPeer(Act):
    """Make another system known, with tokens both ways, which the dialect keeps; its id is
    `Done.id`."""

    needs: ClassVar[str | None] = "exchange"
    peer: PeerSystem
    url: str


@dataclass(frozen=True, slots=True)
class EndPeer(Act):
    """Have nothing to do with it any more."""

    needs: ClassVar[str | None] = "exchange"
    peer: PeerSystem
    url: str


@dataclass(frozen=True, slots=True)
class ShareBulletin(Act):
    """Share an approved bulletin with peers; an emergency to be played in an `area`. `Done.said` is
    the keys by which they know it."""

    needs: ClassVar[str | None] = "exchange"
    bulletin: str
    peers: tuple[PeerSystem, ...]
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class WithdrawShared(Act):
    """Tell those who have a bulletin of this system that it holds no longer."""

    needs: ClassVar[str | None] = "exchange"
    bulletin: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShareStatistics(Act):
    """Count the system's own figures of a period now, and share them; `Done.said` as of
    `ShareBulletin`."""

    needs: ClassVar[str | None] = "exchange"
    since_ms: int
    until_ms: int
    peers: tuple[PeerSystem, ...]


@dataclass(frozen=True, slots=True)
class SubmitReport(Act):
    """Hand the report up, which may send it to the systems above. `Done.said` has its `year`, and
    in `files` the SHA-256 of each, as people can fetch them."""

    needs: ClassVar[str | None] = "yearly_report"
    report: str


@dataclass(frozen=True, slots=True)
class ShareReport(Act):
    """Share a submitted report; where they have it already nothing changes."""

    needs: ClassVar[str | None] = "exchange"
    report: str
    peers: tuple[PeerSystem, ...]


@dataclass(frozen=True, slots=True)
class ShownBulletin(Act):
    """How a bulletin is shown: `Done.said` has `title`, `summary`, `bulletin_class`, `severity`,
    `status`, `text`, `valid_until_ms`, and as `sound` the SHA-256 of the bytes that are there;
    `state` is the system's own word."""

    bulletin: str


@dataclass(frozen=True, slots=True)
class ShownFigures(Act):
    """The system's own statistics as they are shown; `Done.said` is `Figures`."""

    needs: ClassVar[str | None] = "statistics"
    since_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class ReceivedBulletin(Act):
    """What became of the bulletin that a peer sent as `message`. `Done.said` is a list of what
    `ShownBulletin` has, with its `id`, of each that there is; `Done.id` is that of the order that
    plays it, None while there is none. `key` is that of the act that sent it."""

    needs: ClassVar[str | None] = "exchange"
    key: str
    peer: PeerSystem
    message: str


@dataclass(frozen=True, slots=True)
class ReceivedData(Act):
    """The statistics and reports of a peer: `Done.said` is a list of `{kind, key, …}`, as `Arrived`
    says them."""

    needs: ClassVar[str | None] = "exchange"
    peer: PeerSystem


# ---- What peers say -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send(Act):
    """Something that a peer says. `Done.said` has the `answer`, and the `sound`'s SHA-256 if any.

    `place` is whose it claims to be; None for the peer's own.
    """

    key: str
    message: str
    place: Place | None = field(default=None, kw_only=True)
    token: Token = field(default="own", kw_only=True)
    spoiled: Spoiled | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class SendBulletin(Send):
    """A bulletin, of status Test, whose title and sound begin with the words "thử nghiệm"; with an
    `area` an emergency that is to be played there."""

    title: str
    text: str
    summary: str = ""
    bulletin_class: BulletinClass = "normal"
    severity: int = 0
    sound_ms: int = 3_000
    valid_until_ms: int | None = None
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class SendWithdrawal(Send):
    """The bulletin that was sent as `of` holds no longer."""

    of: str
    reason: str


@dataclass(frozen=True, slots=True)
class SendStatistics(Send):
    """Figures of a period."""

    since_ms: int
    until_ms: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class SendReport(Send):
    """A yearly report that consists of this text, as a table and as a page."""

    year: int
    since_ms: int
    until_ms: int
    text: str
