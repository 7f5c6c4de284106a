"""Bytes to an address and what comes back, whatever they are: for what no client library sends."""

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

End = Literal["ended", "open", "unreached"]
"""The other side closed, or left the connection open for all its time; or nobody is there."""

MOST_BYTES = 65_536
CONNECT_S = 10.0
_TLS_ALERT, _TLS_HANDSHAKE, _SERVER_HELLO = 21, 22, 2


@dataclass(frozen=True, slots=True)
class Place:
    """An address; `tls` trusts who signed the name `host`."""

    host: str
    port: int
    address: str
    tls: ssl.SSLContext | None = None


_RECORD_BYTES = 16_384
"""The most of one record of TLS, and so of one write: of more than a few after the other side has
gone asyncio complains to people."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back, at most `MOST_BYTES` of it, and how it ended."""

    content: bytes
    end: End


async def exchange(
    place: Place, pieces: Iterable[bytes], within_s: float, source: str | None, enough: int = 0
) -> Heard:
    """Send the pieces, and hear what comes until the other side ends it, or `enough` bytes came, or
    the time is over; from an own address `source`. Raises nothing."""
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(
                place.address,
                place.port,
                ssl=place.tls,
                server_hostname=place.host if place.tls else None,
                local_addr=None if source is None else (source, 0),
            ),
            CONNECT_S,
        )
    except (OSError, TimeoutError):
        return Heard(b"", "unreached")
    sending = asyncio.create_task(_send(writer, pieces))
    content, end = bytearray(), "open"
    try:
        async with asyncio.timeout(within_s):
            while len(content) < (enough or MOST_BYTES):
                piece = await reader.read(4_096)
                if not piece:
                    end = "ended"
                    break
                content += piece
    except TimeoutError:
        pass
    except OSError:
        end = "ended"
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        writer.close()
        with suppress(OSError):
            writer.transport.abort()
    return Heard(bytes(content), "ended" if end == "ended" else "open")


async def _send(writer: asyncio.StreamWriter, pieces: Iterable[bytes]) -> None:
    """As far as the other side takes it."""
    with suppress(OSError):
        for piece in pieces:
            for at in range(0, len(piece), _RECORD_BYTES):
                writer.write(piece[at : at + _RECORD_BYTES])
                await asyncio.sleep(0)  # drain learns of a loss only in a turn of the loop
                await writer.drain()


# ---- TLS ----------------------------------------------------------------------------------------

_CIPHERS = (0xC013, 0xC014, 0xC009, 0xC00A, 0x0033, 0x0039, 0x002F, 0x0035, 0x000A)
"""Those of TLS 1.0 and 1.1 that servers of these versions have."""


def client_hello(host: str, minor: int) -> bytes:
    """The first message of TLS 1.0 (`minor` 1) or 1.1 (2), which offers no later version (RFC 2246
    and 4346). Made here: today's libraries do not speak them any more."""
    version = bytes((3, minor))
    name = host.encode()
    ciphers = b"".join(cipher.to_bytes(2) for cipher in _CIPHERS)
    extensions = b"".join(
        (
            _extension(0, _sized(2, b"\0" + _sized(2, name))),
            _extension(10, _sized(2, b"\x00\x17\x00\x18\x00\x19")),
            _extension(11, _sized(1, b"\0")),
        )
    )
    random = bytes(range(32))
    body = version + random + _sized(1, b"") + _sized(2, ciphers) + b"\x01\x00"
    hello = b"\x01" + _sized(3, body + _sized(2, extensions))
    return b"\x16" + version + _sized(2, hello)


def chosen_version(content: bytes) -> int | None:
    """The minor version (1: TLS 1.0) of the server hello in an answer; None where it is none."""
    if len(content) < 11 or content[0] != _TLS_HANDSHAKE or content[5] != _SERVER_HELLO:
        return None
    return content[10]


def is_alert(content: bytes) -> bool:
    """Whether a TLS server said no."""
    return content[:1] == bytes((_TLS_ALERT,))


def _extension(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2) + _sized(2, content)


def _sized(width: int, content: bytes) -> bytes:
    return len(content).to_bytes(width) + content


# ---- MQTT ---------------------------------------------------------------------------------------


def mqtt_connect(client: str, user: str, password: str) -> bytes:
    """CONNECT of MQTT 3.1.1 (section 3.1) with a clean session."""
    flags, keepalive_s = 0b1100_0010, 60
    fields = (client, user, password)
    payload = b"".join(_sized(2, field.encode()) for field in fields)
    head = _sized(2, b"MQTT") + bytes((4, flags)) + keepalive_s.to_bytes(2)
    return _packet(0x10, head + payload)


def mqtt_publish(topic: str, length: int) -> bytes:
    """PUBLISH of so many bytes with quality of service 1 (section 3.3)."""
    return _packet(0x32, _sized(2, topic.encode()) + (1).to_bytes(2) + b"0" * length)


def mqtt_return_code(content: bytes) -> int | None:
    """That of CONNACK (section 3.2): 0 where the client is let in; None where it is none."""
    return content[3] if len(content) >= 4 and content[:2] == b"\x20\x02" else None


def _packet(kind: int, content: bytes) -> bytes:
    length, written = len(content), bytearray()
    while True:
        length, digit = length >> 7, length & 0x7F
        written.append(digit | (0x80 if length else 0))
        if not length:
            return bytes((kind,)) + bytes(written) + content
