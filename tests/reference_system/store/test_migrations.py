"""The migrations make exactly the tables that the program describes."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from reference_system.store import tables
from reference_system.store.database import BadAddress, Database
from reference_system.store.migrations import migrate


def test_an_empty_database_gets_the_described_tables(empty_url: str) -> None:
    database = Database(empty_url)
    migrate(database)
    migrate(database)  # again: nothing to do
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.METADATA) == []
    database.close()


@pytest.mark.parametrize("change", ["UPDATE audit SET login = 'x'", "DELETE FROM audit"])
def test_the_audit_log_of_a_migrated_database_is_append_only(empty_url: str, change: str) -> None:
    database = Database(empty_url)
    migrate(database)
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO audit (at_ms, login, action, subject, detail, chain) "
                "VALUES (0, 'a', 'b', 'c', '{}', '')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(change))
    database.close()


def test_a_database_of_a_later_version_is_refused_untouched(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'later.sqlite'}")
    migrate(database)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadAddress, match="later version"):
        migrate(database)
    with database.reading() as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    database.close()
