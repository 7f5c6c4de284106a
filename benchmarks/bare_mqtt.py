"""The least that speaks MQTT 3.1.1: a yardstick for `benchmarks.live_fleet`, and no client.

It logs in, subscribes to one topic with QoS 1, confirms what comes, and can publish; it keeps no
session, no keepalive and no message, and takes packets of at most `MOST_BYTES`.
"""

import asyncio
import socket
import time
from collections.abc import Callable

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
MOST_BYTES = 1 << 20


class Bare(asyncio.Protocol):
    """One connection; `ready` is done once subscribed, `arrived` is told of each message."""

    def __init__(
        self, name: str, password: str, topic: str, arrived: Callable[[str, bytes], None]
    ) -> None:
        """Nothing is sent yet."""
        self.name, self.password, self.topic, self.arrived = name, password, topic, arrived
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.confirmed = 0
        self.transport: asyncio.Transport
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Log in with a clean session and no keepalive."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        words = text("MQTT") + b"\x04\xc2\x00\x00"
        transport.write(packet(CONNECT, words + text(self.name) * 2 + text(self.password)))

    def data_received(self, data: bytes) -> None:
        """Take whole packets; what is left waits for more."""
        data = self._rest + data
        while (found := whole(data)) is not None:
            kind, body, data = found
            self._take(kind, body)
        self._rest = data

    def _take(self, kind: int, body: bytes) -> None:
        match kind & 0xF0:
            case 0x20 if body[1]:  # CONNACK
                self.ready.set_exception(ConnectionRefusedError(f"refused: {body[1]}"))
            case 0x20:
                self.transport.write(packet(SUBSCRIBE, b"\x00\x01" + text(self.topic) + b"\x01"))
            case 0x90 if not self.ready.done():  # SUBACK
                self.ready.set_result(None)
            case 0x30:  # PUBLISH
                length = int.from_bytes(body[:2])
                topic, place = body[2 : 2 + length].decode(), 2 + length
                if kind & 0x06:
                    self.transport.write(packet(PUBACK, body[place : place + 2]))
                    place += 2
                self.arrived(topic, body[place:])
            case 0x40:
                self.confirmed += 1

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waits for it to be ready waits in vain."""
        if not self.ready.done():
            self.ready.set_exception(error or ConnectionResetError("closed"))


async def connected(
    host: str,
    port: int,
    name: str,
    password: str,
    topic: str,
    arrived: Callable[[str, bytes], None],
) -> Bare:
    """A connection that is subscribed."""
    loop = asyncio.get_running_loop()
    _, bare = await loop.create_connection(
        lambda: Bare(name, password, topic, arrived), host, port, family=socket.AF_INET
    )
    async with asyncio.timeout(10):
        await bare.ready
    return bare


async def published(bare: Bare, messages: list[tuple[str, bytes]], seconds: float) -> int:
    """Publish all in one breath with QoS 1; when that began, by `time.time_ns`."""
    packets = b"".join(
        packet(PUBLISH | 2, text(topic) + (number % 65_535 + 1).to_bytes(2) + payload)
        for number, (topic, payload) in enumerate(messages)
    )
    bare.confirmed = 0
    began_ns = time.time_ns()
    bare.transport.write(packets)
    async with asyncio.timeout(seconds):
        while bare.confirmed < len(messages):
            await asyncio.sleep(0.02)
    return began_ns


def text(words: str) -> bytes:
    """A string as it stands in packets."""
    data = words.encode()
    return len(data).to_bytes(2) + data


def packet(kind: int, body: bytes) -> bytes:
    """A packet with its length before it."""
    length, left = b"", len(body)
    while True:
        left, digit = divmod(left, 128)[0], left % 128
        length += bytes([digit | 0x80 if left else digit])
        if not left:
            return bytes([kind]) + length + body


def whole(data: bytes) -> tuple[int, bytes, bytes] | None:
    """The first packet's kind and body, and what is behind it; None where it is not all there."""
    length = 0
    for place in range(1, min(len(data), 5)):
        length |= (data[place] & 0x7F) << 7 * (place - 1)
        if not data[place] & 0x80:
            if length > MOST_BYTES:
                raise ValueError(f"a packet of {length:,} bytes")
            end = place + 1 + length
            return (data[0], data[place + 1 : end], data[end:]) if len(data) >= end else None
    return None
