"""One device's MQTT connection: paho's client, driven by the event loop of all of them.

A connection is made once and ends once; coming back is another connection of the same session.
paho has no thread here: the loop tells it when there is something to read or room to write, and
`tick` lets it look after its keepalive.
"""

import asyncio
import os
import socket
import ssl
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTMessage,
    MQTTv311,
)
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulator.dialects.contract import Login, Message

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike  # there for type checkers alone

CONNECT_S = 10.0
"""How long reaching the broker may take, and then logging in and subscribing."""

MOST_ON_THE_WAY = 100
"""Messages of one device that the broker has not yet confirmed; more wait in the client."""


_IP_BIND_ADDRESS_NO_PORT = 24
"""As linux/in.h has it; Python names it from 3.12 on."""


class NotConnected(OSError):
    """The broker was not reached, or lets the device not in; the text is one line."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where devices connect: `address` is numeric, `tls` trusts who signed the broker's name."""

    host: str
    port: int
    address: str
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Who connects, and how: `clean` keeps nothing at the broker for later."""

    login: Login
    subscriptions: Sequence[tuple[str, int]]
    will: Message | None
    keepalive_s: int
    clean: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """Who is told what the connection brings, on the loop: a message with its topic or path; the
    number of a sent message that the other side has; that the connection ended, and why; the number
    of a message that was not taken, why, and whether it may be sent again."""

    message: Callable[[str, bytes], None]
    confirmed: Callable[[int], None]
    lost: Callable[[str], None]
    failed: Callable[[int, str, bool], None] = lambda _number, _why, _again: None


NOBODY = Heard(lambda _topic, _payload: None, lambda _number: None, lambda _why: None)
"""For a connection of which nobody wants to hear."""


class _Client(Client):
    """paho's client on a socket that was connected without stopping everybody else."""

    reached: socket.socket

    def _create_socket(self) -> "SocketLike":
        # paho connects here and waits for it; it has no public way to bring a socket along.
        if self._ssl:
            self.reached.settimeout(CONNECT_S)
            return self._ssl_wrap_socket(self.reached)
        return self.reached


class Connection:
    """A connection to the broker, from `open` until `heard.lost`, `close` or `silence`."""

    __slots__ = (
        "_broker",
        "_client",
        "_heard",
        "_lingering",
        "_loop",
        "_opened",
        "_session",
        "_silent",
        "_sock",
        "_writing",
    )

    def __init__(self, broker: Broker, session: Session, heard: Heard) -> None:
        """Nothing is sent yet."""
        self._broker, self._session, self._heard = broker, session, heard
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] | None = self._loop.create_future()
        self._sock: SocketLike | None = None
        self._lingering: int | None = None
        self._silent = self._writing = False
        self._client = self._new_client()

    async def open(self, source: str | None) -> None:
        """Return once logged in and subscribed; raises `NotConnected`, within twice `CONNECT_S`.

        `source` is the own address to connect from.
        """
        opened = self._opened
        assert opened is not None, "a connection is opened once"
        try:
            self._client.reached = await _connected(self._broker, source)
            # A timer costs less than `asyncio.timeout`, of which thousands are opened in a storm.
            late = self._loop.call_later(CONNECT_S, self._fail, f"no answer in {CONNECT_S:g} s")
            try:
                self._client.reconnect()
                self._flush()
                await opened
            finally:
                late.cancel()
        except OSError as error:
            self.drop()
            why = error.strerror or str(error) or "not reached"
            raise NotConnected(f"{self._broker.host}: {why}") from None
        except BaseException:
            self.drop()
            raise
        finally:
            self._opened = None

    def publish(self, message: Message) -> int:
        """Send; the number under which it is confirmed, if its quality of service has that."""
        sent = self._client.publish(message.topic, message.payload, message.qos, message.retain)
        self._flush()
        return sent.mid

    def tick(self) -> None:
        """Keep the connection alive, or notice that it is not; to be called every few seconds."""
        if not self._silent:
            self._client.loop_misc()
            self._flush()

    def close(self) -> None:
        """Disconnect in good order: the broker tells no last will.

        To be dropped later: as long as the socket is open the broker reads the farewell, whatever
        it still sends itself.
        """
        self._heard = NOBODY
        if self._sock is not None:
            self._lingering = os.dup(self._sock.fileno())  # paho closes its own
        self._client.disconnect()
        self._flush()

    def silence(self) -> None:
        """Neither send nor read anything more, without the other side knowing: a cut cable."""
        self._silent = True
        self._heard = NOBODY
        self._forget_socket()

    def drop(self) -> None:
        """Close the socket without a word."""
        self._heard = NOBODY
        self._forget_socket()
        if self._lingering is not None:
            os.close(self._lingering)
            self._lingering = None
        self._client.on_socket_close = None
        if (sock := self._client.socket()) is not None:
            sock.close()
        elif hasattr(self._client, "reached"):
            self._client.reached.close()

    # ---- paho -----------------------------------------------------------------------------------

    def _new_client(self) -> _Client:
        session = self._session
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=session.login.client_id,
            clean_session=session.clean,
            protocol=MQTTv311,
            reconnect_on_failure=False,
        )
        client.username_pw_set(session.login.user, session.login.password)
        client.max_inflight_messages_set(MOST_ON_THE_WAY)
        if session.will is not None:
            will = session.will
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        if self._broker.tls is not None:
            client.tls_set_context(self._broker.tls)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.connect_async(self._broker.host, self._broker.port, session.keepalive_s)
        return client

    def _flush(self) -> None:
        """paho writes at once except from within its callbacks; the rest goes out here."""
        client = self._client
        if client.want_write() and not self._silent:
            client.loop_write()
        if self._sock is not None and client.want_write() != self._writing:
            self._writing = client.want_write()
            if self._writing:
                self._loop.add_writer(self._sock.fileno(), self._flush)
            else:
                self._loop.remove_writer(self._sock.fileno())

    def _readable(self) -> None:
        client = self._client
        client.loop_read()
        # TLS may have read more than was asked of it, of which the loop knows nothing.
        while self._sock is not None and getattr(self._sock, "pending", int)():
            client.loop_read()
        self._flush()

    def _on_socket_open(self, _client: Client, _userdata: object, sock: "SocketLike") -> None:
        self._sock = sock
        self._loop.add_reader(sock.fileno(), self._readable)

    def _on_socket_close(self, _client: Client, _userdata: object, _sock: "SocketLike") -> None:
        self._forget_socket()

    def _forget_socket(self) -> None:
        sock, self._sock = self._sock, None
        if sock is not None and sock.fileno() >= 0:
            self._loop.remove_reader(sock.fileno())
            self._loop.remove_writer(sock.fileno())

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._fail(f"refuses the login: {reason}")
        else:
            client.subscribe(list(self._session.subscriptions))

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._fail("refuses the subscription")
        elif self._opened is not None and not self._opened.done():
            self._opened.set_result(None)

    def _fail(self, why: str) -> None:
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(NotConnected(why))

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._heard.message(message.topic, bytes(message.payload))

    def _on_publish(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        _reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        self._heard.confirmed(mid)

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._opened is not None:
            self._fail(f"ended the connection: {reason}")
        else:
            self._heard.lost(str(reason))


async def _connected(broker: Broker, source: str | None) -> socket.socket:
    family = socket.AF_INET6 if ":" in broker.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source is not None:
            if sys.platform == "linux":
                # The port is chosen when the peer is known, so each address has all ports.
                sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((source, 0))
        if not _is_reached(sock, broker) and not _is_reached(sock, broker):
            async with asyncio.timeout(CONNECT_S):
                place = (broker.address, broker.port)
                await asyncio.get_running_loop().sock_connect(sock, place)
    except BaseException:
        sock.close()
        raise
    return sock


def _is_reached(sock: socket.socket, broker: Broker) -> bool:
    """Whether the broker has taken the connection; one on this machine has when asked twice, which
    is cheaper than to wait for the loop to say so."""
    try:
        sock.connect((broker.address, broker.port))
    except BlockingIOError:
        return False
    return True
