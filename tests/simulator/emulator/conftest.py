"""A real mosquitto, a source system's end of it, and a web server with sounds."""

import asyncio
import hashlib
import io
import socket
import time
import wave
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from reference_system.broker import passwords
from reference_system.broker.contract import Address
from reference_system.broker.mosquitto import mosquitto
from reference_system.broker.own import OwnBroker
from reference_system.interface import messages, topics
from reference_system.interface.messages import Command, Item, Targets, encode
from scenarios import links, profiles
from scenarios.profiles import Profile
from simulator.dialects.reference import Reference
from simulator.emulator.connection import Broker
from simulator.emulator.events import Event
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.member import Member
from tests.answering import Answering, answering

SECRET = "mot-bi-mat-cho-thu-nghiem"
PATIENCE_S = 15.0

QUICK = replace(
    profiles.load("speaker-reference"),
    keepalive_ms=1_000,
    reconnect_delay_ms=100,
    reconnect_spread_ms=100,
    boot_ms=300,
)
"""The reference speaker, for people who wait."""


def tone(ms: int) -> bytes:
    """A sound of so many milliseconds, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(b"\x10\x20" * (8 * ms))
    return file.getvalue()


@dataclass
class Web:
    """What answers to a path, and how often each was asked."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, list[int]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def put(self, path: str, data: bytes) -> str:
        self.files[path] = data
        return self.url + path


@pytest.fixture
def web() -> Iterator[Web]:
    told = Web()

    class Answer(Answering):
        def treat(self) -> None:
            told.asked[self.path] += 1
            status = (told.answers.get(self.path) or [200]).pop(0)
            data = told.files.get(self.path, b"")
            moved = {"location": "/elsewhere"} if status == 302 else {}
            self.answer(status if data or status != 200 else 404, data, **moved)

    with answering(Answer) as told.url:
        yield told


class Source:
    """The source system's end: sends commands, keeps what devices say."""

    def __init__(self, broker: OwnBroker) -> None:
        self.broker = broker
        self.said: dict[tuple[str, str], list[Any]] = defaultdict(list)
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="@source")
        self._client.username_pw_set(broker.login.user, broker.login.password)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(each, 1) for each in topics.SOURCE_READS]
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.connect(broker.address.host, broker.address.port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        topic = topics.parse(message.topic)
        decoded = messages.decode(topic.kind, message.payload)
        self.said[topic.device, topic.kind].append(decoded)

    def tell(self, device: str, name: str, **body: Any) -> None:
        now_s = int(time.time())
        command = Command(
            id=name,
            source="TTN-52",
            sent_s=now_s,
            expires_s=now_s + 600,
            status="Test",
            targets=Targets(devices=(device,)),
            **body,
        )
        self.publish(device, encode(command))

    def publish(self, device: str, payload: bytes) -> None:
        self._client.publish(topics.topic(device, "cmd"), payload, 1).wait_for_publish(5)

    def entries(self, device: str) -> list[messages.PlayEntry]:
        return [entry for log in self.said[device, "log"] for entry in log.entries]


def item(name: str, ms: int, url: str = "", data: bytes | None = None, **more: Any) -> Item:
    """A play at once: a text, or the file at an address."""
    sound = {"content_url": url} if url else {"text": "Thử nghiệm"}
    if data is not None:
        sound |= {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
    return Item(
        **{
            "bulletin": name,
            "item": f"{name}/1",
            "priority": 1,
            "media": 3,
            "title": "Thử nghiệm",
            "kind": "file",
            "duration": messages.clock_text(ms),
            "duration_ms": ms,
            "not_before_ms": time.time_ns() // 1_000_000,
            **sound,
            **more,
        }
    )


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = Address("127.0.0.1", free.getsockname()[1])
    running = mosquitto(tmp_path / "broker", address)
    running.start()
    running.replace_credentials({f"d{n}": passwords.hashed(SECRET) for n in range(20)})
    yield running
    running.stop()


@pytest.fixture
def source(broker: OwnBroker) -> Iterator[Source]:
    connected = Source(broker)
    yield connected
    connected.close()


@dataclass
class Stage:
    """A fleet on its loop, and all its events."""

    fleet: EmulatedFleet
    events: list[Event]

    def of(self, what: str) -> list[Event]:
        return [event for event in self.events if event.what == what]

    async def until(self, fits: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not fits():
                await asyncio.sleep(0.02)


Act = Callable[[Stage], Coroutine[Any, Any, None]]


def on_stage(
    address: Address,
    act: Act,
    devices: int = 1,
    profile: Profile = QUICK,
    trusted: Any = None,
    **options: Any,
) -> Stage:
    """Start that many devices, let them act, stop them; what happened."""

    async def run() -> Stage:
        events: list[Event] = []
        link = links.load("4g")
        members = [Member(f"d{n}", "", profile, link, SECRET) for n in range(devices)]
        where = Broker(address.host, address.port, address.host)
        fleet = EmulatedFleet(members, where, Reference(trusted), listener=events.append, **options)
        stage = Stage(fleet, events)
        try:
            await fleet.start()
            await act(stage)
        finally:
            await fleet.stop()
        return stage

    return asyncio.run(run())
