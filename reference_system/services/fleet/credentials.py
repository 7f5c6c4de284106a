"""A device's own secret: given once, changed, withdrawn; and the token that it gets for it.

A secret has 256 random bits, so nobody can guess it and a slow hash would only cost time at every
login of every device; a fast one is stored, keyed with the device's id, so that it is of no use for
another device. The token of a login is made from the secret itself: whoever reads the database
learns neither, and a device that logs in for every report gets the same token again.
"""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reference_system.broker import passwords
from reference_system.services.acting import Act
from reference_system.services.refusals import Missing, NotKnown, TooOften
from reference_system.services.system import System
from reference_system.services.units import Unit
from reference_system.store.devices import Device, DeviceEvent
from reference_system.store.orders import Delivery

TOKEN_MS = 24 * 60 * 60 * 1000
"""How long a token holds (a profile value of this project). In its second half a login gives a new
one."""

LOGINS_PER_MINUTE = 10
"""Of one device with its right secret, and of all others in its name. Speakers that log in for
every report do it once a minute or oftener (seen in the field)."""


def issue(device: Device) -> str:
    """Give the device a new secret, the only time that it can be read; the old one is void."""
    secret = secrets.token_urlsafe(32)
    device.secret_hash = _hash(device.id, secret)
    device.broker_hash = passwords.hashed(secret)
    device.broker_knows = False
    device.token_hash, device.token_expires_ms = "", 0
    return secret


def rotate(act: Act, device_id: str) -> tuple[Device, str]:
    """A new secret in place of the old one, for HTTP at once and for the broker within seconds.

    Also lets in again a device whose secret was revoked. Needs `administer` where it stands.
    """
    device = _administered(act, device_id)
    secret = issue(device)
    device.active = True
    _note(act, device, "credential")
    return device, secret


def revoke(act: Act, device_id: str) -> Device:
    """Let the device in no more; commands that wait for it are void. Again: nothing more."""
    device = _administered(act, device_id)
    if device.active:
        device.active = device.broker_knows = False
        device.secret_hash = device.broker_hash = device.token_hash = ""
        device.presence = "offline"
        act.session.execute(
            update(Delivery)
            .where(Delivery.device_id == device_id, Delivery.state.in_(("waiting", "handed")))
            .values(state="void", answered_ms=act.now_ms, answer="device revoked")
        )
        _note(act, device, "revoked")
    return device


@dataclass(frozen=True, slots=True)
class Token:
    """What a device shows with each request, until `expires_ms`."""

    text: str
    expires_ms: int


@dataclass(slots=True)
class Logins:
    """How often somebody tried to log in within the last minute; forgotten at a restart."""

    at_ms: dict[str, deque[int]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def count(self, who: str, now_ms: int) -> None:
        """Count one try; raises `TooOften`."""
        with self.lock:
            tries = self.at_ms.setdefault(who, deque(maxlen=LOGINS_PER_MINUTE))
            if len(tries) == LOGINS_PER_MINUTE and now_ms - tries[0] < 60_000:
                raise TooOften(
                    "too-many-logins",
                    f"Thiết bị đăng nhập quá {LOGINS_PER_MINUTE} lần một phút: dùng lại Token.",
                    f"More than {LOGINS_PER_MINUTE} logins a minute: use the token again.",
                )
            tries.append(now_ms)


def log_in(system: System, logins: Logins, device_id: str, secret: str) -> Token:
    """A token for the device; raises `NotKnown`, and `TooOften` for tries in quick succession."""
    with system.database.reading() as session:
        device = session.get(Device, device_id)
    fits = device is not None and _fits(device, secret)
    # Wrong secrets are counted apart, so that nobody can lock a device out; and names that are no
    # device's have one count, so that inventing them fills no memory.
    logins.count(f"{device_id if device else ''} {'right' if fits else 'wrong'}", system.clock())
    if device is None or not fits:
        raise NotKnown("wrong-login", "Sai Username hoặc Password.", "Wrong Username or Password.")
    now_ms = system.clock()
    if device.token_expires_ms - now_ms > TOKEN_MS // 2:
        return Token(_token(device, secret, device.token_expires_ms), device.token_expires_ms)
    with system.database.writing() as session:
        device = session.get_one(Device, device_id)
        if not _fits(device, secret):
            raise NotKnown("wrong-login", "Mật khẩu vừa được thay.", "It was changed just now.")
        if device.token_expires_ms - now_ms <= TOKEN_MS // 2:
            device.token_expires_ms = now_ms + TOKEN_MS
            text = _token(device, secret, device.token_expires_ms)
            device.token_hash = hashlib.sha256(text.encode()).hexdigest()
        return Token(_token(device, secret, device.token_expires_ms), device.token_expires_ms)


def device_of(system: System, token: str) -> str:
    """The id of the device that holds the token; raises `NotKnown`."""
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    with system.database.reading() as session:
        device_id = session.scalar(
            select(Device.id).where(
                Device.token_hash == token_hash,
                Device.token_expires_ms > system.clock(),
                Device.active,
            )
        )
    if device_id is None:
        raise NotKnown("no-token", "Token không đúng hoặc đã hết hạn.", "No token that holds.")
    return device_id


def for_broker(session: Session) -> dict[str, str]:
    """The broker's hash of every device that it shall let in."""
    rows = session.execute(select(Device.id, Device.broker_hash).where(Device.active))
    return dict(rows.all())


def untold(session: Session, at_most: int = 500) -> dict[str, str]:
    """Some devices of which the broker does not know yet: the hash, empty to let it in no more."""
    rows = session.execute(
        select(Device.id, Device.broker_hash).where(~Device.broker_knows).limit(at_most)
    )
    return dict(rows.all())


def told(session: Session, hashes: Mapping[str, str], *, nobody_else: bool = False) -> None:
    """The broker knows these; one that has changed since it was read stays untold.

    With `nobody_else` it lets in these alone.
    """
    for device in session.scalars(select(Device).where(~Device.broker_knows)):
        if nobody_else or device.id in hashes:
            device.broker_knows = device.broker_hash == hashes.get(device.id, "")


def _administered(act: Act, device_id: str) -> Device:
    device = act.session.get(Device, device_id)
    if device is None:
        raise Missing("no-device", "Không có thiết bị này.", "There is no such device.")
    act.require("administer", Unit("commune", device.commune))
    return device


def _note(act: Act, device: Device, event: str) -> None:
    act.session.add(
        DeviceEvent(
            device_id=device.id, at_ms=act.now_ms, event=event, detail={"by": act.actor.login}
        )
    )
    act.record(f"device.{event}", device.id)


def _hash(device_id: str, secret: str) -> str:
    return hmac.digest(device_id.encode(), secret.encode(), "sha256").hex()


def _fits(device: Device, secret: str) -> bool:
    return device.active and hmac.compare_digest(device.secret_hash, _hash(device.id, secret))


def _token(device: Device, secret: str, expires_ms: int) -> str:
    words = f"ttcs device token {device.id} {expires_ms}"
    return hmac.digest(secret.encode(), words.encode(), "sha256").hex()
