"""The harness at the broker, in the place of the source system: MQTT 5, on paho's own thread."""

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from simulator.dialects.contract import Message
from simulator.live.children import NotStarted

CONNECT_S = 10.0
KEEPALIVE_S = 30
_HOUR_S = 3_600

Said = Callable[[str, bytes, bool], None]
"""Called on paho's thread with what a device published: topic, payload, whether it is retained."""


class Source:
    """A client of a broker on the loopback, from `start` until `stop`; it comes back by itself."""

    def __init__(
        self, port: int, user: str, password: str, reads: Sequence[tuple[str, int]], said: Said
    ) -> None:
        """Nothing is sent yet. `reads` are topics with the quality of service."""
        self._port, self._said = port, said
        self._options = [
            (topic, SubscribeOptions(qos=qos, retainAsPublished=True, retainHandling=2))
            for topic, qos in reads
        ]
        self._is_ready = Event()
        self._client = client = Client(CallbackAPIVersion.VERSION2, client_id=user, protocol=MQTTv5)
        client.username_pw_set(user, password)
        client.reconnect_delay_set(1, 1)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message

    def start(self) -> None:
        """Return once it reads what devices say; raises `NotStarted`."""
        kept = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # as paho has it
        kept.SessionExpiryInterval = _HOUR_S
        self._client.connect(
            "127.0.0.1",
            self._port,
            KEEPALIVE_S,
            clean_start=MQTT_CLEAN_START_FIRST_ONLY,
            properties=kept,
        )
        self._client.loop_start()
        if not self._is_ready.wait(CONNECT_S):
            raise NotStarted("the broker of the bench does not answer")

    def stop(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, message: Message) -> None:
        """Say it, now or as soon as the broker is there again."""
        self._client.publish(message.topic, message.payload, message.qos, message.retain)

    def forget(self, device: str, secret: str) -> None:
        """Let the broker forget the session of a device that is not connected."""
        done = Event()
        client = Client(CallbackAPIVersion.VERSION2, client_id=device, protocol=MQTTv5)
        client.username_pw_set(device, secret)
        client.on_connect = lambda *_about: done.set()
        client.connect("127.0.0.1", self._port, KEEPALIVE_S, clean_start=True)
        client.loop_start()
        done.wait(CONNECT_S)
        client.disconnect()
        client.loop_stop()

    def _on_connect(self, client: Client, *_about: Any) -> None:
        client.subscribe(self._options)

    def _on_subscribe(self, *_about: Any) -> None:
        self._is_ready.set()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._said(message.topic, bytes(message.payload), message.retain)
