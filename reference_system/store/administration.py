"""Feedback of citizens, documents downward, yearly reports, channels, and the commune pages."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reference_system.store.base import Code, Id, Moment, Name, Table


class Feedback(Table):
    """What a citizen tells the authorities (phản ánh) about something in a commune.

    `level`, `code` and `department` name who handles it. `state`: received, routed, answered,
    closed. `receipt` is the code by which the citizen asks for state and answer; `channel`: web,
    phone, paper, in-person. `entered_by` is the operator who typed it in, if one did.
    """

    __tablename__ = "feedback"

    id: Mapped[Id] = mapped_column(primary_key=True)
    receipt: Mapped[Code] = mapped_column(unique=True)
    channel: Mapped[Code]
    commune: Mapped[Code] = mapped_column(index=True)
    text: Mapped[str]
    sender_name: Mapped[Name] = mapped_column(default="")
    sender_contact: Mapped[Name] = mapped_column(default="")
    entered_by: Mapped[Id | None]
    level: Mapped[Code]
    code: Mapped[Code]
    department: Mapped[Name] = mapped_column(default="")
    state: Mapped[Code]
    answer: Mapped[str] = mapped_column(default="")
    received_ms: Mapped[Moment]
    due_ms: Mapped[Moment]
    answered_ms: Mapped[Moment | None]

    __table_args__ = (
        Index("ix_feedback_received", "received_ms", "id"),
        Index("ix_feedback_handler", "level", "code"),
    )


class FeedbackStep(Table):
    """A step in the handling of feedback: received, routed, answered, closed. Kept in order."""

    __tablename__ = "feedback_steps"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    feedback_id: Mapped[Id] = mapped_column(ForeignKey("feedback.id"), index=True)
    at_ms: Mapped[Moment]
    person_id: Mapped[Id | None]
    step: Mapped[Code]
    level: Mapped[Code]
    code: Mapped[Code]
    department: Mapped[Name]
    note: Mapped[str] = mapped_column(default="")


class Document(Table):
    """A document (văn bản) from a unit to units below it; its file is kept under its hash.

    `number` is the document's own, as in 12/QĐ-UBND. Without a file (`sha256` None) it is not
    sent yet, and nobody below sees it. `kind`: pdf, docx.
    """

    __tablename__ = "documents"

    id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[Name]
    title: Mapped[Name]
    level: Mapped[Code]
    code: Mapped[Code]
    prepared_by: Mapped[Id | None]
    prepared_ms: Mapped[Moment]
    kind: Mapped[Code | None]
    sha256: Mapped[Id | None]
    size_bytes: Mapped[Moment | None]
    sent_ms: Mapped[Moment | None]

    __table_args__ = (Index("ix_documents_sender", "level", "code", "prepared_ms"),)


class DocumentRecipient(Table):
    """A unit that a document is for, and when and by whom it was read there first."""

    __tablename__ = "document_recipients"

    document_id: Mapped[Id] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    level: Mapped[Code] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    read_ms: Mapped[Moment | None]
    read_by: Mapped[Id | None]

    __table_args__ = (Index("ix_document_recipients_unit", "level", "code"),)


class YearlyReport(Table):
    """A unit's report on a year: once submitted, its two files never change.

    It covers from `since_ms` to before `until_ms`. `sha256` is of `csv` and `html` together, see
    `services.administration.yearly_report.seal`.
    """

    __tablename__ = "yearly_reports"

    id: Mapped[Id] = mapped_column(primary_key=True)
    level: Mapped[Code]
    code: Mapped[Code]
    year: Mapped[int]
    since_ms: Mapped[Moment]
    until_ms: Mapped[Moment]
    made_ms: Mapped[Moment]
    made_by: Mapped[Id | None]
    csv: Mapped[str]
    html: Mapped[str]
    sha256: Mapped[Id]
    submitted_ms: Mapped[Moment | None]
    submitted_by: Mapped[Id | None]

    __table_args__ = (UniqueConstraint("level", "code", "year"),)


class Channel(Table):
    """A way out beside the loudspeakers: sms, app, social. Nothing is sent, only logged.

    `longest` is how much it takes: segments of an SMS, characters elsewhere.
    """

    __tablename__ = "channels"

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    name: Mapped[Name]
    level: Mapped[Code]
    code: Mapped[Code]
    longest: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    created_ms: Mapped[Moment]


class ChannelMessage(Table):
    """What a channel would have sent of a bulletin. `encoding`: gsm-7, ucs-2, unicode."""

    __tablename__ = "channel_messages"

    id: Mapped[Id] = mapped_column(primary_key=True)
    channel_id: Mapped[Id] = mapped_column(ForeignKey("channels.id"))
    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), index=True)
    at_ms: Mapped[Moment]
    text: Mapped[str]
    encoding: Mapped[Code]
    segments: Mapped[int]
    cut: Mapped[bool]

    __table_args__ = (
        UniqueConstraint("channel_id", "bulletin_id"),
        Index("ix_channel_messages_channel", "channel_id", "at_ms", "id"),
    )


class FollowedOrder(Table):
    """An order whose bulletin is on the commune pages, or was looked at for them."""

    __tablename__ = "followed_orders"

    order_id: Mapped[Id] = mapped_column(ForeignKey("orders.id"), primary_key=True)


class PublishedBulletin(Table):
    """A bulletin on commune pages; `folded` is what is searched: its words without diacritics."""

    __tablename__ = "published_bulletins"

    bulletin_id: Mapped[Id] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    folded: Mapped[str]


class CommunePost(Table):
    """A bulletin on the page of one commune, since it was first sent there."""

    __tablename__ = "commune_posts"

    commune: Mapped[Code] = mapped_column(primary_key=True)
    bulletin_id: Mapped[Id] = mapped_column(
        ForeignKey("published_bulletins.bulletin_id"), primary_key=True
    )
    published_ms: Mapped[Moment]

    __table_args__ = (Index("ix_commune_posts_page", "commune", "published_ms", "bulletin_id"),)
