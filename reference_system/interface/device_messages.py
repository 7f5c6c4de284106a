"""What devices send: acknowledgement, status report, play log, and whether they are connected."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field as Bounds
from pydantic import model_validator

from reference_system.interface.vocabulary import Activity, Field, Media, Priority, Result
from reference_system.interface.wire_types import (
    WHOLE,
    Duration,
    EpochMs,
    EpochS,
    Finite,
    Instant,
    Name,
    Part,
    Text,
    Volume,
    check_same_instant,
    disagreement,
)


class Ack(Part):
    """A device's answer to a command; it says nothing of sound, which the play log does."""

    id: Name
    """Of the command."""
    result: Annotated[Result, WHOLE]
    """0 accepted, 1 failed."""
    explanation: Text | None = None
    """Why it failed; needed then."""
    at_s: EpochS
    """When the device decided, by its clock."""
    at_ms: EpochMs | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.result == 1 and not self.explanation:
            raise disagreement("without MoTa", "MoTa where TrangThaiGui is 1")
        check_same_instant("ThoiDiem", self.at_s, self.at_ms)
        return self

    def instants(self) -> Iterator[Instant]:
        """Every instant by the device's clock, in ms, with its place."""
        yield ("ThoiDiem",), self.at_s * 1000


class Telemetry(Part):
    """What the device measures of itself."""

    power_w: Finite | None = None
    temperature_c: Finite | None = None
    storage_used: Finite | None = None
    """In percent."""


class StatusReport(Part):
    """The state of a device (ping)."""

    at_s: EpochS
    """When it was so, by the device's clock."""
    volume: Volume
    """In percent, as text."""
    activity: Annotated[Activity, WHOLE]
    """0 playing, 1 paused, 2 stopped."""
    link: Annotated[str, Bounds(max_length=100)]
    """Free text, such as Ethernet."""
    app_version: Annotated[str, Bounds(max_length=100)]
    boot: Name | None = None
    """Another one after each start of the device."""
    source: Name | None = None
    device_name: Text | None = None
    device_kind: Text | None = None
    supplier_code: Text | None = None
    supplier_name: Text | None = None
    latitude: Annotated[float, Bounds(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Bounds(ge=-180, le=180, allow_inf_nan=False)] | None = None
    telemetry: Telemetry | None = None
    started_s: EpochS | None = None
    """The start of what plays now."""
    playing_url: Annotated[str, Bounds(max_length=2_000)] | None = None
    item: Name | None = None
    """The play that is heard now."""
    power: Literal["mains", "standby"] | None = None
    speaker: Literal["normal", "short", "open", "unknown"] | None = None

    def instants(self) -> Iterator[Instant]:
        """Every instant by the device's clock, in ms, with its place."""
        yield ("ThoiDiem",), self.at_s * 1000
        if self.started_s is not None:
            yield ("ThoiDiemBatDau",), self.started_s * 1000


class Author(Part):
    """Who wrote a bulletin."""

    full_name: Text | None = None
    pen_name: Text | None = None
    email: Text | None = None


class Detail(Part):
    """A further fact of a bulletin."""

    name: Text
    value: Text


class PlayEntry(Part):
    """What was heard from one instant to another, or should have been.

    A play that is cut off and taken up again has an entry for each stretch.
    """

    entry: Name
    """Unique for the device for ever: an entry that arrives again is the same one."""
    boot: Name
    """Another one after each start of the device."""
    sequence: Annotated[int, Bounds(ge=0, le=2**53)]
    """Counts the entries of a boot from 0, without gaps: a missing one is known to be missing."""
    bulletin: Name
    item: Name | None = None
    """The play; absent for what no command asked for."""
    media: Annotated[Media, WHOLE]
    priority: Annotated[Priority, WHOLE]
    title: Text = ""
    duration: Duration
    """Of the bulletin as it was sent."""
    started_s: EpochS
    started_ms: EpochMs | None = None
    ended_s: EpochS
    ended_ms: EpochMs | None = None
    outcome: Literal["played", "cut", "missed", "failed"]
    """Heard to its end; cut off; never begun; begun without sound."""
    reason: Text | None = None
    relayed: Annotated[Literal[0, 1], WHOLE] = 0
    """1: tiếp âm."""
    relayed_from: Text | None = None
    volume: Volume
    power_w: Finite | None = None
    content_url: Annotated[str, Bounds(max_length=2_000)] | None = None
    field: Annotated[Field, WHOLE] | None = None
    summary: Text | None = None
    made_s: EpochS | None = None
    author: Author | None = None
    details: Annotated[tuple[Detail, ...], Bounds(max_length=20)] = ()
    news_source: Text | None = None

    @property
    def from_ms(self) -> int:
        """When it began, as exactly as it is known."""
        return self.started_s * 1000 if self.started_ms is None else self.started_ms

    @property
    def to_ms(self) -> int:
        """When it ended, as exactly as it is known."""
        return self.ended_s * 1000 if self.ended_ms is None else self.ended_ms

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        check_same_instant("ThoiDiemBatDau", self.started_s, self.started_ms)
        check_same_instant("ThoiDiemKetThuc", self.ended_s, self.ended_ms)
        if self.ended_s < self.started_s or self.to_ms < self.from_ms:
            raise disagreement(f"ThoiDiemKetThuc {self.ended_s}", "an instant not before the start")
        return self


class PlayLog(Part):
    """Entries of the play log (nhật ký phát), new ones and, after an outage, older ones."""

    sent_s: EpochS
    """When the device sent it, by its clock; no entry is later."""
    entries: Annotated[tuple[PlayEntry, ...], Bounds(min_length=1, max_length=50)]

    def instants(self) -> Iterator[Instant]:
        """Every instant by the device's clock, in ms, with its place."""
        yield ("ThoiDiemGui",), self.sent_s * 1000
        for number, entry in enumerate(self.entries):
            yield ("NhatKy", number, "ThoiDiemBatDau"), entry.from_ms
            yield ("NhatKy", number, "ThoiDiemKetThuc"), entry.to_ms

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for entry in self.entries:
            if entry.ended_s > self.sent_s:
                wrong = f"{entry.entry} ended at {entry.ended_s}"
                raise disagreement(wrong, f"no entry after ThoiDiemGui {self.sent_s}")
        if len({entry.entry for entry in self.entries}) < len(self.entries):
            raise disagreement("an entry twice", "each NhatKyID once")
        return self


class Online(Part):
    """Whether a device is connected: retained, and false as its last will."""

    online: bool
    at_s: EpochS | None = None
    """Not in a last will, which is written before its time."""
    boot: Name | None = None

    def instants(self) -> Iterator[Instant]:
        """Every instant by the device's clock, in ms, with its place."""
        if self.at_s is not None:
            yield ("ThoiDiem",), self.at_s * 1000
