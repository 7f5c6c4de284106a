"""People, what they may do, their sessions, and the record of what they did."""

from sqlalchemy import DDL, ForeignKey, Index, LargeBinary, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reference_system.store.base import Code, Data, Id, Moment, Name, Table


class Person(Table):
    """An account of a person who works with the system, in a unit: `level` and `code`.

    `department` names the sở, ban or ngành that the account is of; empty for most. `totp_last_step`
    is the 30-second step of the last code that was taken, so that each works once. `totp_sealed` is
    the secret of the second factor, sealed with a key that is not in the database.
    """

    __tablename__ = "people"

    id: Mapped[Id] = mapped_column(primary_key=True)
    login: Mapped[Name] = mapped_column(unique=True)
    name: Mapped[Name]
    level: Mapped[Code]
    code: Mapped[Code]
    department: Mapped[Name] = mapped_column(default="")
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed: Mapped[bool] = mapped_column(default=False)
    totp_last_step: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    created_ms: Mapped[Moment]

    roles: Mapped[list["PersonRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __table_args__ = (Index("ix_people_created", "created_ms", "id"),)


class PersonRole(Table):
    """A role that a person holds in the own unit and below."""

    __tablename__ = "person_roles"

    person_id: Mapped[Id] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[Code] = mapped_column(primary_key=True)


class Attempts(Table):
    """Failed attempts at one secret in a row, and until when no more are heard.

    `key` names the secret: `login:PERSON`, `totp:PERSON`, or `stranger:N` for logins of nobody.
    `unheard` counts the attempts that came while it was locked.
    """

    __tablename__ = "attempts"

    key: Mapped[Name] = mapped_column(primary_key=True)
    failed: Mapped[int] = mapped_column(default=0)
    unheard: Mapped[int] = mapped_column(default=0)
    locked_until_ms: Mapped[Moment] = mapped_column(default=0)


class LoginSession(Table):
    """A login that has not ended; the token itself is known to its holder only."""

    __tablename__ = "login_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("people.id"), index=True)
    created_ms: Mapped[Moment]
    used_ms: Mapped[Moment]
    expires_ms: Mapped[Moment]
    confirmed_ms: Mapped[Moment] = mapped_column(default=0)


class AuditEntry(Table):
    """One act of a person or of the system itself. Entries are added, never changed or removed."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at_ms: Mapped[Moment]
    person_id: Mapped[Id | None] = mapped_column(index=True)
    login: Mapped[Name]
    action: Mapped[Code] = mapped_column(index=True)
    subject: Mapped[Name]
    detail: Mapped[Data]
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


for _change in ("UPDATE", "DELETE"):
    event.listen(
        AuditEntry.__table__,
        "after_create",
        DDL(
            f"CREATE TRIGGER audit_no_{_change.lower()} BEFORE {_change} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )
event.listen(
    AuditEntry.__table__,
    "after_create",
    DDL(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$; "
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    ).execute_if(dialect="postgresql"),
)
