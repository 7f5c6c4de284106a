"""A scenario as typed values.

Every time is a whole number of milliseconds from the scenario's start unless its name says
otherwise; codes of places belong to the scenario's era and mean nothing without it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

BulletinClass = Literal["emergency", "priority", "normal"]
"""Khẩn cấp, ưu tiên, thông thường; the index in `CLASSES` is the rank, smaller is more urgent."""

CLASSES: tuple[BulletinClass, ...] = ("emergency", "priority", "normal")

SoundKind = Literal["file", "stream", "live"]
"""A file on the device, a file fetched while it plays, or a broadcast (tiếp âm)."""

KINDS: tuple[SoundKind, ...] = ("file", "stream", "live")


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people, in Vietnamese and English."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Area:
    """Where: the whole territory of the scenario, or the districts, communes and devices named.

    Several fields together mean their union. An area with nothing named and `everywhere` false
    holds nothing.
    """

    everywhere: bool = False
    provinces: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetGroup:
    """`clusters` devices in each commune of `where`.

    A commune gets the devices of the last group that covers it and of every later group with
    `adds`. `basis` says where the numbers come from ("assumed", or a source).
    """

    where: Area
    profile: str
    clusters: int
    link: str
    basis: str
    adds: bool = False


@dataclass(frozen=True, slots=True)
class ProgrammeItem:
    """A part of a programme slot: a relayed broadcast (tiếp âm) or the station's own recording."""

    relay: str | None
    length_ms: int


@dataclass(frozen=True, slots=True)
class ProgrammeSlot:
    """A daily slot: from `at_ms` after local midnight on `days` (0 = Monday), at most `slot_ms`.

    The items follow each other from the start of the slot. The schedule is sent `lead_ms` before
    the slot, or at the scenario's start when that is later.
    """

    id: str
    where: Area
    at_ms: int
    days: tuple[int, ...]
    slot_ms: int
    lead_ms: int
    items: tuple[ProgrammeItem, ...]


@dataclass(frozen=True, slots=True)
class Sound:
    """What a bulletin sounds like. `size_bytes` is None where the file does not say."""

    kind: SoundKind
    length_ms: int
    size_bytes: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin (bản tin), issued at `at_ms` to everybody in `to`.

    It is played `times` times in all, `gap_ms` from one start to the next; each repetition is
    issued when it is due. `not_before_ms` (None: at once) and `end_by_ms` (None:
    no limit) are instants and hold for the first play; `valid_ms` limits how long after its own
    issue each play may still begin. `cancel_at_ms` withdraws the plays issued before it and
    stops later ones from being issued.
    """

    id: str
    bulletin_class: BulletinClass
    severity: int
    at_ms: int
    to: Area
    sound: Sound
    times: int = 1
    gap_ms: int = 0
    not_before_ms: int | None = None
    valid_ms: int | None = None
    end_by_ms: int | None = None
    order: int = 0
    cancel_at_ms: int | None = None


OutageKind = Literal["mains", "cell", "fibre", "sim", "link"]
"""What is lost: mains power, the cellular network, the fixed line, the credit of a SIM (cellular
devices one by one), or whichever link there is."""

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """A duration that differs from place to place: half are at most `p50_ms`, 9 in 10 `p90_ms`.

    The quantile curve is straight from 0 at 0 to the median, to the ninetieth percentile, and on to
    `2 * p90_ms - p50_ms` at the top; with both equal the duration is fixed.
    """

    p50_ms: int
    p90_ms: int


@dataclass(frozen=True, slots=True)
class Outage:
    """Power or links lost in `where` from `at_ms` on, for as long as `lasts` says of each place.

    Mains, cell and fibre fail by commune, a SIM or `link` by device; of these places
    `share_per_million` in a million are hit, chosen by a draw.
    """

    takes: tuple[OutageKind, ...]
    where: Area
    at_ms: int
    lasts: Spread
    basis: str
    share_per_million: int = MILLION


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm on its way along `track` (latitude and longitude in degrees) at a steady pace.

    Communes come into it where its centre comes within `radius_m`, and lose what it `takes`:
    mains at that moment for `lasts`; the cellular network when the base stations' own supply has
    run out, `cell_after` later, until `cell_later_ms` after mains are back (not at all where mains
    come back sooner, and at once for `lasts` where the storm takes no mains); fixed lines with the
    mains for as long.
    """

    takes: tuple[OutageKind, ...]
    track: tuple[tuple[float, float], ...]
    radius_m: int
    at_ms: int
    until_ms: int
    lasts: Spread
    cell_after: Spread
    cell_later_ms: int
    basis: str


@dataclass(frozen=True, slots=True)
class ServerFailure:
    """The whole source system is away, or only its broker: then sound can still be fetched."""

    part: Literal["server", "broker"]
    at_ms: int
    lasts_ms: int
    basis: str


@dataclass(frozen=True, slots=True)
class ClockError:
    """Devices' clocks are `ahead_ms` ahead (negative: behind): what is timed comes as much early.

    What is to be played at once is not touched. `share_per_million` as in `Outage`, by device.
    """

    ahead_ms: int
    where: Area
    basis: str
    share_per_million: int = MILLION


@dataclass(frozen=True, slots=True)
class ForeignCapture:
    """A foreign station on the channel: FM receivers play it whenever their own is not on air."""

    where: Area
    at_ms: int
    lasts_ms: int
    basis: str


TroubleKind = Literal["full-disk", "slow-database", "wrong-clock"]


@dataclass(frozen=True, slots=True)
class ServerTrouble:
    """Something goes wrong within the source system, which stays: only the live world has this.

    By `by_ms` a slow database answers later, and a wrong clock is ahead (negative: behind); a full
    disk has 0.
    """

    kind: TroubleKind
    at_ms: int
    lasts_ms: int
    basis: str
    by_ms: int = 0


Fault = Outage | Storm | ServerFailure | ClockError | ForeignCapture | ServerTrouble


@dataclass(frozen=True, slots=True)
class Server:
    """The provincial source system: one for each province of the territory.

    `uplink_bit_s` (None: never the limit) is shared by the devices of the province; a sound whose
    size nobody states has `sound_bit_s`.
    """

    uplink_bit_s: int | None = None
    sound_bit_s: int = 64_000


@dataclass(frozen=True, slots=True)
class Hours:
    """Local time of day within which sound other than emergencies is allowed here."""

    from_ms: int
    to_ms: int
    basis: str


@dataclass(frozen=True, slots=True)
class Households:
    """Households by commune code; a commune that is missing has `otherwise`, which is assumed."""

    by_commune: tuple[tuple[str, int], ...]
    otherwise: int
    basis: str


@dataclass(frozen=True, slots=True)
class TargetRequest:
    """A target that the run is to be judged by; `limit` replaces the target's own, as written.

    With `expect` "fail" (and `why`) an unexpected pass is the failure.
    """

    id: str
    limit: str | None = None
    expect: Literal["pass", "fail"] = "pass"
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The territory of a scenario: provinces, or districts or communes of one, by era codes."""

    provinces: tuple[str, ...]
    districts: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that one scenario file says, checked."""

    title: Text
    era: str
    start: datetime
    horizon_ms: int
    seed: int
    territory: Place
    fleet: tuple[FleetGroup, ...]
    programme: tuple[ProgrammeSlot, ...]
    bulletins: tuple[Bulletin, ...]
    faults: tuple[Fault, ...]
    targets: tuple[TargetRequest, ...]
    server: Server = Server()
    hours: Hours | None = None
    households: Households = Households((), 2_500, "assumed")
