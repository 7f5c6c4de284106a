"""What a client says of its session when it connects: the first packet of MQTT 3.1, 3.1.1 and 5."""

from collections.abc import Mapping
from typing import Any

MOST_BYTES = 4_096
"""A longer first packet is not looked at."""

_CONNECT, _CONNACK = 0x10, 0x20
_CLEAN, _WILL, _WILL_RETAINED = 0x02, 0x04, 0x20
_PASSWORD, _USER = 0x40, 0x80
_MQTT_5 = 5


def session(stream: bytes) -> Mapping[str, Any] | None:
    """The session that a stream begins with; None where it begins with none, or not wholly yet.

    No secret is read.
    """
    try:
        return _session(stream)
    except (IndexError, UnicodeDecodeError):
        return None


def is_accepted(stream: bytes) -> bool:
    """Whether the broker's answer begins by letting the client in."""
    return len(stream) >= 4 and stream[0] == _CONNACK and stream[3] == 0


def may_connect(stream: bytes) -> bool:
    """Whether it begins as a session does, whole or not."""
    return stream[:1] == bytes([_CONNECT])


def password_place(stream: bytes) -> tuple[int, int] | None:
    """From where to where the password of a session stands; None where it has none.

    Raises `IndexError` for a packet that is not whole, or not as MQTT has it.
    """
    length, at = _number(stream, 1)
    end = at + length
    if len(stream) < end:
        raise IndexError
    level, flags, _, at = _head(stream, at)
    at = _skipped(stream, at)
    if flags & _WILL:
        if level == _MQTT_5:
            size, at = _number(stream, at)
            at += size
        at = _skipped(stream, _skipped(stream, at))
    if flags & _USER:
        at = _skipped(stream, at)
    if not flags & _PASSWORD:
        return None
    size, at = _short(stream, at)
    if at + size > end:
        raise IndexError
    return at, at + size


def _session(stream: bytes) -> Mapping[str, Any] | None:
    if stream[0] != _CONNECT:
        return None
    length, at = _number(stream, 1)
    if len(stream) < at + length:
        return None
    _, flags, keepalive_s, at = _head(stream, at)
    client, at = _text(stream, at)
    has_will = bool(flags & _WILL)
    return {
        "client": client,
        "clean": bool(flags & _CLEAN),
        "keepalive_s": keepalive_s,
        "will": has_will,
        "will_retained": has_will and bool(flags & _WILL_RETAINED),
    }


def _head(stream: bytes, at: int) -> tuple[int, int, int, int]:
    """The protocol's level, its flags, the keepalive in seconds, and where the client's id is."""
    at = _skipped(stream, at)
    level, flags = stream[at], stream[at + 1]
    keepalive_s, at = _short(stream, at + 2)
    if level == _MQTT_5:
        size, at = _number(stream, at)
        at += size
    return level, flags, keepalive_s, at


def _skipped(stream: bytes, at: int) -> int:
    """The place after a text."""
    size, at = _short(stream, at)
    return at + size


def _short(stream: bytes, at: int) -> tuple[int, int]:
    return stream[at] << 8 | stream[at + 1], at + 2


def _text(stream: bytes, at: int) -> tuple[str, int]:
    length, at = _short(stream, at)
    return stream[at : at + length].decode(), at + length


def _number(stream: bytes, at: int) -> tuple[int, int]:
    """A length of up to four bytes, seven bits each, the lowest first."""
    value = 0
    for place in range(4):
        byte = stream[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise IndexError
