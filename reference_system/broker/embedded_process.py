"""The process of the embedded broker: a guarded door, and amqtt behind it.

amqtt by itself takes over the session of a client id before it has seen the password, hands what
waits in it to whoever comes, publishes last wills without asking who may, keeps dead connections
for ever and reads packets of any size. So a connection is first met here: version, name, password
and last will are judged, and only then it goes on to amqtt, with its login name as client id.

Run by `embedded`: `python -m reference_system.broker.embedded_process SETTINGS.json`.
"""

import asyncio
import json
import logging
import signal
import ssl
import sys
from pathlib import Path

from amqtt.adapters import BufferReader, StreamReaderAdapter, StreamWriterAdapter  # type: ignore[import-untyped]  # amqtt has no types
from amqtt.broker import Broker  # type: ignore[import-untyped]  # amqtt has no types
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType  # type: ignore[import-untyped]  # amqtt has no types
from amqtt.mqtt.connect import ConnectPacket  # type: ignore[import-untyped]  # amqtt has no types

from reference_system.broker import passwords
from reference_system.broker.contract import SOURCE_ACCOUNT
from reference_system.interface.topics import CHANNELS, device_may

MAX_PACKET_BYTES = max(channel.max_bytes for channel in CHANNELS.values()) + 1_024
MAX_CONNECT_BYTES = 4_096
MAX_CONNECTIONS = 2_000
CONNECT_S = 10.0
SESSION_S = 7 * 86_400

_LISTENER = "default"
_CONNECT, _PUBLISH = 0x10, 3
_ACCEPTED_HERE = 4
_WRONG_VERSION, _NOT_AUTHORIZED = 1, 5


class _RefusedError(Exception):
    """A connection that goes no further, with the reason code of MQTT 3.1.1 if it gets one."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__()
        self.code = code


class _Reader(StreamReaderAdapter):  # type: ignore[misc]  # so its classes are Any
    """What amqtt reads: the CONNECT packet that was judged, then bounded packets.

    Ends after one and a half keepalives of silence, so that a last will is published.
    """

    def __init__(self, first: bytes, reader: asyncio.StreamReader, keepalive_s: int) -> None:
        super().__init__(reader)
        self._first, self._stream = first, reader
        self._silence_s = 1.5 * keepalive_s if keepalive_s else None
        self._heard_s = asyncio.get_running_loop().time()
        self._ended = False

    async def read(self, n: int = -1) -> bytes:
        if self._first:
            data, self._first = self._first[:n], self._first[n:]
            return data
        if self._ended or not 0 <= n <= MAX_PACKET_BYTES:
            return self._end()
        loop = asyncio.get_running_loop()
        until_s = None if self._silence_s is None else self._heard_s + self._silence_s
        try:
            async with asyncio.timeout_at(until_s):
                data = await self._stream.readexactly(n)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            return self._end()
        self._heard_s = loop.time()
        return data

    def _end(self) -> bytes:
        self._ended = True
        return b""


class _Writer(StreamWriterAdapter):  # type: ignore[misc]  # so its classes are Any
    """What amqtt writes, a packet at a time: messages for others are dropped here.

    On a new connection amqtt sends retained messages by everyone's subscriptions.
    """

    def __init__(self, writer: asyncio.StreamWriter, user: str) -> None:
        super().__init__(writer)
        self._user = user

    def write(self, data: bytes) -> None:
        topic = _topic_of(data)
        if topic is None or self._user == SOURCE_ACCOUNT or device_may(self._user, "read", topic):
            super().write(data)


class Door:
    """Lets connections in to the broker by name and password."""

    def __init__(self, broker: Broker, password_file: Path) -> None:
        """Read the passwords."""
        self._broker, self._file = broker, password_file
        self._hashes = passwords.read(password_file)
        self._inside: dict[asyncio.StreamWriter, str] = {}

    def read_again(self) -> None:
        """Take up changed passwords, and end the connections that came in by an old one."""
        before, self._hashes = self._hashes, passwords.read(self._file)
        for writer, user in list(self._inside.items()):
            if self._hashes.get(user) != before.get(user):
                writer.close()
        print("passwords read again", flush=True)  # noqa: T201 - what the starter waits for

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        if len(self._inside) >= MAX_CONNECTIONS:
            writer.close()
            return
        self._inside[writer] = ""
        try:
            async with asyncio.timeout(CONNECT_S):
                packet = await _connect_packet(reader)
                user = self._admit(packet)
            self._inside[writer] = user
            packet.client_id = user
            inner = _Reader(packet.to_bytes(), reader, packet.keep_alive)
            await self._broker.external_connected(inner, _Writer(writer, user), _LISTENER)
        except _RefusedError as refused:
            if refused.code is not None:
                writer.write(bytes((0x20, 2, 0, refused.code)))
        except (TimeoutError, OSError):
            pass
        finally:
            del self._inside[writer]
            writer.close()

    def _admit(self, packet: ConnectPacket) -> str:
        user: str | None = packet.username
        password: str | None = packet.password
        if user is None or password is None:
            raise _RefusedError(_NOT_AUTHORIZED)
        if not passwords.matches(password, self._hashes.get(user, "")):
            raise _RefusedError(_NOT_AUTHORIZED)
        will = packet.will_topic if packet.will_flag else None
        if will is not None and user != SOURCE_ACCOUNT and not device_may(user, "write", will):
            raise _RefusedError(_NOT_AUTHORIZED)
        return user


def _topic_of(packet: bytes) -> str | None:
    """The topic of a PUBLISH packet; None for any other packet."""
    if packet[0] >> 4 != _PUBLISH:
        return None
    start = next(place for place in range(1, 5) if packet[place] < 0x80) + 3
    length = int.from_bytes(packet[start - 2 : start])
    return packet[start : start + length].decode()


async def _connect_packet(reader: asyncio.StreamReader) -> ConnectPacket:
    try:
        kind, low = await reader.readexactly(2)
        high = (await reader.readexactly(1))[0] if low & 0x80 else 0
        length = (low & 0x7F) + 128 * high
        if kind != _CONNECT or high & 0x80 or not 12 <= length <= MAX_CONNECT_BYTES:
            raise _RefusedError
        body = await reader.readexactly(length)
    except asyncio.IncompleteReadError:
        raise _RefusedError from None
    if body[:6] != b"\x00\x04MQTT":
        raise _RefusedError
    if body[6] != _ACCEPTED_HERE:
        raise _RefusedError(_WRONG_VERSION)
    header = bytes((kind, low, high)) if low & 0x80 else bytes((kind, low))
    try:
        return await ConnectPacket.from_stream(BufferReader(header + body))
    except Exception:  # amqtt's decoder fails in many ways on a damaged packet
        raise _RefusedError from None


async def serve(settings: dict[str, str | int | None]) -> None:
    """Serve until SIGTERM; SIGHUP reads the passwords again."""
    broker = Broker(
        BrokerConfig(
            listeners={_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL)},
            session_expiry_interval=SESSION_S,
            plugins={
                "reference_system.broker.embedded_access.Admitted": {},
                "reference_system.broker.embedded_access.Access": {},
            },
        )
    )
    await broker.start()
    door = Door(broker, Path(str(settings["passwords"])))
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    loop.add_signal_handler(signal.SIGHUP, door.read_again)
    context = None
    if settings["certificate"] is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(str(settings["certificate"]), str(settings["key"]))
    server = await asyncio.start_server(
        door.meet, str(settings["host"]), settings["port"], ssl=context, backlog=1_024
    )
    await stopped.wait()
    server.close()


def main() -> None:
    """Read the settings and serve."""
    logging.basicConfig(level=logging.CRITICAL)
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text("utf-8"))))


if __name__ == "__main__":
    main()
