"""Killed again and again while it works: nothing accepted is lost, forgotten or doubled.

Each case kills the process at moments that its seed decides: `ROUNDS` times while it works, and in
every other round once more while it starts. The cases together do it more than a hundred times.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from benchmarks import served as process
from benchmarks.served import COMMUNE, Served, told

ROUNDS = 9
SEEDS = (1, 2, 3, 4)
LONGEST_LOAD_S = 1.0
LONGEST_START_S = 2.5

pytestmark = [pytest.mark.slow, pytest.mark.needs_tool("mosquitto")]


class Desk:
    """One operator who works, one request after the other, and keeps what was promised."""

    def __init__(self, client: httpx2.Client, login: str, emergency: str, seed: str) -> None:
        self.client, self.login, self.emergency, self.seed = client, login, emergency, seed
        self.draw = random.Random(seed)
        self.number = 0
        self.bulletins: dict[str, str] = {}  # id -> title
        self.orders: dict[str, int] = {}  # id -> plays
        self.cancelled: set[str] = set()
        self.commands: set[tuple[str, str]] = set()  # device, id
        self.sessions: list[str] = []
        self.unanswered: Callable[[], None] | None = None

    def work(self, until: threading.Event) -> None:
        """Do things until told to stop, or nobody answers any more."""
        try:
            # What was asked when nobody answered is asked again, by the same id: it is done once.
            if self.unanswered is not None:
                self._do(self.unanswered)
            while not until.is_set():
                self._do(self._next())
        except httpx2.TransportError:
            pass

    def _do(self, ask: Callable[[], None]) -> None:
        self.unanswered = ask
        ask()
        self.unanswered = None

    def _next(self) -> Callable[[], None]:
        self.number += 1
        key, running = f"{self.seed}-{self.number}", sorted(self.orders.keys() - self.cancelled)
        match self.draw.randrange(10):
            case 0 | 1 | 2:
                times = self.draw.choice((1, 1, 2, 3))
                return lambda: self._order(key, times)
            case 3 if running:
                order = self.draw.choice(running)
                return lambda: self._cancel(order)
            case 4:
                return self._log_in
            case 5 | 6:
                device = self.draw.choice(("K1", "K2", "K3"))
                return lambda: self._volume(device, key)
            case _:
                return lambda: self._bulletin(key)

    def _order(self, key: str, times: int) -> None:
        area = {"era": "2022", "communes": [COMMUNE]}
        words = {"id": key, "bulletin_id": self.emergency, "area": area, "times": times}
        told(self.client.post("/orders", json={**words, "gap_ms": 1_500, "valid_ms": 600_000}))
        self.orders[key] = times

    def _cancel(self, order: str) -> None:
        answer = self.client.post(f"/orders/{order}/cancel", json={})
        if answer.status_code != 409:  # all of it is over
            told(answer)
            self.cancelled.add(order)

    def _log_in(self) -> None:
        words = {"login": self.login, "password": process.PASSWORD}
        self.sessions.append(told(self.client.post("/sessions", json=words))["token"])

    def _volume(self, device: str, key: str) -> None:
        told(self.client.post(f"/devices/{device}/volume", json={"percent": 70, "id": key}))
        self.commands.add((device, key))

    def _bulletin(self, key: str) -> None:
        words = {"id": key, "title": f"Tin {key}", "bulletin_class": "normal", "kind": "text"}
        contents = [{"language": "vi", "text": "Nội dung bản tin."}]
        told(self.client.post("/bulletins", json={**words, "contents": contents}))
        self.bulletins[key] = words["title"]


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_again_and_again_it_keeps_what_it_promised(
    seed, empty_url, serve, speak, until, tmp_path
):
    served = serve(empty_url)
    served.start()
    administrator = process.first_administrator(served)
    client = process.person(served, administrator, "lan")
    process.confirmed(client)
    secrets = process.devices(administrator, ("K1", "K2", "K3"))
    emergency = process.emergency(client)
    speakers = [speak(served.mqtt_port, name, secret) for name, secret in secrets.items()]
    desks = [Desk(client, login, emergency, f"{seed}-{login}") for login in ("minh", "hoa")]
    for desk in desks:  # for their logins: only so many last as one person's
        process.person(served, administrator, desk.login)
    draw = random.Random(seed)
    written = 0
    for number in range(ROUNDS):
        broker = _children(served)
        _work(desks, draw.uniform(0.0, LONGEST_LOAD_S), served)
        if number % 2:
            served.begin()
            time.sleep(draw.uniform(0.0, LONGEST_START_S))
            served.kill()
        _looks_sound(empty_url)
        served.start()
        until(lambda broker=broker: not broker & _alive(), what="the end of a killed one's broker")
        _check_promises(client, desks)
        verification = told(administrator.get("/audit/verification"))
        assert verification["broken"] is None
        assert verification["entries"] >= written
        written = verification["entries"]
    for desk in desks:
        if desk.unanswered is not None:
            desk.unanswered()
    orders = {key: times for desk in desks for key, times in desk.orders.items()}
    assert orders, "nothing was ordered: the load was none"
    _check_plays(client, speakers, orders, until)
    _check_logs(client, speakers, until)
    assert "Traceback" not in served.said()


def _work(desks: list[Desk], for_s: float, served: Served) -> None:
    """Let all desks work for so long, and kill the process in the middle of it."""
    stop = threading.Event()
    threads = [threading.Thread(target=desk.work, args=(stop,)) for desk in desks]
    for thread in threads:
        thread.start()
    time.sleep(for_s)
    served.kill()
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def _check_promises(client: httpx2.Client, desks: list[Desk]) -> None:
    for desk in desks:
        for key, title in desk.bulletins.items():
            assert told(client.get(f"/bulletins/{key}"))["title"] == title
        for key in desk.orders:
            order = told(client.get(f"/orders/{key}"))
            assert (order["state"] == "cancelled") >= (key in desk.cancelled)
        for device, key in desk.commands:
            newest = told(client.get(f"/devices/{device}/commands?limit=200"))["items"]
            assert key in {each["id"] for each in newest} or len(newest) == 200
        for token in desk.sessions[-2:]:
            headers = {"authorization": f"Bearer {token}"}
            assert client.get("/me", headers=headers).status_code == 200
        # Checked once; what is checked again is told by the newest.
        for kept in (desk.bulletins, desk.commands):
            kept.clear()


def _check_plays(client, speakers, orders, until) -> None:
    """Every play that was promised is at every device, once; what was cancelled was called back."""
    plays = {}
    for key, times in orders.items():
        until(lambda key=key, times=times: _settled(client, key, times), what=f"plays of {key}")
        plays |= {each["item"]: each for each in told(client.get(f"/orders/{key}"))["plays"]}
    wanted = {item for item, play in plays.items() if not play["withdrawn"]}
    for speaker in speakers:
        until(lambda one=speaker: wanted <= one.starts.keys(), what=f"plays at {speaker.name}")
        assert speaker.starts.keys() <= plays.keys(), "a play that nobody ordered"
        assert all(len(ids) == 1 for ids in speaker.starts.values()), "a play under two commands"
        begun = {item for item in speaker.starts if plays[item]["withdrawn"]}
        until(lambda one=speaker, begun=begun: begun <= one.cancels, what="cancels")
        assert not speaker.cancels & wanted, "a cancel that nobody asked for"
    assert not any(play["missed"] for play in plays.values())


def _settled(client, key: str, times: int) -> bool:
    order = told(client.get(f"/orders/{key}"))
    if order["state"] == "cancelled":
        return all(set(each["cancels"]) <= {"accepted"} for each in order["plays"])
    return order["plays_settled"] == times and all(
        each["starts"] == {"accepted": 3} for each in order["plays"]
    )


def _check_logs(client, speakers, until) -> None:
    for speaker in speakers:
        until(lambda one=speaker: len(one.logged) == one.made == len(one.starts), what="logs")
        until(
            lambda one=speaker: len(_log_of(client, one.name)) >= one.made,
            what=f"the log of {speaker.name}",
        )
        entries = _log_of(client, speaker.name)
        assert sorted(entries) == sorted(speaker.starts), "an entry for each play, once"


def _log_of(client, name: str) -> list[str]:
    """The plays that are told of in a device's log."""
    items, after = [], ""
    while after is not None:
        query = {"device": name, "limit": 200} | ({"after": after} if after else {})
        page = told(client.get("/play-logs", params=query))
        items += [each["item"] for each in page["items"]]
        after = page["after"]
    return items


def _looks_sound(url: str) -> None:
    """SQLite's own check of what the killed process left; PostgreSQL was not killed."""
    if url.startswith("sqlite:///"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        connection.close()


def _children(served: Served) -> set[int]:
    tasks = Path(f"/proc/{served.process.pid}/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


def _alive() -> set[int]:
    """Those that run: not what has ended and was not yet taken note of."""
    found = set()
    for each in Path("/proc").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            if each.name.isdecimal():
                state = (each / "stat").read_text("utf-8").rpartition(")")[2].split()[0]
                if state != "Z":
                    found.add(int(each.name))
    return found
