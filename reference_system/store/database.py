"""The database: SQLite by default, PostgreSQL by its address, the same to everybody else.

One transaction writes at a time, on both: what a service checks still holds when it writes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import TimeoutError as WaitedTooLong
from sqlalchemy.orm import Session

from reference_system.store.turns import Turns

BUSY_MS = 10_000
"""How long a write waits for another process's before it gives up."""

_WRITER_LOCK = 0x74746373  # the number of PostgreSQL's advisory lock, "ttcs"


class BadAddress(ValueError):
    """A database address that cannot be used."""


class Database:
    """One open database. Safe to use from many threads."""

    def __init__(self, url: str) -> None:
        """Connect lazily to `sqlite:///FILE` or `postgresql://…`; raises `BadAddress`."""
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # SQLite's own waiting is by trial and sleep, and a thread can lose every trial.
        self._writers = Turns() if self.is_sqlite else None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that may write: stored when the block ends, undone if it raises.

        Raises SQLAlchemy's `TimeoutError` where others write for `BUSY_MS`.
        """
        with (
            self._turn(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            if self.is_sqlite:
                session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
            else:
                session.execute(text(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})"))
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one moment of the database and stores nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            if not self.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._writers is None:
            yield
            return
        with ExitStack() as turn:
            try:
                turn.enter_context(self._writers.turn(BUSY_MS / 1000))
            except TimeoutError:
                raise WaitedTooLong("others have been writing for too long") from None
            yield

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
    except ArgumentError:
        raise BadAddress("not an address of a database") from None
    match address.get_backend_name():
        case "sqlite":
            engine = create_engine(address, connect_args={"timeout": BUSY_MS / 1000})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        case "postgresql":
            return create_engine(
                address.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                pool_size=10,
                max_overflow=30,
                connect_args={
                    "connect_timeout": BUSY_MS // 1000,
                    "options": f"-c lock_timeout={BUSY_MS}",
                },
            )
        case other:
            raise BadAddress(f"{other} is not supported: sqlite:///FILE or postgresql://…")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, below
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a power cut must not undo what was accepted
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
