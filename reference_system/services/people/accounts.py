"""Accounts: who works with the system, in which unit, in which roles.

An administrator gives out roles in the own unit and below, and never changes the own account: so
nobody raises themselves, and somebody who can let others in always remains. Accounts are closed,
not deleted: the audit log goes on naming them. A department's account (sở, ban, ngành) supplies
essential information: it composes, and holds no other role.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from reference_system.services.acting import ROLES, Act, Role, acting, itself
from reference_system.services.paging import PAGE, Page, newest_first
from reference_system.services.people import attempts, passwords
from reference_system.services.people.proofs import end_all, login_key
from reference_system.services.people.second_factor import totp_key
from reference_system.services.refusals import Conflict, Forbidden, Invalid
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.services.within import nothing_there, within
from reference_system.store.base import new_id
from reference_system.store.people import Person, PersonRole

FIRST_LOGIN = "quantri"

LOGIN = r"^[a-z0-9][a-z0-9._-]{2,63}$"
"""What a login looks like; capital letters are read as small ones when somebody logs in."""

DEPARTMENT_ROLES: frozenset[Role] = frozenset({"compose"})


@dataclass(frozen=True, slots=True)
class Account:
    """What an administrator says of a person."""

    login: str
    name: str
    unit: Unit
    roles: frozenset[Role]
    department: str = ""


@dataclass(frozen=True, slots=True)
class Created:
    """A person, and the password to log in with once; None where the person was there already."""

    person: Person
    first_password: str | None


def first_administrator(system: System) -> tuple[str, str] | None:
    """Create the first person, who may administer; their login and random password.

    None where there is anybody already: the password is shown once, and must be changed at the
    first login.
    """
    with acting(system, itself(system)) as act:
        if act.session.scalars(select(Person.id).limit(1)).first() is not None:
            return None
        account = Account(
            FIRST_LOGIN,
            "Quản trị hệ thống",
            system.settings.unit,
            frozenset({"administer", "view"}),
        )
        created = _add(act, account, new_id(act.now_ms))
        return FIRST_LOGIN, str(created.first_password)


def create(act: Act, account: Account, person_id: str | None = None) -> Created:
    """Add a person. The same id with the same words again is the same person.

    Raises `Forbidden`, `Invalid`, and `Conflict` where the login or the id is another's.
    """
    act.require("administer", account.unit)
    _check(account)
    there = act.session.get(Person, person_id) if person_id else None
    if there is not None:
        if _account(act, there) != account:
            raise _taken("id-taken", "Mã", "id")
        return Created(there, None)
    if act.session.scalars(select(Person.id).where(Person.login == account.login)).first():
        raise _taken("login-taken", "Tên đăng nhập", "login")
    return _add(act, account, person_id or new_id(act.now_ms))


def change(act: Act, person_id: str, account: Account, *, active: bool) -> Person:
    """Say of a person what holds from now on; the login stays as it is.

    Another unit, other roles or a closed account end the person's sessions. Raises `Forbidden`,
    `Missing`, `Invalid`.
    """
    person = _another(act, person_id)
    before = _account(act, person)
    act.require("administer", account.unit)
    if account.login != person.login:
        raise Invalid(
            "login-stays", "Không đổi được tên đăng nhập.", "A login cannot be changed.", "login"
        )
    _check(account)
    if (account, active) == (before, person.active):
        return person
    if (account.unit, account.roles, account.department, active) != (
        *(before.unit, before.roles, before.department),
        person.active,
    ):
        end_all(act.session, person.id)
    person.name, person.department, person.active = account.name, account.department, active
    person.level, person.code = account.unit.level, account.unit.code
    _give_roles(person, account.roles)
    act.record("person-changed", person.login, active=active, **_words(account))
    return person


def reset_password(act: Act, person_id: str) -> str:
    """Give a person a new random password, to be changed at the next login; sessions end."""
    person = _another(act, person_id)
    password = passwords.new_password()
    person.password_hash, person.must_change_password = passwords.hashed(password), True
    attempts.cleared(act.session, login_key(person.id))
    end_all(act.session, person.id)
    act.record("password-reset", person.login)
    return password


def reset_second_factor(act: Act, person_id: str) -> None:
    """Take a person's second factor away, so that a new one can be set; sessions end."""
    person = _another(act, person_id)
    person.totp_sealed, person.totp_confirmed, person.totp_last_step = None, False, 0
    attempts.cleared(act.session, totp_key(person.id))
    end_all(act.session, person.id)
    act.record("totp-reset", person.login)


def get(act: Act, person_id: str) -> Person:
    """A person of the own unit or below; raises `Missing` for all others."""
    act.require("administer")
    person = act.session.get(Person, person_id)
    if person is None or not act.system.units.holds(act.actor.unit, _unit(act, person)):
        raise nothing_there("người", "person")
    return person


def listed(act: Act, after: str | None = None, limit: int = PAGE) -> Page[Person]:
    """The people of the own unit and below, newest first."""
    act.require("administer")
    query = select(Person).where(
        within(act.system.units, act.actor.unit, Person.level, Person.code)
    )
    return newest_first(act.session, query, Person.created_ms, Person.id, after, limit)


def own(session: Session, person_id: str) -> Person:
    """The account of whoever is logged in."""
    return session.get_one(Person, person_id)


def roles_of(person: Person) -> list[Role]:
    """The roles that a person holds, in the order of `ROLES`."""
    held = {each.role for each in person.roles}
    return [role for role in ROLES if role in held]


def _add(act: Act, account: Account, person_id: str) -> Created:
    password = passwords.new_password()
    person = Person(
        id=person_id,
        login=account.login,
        name=account.name,
        level=account.unit.level,
        code=account.unit.code,
        department=account.department,
        password_hash=passwords.hashed(password),
        must_change_password=True,
        active=True,
        totp_confirmed=False,
        created_ms=act.now_ms,
    )
    _give_roles(person, account.roles)
    act.session.add(person)
    act.session.flush()
    act.record("person-created", person.login, **_words(account))
    return Created(person, password)


def _another(act: Act, person_id: str) -> Person:
    person = get(act, person_id)
    if person.id == act.actor.person_id:
        raise Forbidden(
            "own-account",
            "Không tự sửa tài khoản của mình: nhờ quản trị viên khác.",
            "Nobody changes the own account: ask another administrator.",
        )
    return person


def _check(account: Account) -> None:
    if not re.fullmatch(LOGIN, account.login):
        raise Invalid(
            "bad-login",
            "Tên đăng nhập gồm 3 đến 64 chữ thường không dấu, số, “.”, “_”, “-”.",
            "A login has 3 to 64 small letters a-z, digits, and . _ -",
            "login",
        )
    if account.department and not account.roles <= DEPARTMENT_ROLES:
        raise Invalid(
            "department-composes",
            "Tài khoản của sở, ban, ngành chỉ có vai trò soạn tin (compose).",
            "The account of a department holds the role compose only.",
            "roles",
        )


def _account(act: Act, person: Person) -> Account:
    return Account(
        person.login,
        person.name,
        _unit(act, person),
        frozenset(roles_of(person)),
        person.department,
    )


def _unit(act: Act, person: Person) -> Unit:
    return act.system.units.named(person.level, person.code)


def _give_roles(person: Person, roles: Iterable[Role]) -> None:
    wanted = set(roles)
    person.roles = [
        *(each for each in person.roles if each.role in wanted),
        *(PersonRole(role=role) for role in wanted - {each.role for each in person.roles}),
    ]


def _words(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "level": account.unit.level,
        "code": account.unit.code,
        "roles": sorted(account.roles),
        "department": account.department,
    }


def _taken(code: str, vi: str, field: str) -> Conflict:
    return Conflict(code, f"{vi} đã dùng cho người khác.", f"This {field} is another's.", field)
