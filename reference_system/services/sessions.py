"""Logins: from a password to a session, from a token to who acts."""

import hashlib

from sqlalchemy import select

from reference_system.services.acting import ROLES, Actor
from reference_system.services.refusals import NotKnown
from reference_system.services.system import System
from reference_system.store.people import LoginSession, Person, PersonRole


def actor(system: System, token: str) -> Actor:
    """Who holds the token; raises `NotKnown` where it is no token or has ended."""
    with system.database.reading() as session:
        login = session.get(LoginSession, hashlib.sha256(token.encode()).digest())
        if login is None or login.expires_ms <= system.clock():
            raise NotKnown("not-logged-in", "Chưa đăng nhập hoặc phiên đã hết.", "Not logged in.")
        person = session.get_one(Person, login.person_id)
        roles = set(
            session.scalars(select(PersonRole.role).where(PersonRole.person_id == person.id))
        )
        return Actor(
            person.id,
            person.login,
            person.name,
            system.units.named(person.level, person.code),
            frozenset(role for role in ROLES if role in roles),
            person.department,
            login.confirmed_ms,
        )
