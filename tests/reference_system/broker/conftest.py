"""Real brokers, and devices that speak to them with paho."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from reference_system.broker import passwords
from reference_system.broker.choose import choose
from reference_system.broker.contract import Address, Broker, Login
from reference_system.broker.link import Incoming, Link

WAIT_S = 10.0
KINDS = [pytest.param("mosquitto", marks=pytest.mark.needs_tool("mosquitto")), "embedded"]


def eventually(holds: Callable[[], object], timeout_s: float = WAIT_S) -> bool:
    """Whether it comes to hold in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.01)
    return bool(holds())


class Device:
    """A device's MQTT client with a persistent session; whatever it does waits for the answer."""

    def __init__(
        self,
        address: Address,
        login: Login,
        *,
        client_id: str | None = None,
        protocol: int = MQTTv311,
        will: str | None = None,
    ) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.reason = ""
        self._answered = threading.Event()
        self._address = address
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or login.user or "nobody",
            clean_session=False if protocol == MQTTv311 else None,
            protocol=protocol,
        )
        if login.user is not None:
            self.client.username_pw_set(login.user, login.password)
        if address.ca_file is not None:
            self.client.tls_set(str(address.ca_file))
        if will is not None:
            self.client.will_set(will, b"gone", qos=1, retain=True)
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self._answer(str(reason))
        self.client.on_message = lambda _c, _u, m: self.received.append((m.topic, m.payload))
        self.client.on_subscribe = lambda _c, _u, _m, _r, _p: self._answered.set()
        self.client.on_publish = lambda _c, _u, _m, _r, _p: self._answered.set()

    def connect(self) -> "Device":
        # Of paho's ways to say so, the one for MQTT 5; for 3.1.1 it is said to the constructor.
        start = {} if self.client.protocol == MQTTv311 else {"clean_start": False}
        self.client.connect(self._address.host, self._address.port, keepalive=30, **start)
        self.client.loop_start()
        assert self._answered.wait(WAIT_S)
        return self

    def subscribe(self, *topics: str) -> "Device":
        self._answered.clear()
        self.client.subscribe([(topic, 1) for topic in topics])
        assert self._answered.wait(WAIT_S)
        return self

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._answered.clear()
        self.client.publish(topic, payload, qos=1, retain=retain)
        assert self._answered.wait(WAIT_S)

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def go_away(self) -> None:
        """Leave for a while: until amqtt, too, has noticed, which may lose messages before."""
        self.leave()
        time.sleep(0.5)

    def vanish(self) -> None:
        """Break the connection off without a word."""
        self.client.loop_stop()
        if connection := self.client.socket():
            connection.close()

    def _answer(self, reason: str) -> None:
        self.reason = reason
        self._answered.set()


class Place:
    """A broker, the source system's link to it, and devices with their passwords."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.messages: list[Incoming] = []
        self._ends: list[Callable[[], None]] = []
        self._passwords: dict[str, str] = {}
        self._link: Link | None = None

    def link(self, on_message: Callable[[Incoming], None] | None = None) -> Link:
        link = Link(
            self.broker.address,
            self.broker.login,
            on_message or self._take,
            mqtt5=self.broker.abilities.mqtt5,
        )
        self._ends.append(link.stop)
        self._link = link
        link.start()
        link.wait(WAIT_S)
        return link

    def register(self, *names: str) -> None:
        fresh = {name: passwords.new_password() for name in names}
        for name, password in fresh.items():
            self.broker.set_credential(name, passwords.hashed(password))
        self._passwords.update(fresh)

    def login(self, name: str) -> Login:
        return Login(name, self._passwords[name])

    def device(self, name: str, **options: object) -> Device:
        login = self.login(name) if name in self._passwords else Login(name, "guessed")
        return self.client(login, **options)

    def client(self, login: Login, **options: object) -> Device:
        device = Device(self.broker.address, login, **options)
        self._ends.append(device.leave)
        return device

    def heard(self) -> list[tuple[str, bytes]]:
        return [(message.topic, message.payload) for message in self.messages]

    def restart_link(self) -> None:
        """End the link; its session stays at the broker."""
        self._ends.remove(self._link.stop)
        self._link.stop()

    eventually = staticmethod(eventually)

    def close(self) -> None:
        for end in reversed(self._ends):
            end()

    def _take(self, message: Incoming) -> None:
        self.messages.append(message)
        message.acknowledge()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def new_place(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    """Makes places by kind of broker and what else is chosen."""
    made: list[Place] = []

    def make(kind: str, **options: object) -> Place:
        broker = choose(kind, tmp_path / "broker", **options)
        broker.start()
        made.append(Place(broker))
        made[-1].register("A", "B")
        return made[-1]

    yield make
    for place in made:
        place.close()
        place.broker.stop()


@pytest.fixture
def place(kind: str, new_place: Callable[..., Place]) -> Place:
    """A running broker of either kind with the devices A and B."""
    return new_place(kind)


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., bool]:
    return eventually


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
