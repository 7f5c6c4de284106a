"""One writer at a time, all or nothing, on SQLite and PostgreSQL."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as WaitedTooLong

from reference_system.services.acting import acting, chained, itself
from reference_system.services.system import System
from reference_system.store.database import BadAddress, Database
from reference_system.store.people import AuditEntry


def test_what_is_checked_still_holds_when_it_is_written(system: System) -> None:
    def count() -> None:
        for _ in range(10):
            with acting(system, itself(system)) as act:
                seen = len(act.session.scalars(select(AuditEntry)).all())
                act.record("count", str(seen))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with system.database.reading() as session:
        subjects = session.scalars(select(AuditEntry.subject).order_by(AuditEntry.number)).all()
    assert subjects == [str(number) for number in range(40)]


def test_who_waits_too_long_for_the_writer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference_system.store.database.BUSY_MS", 100)
    database = Database(f"sqlite:///{tmp_path / 'one.sqlite'}")

    def write_within() -> None:
        with database.writing(), database.writing():
            pass

    with pytest.raises(WaitedTooLong):
        write_within()
    with database.writing():
        pass
    database.close()


def test_an_act_that_raises_leaves_nothing_and_rings_no_bell(system: System) -> None:
    rung = []

    def break_down() -> None:
        with acting(system, itself(system)) as act:
            act.afterwards(lambda: rung.append(True))
            act.record("break", "x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_down()
    with system.database.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []
    assert rung == []


@pytest.mark.parametrize("change", ["UPDATE audit SET login = 'other'", "DELETE FROM audit"])
def test_the_audit_log_is_append_only(system: System, change: str) -> None:
    with acting(system, itself(system)) as act:
        act.record("first", "x", why="because")
    with pytest.raises(DBAPIError), system.database.writing() as session:
        session.execute(text(change))
    with system.database.reading() as session:
        (entry,) = session.scalars(select(AuditEntry)).all()
    assert entry.login == "system"
    assert entry.chain == chained(bytes(32), entry)


@pytest.mark.parametrize("url", ["mysql://x/y", "nothing", ""])
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        Database(url)
