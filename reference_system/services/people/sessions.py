"""Logins: from a password to a session, from a token to who acts.

A wrong password is itself stored, so these functions begin their own transactions.

A session ends when its person logs out, at its end, after some time unused, and when the person
is given another password, role or unit. A session that was used more than `CLOCK_STEP_MS` after
now is of a clock since set back, and has ended too.
"""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from reference_system.services.acting import Act, Actor, acting, itself
from reference_system.services.people import passwords
from reference_system.services.people.proofs import (
    end_all,
    password_proven,
    person_actor,
    try_password,
    wrong_password,
)
from reference_system.services.refusals import Forbidden, Invalid, NotKnown
from reference_system.services.system import System
from reference_system.store.people import LoginSession, Person

USED_MS = 60_000
"""How old the stored moment of a session's last use may be."""

CLOCK_STEP_MS = 60_000
SESSIONS_EACH = 10
"""How many sessions a person can have; the next login ends the oldest."""


@dataclass(frozen=True, slots=True)
class Login:
    """A new session; nobody will see its token again."""

    token: str
    ends_ms: int
    person: Person


# ---- Logging in ---------------------------------------------------------------------------------


def log_in(system: System, login: str, password: str, address: str) -> Login:
    """Open a session; raises `NotKnown`, and `TooOften` for a client address.

    A login that is nobody's, a wrong password, a lock and a closed account are refused in the
    same words, after the same work.
    """
    system.attempts.take(address, system.clock())
    tried = try_password(system, login, password)
    opened = None
    with acting(system, itself(system)) as act:
        person = password_proven(act, tried, "login-refused", address=address)
        if person is not None:
            act.actor = person_actor(system, person)
            opened = _open(act, person)
            act.record("login", person.login, address=address)
    if opened is None:
        raise NotKnown(
            "login-refused",
            "Sai tên đăng nhập hoặc mật khẩu, hoặc tài khoản đang tạm khóa.",
            "Wrong login or password, or the account is locked for a while.",
        )
    system.attempts.give_back(address)
    return opened


def _open(act: Act, person: Person) -> Login:
    settings = act.system.settings
    own = list(
        act.session.scalars(
            select(LoginSession)
            .where(LoginSession.person_id == person.id)
            .order_by(LoginSession.created_ms.desc())
        )
    )
    lasting = [each for each in own if _lasts(act.system, each, act.now_ms)]
    for each in own:
        if each not in lasting[: SESSIONS_EACH - 1]:
            act.session.delete(each)
    token = secrets.token_urlsafe(32)
    ends_ms = act.now_ms + settings.session_ms
    act.session.add(
        LoginSession(
            token_hash=token_hash(token),
            person_id=person.id,
            created_ms=act.now_ms,
            used_ms=act.now_ms,
            expires_ms=ends_ms,
        )
    )
    return Login(token, ends_ms, person)


# ---- From a token to a person -------------------------------------------------------------------


def actor(system: System, token: str) -> Actor:
    """Who holds the token; raises `NotKnown` where it is no token or has ended.

    Raises `Forbidden` until the first password was changed.
    """
    return _known(system, token, newcomers=False)


def newcomer(system: System, token: str) -> Actor:
    """Who holds the token, whether or not the first password was changed; raises `NotKnown`."""
    return _known(system, token, newcomers=True)


def holder(act: Act, token: str) -> Actor:
    """Who holds the token now, in the act's own transaction; raises as `actor` does."""
    return _holder(act.system, act.session, token, act.now_ms, newcomers=False)[1]


def _known(system: System, token: str, *, newcomers: bool) -> Actor:
    now_ms = system.clock()
    with system.database.reading() as session:
        login, found = _holder(system, session, token, now_ms, newcomers=newcomers)
    if now_ms - login.used_ms >= USED_MS:
        with system.database.writing() as session:
            session.execute(
                update(LoginSession)
                .where(LoginSession.token_hash == login.token_hash, LoginSession.used_ms < now_ms)
                .values(used_ms=now_ms)
            )
    return found


def _holder(
    system: System, session: Session, token: str, now_ms: int, *, newcomers: bool
) -> tuple[LoginSession, Actor]:
    login = session.get(LoginSession, token_hash(token))
    if login is None or not _lasts(system, login, now_ms):
        raise NotKnown("not-logged-in", "Chưa đăng nhập hoặc phiên đã hết.", "Not logged in.")
    person = session.get_one(Person, login.person_id)
    if person.must_change_password and not newcomers:
        raise Forbidden(
            "password-change-needed",
            "Phải đổi mật khẩu lần đầu trước khi làm việc khác.",
            "The first password must be changed before anything else.",
        )
    # A confirmation after now is of a clock since set back.
    confirmed_ms = login.confirmed_ms if login.confirmed_ms <= now_ms else 0
    return login, person_actor(system, person, confirmed_ms)


def _lasts(system: System, login: LoginSession, now_ms: int) -> bool:
    unused_ms = now_ms - login.used_ms
    return now_ms < login.expires_ms and (
        -CLOCK_STEP_MS <= unused_ms < system.settings.session_idle_ms
    )


def token_hash(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


# ---- Logging out --------------------------------------------------------------------------------


def log_out(system: System, token: str, *, everywhere: bool = False) -> None:
    """End this session, or all of its person; raises `NotKnown`."""
    with acting(system, newcomer(system, token)) as act:
        if everywhere:
            end_all(act.session, str(act.actor.person_id))
        else:
            act.session.execute(
                delete(LoginSession).where(LoginSession.token_hash == token_hash(token))
            )
        act.record("logout", act.actor.login, everywhere=everywhere)


# ---- The own password ---------------------------------------------------------------------------


def change_password(system: System, token: str, password: str, new_password: str) -> None:
    """Give oneself another password; all own sessions end. Raises `Invalid`, `NotKnown`."""
    who = newcomer(system, token)
    passwords.check(new_password, who.login, who.name)
    if password == new_password:
        raise Invalid(
            "same-password",
            "Mật khẩu mới phải khác mật khẩu cũ.",
            "The new password must differ from the old one.",
            "new_password",
        )
    tried = try_password(system, who.login, password)
    stored = passwords.hashed(new_password)
    with acting(system, who) as act:
        person = password_proven(act, tried, "password-refused")
        if person is not None:
            person.password_hash, person.must_change_password = stored, False
            end_all(act.session, person.id)
            act.record("password-changed", person.login)
    if person is None:
        raise wrong_password()
