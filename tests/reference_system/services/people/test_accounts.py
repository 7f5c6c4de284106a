"""Who may give which account to whom, tried for every role at every level."""

import pytest
from sqlalchemy import select

from reference_system.services.acting import ROLES, acting
from reference_system.services.people import accounts, passwords, proofs, sessions
from reference_system.services.people.accounts import Account
from reference_system.services.refusals import Conflict, Forbidden, Invalid, Missing, NotKnown
from reference_system.services.units import Unit
from reference_system.store.people import AuditEntry, LoginSession, Person

CENTRAL = Unit("central", "VN")
BINH_DINH = Unit("province", "52")
AN_LAO = Unit("district", "542")
AN_HUNG = Unit("commune", "21613")
QUY_NHON = Unit("district", "540")
QUANG_BINH = Unit("province", "44")

UNITS = (CENTRAL, BINH_DINH, AN_LAO, AN_HUNG, QUY_NHON, QUANG_BINH)
BELOW = {
    CENTRAL: set(UNITS),
    BINH_DINH: {BINH_DINH, AN_LAO, AN_HUNG, QUY_NHON},
    AN_LAO: {AN_LAO, AN_HUNG},
    AN_HUNG: {AN_HUNG},
}
ACTIONS = {
    "get": lambda act, other: accounts.get(act, other.person_id),
    "change": lambda act, other: accounts.change(
        act, other.person_id, Account(other.login, "Tên mới", other.unit, other.roles), active=True
    ),
    "close": lambda act, other: accounts.change(
        act,
        other.person_id,
        Account(other.login, other.name, other.unit, other.roles),
        active=False,
    ),
    "reset password": lambda act, other: accounts.reset_password(act, other.person_id),
    "reset second factor": lambda act, other: accounts.reset_second_factor(act, other.person_id),
}


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        passwords, "HASHER", passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


def test_every_role_at_every_level_with_every_action_on_every_unit(system, person) -> None:
    others = {unit: person(f"khac{number}", unit, "view") for number, unit in enumerate(UNITS)}
    wrong = []
    for unit in BELOW:
        for role in ROLES:
            me = person(f"{unit.level}-{role}", unit, role)
            for other_unit, other in others.items():
                for name, action in ACTIONS.items():
                    expected = (
                        Forbidden
                        if role != "administer"
                        else None
                        if other_unit in BELOW[unit]
                        else Missing
                    )
                    if _outcome(system, me, action, other) is not expected:
                        wrong.append((unit.level, role, name, other_unit))
    assert wrong == []


def _outcome(system, me, action, other):
    class UndoError(Exception):
        pass

    try:
        with acting(system, me) as act:
            action(act, other)
            raise UndoError
    except UndoError:
        return None
    except (Forbidden, Missing) as refused:
        return type(refused)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("own", BELOW, ids=lambda unit: unit.level)
def test_an_account_is_given_within_the_own_unit_by_administrators_only(
    system, person, act, own, role
) -> None:
    me = person("me", own, role)
    for number, unit in enumerate(UNITS):
        account = Account(f"moi{number}", "Người mới", unit, frozenset({"approve"}))
        if role == "administer" and unit in BELOW[own]:
            with act(me) as doing:
                assert accounts.create(doing, account).first_password
        else:
            with pytest.raises(Forbidden), act(me) as doing:
                accounts.create(doing, account)


def test_nobody_moves_a_person_out_of_the_own_unit(person, act) -> None:
    me, other = person("me", AN_LAO, "administer"), person("other", AN_HUNG, "view")
    with pytest.raises(Forbidden), act(me) as doing:
        accounts.change(
            doing,
            other.person_id,
            Account("other", "Other", BINH_DINH, frozenset({"view"})),
            active=True,
        )


def test_nobody_changes_the_own_account(person, act) -> None:
    me = person("me", BINH_DINH, "administer")
    for name in ("change", "close", "reset password", "reset second factor"):
        with pytest.raises(Forbidden, match="own-account"), act(me) as doing:
            ACTIONS[name](doing, me)


def test_a_department_composes_and_nothing_else(person, act) -> None:
    me = person("me", BINH_DINH, "administer")
    health = Account("syt", "Sở Y tế", BINH_DINH, frozenset({"compose"}), "Sở Y tế")
    with act(me) as doing:
        created = accounts.create(doing, health)
    assert accounts.roles_of(created.person) == ["compose"]
    for role in set(ROLES) - {"compose"}:
        raised = Account("syt", "Sở Y tế", BINH_DINH, frozenset({"compose", role}), "Sở Y tế")
        with pytest.raises(Invalid, match="department-composes"), act(me) as doing:
            accounts.change(doing, created.person.id, raised, active=True)


def test_the_same_id_and_words_create_once(person, act) -> None:
    me = person("me", BINH_DINH, "administer")
    lan = Account("lan", "Lan", AN_HUNG, frozenset({"view"}))
    with act(me) as doing:
        first = accounts.create(doing, lan, "p-1")
    with act(me) as doing:
        again = accounts.create(doing, lan, "p-1")
    assert (again.person.id, again.first_password) == (first.person.id, None)
    with pytest.raises(Conflict, match="id-taken"), act(me) as doing:
        accounts.create(doing, Account("mai", "Mai", AN_HUNG, frozenset()), "p-1")
    with pytest.raises(Conflict, match="login-taken"), act(me) as doing:
        accounts.create(doing, lan, "p-2")


@pytest.mark.parametrize("login", ["", "ab", "Lan", "lan mai", "lần", "a" * 65, "lan\n"])
def test_a_login_is_plain(person, act, login) -> None:
    with pytest.raises(Invalid, match="bad-login"), act(person("me", BINH_DINH)) as doing:
        accounts.create(doing, Account(login, "Lan", AN_HUNG, frozenset()))


@pytest.mark.parametrize(
    ("account", "active", "ends"),
    [
        (Account("lan", "Lan Anh", AN_LAO, frozenset({"view"})), True, False),
        (Account("lan", "Lan", AN_HUNG, frozenset({"view"})), True, True),
        (Account("lan", "Lan", AN_LAO, frozenset({"view", "compose"})), True, True),
        (Account("lan", "Lan", AN_LAO, frozenset({"view"})), False, True),
    ],
    ids=["name", "unit", "roles", "closed"],
)
def test_what_changes_rights_ends_sessions(system, person, act, account, active, ends) -> None:
    lan = person("lan", AN_LAO, "view")
    with system.database.writing() as session:
        session.add(
            LoginSession(
                token_hash=sessions.token_hash("t"),
                person_id=lan.person_id,
                created_ms=system.clock(),
                used_ms=system.clock(),
                expires_ms=system.clock() + 1000,
            )
        )
    with act(person("me", BINH_DINH, "administer")) as doing:
        accounts.change(doing, lan.person_id, account, active=active)
    if ends:
        with pytest.raises(NotKnown):
            sessions.actor(system, "t")
    else:
        assert sessions.actor(system, "t").name == "Lan Anh"


def test_the_first_administrator_is_made_once_and_in_an_empty_database(system) -> None:
    login, password = accounts.first_administrator(system)
    assert accounts.first_administrator(system) is None
    opened = sessions.log_in(system, login, password, "127.0.0.1")
    assert opened.person.must_change_password
    with system.database.reading() as session:
        entries = session.scalars(select(AuditEntry)).all()
        stored = session.scalars(select(Person.password_hash)).one()
    assert stored.startswith("$argon2id$")
    assert password not in str([(each.subject, each.detail) for each in entries]) + stored


def test_first_passwords_differ_and_are_good_enough() -> None:
    some = {passwords.new_password() for _ in range(100)}
    assert len(some) == 100
    for password in some:
        passwords.check(password, "lan", "Lan")


@pytest.mark.parametrize(
    "password",
    [
        "ngắn quá 11",
        "nguyen.thi.lan",
        "Nguyễn Thị Lan",
        "nguyenthilannguyenthilan",
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "password1234",
        "Matkhau@123456",
        "MẬT KHẨU 2024",
        "qwertyuiop12",
    ],
)
def test_a_weak_password_is_refused(password) -> None:
    with pytest.raises(Invalid, match="weak-password"):
        passwords.check(password, "nguyen.thi.lan", "Nguyễn Thị Lan")


def test_a_password_is_the_same_however_the_keyboard_composes_it() -> None:
    stored = passwords.hashed("đường về quê xa")  # composed
    assert passwords.fits("đường về quê xa", stored)


def test_an_account_without_a_password_lets_nobody_in(system, person) -> None:
    person("lan")
    for password in ("", "x" * 12):
        assert not proofs.try_password(system, "lan", password).fits
