"""Source systems of another style that conform, and one that does nothing of what it should."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from conformance.mutants.proxies.frames import Publish
from conformance.mutants.proxies.mutation import Answer, Headers, Mutation, Onward, Request, Sending
from conformance.mutants.sources.broken import Commanding, Words, is_sign_of_life

ANSWER_S, MOST_SPREAD_S = 0.3, 0.5

_MANY = (
    "source-emergency-one-commune",
    "source-emergency-cancelled",
    "source-approval",
    "source-play-log",
    "source-states",
)
_SENDING = ("source-emergency-everywhere", "source-emergency-cancelled", "source-order")


@dataclass(frozen=True, slots=True)
class Variant:
    """A system that is right in its own way; `cases` are those that its way could disturb."""

    cases: tuple[str, ...]
    make: Callable[[], Mutation]


class AnswersSlowly(Mutation):
    """Its answers take a while."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Later."""
        await asyncio.sleep(ANSWER_S)
        return await onward(request)


class OtherHeaders(Mutation):
    """Its headers are written in capitals, in another order, and a few more."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Both ways."""
        answer = await onward(replace(request, headers=_otherwise(request.headers)))
        return replace(answer, headers=_otherwise(answer.headers))


class InChunks(Mutation):
    """Its answers come in pieces without a length."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """Chunked."""
        return replace(await onward(request), chunked=True)


class MoreFields(Mutation):
    """Its answers have fields that nobody knows."""

    async def asked(self, request: Request, onward: Onward) -> Answer:
        """One more in every object."""
        answer = await onward(request)
        return answer if answer.said is None else answer.saying(_more(answer.said))


class AnotherOrder(Mutation):
    """Devices are told in another order, over half a second; each in its own order."""

    def to_device(self, device: str, publish: Publish, there: Collection[str]) -> Iterable[Sending]:
        """After a while that is always the same for a device."""
        after_s = MOST_SPREAD_S * (1 + crc32(device.encode()) % 100) / 100
        yield Sending(publish, after_s=after_s)


class SentAgain(Mutation):
    """Its broker is not sure that a message came, and sends it again: the same one, marked so."""

    def to_device(self, device: str, publish: Publish, there: Collection[str]) -> Iterable[Sending]:
        """Twice by one number."""
        yield Sending(publish)
        if publish.number is not None:
            yield Sending(replace(publish, again=True))


class TellsNobody(Commanding):
    """It takes everything and sends nothing, but for signs of life."""

    def play(
        self, device: str, publish: Publish, words: Words, there: Collection[str]
    ) -> Iterable[Sending]:
        """Only that."""
        if is_sign_of_life(words["BanTin"]):
            yield Sending(publish)


VARIANTS = {
    "answers-slowly": Variant(_MANY, AnswersSlowly),
    "other-headers": Variant(_MANY, OtherHeaders),
    "in-chunks": Variant(_MANY, InChunks),
    "more-fields": Variant(_MANY, MoreFields),
    "another-order": Variant(_SENDING, AnotherOrder),
    "sent-again": Variant((*_SENDING, "source-repeats"), SentAgain),
}
"""Each is right, in its own way."""

NOTHINGS = {
    "tells-nobody": Variant(("source-emergency-one-commune", "source-approval"), TellsNobody),
}
"""What conforms to no clause at all that something must be done for."""


def _otherwise(headers: Headers) -> Headers:
    more = (b"X-Thu-Nghiem", b"1")
    return (more, *((name.upper(), value) for name, value in reversed(headers)))


def _more(said: Any) -> Any:
    if isinstance(said, dict):
        return {"x_khac": [1, None], **{name: _more(value) for name, value in said.items()}}
    return [_more(each) for each in said] if isinstance(said, list) else said
