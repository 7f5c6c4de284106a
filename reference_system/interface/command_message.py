"""The command: what the source system asks of devices."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field as Bounds
from pydantic import model_validator

from reference_system.interface.vocabulary import (
    CLASS_OF_PRIORITY,
    WIRE_NAMES,
    Field,
    Media,
    Priority,
    Status,
)
from reference_system.interface.wire_types import (
    WHOLE,
    Device,
    Duration,
    DurationMs,
    EpochMs,
    EpochS,
    Instant,
    Name,
    Part,
    Sha256,
    Text,
    Url,
    Volume,
    clock_ms,
    clock_text,
    disagreement,
)
from scenarios.scenario import BulletinClass, SoundKind
from scenarios.units import VIETNAM_TIME


class Content(Part):
    """What a bulletin says and is, whenever it plays."""

    bulletin: Name
    priority: Annotated[Priority, WHOLE]
    """1 emergency, 2 priority, 3 normal."""
    media: Annotated[Media, WHOLE]
    """1 text, 2 image, 3 audio, 4 video, 5 live, 6 FM."""
    title: Text
    duration: Duration
    """Begun seconds count in full."""
    duration_ms: DurationMs | None = None
    """The exact duration."""
    severity: Annotated[int, Bounds(ge=0, le=3)] = 0
    """Of an emergency: 0 extreme, 1 severe, 2 moderate, 3 minor; 0 otherwise."""
    kind: SoundKind = "stream"
    """A file to keep beforehand, a file fetched while it plays, or a broadcast (tiếp âm)."""
    field: Annotated[Field, WHOLE] | None = None
    content_url: Url | None = None
    sha256: Sha256 | None = None
    """Of the file at the address."""
    size_bytes: Annotated[int, Bounds(ge=0, le=10**12)] | None = None
    text: Annotated[str, Bounds(max_length=4_000)] | None = None
    """What a notice board shows."""
    language: Annotated[str, Bounds(pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$")] = "vi"

    @property
    def bulletin_class(self) -> BulletinClass:
        """The class that the priority stands for."""
        return CLASS_OF_PRIORITY[self.priority]

    @property
    def length_ms(self) -> int:
        """The exact duration where it is known, otherwise that in whole seconds."""
        return clock_ms(self.duration) if self.duration_ms is None else self.duration_ms

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.duration_ms is not None and self.duration != clock_text(self.duration_ms):
            raise disagreement(
                f"ThoiLuong {self.duration}", f"{clock_text(self.duration_ms)} by ThoiLuongMs"
            )
        if self.severity and self.priority != 1:
            raise disagreement(f"CapDo {self.severity}", "0 where MucDoUuTien is not 1")
        if self.content_url is None and self.text is None:
            raise disagreement("without content", "NoiDung or VanBan")
        return self


class Item(Content):
    """One play of a bulletin (lượt phát), by the fields of the project's play-out rules."""

    item: Name
    """The id of this play; a play is begun at most once, whatever arrives again."""
    not_before_ms: EpochMs
    expires_ms: EpochMs | None = None
    """Not to be begun at this instant or later."""
    end_by_ms: EpochMs | None = None
    """Not to be heard at this instant or later."""
    order: Annotated[int, Bounds(ge=-(2**31) + 1, le=2**31 - 1)] = 0
    """Among equals the smaller plays first."""


class Withdrawn(Part):
    """A play that is withdrawn: not to be begun, and ended if it is heard."""

    item: Name


class Stopped(Part):
    """End what is heard now, all of it or one play; what is scheduled stays."""

    item: Name | None = None


class Restart(Part):
    """Start the device anew: it answers, ends what is heard, and boots. What it was told stays."""


class Control(Part):
    """A device setting. The one code whose meaning is known is 0, the volume in percent."""

    code: Literal["0"] = "0"
    parameter: Volume


class ScheduledPlay(Part):
    """When a scheduled bulletin plays on a day."""

    item: Name
    begin_s: EpochS
    finish_s: EpochS

    @model_validator(mode="after")
    def _is_some_time(self) -> Self:
        if self.finish_s <= self.begin_s:
            raise disagreement(f"ThoiGianKetThuc {self.finish_s}", f"later than {self.begin_s}")
        return self


class ScheduledDay(Part):
    """A day by the calendar of Viet Nam, and the plays that begin on it."""

    day: Annotated[str, Bounds(pattern=r"^[0-9]{2}-[0-9]{2}-[0-9]{4}$")]
    """dd-mm-YYYY."""
    plays: Annotated[tuple[ScheduledPlay, ...], Bounds(min_length=1, max_length=96)]

    @model_validator(mode="after")
    def _plays_begin_on_it(self) -> Self:
        for play in self.plays:
            begins = datetime.fromtimestamp(play.begin_s, UTC).astimezone(VIETNAM_TIME)
            if f"{begins:%d-%m-%Y}" != self.day:
                raise disagreement(
                    f"ThoiGianBatDau {play.begin_s}", f"an instant on {self.day}, UTC+7"
                )
        return self


class ScheduledBulletin(Content):
    """A bulletin with the days on which it plays."""

    days: Annotated[tuple[ScheduledDay, ...], Bounds(min_length=1, max_length=366)]


class Schedule(Part):
    """A schedule to be added; one of the same id is replaced, and no other is touched."""

    schedule_id: Name
    schedule_name: Text = ""
    bulletins: Annotated[tuple[ScheduledBulletin, ...], Bounds(min_length=1, max_length=200)]


class ScheduleWithdrawn(Part):
    """A schedule that is withdrawn."""

    schedule_id: Name


class Targets(Part):
    """The devices that a command is for."""

    devices: Annotated[tuple[Device, ...], Bounds(min_length=1, max_length=1_000)]


class Signature(Part):
    """An Ed25519 signature over the rest of the command; see `signing`."""

    key_id: Name
    ed25519: Annotated[str, Bounds(pattern="^[A-Za-z0-9+/]{86}==$")]
    """The 64 bytes in base64."""


class Command(Part):
    """What the source system asks of devices: exactly one of the seven bodies."""

    BODIES: ClassVar[tuple[str, ...]] = (
        *("start", "cancel", "stop", "restart", "control", "schedule", "unschedule"),
    )

    id: Name
    """A device does the same id once, and acknowledges it each time."""
    source: Name
    """The source system; H24 is Hải Phòng."""
    sent_s: EpochS
    expires_s: EpochS
    """A device that receives it at this instant or later refuses it."""
    status: Status
    """For real, a drill, or a test."""
    targets: Targets
    start: Item | None = None
    cancel: Withdrawn | None = None
    stop: Stopped | None = None
    restart: Restart | None = None
    control: Control | None = None
    schedule: Schedule | None = None
    unschedule: ScheduleWithdrawn | None = None
    signature: Signature | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        given = [WIRE_NAMES[name] for name in self.BODIES if getattr(self, name) is not None]
        if len(given) != 1:
            expected = f"one of {', '.join(WIRE_NAMES[name] for name in self.BODIES)}"
            raise disagreement(" and ".join(given) or "without a body", expected)
        if self.expires_s <= self.sent_s:
            raise disagreement(f"HetHan {self.expires_s}", f"later than ThoiDiemGui {self.sent_s}")
        return self

    def instants(self) -> Iterator[Instant]:
        """Every instant by the sender's clock, in ms, with its place."""
        yield ("ThoiDiemGui",), self.sent_s * 1000
