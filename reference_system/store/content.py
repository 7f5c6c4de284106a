"""Bulletins, what they say in each language, the steps that they took, and kept sounds."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from reference_system.store.base import Code, Id, Moment, Name, Table


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
    audio, video, relay. `status`: Actual, Exercise, Test. `level` and `code` name the unit that
    composed it. `source_id` names the system where it was made, `source_key` its id there.
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
    author_id: Mapped[Id | None]
    valid_until_ms: Mapped[Moment | None]
    relay_url: Mapped[str | None]
    source_id: Mapped[Name] = mapped_column(default="")
    source_key: Mapped[Name] = mapped_column(default="")
    created_ms: Mapped[Moment]
    changed_ms: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_bulletins_source", "source_id", "source_key"),)


class BulletinContent(Table):
    """What a bulletin says in one language: words, and the file that is played or shown."""

    __tablename__ = "bulletin_contents"

    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    language: Mapped[Code] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(default="")
    media_sha256: Mapped[Id | None] = mapped_column(ForeignKey("media.sha256"))
    spoken_by: Mapped[Code | None]


class BulletinStep(Table):
    """A step that a person took with a bulletin: who, when, which, and why."""

    __tablename__ = "bulletin_steps"

    id: Mapped[Id] = mapped_column(primary_key=True)
    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), index=True)
    at_ms: Mapped[Moment]
    person_id: Mapped[Id | None]
    step: Mapped[Code]
    reason: Mapped[str] = mapped_column(default="")
