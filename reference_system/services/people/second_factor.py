"""The second factor: six digits that an app shows, new every 30 seconds (TOTP, RFC 6238).

The secret that they are made of is sealed in the database; one whose key is lost counts as none.
"""

import hmac
from dataclasses import dataclass

import pyotp
from sqlalchemy import select, update

from reference_system.services.acting import acting
from reference_system.services.people import attempts, sealing, sessions
from reference_system.services.people.proofs import password_proven, try_password, wrong_password
from reference_system.services.refusals import Conflict, NotKnown
from reference_system.services.system import System
from reference_system.store.people import LoginSession, Person

STEP_MS = 30_000
SLACK_STEPS = 1
"""How far the clock of a phone may be off, either way."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A new second factor, shown once: the secret, and the address that an app scans."""

    secret: str
    uri: str


def enrol(system: System, token: str, password: str) -> Enrolment:
    """Begin with a new second factor, which counts once a code of it was shown to `confirm`.

    Raises `NotKnown`, and `Conflict` for whoever has one and has not just shown a code of it.
    """
    who = sessions.actor(system, token)
    tried = try_password(system, who.login, password)
    secret = pyotp.random_base32()
    with acting(system, who) as act:
        act.actor = sessions.holder(act, token)
        person = act.session.get_one(Person, who.person_id)
        unconfirmed_ms = act.now_ms - act.actor.confirmed_ms
        is_set = person.totp_confirmed and _secret(system, person) is not None
        if is_set and unconfirmed_ms >= system.settings.confirmation_ms:
            raise Conflict(
                "totp-set",
                "Đã có mã xác thực: nhập mã hiện tại trước, hoặc nhờ quản trị đặt lại.",
                "There is a second factor: show a code of it first, or ask an administrator.",
            )
        proven = password_proven(act, tried, "password-refused")
        if proven is not None:
            person.totp_sealed = sealing.seal(system.settings.data_dir, person.id, secret)
            person.totp_confirmed, person.totp_last_step = False, 0
            act.session.execute(
                update(LoginSession)
                .where(LoginSession.person_id == person.id)
                .values(confirmed_ms=0)
            )
            act.record("totp-enrolled", person.login)
    if proven is None:
        raise wrong_password()
    uri = pyotp.TOTP(secret).provisioning_uri(name=who.login, issuer_name=system.settings.name)
    return Enrolment(secret, uri)


def confirm(system: System, token: str, code: str) -> int:
    """Show a code of the second factor; until when this session is confirmed, in milliseconds.

    A code works once, and not before one that worked already: after the clock was set back, none
    works until it is past that moment again. Wrong codes lock like wrong passwords do, but apart
    from them: a stranger at the login cannot keep somebody logged in from an emergency. Raises
    `NotKnown`, `Conflict` without a second factor, or with one whose key was lost.
    """
    with acting(system, sessions.actor(system, token)) as act:
        act.actor = sessions.holder(act, token)
        person = act.session.get_one(Person, act.actor.person_id)
        if person.totp_sealed is None:
            raise Conflict(
                "totp-missing",
                "Tài khoản chưa đăng ký mã xác thực 6 số.",
                "This account has no second factor yet.",
            )
        secret = _secret(system, person)
        if secret is None:
            raise Conflict(
                "totp-unreadable",
                "Máy chủ đã mất khóa đọc mã xác thực này: đăng ký lại mã.",
                "The server has lost the key to this second factor: enrol a new one.",
            )
        key = totp_key(person.id)
        heard = attempts.heard(act.session, key, act.now_ms)
        step = _step(secret, code, person.totp_last_step, act.now_ms)
        taken = heard and step is not None
        if heard and step is not None:
            attempts.cleared(act.session, key)
            person.totp_confirmed, person.totp_last_step = True, step
            login = act.session.get_one(LoginSession, sessions.token_hash(token))
            login.confirmed_ms = login.used_ms = act.now_ms
            act.record("confirmed", person.login)
        elif heard:
            attempts.failed(act.session, key, act.now_ms)
            act.record("confirmation-refused", person.login)
    if not taken:
        raise NotKnown(
            "wrong-code",
            "Mã sai, đã dùng, hoặc đang tạm khóa: chờ mã kế tiếp.",
            "The code is wrong, used, or locked for a while: wait for the next one.",
            "code",
        )
    return act.now_ms + system.settings.confirmation_ms


def unreadable(system: System) -> int:
    """How many people's second factors were sealed with a key that is no longer there.

    Makes the key where there is none; raises `Unable` where its file is damaged.
    """
    sealing.key(system.settings.data_dir)
    with system.database.reading() as session:
        people = session.scalars(select(Person).where(Person.totp_sealed.is_not(None)))
        return sum(_secret(system, person) is None for person in people)


def totp_key(person_id: str) -> str:
    """The key of a person's attempts with codes."""
    return f"totp:{person_id}"


def _secret(system: System, person: Person) -> str | None:
    if person.totp_sealed is None:
        return None
    return sealing.unsealed(system.settings.data_dir, person.id, person.totp_sealed)


def _step(secret: str, code: str, last: int, now_ms: int) -> int | None:
    totp = pyotp.TOTP(secret)
    now = now_ms // STEP_MS
    found = None
    for step in range(max(now - SLACK_STEPS, last + 1), now + SLACK_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found
