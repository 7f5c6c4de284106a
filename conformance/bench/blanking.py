"""What a capture must not keep: credentials are overwritten with zeros before anything is stored.

The password of an MQTT CONNECT, credentials in the heads and addresses of HTTP, and every secret
of the run that is known, wherever it stands, also where it is spread over packets or sent again.
What TLS hides stays as it is.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from conformance.bench import sessions
from conformance.packets import Endpoint, Packet, Stretch, streams, with_payload

_HEADER = re.compile(
    rb"(?im)^(?:proxy-)?authorization:[ \t]*([^\r\n]+)|^(?:set-)?cookie:[ \t]*([^\r\n]+)"
    rb"|^x-(?:api-key|auth-token):[ \t]*([^\r\n]+)"
)
_QUERY = re.compile(rb"(?i)[?&](?:access_)?(?:token|key|password|signature|sig)=([^&\s#]+)")

Span = tuple[int, int]


def blanked(
    packets: Sequence[Packet], broker: Endpoint, secrets: Collection[bytes]
) -> tuple[list[Packet], int]:
    """The packets without credentials, as long as they were, and how many of them were changed."""
    changes: dict[int, list[Span]] = {}
    for stream in streams(packets):
        for number, stretch in enumerate(stream.stretches):
            spans = list(_known(stretch.content, secrets))
            if stream.target == broker:
                if stream.has_beginning and number == 0:
                    spans += _of_connect(bytes(stretch.content))
            elif stream.source != broker:
                spans += _of_http(stretch.content)
            for packet, span in _in_packets(stretch, spans):
                changes.setdefault(packet, []).append(span)
    found = list(packets)
    for packet, places in changes.items():
        found[packet] = with_payload(packets[packet], places)
    return found, len(changes)


def _known(content: bytearray, secrets: Collection[bytes]) -> Iterator[Span]:
    for secret in filter(None, secrets):
        at = content.find(secret)
        while at >= 0:
            yield at, at + len(secret)
            at = content.find(secret, at + 1)


def _of_connect(content: bytes) -> list[Span]:
    """The password; all of the beginning where it cannot be read, but might be a CONNECT."""
    if not sessions.may_connect(content):
        return []
    try:
        place = sessions.password_place(content)
    except (IndexError, UnicodeDecodeError):
        return [(0, min(len(content), sessions.MOST_BYTES))]
    return [place] if place else []


def _of_http(content: bytearray) -> Iterator[Span]:
    for pattern in (_HEADER, _QUERY):
        for found in pattern.finditer(content):
            yield found.span(found.lastindex or 0)


def _in_packets(stretch: Stretch, spans: Sequence[Span]) -> Iterator[tuple[int, Span]]:
    """Where the spans of a stretch are in the frames of packets, in all that bring them."""
    for start, end in spans:
        for part in stretch.parts:
            first, last = max(start, part.offset), min(end, part.offset + part.size)
            if first < last:
                shift = part.at - part.offset
                yield part.packet, (first + shift, last + shift)
