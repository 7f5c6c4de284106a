"""Why something was not done: what people and programs are told, in Vietnamese and English."""

from typing import ClassVar


class Refusal(Exception):
    """Something that the system does not do; nothing was stored.

    `code` is for programs and never changes; `field` names what was wrong in what was sent.
    """

    status: ClassVar[int] = 422

    def __init__(self, code: str, vi: str, en: str, field: str | None = None) -> None:
        """`vi` and `en` are one sentence each: what is wrong and what would do."""
        super().__init__(f"{code}: {en}")
        self.code, self.vi, self.en, self.field = code, vi, en, field


class Invalid(Refusal):
    """What was sent cannot be used."""


class NotKnown(Refusal):
    """Nobody is logged in, or not well enough for this."""

    status = 401


class Forbidden(Refusal):
    """This person may not do this, here."""

    status = 403


class Missing(Refusal):
    """There is no such thing, or this person may not see it."""

    status = 404


class Conflict(Refusal):
    """It does not fit what is there: another state, an older version, an id that is taken."""

    status = 409


class TooLarge(Refusal):
    """More than the system takes."""

    status = 413


class TooOften(Refusal):
    """Too many attempts; later again."""

    status = 429


class Unable(Refusal):
    """The system cannot now: a full disk, a database away. Nothing is wrong with the request."""

    status = 503
