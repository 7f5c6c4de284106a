"""The migrations make exactly the tables that the program describes."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from reference_system.store import tables
from reference_system.store.database import BadAddress, Database
from reference_system.store.migrations import HEAD, configuration, migrate
from reference_system.store.people import LoginSession, Person


def test_an_empty_database_gets_the_described_tables(empty_url: str) -> None:
    database = Database(empty_url)
    migrate(database)
    migrate(database)  # again: nothing to do
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.METADATA) == []
    database.close()


def test_the_files_are_named_by_their_steps(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'any.sqlite'}")
    steps = ScriptDirectory.from_config(configuration(database)).walk_revisions()
    named = [(step.revision, Path(step.path).name[:4]) for step in steps]
    assert all(revision == name for revision, name in named)
    assert named[0][0] == HEAD
    database.close()


def test_a_database_that_is_up_to_date_needs_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'any.sqlite'}"
    begun = Database(url)
    migrate(begun)
    begun.close()
    again = (
        "import sys\n"
        "from reference_system.store.database import Database\n"
        "from reference_system.store.migrations import migrate\n"
        f"migrate(Database({url!r}))\n"
        "assert 'alembic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", again], check=True, timeout=60)


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


def test_second_factors_that_lay_in_clear_are_to_be_enrolled_again(empty_url: str) -> None:
    database = Database(empty_url)
    command.upgrade(configuration(database), "0006")
    person = "'p', 'lan', 'Lan', 'province', '52', '', 'x', false, 'SECRET', true, 7, true, 0"
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO people (id, login, name, level, code, department, password_hash, "
                "must_change_password, totp_secret, totp_confirmed, totp_last_step, active, "
                f"created_ms) VALUES ({person})"
            )
        )
        session.execute(text("INSERT INTO person_roles (person_id, role) VALUES ('p', 'operate')"))
        session.execute(
            text(
                "INSERT INTO login_sessions (token_hash, person_id, created_ms, used_ms, "
                "expires_ms, confirmed_ms) VALUES ('t', 'p', 0, 0, 9, 5)"
            )
        )
    migrate(database)
    with database.reading() as session:
        person = session.get_one(Person, "p")
        factor = (person.totp_sealed, person.totp_confirmed, person.totp_last_step)
        assert factor == (None, False, 0)
        assert [each.role for each in person.roles] == ["operate"]
        assert session.scalars(select(LoginSession.confirmed_ms)).all() == [0]
        assert "SECRET" not in str(session.execute(text("SELECT * FROM people")).all())
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
