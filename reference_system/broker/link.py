"""The source system's own connection to the broker, whichever it is."""

import logging
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import lru_cache

from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTMessage,
    MQTTv5,
    MQTTv311,
)
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from reference_system.broker.contract import Address, BrokerError, Login
from reference_system.broker.driving import Driver
from reference_system.broker.probe import trouble
from reference_system.interface.topics import SOURCE_READS

MAX_OUTSTANDING = 10_000
"""Messages on their way to the broker, at most; beyond, publishing is refused."""

KEEPALIVE_S = 30
SESSION_S = 7 * 86_400
"""How long the broker keeps what arrives for us while we are away (MQTT 5)."""

_RECEIVE_MAXIMUM = 65_535

_log = logging.getLogger(__name__)


class LinkError(BrokerError):
    """The message was not taken: no connection, too many on their way, or the link was closed."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """Whether messages can pass, since when, and what is in the way (one line, without secrets).

    `connections` counts the times that a connection was made.
    """

    connected: bool
    since_ms: int
    problem: str | None
    connections: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from the broker; it comes again, perhaps after a restart, until acknowledged.

    `retained` says that it was kept by the broker and is not news.
    """

    topic: str
    payload: bytes
    retained: bool
    duplicate: bool
    acknowledge: Callable[[], None] = field(repr=False)
    """From any thread, once what it says is stored; a second time, or late, does nothing."""


@dataclass(frozen=True, slots=True)
class _Outgoing:
    topic: str
    payload: bytes
    properties: Properties | None
    future: Future[None]


class Link:
    """A persistent session at a broker. Public methods may be called from any thread."""

    def __init__(
        self,
        address: Address,
        login: Login,
        on_message: Callable[[Incoming], None],
        *,
        mqtt5: bool,
        client_id: str = "ttcs-source",
        subscriptions: Sequence[str] = SOURCE_READS,
        on_state: Callable[[LinkState], None] | None = None,
    ) -> None:
        """Prepare; nothing is sent before `start`.

        `on_message` and `on_state` are called one at a time on the link's own thread and must not
        block it. Without `mqtt5` the link speaks MQTT 3.1.1.
        """
        self._address, self._login, self._mqtt5 = address, login, mqtt5
        self._on_message, self._on_state = on_message, on_state
        self._subscriptions = [(topic, 1) for topic in subscriptions]
        self._changed = threading.Condition()
        self._state = LinkState(False, _now_ms(), None, 0)
        self._refused = False
        self._logins = 0
        self._room = threading.Condition()
        self._to_send: deque[_Outgoing] = deque()
        self._sent: dict[int, Future[None]] = {}
        self._answered: dict[int, ReasonCode] = {}
        self._window = _RECEIVE_MAXIMUM
        self._closing = False
        self._sender = threading.Thread(target=self._send_all, name="ttcs-link-sender", daemon=True)
        self._client = self._new_client(client_id)
        self._driver = Driver(self._client, self._failed_to_connect)

    @property
    def state(self) -> LinkState:
        """How things stand now."""
        return self._state

    @property
    def outstanding(self) -> int:
        """How many messages are on their way to the broker."""
        return len(self._to_send) + len(self._sent)

    def start(self) -> None:
        """Begin to connect, and to connect again whenever the connection is lost."""
        self._connect_soon()
        self._driver.start()
        self._sender.start()

    def wait(self, timeout_s: float) -> None:
        """Return once connected; raises `BrokerError` when refused, or not reached in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._state.connected or self._refused, timeout_s)
        if not self._state.connected:
            raise BrokerError(self._state.problem or f"{self._address} did not answer in time")

    def publish(self, topic: str, payload: bytes, expiry_s: int | None = None) -> Future[None]:
        """Send with QoS 1; done once the broker has it, which says nothing of any device.

        After `expiry_s` the broker no longer delivers it (MQTT 5 only). The future fails with
        `LinkError` at once where there is no connection or too many messages are on their way.
        A connection lost on the way is no failure: the message is sent again, and may then arrive
        twice.
        """
        future: Future[None] = Future()
        if not self._state.connected:
            future.set_exception(
                LinkError(self._state.problem or f"{self._address}: no connection")
            )
            return future
        with self._room:
            if self.outstanding >= MAX_OUTSTANDING:
                future.set_exception(LinkError(f"{MAX_OUTSTANDING:,} messages are on their way"))
            else:
                self._to_send.append(_Outgoing(topic, payload, self._expiry(expiry_s), future))
                self._room.notify()
        return future

    def stop(self) -> None:
        """Disconnect; what was not yet taken by the broker fails with `LinkError`."""
        with self._room:
            self._closing = True
            self._room.notify()
        if self._sender.is_alive():
            self._sender.join()
        self._driver.stop()
        with self._room:
            lost = [*self._sent.values(), *(outgoing.future for outgoing in self._to_send)]
            self._sent.clear()
            self._to_send.clear()
        for future in lost:
            future.set_exception(LinkError("the link was closed"))
        self._become(connected=False, problem="the link was closed")

    def _send_all(self) -> None:
        """Hand messages to the client in their order, as many as the broker allows at a time.

        No lock is held meanwhile: the client has locks of its own when it calls `_published`.
        """
        while True:
            with self._room:
                self._room.wait_for(self._may_send)
                if self._closing:
                    return
                outgoing = self._to_send.popleft()
            sent = self._client.publish(
                outgoing.topic, outgoing.payload, qos=1, properties=outgoing.properties
            )
            with self._room:
                answer = self._answered.pop(sent.mid, None)
                if answer is None:
                    self._sent[sent.mid] = outgoing.future
            if answer is not None:
                self._settle(outgoing.future, answer)

    def _may_send(self) -> bool:
        return self._closing or (bool(self._to_send) and len(self._sent) < self._window)

    def _settle(self, future: Future[None], reason: ReasonCode) -> None:
        if reason.is_failure:
            future.set_exception(LinkError(f"{self._address} refuses the message: {reason}"))
        else:
            future.set_result(None)

    def _new_client(self, client_id: str) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if self._mqtt5 else False,
            protocol=MQTTv5 if self._mqtt5 else MQTTv311,
            manual_ack=True,
        )
        client.username_pw_set(self._login.user, self._login.password)
        client.max_inflight_messages_set(_RECEIVE_MAXIMUM)
        if self._address.tls:
            client.tls_set_context(ssl.create_default_context(cafile=self._address.ca_file))
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_publish = self._published
        client.on_message = self._arrived
        return client

    def _connect_soon(self) -> None:
        host, port = self._address.host, self._address.port
        if self._mqtt5:
            kept = _properties(PacketTypes.CONNECT, SessionExpiryInterval=SESSION_S)
            self._client.connect_async(host, port, KEEPALIVE_S, clean_start=False, properties=kept)
        else:
            self._client.connect_async(host, port, KEEPALIVE_S)

    def _expiry(self, expiry_s: int | None) -> Properties | None:
        if expiry_s is None or not self._mqtt5:
            return None
        return _expiring(max(1, expiry_s))

    def _become(self, *, connected: bool, problem: str | None, connections: int = 0) -> None:
        with self._changed:
            before = self._state
            since_ms = before.since_ms if connected == before.connected else _now_ms()
            self._state = LinkState(connected, since_ms, problem, before.connections + connections)
            self._changed.notify_all()
        if self._on_state is not None and replace(before, connections=0) != replace(
            self._state, connections=0
        ):
            self._on_state(self._state)

    def _connected(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._refused = reason.is_failure
        if reason.is_failure:
            user = f" of {self._login.user}" if self._login.user else " without a name"
            self._become(
                connected=False, problem=f"{self._address} refuses the login{user}: {reason}"
            )
            return
        # What waited for us may come before the subscription is confirmed, and belongs to this one.
        self._logins += 1
        # A broker may bound what is on its way unacknowledged, and ends connections beyond that.
        self._window = getattr(properties, "ReceiveMaximum", _RECEIVE_MAXIMUM)
        client.subscribe(self._subscriptions)

    def _subscribed(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        denied = [
            topic
            for (topic, _), reason in zip(self._subscriptions, reasons, strict=False)
            if reason.is_failure
        ]
        if denied:
            self._refused = True
            problem = f"{self._address} does not let us read {', '.join(denied)}"
            self._become(connected=False, problem=problem)
        else:
            self._driver.connected()
            self._become(connected=True, problem=None, connections=1)

    def _failed_to_connect(self) -> None:
        problem = trouble(self._address) or "the connection broke off"
        self._become(connected=False, problem=f"{self._address}: {problem}")

    def _disconnected(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._state.connected:
            self._become(connected=False, problem=f"{self._address}: connection lost ({reason})")

    def _published(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        with self._room:
            future = self._sent.pop(mid, None)
            if future is None:
                self._answered[mid] = reason
            self._room.notify()
        if future is not None:
            self._settle(future, reason)

    def _arrived(self, client: Client, _userdata: object, message: MQTTMessage) -> None:
        login = self._logins

        def acknowledge() -> None:
            # After a new connection the broker sends the message again, and that one counts.
            if message.qos and login == self._logins:
                client.ack(message.mid, message.qos)

        incoming = Incoming(
            message.topic, bytes(message.payload), message.retain, message.dup, acknowledge
        )
        try:
            self._on_message(incoming)
        except Exception:
            _log.exception("a message on %s could not be handed on", message.topic)


@lru_cache
def _expiring(expiry_s: int) -> Properties:
    return _properties(PacketTypes.PUBLISH, MessageExpiryInterval=expiry_s)


def _properties(packet_type: int, **values: int) -> Properties:
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]  # paho has no types here
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
