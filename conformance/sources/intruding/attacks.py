"""The neutral words for what an intruder tries at a source system under test.

An `Attack` is given to an `intruder.Intruder`, and is `Done` (it was let through), `Refused` (with
the status and the reason; 0 where the connection was ended without a word) or `Unsupported` (it
cannot be tried here). What it says goes into the record: the only passwords among its words are
made up or publicly known. Every case permits these by `hostile`, at a system that is on trial.
"""

from dataclasses import dataclass
from typing import Literal

from conformance.sources.acts import Act, Person

WELL_KNOWN = (
    ("admin", "admin"),
    ("admin", "123456"),
    ("admin", "12345678"),
    ("root", "root"),
    ("root", "88888888"),
    ("quantri", "123456"),
    ("quantri", "12345678"),
    ("quan.tri", "88888888"),
    ("administrator", "administrator"),
    ("user", "user"),
    ("test", "test"),
    ("guest", "guest"),
)
"""Logins with the passwords that things are shipped with. No login is tried more than three times:
a lock that ends the tries would hide the answer to the last."""

SOMEBODY = Person("somebody", ("view",))
"""Whose sessions are tried once they have ended."""

Session = Literal["none", "garbage", "ended"]
"""No token; one that nobody ever gave; one whose session was logged out of."""

Secret = Literal["own", "wrong", "none", "another's", "12345678", "88888888"]
"""The last two are the passwords by which notice boards were taken over in November 2023."""

Where = Literal["http", "mqtt"]
Version = Literal["1.0", "1.1"]
Oversize = Literal["announced", "sent", "nested", "header", "not-http", "publish", "not-mqtt"]


@dataclass(frozen=True, slots=True)
class Attack:
    """Something that an intruder tries."""


# ---- As a person --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GuessPassword(Attack):
    """Log in with a password that was never given out."""

    login: str
    password: str


@dataclass(frozen=True, slots=True)
class GuessOf(Attack):
    """Log in as somebody who has an account, with a password that is not theirs."""

    who: Person


@dataclass(frozen=True, slots=True)
class ActWithout(Attack):
    """Do what needs a login without having one that holds."""

    session: Session
    act: Act


# ---- As a device --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enter(Attack):
    """Log in as a device. With its own secret the connection is kept until `Leave`; `another's` is
    that of the device `of`."""

    device: str
    secret: Secret
    of: str | None = None


@dataclass(frozen=True, slots=True)
class TakeName(Attack):
    """Log in at the broker as oneself (`device`), under another device's client id, for a while."""

    device: str
    name: str


@dataclass(frozen=True, slots=True)
class Overhear(Attack):
    """Ask the broker for everything, and for all that a device is sent."""

    device: str


@dataclass(frozen=True, slots=True)
class Gather(Attack):
    """What came: `Done.said` has how many messages of the `own` topics, and the `others`."""

    at_least: int = 0
    within_ms: int = 0


@dataclass(frozen=True, slots=True)
class PlayBack(Attack):
    """Publish each command that came where a device reads, as it was and with that device's name
    in the place of one's own."""

    device: str


@dataclass(frozen=True, slots=True)
class ForgeState(Attack):
    """Publish where a device writes: that it is gone, and an entry of a play log."""

    device: str


@dataclass(frozen=True, slots=True)
class LogAgain(Attack):
    """Report an entry of the play log, of the last command that came, so many times; its name is
    `Done.id`."""

    times: int


@dataclass(frozen=True, slots=True)
class Leave(Attack):
    """End the kept connection."""


# ---- From outside -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeeAddress(Attack):
    """`Done.said` has whether it is encrypted (`tls`) and of this machine (`loopback`)."""

    where: Where


@dataclass(frozen=True, slots=True)
class SpeakOld(Attack):
    """Begin a TLS session of a version that is not to be used any more."""

    where: Where
    version: Version


@dataclass(frozen=True, slots=True)
class CheckCertificate(Attack):
    """Begin a TLS session as a careful client: refused where its certificate is not valid."""

    where: Where


@dataclass(frozen=True, slots=True)
class FindPorts(Attack):
    """`Done.said` lists `[address, port, whether it is declared]` of all that listens; by looking
    at the processes where they are ours (`seen`), otherwise by knocking at risky ports."""


@dataclass(frozen=True, slots=True)
class SendTooMuch(Attack):
    """Send more, or deeper, or other than anybody should; with `publish` as a `device`."""

    what: Oversize
    device: str | None = None
