"""What a proxy does with what passes through it: the right one passes it on as it came.

A mutation is a subclass, and one object of it serves one trial: what it remembers is of that trial.
Its methods are called on the proxies' own thread, one after the other.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from conformance.mutants.proxies.frames import Publish

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked over HTTP; `target` is the path with its query."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def said(self) -> Any:
        """The body as JSON; None where it is none."""
        return _data(self.body)

    def header(self, name: str) -> str | None:
        """The value of a header, by its name in small letters."""
        return next(
            (v.decode("latin-1") for n, v in self.headers if n.lower() == name.encode()), None
        )

    def saying(self, words: Any) -> "Request":
        """The same with another body, as JSON."""
        return replace(self, body=json.dumps(words).encode())

    def by(self, authorization: str) -> "Request":
        """The same by somebody else."""
        kept = tuple(each for each in self.headers if each[0].lower() != b"authorization")
        return replace(self, headers=(*kept, (b"authorization", authorization.encode("latin-1"))))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered; one that is `chunked` goes out in pieces without a length."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    chunked: bool = False

    @property
    def said(self) -> Any:
        """The body as JSON; None where it is none."""
        return _data(self.body)

    @property
    def is_success(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    def saying(self, words: Any) -> "Answer":
        """The same with another body, as JSON."""
        return replace(self, body=json.dumps(words, ensure_ascii=False).encode())


class NotAnswered(Exception):
    """There is no answer: the connection ends without one."""


Onward = Callable[[Request], Awaitable[Answer]]
"""Asks the real system; raises `NotAnswered`."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that goes on: to the other side of its connection or of that of the device `to`, at
    once or later. Only what goes on at once, to where it was going, keeps its quality of service;
    everything else goes out at most once."""

    publish: Publish
    to: str | None = None
    after_s: float = 0.0


class Mutation:
    """Passes everything on."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """What is answered to a request: `onward` asks the real system, once, never or again.
        Raises `NotAnswered`."""
        return await onward(request)

    def admits(self, device: str) -> bool:
        """Whether a device that connects to the broker is let through."""
        return True

    def to_device(self, device: str, publish: Publish, there: Collection[str]) -> Iterable[Sending]:
        """What becomes of a message to a device, while these devices are there."""
        yield Sending(publish)

    def to_system(self, device: str, publish: Publish) -> Iterable[Sending]:
        """What becomes of a message from a device."""
        yield Sending(publish)


def _data(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
