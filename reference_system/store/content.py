"""Bulletins, what they say in each language, the steps that they took, and kept sounds."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reference_system.store.base import Code, Data, Id, Items, Moment, Name, Table


class Media(Table):
    """A sound, a picture or a video, kept on disk under its hash. Durations are of the sound."""

    __tablename__ = "media"

    sha256: Mapped[Id] = mapped_column(primary_key=True)
    media_type: Mapped[Code]
    size_bytes: Mapped[Moment]
    duration_ms: Mapped[Moment | None]
    loudness_lufs: Mapped[float | None]
    peak_dbfs: Mapped[float | None]
    origin: Mapped[Name]
    created_ms: Mapped[Moment]


class BulletinRow(Table):
    """A bulletin (bản tin) on its way from draft to approved, or received from another system.

    `state`: draft, submitted, appraised, approved, returned, withdrawn. `kind`: text, image,
    audio, video, relay. `status`: Actual, Exercise, Test. `field`: one of
    `reference_system.services.content.bulletin_words.FIELDS`. `level` and `code` name the unit that
    composed it, `department` the author's. `source_id` names the system where it was made,
    `source_key` its id there. What was approved never changes: a new version is a row of its own
    that `revises` the old one. `version` grows with each step. `words_hash` is of the request
    that made the row: the same id with the same words is the same request.
    """

    __tablename__ = "bulletins"

    id: Mapped[Id] = mapped_column(primary_key=True)
    title: Mapped[Name]
    summary: Mapped[str] = mapped_column(default="")
    bulletin_class: Mapped[Code]
    severity: Mapped[int] = mapped_column(default=0)
    field: Mapped[Code]
    kind: Mapped[Code]
    status: Mapped[Code]
    state: Mapped[Code] = mapped_column(index=True)
    level: Mapped[Code]
    code: Mapped[Code]
    department: Mapped[Name] = mapped_column(default="")
    author_id: Mapped[Id | None]
    valid_until_ms: Mapped[Moment | None]
    relay_url: Mapped[str | None]
    source_id: Mapped[Name] = mapped_column(default="")
    source_key: Mapped[Name] = mapped_column(default="")
    created_ms: Mapped[Moment]
    changed_ms: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    revises: Mapped[Id | None] = mapped_column(ForeignKey("bulletins.id"), index=True)
    words_hash: Mapped[Id | None]

    __table_args__ = (
        Index("ix_bulletins_source", "source_id", "source_key"),
        Index("ix_bulletins_newest", "created_ms", "id"),
    )


class BulletinContent(Table):
    """What a bulletin says in one language: words, and the file that is played or shown."""

    __tablename__ = "bulletin_contents"

    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    language: Mapped[Code] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(default="")
    media_sha256: Mapped[Id | None] = mapped_column(ForeignKey("media.sha256"))
    spoken_by: Mapped[Code | None]


class BulletinStep(Table):
    """A step that a person took with a bulletin: who, when, which, to which version, and why."""

    __tablename__ = "bulletin_steps"

    id: Mapped[Id] = mapped_column(primary_key=True)
    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), index=True)
    at_ms: Mapped[Moment]
    person_id: Mapped[Id | None]
    step: Mapped[Code]
    version: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(default="")


class AlertRow(Table):
    """A CAP message that came in, as it came; a person has looked after it once it is `handled`.

    Sender, identifier and `sent_ms` name a message everywhere; `refers_to` holds these of the
    earlier ones that it updates or cancels. `message_type`: Alert, Update, Cancel. `bulletin_id`
    is the draft made of it; a Cancel makes none, and cancels nothing by itself: `concerns` are
    the bulletins here that it is about. `area` is a `scenarios.scenario.Area` as a mapping, and
    `notes` (code, vi, en) what an operator must look at.
    """

    __tablename__ = "alerts"

    id: Mapped[Id] = mapped_column(primary_key=True)
    sender: Mapped[Name]
    identifier: Mapped[Name]
    sent_ms: Mapped[Moment]
    message_type: Mapped[Code]
    title: Mapped[Name]
    refers_to: Mapped[Items]
    concerns: Mapped[Items]
    area: Mapped[Data]
    notes: Mapped[Items]
    bulletin_id: Mapped[Id | None] = mapped_column(ForeignKey("bulletins.id"))
    level: Mapped[Code]
    code: Mapped[Code]
    xml: Mapped[bytes]
    received_ms: Mapped[Moment]
    received_by: Mapped[Id | None]
    handled_ms: Mapped[Moment | None]
    handled_by: Mapped[Id | None]

    __table_args__ = (
        UniqueConstraint("sender", "identifier", "sent_ms"),
        Index("ix_alerts_newest", "received_ms", "id"),
    )


class CommuneChoice(Table):
    """What a commune decided about a bulletin that it was offered.

    `chosen`: whether it plays a normal one. `place`: where among those of its priority bulletins
    that it put in an order a priority one stands, from 1.
    """

    __tablename__ = "commune_choices"

    commune: Mapped[Code] = mapped_column(primary_key=True)
    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    chosen: Mapped[bool] = mapped_column(default=False)
    place: Mapped[int | None]
    changed_ms: Mapped[Moment]
    changed_by: Mapped[Id | None]
