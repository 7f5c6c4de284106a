"""Devices, what they said of themselves, and what they say that they played."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reference_system.store.base import Code, Data, Id, Moment, Name, Table


class Device(Table):
    """A registered device. `profile` is the name of a device profile, `commune` where it stands.

    `presence` is what the system has evidence for: unheard (never heard, or not since the system
    last started), online, offline (it said so, or its last will did), lost (silent for longer than
    its profile's limit). `heard_ms` is the last such evidence, by our clock. `status` is its last
    report, true at `status_ms` by its own clock; `clock_offset_ms` is how far that is ahead of
    ours, as measured at `measured_ms`. `refused` counts by reason what it sent and was not taken,
    and says when that was last written among the events.

    `secret_hash` is of the device's own password for HTTP, `broker_hash` for the broker; both are
    empty once it is revoked. `broker_knows` is false until the broker has been told.
    """

    __tablename__ = "devices"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[Name]
    kind: Mapped[Code]
    profile: Mapped[Code]
    supplier: Mapped[Name] = mapped_column(default="")
    commune: Mapped[Code] = mapped_column(index=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    registered_ms: Mapped[Moment]
    active: Mapped[bool] = mapped_column(default=True)
    secret_hash: Mapped[str] = mapped_column(String(64), default="")
    broker_hash: Mapped[str] = mapped_column(String(300), default="")
    broker_knows: Mapped[bool] = mapped_column(default=False, index=True)
    token_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    token_expires_ms: Mapped[Moment] = mapped_column(default=0)
    presence: Mapped[Code] = mapped_column(default="unheard")
    heard_ms: Mapped[Moment] = mapped_column(default=0)
    status_ms: Mapped[Moment] = mapped_column(default=0)
    status: Mapped[Data] = mapped_column(default=dict)
    clock_offset_ms: Mapped[Moment | None]
    measured_ms: Mapped[Moment] = mapped_column(default=0)
    refused: Mapped[Data] = mapped_column(default=dict)

    __table_args__ = (Index("ix_devices_presence", "presence", "heard_ms"),)


class DeviceEvent(Table):
    """A change in a device's life, when it was by our clock.

    registered, changed, credential, revoked; online, offline, lost; status (what differs from the
    report before); refused (a message that was not taken, and why).
    """

    __tablename__ = "device_events"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    device_id: Mapped[Id] = mapped_column(ForeignKey("devices.id"))
    at_ms: Mapped[Moment]
    event: Mapped[Code]
    detail: Mapped[Data]

    __table_args__ = (Index("ix_device_events_device", "device_id", "number"),)


class PlayLogEntry(Table):
    """One stretch of sound or picture that a device says it played, or missed (nhật ký phát).

    `key` is the device's own id of the entry: a log that is sent again, or back-filled after an
    outage, is never counted twice. `began_ms` is the device's true time of the start, `received_ms`
    ours of the receipt, `backfilled` whether much time lies between. `outcome`: played, cut,
    missed, failed. `sequence` counts the entries of one `boot` without gaps. Title and
    hash are kept here, so that the log outlives the bulletin.
    """

    __tablename__ = "play_log"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    device_id: Mapped[Id] = mapped_column(ForeignKey("devices.id"))
    key: Mapped[Name]
    boot: Mapped[Name]
    sequence: Mapped[Moment]
    item_id: Mapped[Name | None] = mapped_column(index=True)
    bulletin_id: Mapped[Name] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(500))
    bulletin_class: Mapped[Code]
    media_sha256: Mapped[Id | None]
    began_ms: Mapped[Moment] = mapped_column(index=True)
    played_ms: Mapped[Moment]
    duration_ms: Mapped[Moment]
    outcome: Mapped[Code]
    reason: Mapped[str] = mapped_column(String(500), default="")
    volume: Mapped[int]
    received_ms: Mapped[Moment]
    backfilled: Mapped[bool]

    __table_args__ = (
        UniqueConstraint("device_id", "key"),
        Index("ix_play_log_device", "device_id", "number"),
    )
