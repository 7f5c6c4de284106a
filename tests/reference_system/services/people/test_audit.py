"""The audit log: who may read which of it, and that a change of it is found."""

import pytest
from sqlalchemy import text

from reference_system.services.acting import ROLES, acting, itself
from reference_system.services.people import audit
from reference_system.services.people.audit import Wanted
from reference_system.services.refusals import Forbidden, TooLarge
from reference_system.services.units import Unit

CENTRAL = Unit("central", "VN")
BINH_DINH = Unit("province", "52")
AN_LAO = Unit("district", "542")
AN_HUNG = Unit("commune", "21613")
QUY_NHON = Unit("district", "540")
LEVELS = (CENTRAL, BINH_DINH, AN_LAO, AN_HUNG)

TAMPERING = {
    "an action": "UPDATE audit SET action = 'other' WHERE number = 3",
    "a login": "UPDATE audit SET login = 'mai' WHERE number = 3",
    "a person": "UPDATE audit SET person_id = 'x' WHERE number = 3",
    "a subject": "UPDATE audit SET subject = 'x' WHERE number = 3",
    "a moment": "UPDATE audit SET at_ms = at_ms + 1 WHERE number = 3",
    "a detail": """UPDATE audit SET detail = '{"why": "vì thế", "step": 4}' WHERE number = 3""",
    "a hash": "UPDATE audit SET chain = (SELECT chain FROM audit WHERE number = 2) "
    "WHERE number = 3",
}


@pytest.fixture
def log(system, person) -> None:
    """Five entries by one person."""
    lan = person("lan", AN_HUNG, "compose")
    for step in range(1, 6):
        with acting(system, lan) as act:
            act.record("step", f"bản tin {step}", step=step, why="vì thế")


def _tamper(system, *statements: str) -> None:
    """What somebody with the database's own password could do."""
    with system.database.writing() as session:
        if system.database.is_sqlite:
            session.execute(text("DROP TRIGGER audit_no_update"))
            session.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            session.execute(text("DROP TRIGGER audit_append_only ON audit"))
        for statement in statements:
            session.connection().exec_driver_sql(statement)


def _verify(system) -> audit.Verification:
    with system.database.reading() as session:
        return audit.verify(session)


def test_an_untouched_log_is_whole(system, log) -> None:
    found = _verify(system)
    assert (found.entries, found.broken) == (5, None)
    assert found.head != bytes(32)


def test_an_empty_log_is_whole(system) -> None:
    assert _verify(system) == audit.Verification(0, None, bytes(32))


@pytest.mark.parametrize("what", TAMPERING)
def test_a_changed_entry_is_named(system, log, what) -> None:
    _tamper(system, TAMPERING[what])
    assert _verify(system).broken == 3


def test_the_entry_behind_one_removed_is_named(system, log) -> None:
    _tamper(system, "DELETE FROM audit WHERE number = 3")
    assert _verify(system).broken == 4


def test_the_end_removed_shows_in_the_head(system, log) -> None:
    head = _verify(system).head
    _tamper(system, "DELETE FROM audit WHERE number = 5")
    found = _verify(system)
    assert found.broken is None
    assert found.head != head


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("unit", LEVELS, ids=lambda unit: unit.level)
def test_administrators_read_what_was_done_in_their_unit_and_below(
    system, person, act, unit, role
) -> None:
    people = {each: person(f"o-{each.level}-{each.code}", each) for each in (*LEVELS, QUY_NHON)}
    for each in people.values():
        with act(each) as doing:
            doing.record("did", each.login)
    with act(itself(system)) as doing:
        doing.record("did", "system")
    me = person("me", unit, role)
    if role != "administer":
        for read in (audit.listed, audit.exported):
            with pytest.raises(Forbidden), act(me) as doing:
                read(doing, Wanted())
        return
    expected = {
        CENTRAL: {*(each.login for each in people.values()), "system"},
        BINH_DINH: {*(each.login for each in people.values()), "system"},
        AN_LAO: {people[AN_LAO].login, people[AN_HUNG].login},
        AN_HUNG: {people[AN_HUNG].login},
    }[unit]
    with act(me) as doing:
        assert {each.subject for each in audit.listed(doing, Wanted()).items} == expected
        assert {each.subject for each in audit.exported(doing, Wanted())} == expected
    if unit in (CENTRAL, BINH_DINH):
        with act(me) as doing:
            assert audit.verified(doing).broken is None
    else:
        with pytest.raises(Forbidden, match="whole-system-only"), act(me) as doing:
            audit.verified(doing)


def test_entries_are_found_by_login_action_and_time_in_pages(system, person, act, clock) -> None:
    lan, mai = person("lan", AN_HUNG, "compose"), person("mai", AN_HUNG, "compose")
    start = clock.ms
    for step in range(6):
        with act(lan if step % 2 else mai) as doing:
            doing.record("even" if step < 3 else "late", str(step))
        clock.advance(1000)
    me = person("me", BINH_DINH, "administer")

    def subjects(wanted: Wanted, before: int | None = None, limit: int = 50):
        with act(me) as doing:
            found = audit.listed(doing, wanted, before, limit)
        return "".join(each.subject for each in found.items), found.before

    assert subjects(Wanted()) == ("543210", None)
    assert subjects(Wanted(login="lan")) == ("531", None)
    assert subjects(Wanted(action="late", login="mai")) == ("4", None)
    assert subjects(Wanted(from_ms=start + 2000, before_ms=start + 4000)) == ("32", None)
    first, before = subjects(Wanted(), limit=4)
    assert (first, subjects(Wanted(), before, 4)) == ("5432", ("10", None))
    assert subjects(Wanted(), limit=6)[1] is None


def test_an_export_that_is_too_long_is_refused(system, log, person, act, monkeypatch) -> None:
    me = person("me", BINH_DINH, "administer")
    monkeypatch.setattr(audit, "EXPORTED", 5)
    with act(me) as doing:
        assert [each.detail["step"] for each in audit.exported(doing, Wanted())] == [1, 2, 3, 4, 5]
    monkeypatch.setattr(audit, "EXPORTED", 4)
    with pytest.raises(TooLarge), act(me) as doing:
        audit.exported(doing, Wanted())
