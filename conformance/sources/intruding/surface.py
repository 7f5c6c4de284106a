"""What a source system shows to whoever comes by: a dialect says it, and an intruder tries it.

Beside the two halves a dialect may have a SURFACE: its requests as they are on the wire, and what
its answers mean. Without one the cases of security that go over HTTP stay open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from conformance.sources.acts import Act, Outcome, Person

TOO_OFTEN = 429
"""The status of a refusal that hears nobody any more, in every dialect."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An HTTP request. Never shown in full."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class Surface(Protocol):
    """How people's requests look."""

    @property
    def url(self) -> str:
        """Where the system listens for people, without a path."""

    @property
    def processes(self) -> Sequence[int]:
        """The processes that were begun for it; none where it runs elsewhere."""

    def log_in(self, login: str, password: str) -> Asking:
        """That begins a session."""

    def session(self, answer: bytes) -> Mapping[str, str]:
        """What each request of the session carries that this answer began; raises `ValueError`."""

    def log_out(self) -> Asking:
        """That ends a session, which it does not carry yet."""

    def asking(self, act: Act) -> Asking | None:
        """That of an act, without a session; None for one that needs more than one request, or
        that the surface has no words for."""

    def outcome(self, status: int, answer: bytes) -> Outcome:
        """What an answer means: `TOO_OFTEN` and 5xx are such in every dialect."""

    async def credentials(self, who: Person) -> tuple[str, str]:
        """The login and the password of somebody, who gets an account where they have none. Raises
        `OSError`."""
