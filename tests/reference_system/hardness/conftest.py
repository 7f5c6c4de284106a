"""The source system as a process, and devices that speak to it with paho."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import CallbackAPIVersion, Client

from benchmarks.served import Served
from tests.reference_system.postgres import Postgres, running

WAIT_S = 30.0


class Speaker:
    """A device with a kept session: it acknowledges every command, plays and logs each play once.

    All that it got and what the broker confirmed of its log is kept, to be held against what the
    source system says.
    """

    def __init__(self, port: int, name: str, secret: str) -> None:
        self.name = name
        self.starts: dict[str, set[str]] = defaultdict(set)  # item -> ids of its commands
        self.cancels: set[str] = set()  # items
        self.logged: set[str] = set()  # entries that the broker confirmed
        self.made = 0
        self.subscribed = threading.Event()
        self._on_the_way: dict[int, str] = {}
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        self.client.username_pw_set(name, secret)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._connected
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_message = self._got
        self.client.on_publish = self._published
        self.client.connect_async("127.0.0.1", port, keepalive=30)
        self.client.loop_start()

    def say(self, kind: str, retain: bool = False, **words: object) -> int:
        return self.say_raw(kind, json.dumps(words).encode(), retain)

    def say_raw(self, kind: str, payload: bytes, retain: bool = False) -> int:
        return self.client.publish(f"ttcs/1/{self.name}/{kind}", payload, 1, retain).mid

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _connected(self, client, _userdata, _flags, reason, _properties) -> None:
        if not reason.is_failure:
            client.subscribe(f"ttcs/1/{self.name}/cmd", 1)
            self.say("online", retain=True, TrucTuyen=True, ThoiDiem=int(time.time()))

    def _got(self, _client, _userdata, message) -> None:
        command = json.loads(message.payload)
        self.say("ack", Id=command["Id"], TrangThaiGui=0, ThoiDiem=int(time.time()))
        if "HuyBanTin" in command:
            self.cancels.add(command["HuyBanTin"]["LuotPhatID"])
        elif "BanTin" in command:
            play = command["BanTin"]
            is_new = play["LuotPhatID"] not in self.starts
            self.starts[play["LuotPhatID"]].add(command["Id"])
            if is_new:
                self._log(play)

    def _log(self, play: dict[str, object]) -> None:
        now_s = int(time.time())
        entry = f"{self.name}-{self.made}"
        words = {
            "NhatKyID": entry,
            "KhoiDong": "b1",
            "SoThuTu": self.made,
            **{name: play[name] for name in ("BanTinID", "LuotPhatID", "LoaiBanTin")},
            "MucDoUuTien": play["MucDoUuTien"],
            "ThoiLuong": play["ThoiLuong"],
            "ThoiDiemBatDau": now_s - 1,
            "ThoiDiemKetThuc": now_s,
            "KetQua": "played",
            "AmLuong": "80",
        }
        self._on_the_way[self.say("log", ThoiDiemGui=now_s, NhatKy=[words])] = entry
        self.made += 1

    def _published(self, _client, _userdata, mid, _reason, _properties) -> None:
        if (entry := self._on_the_way.pop(mid, None)) is not None:
            self.logged.add(entry)


def until(holds: Callable[[], object], within_s: float = WAIT_S, what: str = "") -> None:
    """Wait for something to hold; fails if it does not."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"it did not come to be: {what}"
        time.sleep(0.02)


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., None]:
    return until


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Makes installations; all that is left of them at the end is ended."""
    made: list[Served] = []

    def make(database: str | None = None, *options: str, folder: Path | None = None) -> Served:
        made.append(Served(folder or tmp_path / f"data{len(made)}", database, options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def speak() -> Iterator[Callable[[int, str, str], Speaker]]:
    """Connects devices, by port, name and secret."""
    made: list[Speaker] = []

    def connect(port: int, name: str, secret: str) -> Speaker:
        made.append(Speaker(port, name, secret))
        return made[-1]

    yield connect
    for each in made:
        each.close()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop."""
    with running() as server:
        yield server
