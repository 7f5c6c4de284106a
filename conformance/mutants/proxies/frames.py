"""MQTT 3.1.1 as far as a proxy must know it: where each packet ends, and what a PUBLISH says."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_BYTES: Final = 1 << 20
"""A packet that is longer ends the connection."""

CONNECT, PUBLISH, PUBACK = 1, 3, 4
_LAST_KIND = 14
_FLAGS = {6: 2, 8: 2, 10: 2}
"""Of PUBREL, SUBSCRIBE and UNSUBSCRIBE; those of the others but PUBLISH are 0."""

_VERSION_3_1_1 = 4
_MOST_LENGTH_BYTES = 4


class BadFrame(ValueError):
    """What is no packet of MQTT 3.1.1, or too long; the text is one line."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A packet: its first byte, and all that follows its length."""

    head: int
    body: bytes

    @property
    def kind(self) -> int:
        """The type of the packet."""
        return self.head >> 4

    def written(self) -> bytes:
        """As it goes on the wire."""
        length, left = bytearray(), len(self.body)
        while True:
            left, digit = divmod(left, 128)
            length.append(digit | (128 if left else 0))
            if not left:
                return bytes((self.head, *length)) + self.body


@dataclass(frozen=True, slots=True)
class Publish:
    """A message; `number` is its packet id where its quality of service has one, and `again` says
    that it may have come before."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    number: int | None = None
    again: bool = False

    def frame(self) -> Frame:
        """The packet of it."""
        head = PUBLISH << 4 | self.again << 3 | self.qos << 1 | self.retain
        topic = self.topic.encode()
        number = b"" if self.number is None else struct.pack(">H", self.number)
        return Frame(head, struct.pack(">H", len(topic)) + topic + number + self.payload)


class Splitter:
    """The packets of one direction of a connection, however its bytes come in pieces."""

    def __init__(self) -> None:
        """Nothing came yet."""
        self._left = bytearray()

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """The packets that are whole now; raises `BadFrame` after those that stand before it."""
        self._left += piece
        while (found := self._first()) is not None:
            yield found

    def _first(self) -> Frame | None:
        if not self._left:
            return None
        _check_head(self._left[0])
        size, digits = 0, 0
        while True:
            if len(self._left) < digits + 2:
                return None
            digit = self._left[digits + 1]
            size |= (digit & 127) << (7 * digits)
            digits += 1
            if digit < 128:
                break
            if digits == _MOST_LENGTH_BYTES:
                raise BadFrame("a length of more than four bytes")
        if digits > 1 and digit == 0:
            raise BadFrame("a length that is longer than it need be")
        if size > MOST_BYTES:
            raise BadFrame(f"a packet of {size:,} bytes, expected at most {MOST_BYTES:,}")
        begin, end = 1 + digits, 1 + digits + size
        if len(self._left) < end:
            return None
        frame = Frame(self._left[0], bytes(self._left[begin:end]))
        del self._left[:end]
        return frame


def publish_in(frame: Frame) -> Publish:
    """What a PUBLISH says; raises `BadFrame`."""
    qos, again = frame.head >> 1 & 3, bool(frame.head & 8)
    topic, rest = _text(frame.body, "a topic")
    if not topic or set("+#\0") & set(topic):
        raise BadFrame("a topic that nothing may be published on")
    number = None
    if qos:
        number = _number(rest)
        rest = rest[2:]
    return Publish(topic, rest, qos, bool(frame.head & 1), number, again)


def acknowledged(frame: Frame) -> int:
    """The packet id of a PUBACK; raises `BadFrame`."""
    if len(frame.body) != 2:
        raise BadFrame("a PUBACK that is not two bytes long")
    return _number(frame.body)


def acknowledgement(number: int) -> Frame:
    """The PUBACK of a packet id."""
    return Frame(PUBACK << 4, struct.pack(">H", number))


def client_in(frame: Frame) -> str:
    """Who connects; raises `BadFrame`, also for another version of MQTT."""
    name, rest = _text(frame.body, "a protocol")
    if name != "MQTT" or rest[:1] != bytes([_VERSION_3_1_1]) or len(rest) < 4:
        raise BadFrame("a CONNECT of another version than 3.1.1")
    return _text(rest[4:], "a client id")[0]


def _check_head(head: int) -> None:
    kind, flags = head >> 4, head & 15
    if not CONNECT <= kind <= _LAST_KIND:
        raise BadFrame(f"a packet of the reserved type {kind}")
    if kind != PUBLISH and flags != _FLAGS.get(kind, 0):
        raise BadFrame(f"a packet of type {kind} with flags {flags:04b}")
    if kind == PUBLISH and (flags >> 1 & 3 == 3 or flags & 0b1110 == 0b1000):
        raise BadFrame(f"a PUBLISH with flags {flags:04b}")


def _text(body: bytes, what: str) -> tuple[str, bytes]:
    """The text at the beginning, and what follows it."""
    size = int.from_bytes(body[:2])
    if len(body) < 2 + size:
        raise BadFrame(f"{what} that is cut off")
    try:
        return body[2 : 2 + size].decode(), body[2 + size :]
    except UnicodeDecodeError:
        raise BadFrame(f"{what} that is no UTF-8") from None


def _number(body: bytes) -> int:
    number = int.from_bytes(body[:2])
    if len(body) < 2 or number == 0:
        raise BadFrame("a packet id that is none")
    return number
