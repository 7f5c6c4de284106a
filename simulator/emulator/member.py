"""A device that is to be emulated."""

from dataclasses import dataclass

from scenarios.links import LinkClass
from scenarios.profiles import Profile


@dataclass(frozen=True, slots=True)
class Member:
    """Who it is and where, how it behaves, its own secret, and how far its clock is ahead.

    `address` is the loopback address that it speaks from, if it has one of its own.
    """

    name: str
    commune: str
    profile: Profile
    link: LinkClass
    secret: str
    ahead_ms: int = 0
    address: str | None = None
