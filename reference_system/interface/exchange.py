"""The messages between two source systems: a bulletin, its end, statistics, a yearly report.

No official document known to us fixes their shape. They are JSON over HTTP with English names;
instants are ISO 8601 with their offset, and the era of the administrative codes travels along:
the same code names different places in different eras.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from pydantic import Field as Bounds

from reference_system.interface.vocabulary import Status
from reference_system.interface.wire_types import Sha256, Url
from scenarios.scenario import BulletinClass
from scenarios.units import VIETNAM_TIME, instant

CENTRAL_SOURCE_ID = "HTTTNTW"
"""The central system's code in the national integration catalogue."""

MOST_BYTES = 1 << 20
"""Of a message."""

LINE_CHARACTERS = 300
CSV_CHARACTERS = 250_000
HTML_CHARACTERS = 450_000

_PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def _read_instant(written: object) -> int:
    if not isinstance(written, str):
        raise ValueError("a moment as text, with its offset")
    return round(instant(written).timestamp() * 1000)


def instant_text(ms: int) -> str:
    """The instant as it is written in a message: ISO 8601 with +07:00."""
    moment = datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    return moment.astimezone(VIETNAM_TIME).isoformat(timespec="milliseconds")


Instant = Annotated[
    int,
    BeforeValidator(_read_instant, json_schema_input_type=str),
    PlainSerializer(instant_text, return_type=str),
]
Key = Annotated[str, Bounds(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Line = Annotated[str, Bounds(max_length=LINE_CHARACTERS, pattern=r"^[^\x00-\x1f\x7f]*$")]
Lines = Annotated[str, Bounds(max_length=20_000, pattern=_PLAIN)]
Code = Annotated[str, Bounds(pattern=r"^[A-Z0-9]{1,8}$")]
Codes = Annotated[list[Code], Bounds(max_length=5_000)]
Era = Annotated[str, Bounds(pattern=r"^[0-9-]{4,10}$")]
Level = Literal["central", "province", "district", "commune"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Place(_Part):
    """An administrative unit; `code` is VN at the central level."""

    level: Level
    code: Code


class Content(_Part):
    """What a bulletin says in one language. The file of that hash was sent before."""

    language: Annotated[str, Bounds(pattern=r"^[A-Za-z0-9-]{2,32}$")]
    text: Lines
    sha256: Sha256 | None


class Ordered(_Part):
    """How the sender wants an emergency to be played. `everywhere`: all that the receiver serves.

    `valid_ms` is how long after its issue a play may still begin.
    """

    everywhere: bool = False
    provinces: Codes = []
    districts: Codes = []
    communes: Codes = []
    times: Annotated[int, Bounds(ge=1, le=100)] = 1
    gap_ms: Annotated[int, Bounds(ge=0, le=86_400_000)] = 0
    valid_ms: Annotated[int, Bounds(ge=1_000, le=7 * 86_400_000)] | None = None


class Bulletin(_Part):
    """An approved bulletin of `unit`. `order` goes with emergencies only."""

    kind: Literal["bulletin"]
    unit: Place
    title: Annotated[Line, Bounds(min_length=1)]
    summary: Lines
    bulletin_class: BulletinClass
    severity: Annotated[int, Bounds(ge=0, le=3)]
    field: Literal["general", "unexpected", "policy", "direction", "knowledge", "example"]
    form: Literal["text", "image", "audio", "video", "relay"]
    status: Status
    valid_until: Instant | None
    relay_url: Url | None
    contents: Annotated[list[Content], Bounds(max_length=16)]
    order: Ordered | None


class Withdrawal(_Part):
    """The bulletin with the key `of`, sent before, holds no longer: it is not to be played."""

    kind: Literal["withdrawal"]
    of: Key
    reason: Line


class Figure(_Part):
    """One figure: a section of the statistics, then what it is counted by."""

    key: Annotated[list[Line], Bounds(min_length=1, max_length=6)]
    value: Annotated[int, Bounds(ge=0, le=10**15)]


class Statistics(_Part):
    """The figures of a unit, and all below it, from `since` to before `until`, counted at `at`."""

    kind: Literal["statistics"]
    unit: Place
    since: Instant
    until: Instant
    at: Instant
    figures: Annotated[list[Figure], Bounds(max_length=5_000)]


class Report(_Part):
    """A unit's submitted yearly report; `sha256` seals both files together."""

    kind: Literal["report"]
    unit: Place
    year: Annotated[int, Bounds(ge=2020, le=2199)]
    since: Instant
    until: Instant
    submitted: Instant
    sha256: Sha256
    csv: Annotated[str, Bounds(max_length=CSV_CHARACTERS, pattern=_PLAIN)]
    html: Annotated[str, Bounds(max_length=HTML_CHARACTERS, pattern=_PLAIN)]


Body = Annotated[Bulletin | Withdrawal | Statistics | Report, Bounds(discriminator="kind")]


class Message(_Part):
    """A message of the system `source_id`; its `source_key` makes it the same when it comes again.

    The codes in it are of `era`.
    """

    source_id: Annotated[Line, Bounds(min_length=1, max_length=64)]
    source_key: Key
    era: Era
    sent: Instant
    body: Body


class Answer(_Part):
    """What the receiver says: taken in now, or known since the same message came before."""

    result: Literal["accepted", "known"]
