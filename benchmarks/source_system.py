"""How fast the served source system is: `python -m benchmarks.source_system`, figures as JSON.

The system runs as a process of its own, with mosquitto; SQLite and PostgreSQL one after the other.
Devices are simulated by one thread with one connection each, and answer as devices do. Everything
shares one machine: what the devices and operators here cost is part of the figures.
"""

import argparse
import json
import os
import select
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks import served as process
from benchmarks.served import COMMUNE, Served, told

REPORT_EVERY_S = 30.0
BURST = 20
"""Reports of each device, one after the other, to see how many are taken in a second."""

LAST = "last"
"""The version in the last reports, by which they are known."""

LONGEST_S = 120.0


class Fleet:
    """Devices on one thread: they acknowledge each start and, if told to, report regularly."""

    def __init__(self, port: int, secrets: dict[str, str]) -> None:
        """Connect them all; raises `TimeoutError`."""
        self.acknowledged: dict[str, float] = {}  # when the broker confirmed the answer, by device
        self.connected: set[str] = set()
        self.reporting = False
        self._answers: dict[tuple[str, int], float] = {}
        self._ending = False
        self._poll = select.poll()
        self._clients: dict[int, Client] = {}
        self._names = list(secrets)
        for name, secret in secrets.items():
            client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
            client.username_pw_set(name, secret)
            client.on_connect = self._on_connect(name)
            client.on_message = self._on_message(name)
            client.on_subscribe = lambda *_, name=name: self.connected.add(name)
            client.on_publish = self._on_publish(name)
            client.connect("127.0.0.1", port, keepalive=300)
            descriptor = client.socket().fileno()  # type: ignore[union-attr]  # it is connected
            self._clients[descriptor] = client
            self._poll.register(descriptor, select.POLLIN)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait(lambda: len(self.connected) == len(secrets), "devices to connect")

    def burst(self, each: int) -> None:
        """Let every device report so many times at once, with `LAST` the last time."""
        for number in range(each):
            version = LAST if number == each - 1 else "1.0"
            for name, client in zip(self._names, self._clients.values(), strict=True):
                report(name, client, version)

    def close(self) -> None:
        """End all connections."""
        self._ending = True
        self._thread.join()
        for client in self._clients.values():
            client.disconnect()

    def _run(self) -> None:
        clients = list(zip(self._names, self._clients.values(), strict=True))
        begun, sent = time.monotonic(), 0
        while not self._ending:
            for descriptor, _ in self._poll.poll(20):
                client = self._clients[descriptor]
                client.loop_read()
                while client.want_write():  # what was said in answer
                    client.loop_write()
            if not self.reporting:
                begun, sent = time.monotonic(), 0
                continue
            due = int((time.monotonic() - begun) / REPORT_EVERY_S * len(clients))
            for number in range(sent, due):
                report(*clients[number % len(clients)])
            sent = due

    def _on_connect(self, name: str) -> Callable[..., None]:
        def connected(client: Client, *_: object) -> None:
            client.subscribe(f"ttcs/1/{name}/cmd", 1)

        return connected

    def _on_message(self, name: str) -> Callable[..., None]:
        def got(client: Client, _userdata: object, message: Any) -> None:
            words = {
                "Id": json.loads(message.payload)["Id"],
                "TrangThaiGui": 0,
                "ThoiDiem": int(time.time()),
            }
            sent = client.publish(f"ttcs/1/{name}/ack", json.dumps(words), 1)
            self._answers[name, sent.mid] = time.time()

        return got

    def _on_publish(self, name: str) -> Callable[..., None]:
        def confirmed(_client: Client, _userdata: object, mid: int, *_: object) -> None:
            if self._answers.pop((name, mid), None) is not None:
                self.acknowledged[name] = time.time()

        return confirmed


def report(name: str, client: Client, version: str = "1.0") -> None:
    """Send a status report (ping)."""
    words = {
        "ThoiDiem": int(time.time()),
        "AmLuong": "70",
        "TrangThaiHoatDong": 2,
        "TrangThaiKetNoi": "4G",
        "PhienBanUngDung": version,
        "TenThietBi": name,
    }
    client.publish(f"ttcs/1/{name}/status", json.dumps(words), 1)


def wait(holds: Callable[[], object], what: str) -> float:
    """Seconds until it holds; raises `TimeoutError`."""
    begin = time.perf_counter()
    while not holds():
        if time.perf_counter() - begin > LONGEST_S:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.02)
    return time.perf_counter() - begin


def operators(client: httpx2.Client, devices: int, for_s: float) -> dict[str, Any]:
    """Two operators who work without a pause; how long their requests took."""
    took_ms: list[float] = []
    stop = time.perf_counter() + for_s

    def work(who: str) -> None:
        number = 0
        while time.perf_counter() < stop:
            number += 1
            words = {"id": f"{who}-{number}", "title": "Tin", "bulletin_class": "normal"}
            contents = [{"language": "vi", "text": "Nội dung bản tin."}]
            for method, path, body in (
                ("POST", "/bulletins", {**words, "kind": "text", "contents": contents}),
                ("GET", "/devices?limit=50", None),
                ("GET", "/device-counts", None),
                ("GET", f"/bulletins/{who}-{number}", None),
                ("GET", "/orders", None),
                ("POST", f"/devices/B{number % devices}/volume", {"percent": 70}),
            ):
                begin = time.perf_counter()
                told(client.request(method, path, json=body))
                took_ms.append((time.perf_counter() - begin) * 1000)
            time.sleep(0.1)

    threads = [threading.Thread(target=work, args=(who,)) for who in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_ms.sort()
    return {
        "requests": len(took_ms),
        "p50_ms": round(took_ms[len(took_ms) // 2], 1),
        "p99_ms": round(took_ms[int(len(took_ms) * 0.99)], 1),
        "most_ms": round(took_ms[-1], 1),
    }


def measure(database: str | None, devices: int, for_s: float) -> dict[str, Any]:
    """All figures with one database."""
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder) / "data", database)
        try:
            return _measured(served, devices, for_s)
        finally:
            served.close()


def _measured(served: Served, devices: int, for_s: float) -> dict[str, Any]:
    figures: dict[str, Any] = {"first_start_s": round(served.start(), 2)}
    served.kill()
    figures["start_to_first_answer_s"] = round(served.start(), 2)
    administrator = process.first_administrator(served)
    lan = process.person(served, administrator, "lan")
    process.confirmed(lan)
    secrets = process.devices(administrator, [f"B{number}" for number in range(devices)])
    emergency = process.emergency(lan)
    time.sleep(5)  # the broker is told of the passwords, which may take as long
    fleet = Fleet(served.mqtt_port, secrets)
    fleet.reporting = True
    figures["api_while_devices_report"] = operators(lan, devices, for_s)
    fleet.reporting = False
    fleet.acknowledged.clear()
    area = {"era": "2022", "communes": [COMMUNE]}
    words = {"id": "e", "bulletin_id": emergency, "area": area, "valid_ms": 600_000}
    begin, begin_s = time.perf_counter(), time.time()
    told(lan.post("/orders", json=words))
    figures["emergency"] = {"committed_s": round(time.perf_counter() - begin, 2)}
    wait(lambda: len(fleet.acknowledged) == devices, "acknowledgements")
    last_s = max(fleet.acknowledged.values()) - begin_s
    figures["emergency"]["last_device_acknowledged_s"] = round(last_s, 2)
    wait(lambda: _accepted(lan) == devices, "all answers to be stored")
    figures["emergency"]["all_answers_stored_s"] = round(time.perf_counter() - begin, 2)
    begin = time.perf_counter()
    fleet.burst(BURST)
    wait(lambda: _last_came(lan, devices), "all reports to be stored")
    figures["messages_per_s"] = round(BURST * devices / (time.perf_counter() - begin))
    fleet.close()
    return figures


def _accepted(client: httpx2.Client) -> int:
    plays = told(client.get("/orders/e"))["plays"]
    return int(plays[0]["starts"].get("accepted", 0)) if plays else 0


def _last_came(client: httpx2.Client, devices: int) -> bool:
    """Whether the last report of every device is stored; they come in any order."""
    seen, after = 0, ""
    while after is not None:
        query = {"limit": 200} | ({"after": after} if after else {})
        page = told(client.get("/devices", params=query))
        seen += sum(each["status"].get("app_version") == LAST for each in page["items"])
        if seen % 200:  # some of this page are still to come
            return bool(seen == devices)
        after = page["after"]
    return bool(seen == devices)


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.source_system")
    parser.add_argument("--devices", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long operators work")
    parser.add_argument(
        "--postgresql", metavar="URL", help="an empty database of a server that runs already"
    )
    asked = parser.parse_args()
    databases = {"sqlite": None} | ({"postgresql": asked.postgresql} if asked.postgresql else {})
    figures: dict[str, Any] = {"devices": asked.devices, "cores": os.cpu_count()}
    for name, url in databases.items():
        figures[name] = measure(url, asked.devices, asked.seconds)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
