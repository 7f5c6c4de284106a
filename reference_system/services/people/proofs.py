"""Passwords held against accounts: tried outside of a transaction, proven within one.

The hash of a password is slow on purpose, and one transaction writes at a time; so it is computed
first, and whether the attempt counts, and is right, is decided where that is stored.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from reference_system.services.acting import ROLES, Act, Actor
from reference_system.services.people import attempts, passwords
from reference_system.services.refusals import NotKnown
from reference_system.services.system import System
from reference_system.store.people import LoginSession, Person

STRANGERS = 64
"""Logins of nobody are counted, and locked, like those of people, by this many keys."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A password that was held against the stored hash of a login's account.

    `person_id` is None where the login is nobody's; `renewed` is to be stored instead.
    """

    login: str
    person_id: str | None
    against: str
    fits: bool
    renewed: str | None


def try_password(system: System, login: str, password: str) -> Tried:
    """Hold the password against the account; slow, and as slow for a login that is nobody's."""
    login = login.lower()
    with system.database.reading() as session:
        person = session.scalars(select(Person).where(Person.login == login)).first()
    if person is None:
        return Tried(login, None, "", passwords.fits(password, None), None)
    stored = person.password_hash
    fits = passwords.fits(password, stored)
    renewed = passwords.hashed(password) if fits and passwords.is_old(stored) else None
    return Tried(login, person.id, stored, fits, renewed)


def password_proven(act: Act, tried: Tried, refused: str, **about: str) -> Person | None:
    """Whose password that is, where the attempt is heard and right.

    Otherwise None, and the attempt is counted, and recorded as the action `refused`.
    """
    person = act.session.get(Person, tried.person_id) if tried.person_id else None
    key = login_key(person.id) if person else f"stranger:{_stranger(tried.login)}"
    if not attempts.heard(act.session, key, act.now_ms):
        return None
    if person and person.active and tried.fits and person.password_hash == tried.against:
        attempts.cleared(act.session, key)
        person.password_hash = tried.renewed or person.password_hash
        return person
    attempts.failed(act.session, key, act.now_ms)
    if person:
        act.actor = person_actor(act.system, person)
    # Of a stranger not even the login: people type their password there.
    act.record(refused, person.login if person else "", **about)
    return None


def login_key(person_id: str) -> str:
    """The key of a person's attempts with the password."""
    return f"login:{person_id}"


def _stranger(login: str) -> int:
    return hashlib.sha256(login.encode()).digest()[0] % STRANGERS


def wrong_password() -> NotKnown:
    """The password that somebody logged in gave again is not the own one, or was not heard."""
    return NotKnown(
        "wrong-password",
        "Sai mật khẩu, hoặc tài khoản đang tạm khóa.",
        "Wrong password, or the account is locked for a while.",
        "password",
    )


def person_actor(system: System, person: Person, confirmed_ms: int = 0) -> Actor:
    """The person as an actor."""
    held = {each.role for each in person.roles}
    return Actor(
        person.id,
        person.login,
        person.name,
        system.units.named(person.level, person.code),
        frozenset(role for role in ROLES if role in held),
        person.department,
        confirmed_ms,
    )


def end_all(session: Session, person_id: str) -> None:
    """End all sessions of a person."""
    session.execute(delete(LoginSession).where(LoginSession.person_id == person_id))
