"""A small live network: a source system of one's own, some devices, and somebody who orders."""

import asyncio
import csv
import io
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from scenarios import loader
from scenarios.scenario import Scenario
from simulator.dialects.reference import Reference
from simulator.emulator.enrolment import Operator, enrol
from simulator.emulator.events import Event
from simulator.emulator.fleet import EmulatedFleet
from simulator.emulator.member import Member
from simulator.emulator.population import residents
from simulator.fleet import Fleet
from simulator.live.breaking import Broken, follow, schedule
from simulator.live.installation import Installation
from simulator.live.people import Account

COMMUNE = "21952"
PATIENCE_S = 60.0

SCENARIO = """\
ttcs: 1
title: {{vi: "Thử", en: "Trial"}}
era: "2022"
start: "2022-09-26T08:00:00+07:00"
end: "2022-09-26T08:01:00+07:00"
territory: {{commune: "21952"}}
fleet:
  - {{where: all, profile: speaker-reference, clusters: {devices}, link: fibre, basis: assumed}}
faults:
  - {{{fault}, basis: assumed}}
"""


def scenario_with(fault: str, devices: int) -> Scenario:
    """A minute in which this breaks; `at` and `lasts` are written by the caller."""
    return loader.parse("s.yaml", SCENARIO.format(fault=fault, devices=devices).encode()).scenario


@dataclass
class Network:
    """What happened in a run: events of devices, steps that were taken, answers to orders."""

    installation: Installation
    client: httpx2.Client
    events: list[Event] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    took_s: dict[str, float] = field(default_factory=dict)
    server_ahead_s: list[float] = field(default_factory=list)
    """How far the server's clock was ahead, by its HTTP answers, some a second."""
    waiting: int = 0
    """Log entries that no broker had confirmed at the end."""
    kept: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The entries of the devices in the source system's play log at the end."""

    def of(self, what: str) -> list[Event]:
        return [event for event in self.events if event.what == what]

    def began(self, order: str) -> Counter[str]:
        """How often each device began to play an order."""
        return Counter(e.device for e in self.of("began") if e.detail["item"] == f"{order}/1")

    def noted(self) -> Counter[tuple[str, str]]:
        """The entries of the devices' own logs."""
        entries = self.of("noted")
        return Counter((e.device, f"{e.detail['boot']}-{e.detail['sequence']}") for e in entries)

    def look(self) -> Counter[tuple[str, str]]:
        """The entries of the devices in the source system's play log."""
        boots = {(event.device, event.detail["boot"]) for event in self.of("noted")}
        kept = _kept(self.client)
        return Counter((d, entry) for d, entry in kept if (d, entry.rpartition("-")[0]) in boots)


def _kept(client: httpx2.Client) -> list[tuple[str, str]]:
    now = datetime.now(UTC)
    query = {
        "since": (now - timedelta(hours=1)).isoformat(timespec="milliseconds"),
        "until": (now + timedelta(hours=1)).isoformat(timespec="milliseconds"),
    }
    answer = client.get("/play-logs.csv", params=query).raise_for_status()
    rows = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    return [(row["device_id"], row["entry"]) for row in rows]


def person(installation: Installation, account: Account) -> httpx2.Client:
    """Somebody, logged in."""
    client = httpx2.Client(base_url=f"{installation.server_url}/api/v1", timeout=PATIENCE_S)
    asked = {"login": account.login, "password": account.password}
    token = client.post("/sessions", json=asked).raise_for_status().json()["token"]
    client.headers["authorization"] = f"Bearer {token}"
    return client


class Desk:
    """Gives orders of a priority bulletin; what finds nobody is asked again by the same id."""

    def __init__(self, network: Network) -> None:
        self._network, self._client = network, network.client
        self._bulletin = _approved(network.installation)

    def order(self, key: str) -> None:
        """Return once it is taken."""
        area = {"era": "2022", "communes": [COMMUNE]}
        words = {"id": key, "bulletin_id": self._bulletin, "area": area, "valid_ms": 600_000,
                 "outside_hours": True}  # fmt: skip
        begin_s = time.monotonic()
        while time.monotonic() - begin_s < PATIENCE_S:
            try:
                status = self._client.post("/orders", json=words).status_code
            except httpx2.TransportError:
                status = 0
            self._network.answers[key].append(status)
            if status in (200, 201):
                self._network.took_s[key] = time.monotonic() - begin_s
                return
            time.sleep(0.2)
        raise AssertionError(f"{key}: {self._network.answers[key]}")


def _approved(installation: Installation) -> str:
    """An approved emergency with a short spoken text, and its orderer confirmed; its id."""
    people = installation.people
    with httpx2.Client(base_url=f"{installation.server_url}/api/v1", timeout=PATIENCE_S) as client:

        def ask(path: str, body: object, account: Any = None, token: str = "") -> Any:
            headers = {"authorization": f"Bearer {token}"} if token else {}
            return client.post(path, json=body, headers=headers).raise_for_status().json()

        def token_of(account: Any) -> str:
            words = {"login": account.login, "password": account.password}
            return str(ask("/sessions", words)["token"])

        composer, approver = token_of(people.composer), token_of(people.approver)
        words = {
            "title": "Thử nghiệm",
            "bulletin_class": "priority",
            "kind": "text",
            "status": "Test",
            "contents": [{"language": "vi", "text": "Thử nghiệm."}],
        }
        made = ask("/bulletins", words, token=composer)
        spoken = ask(
            f"/bulletins/{made['id']}/speech", {"version": made["version"]}, None, composer
        )
        version = spoken["version"]
        for step, token in (("submit", composer), ("appraise", approver), ("approve", approver)):
            path = f"/bulletins/{made['id']}/steps"
            version = ask(path, {"step": step, "version": version}, token=token)["version"]
        return str(made["id"])


def members(installation: Installation, scenario: Scenario) -> list[Member]:
    """The scenario's devices, registered anew, of a speaker for people who wait."""
    people = residents(scenario)
    account = installation.people.administrator
    operator = Operator(account.login, account.password)
    secrets = enrol(installation.server_url, operator, people)
    installation.admit(secrets)
    return [
        Member(
            one.name,
            one.commune,
            replace(
                one.profile,
                keepalive_ms=2_000,
                reconnect_delay_ms=200,
                reconnect_spread_ms=1_000,
                boot_ms=300,
            ),
            one.link,
            secrets[one.name],
        )
        for one in people
    ]


@dataclass(frozen=True)
class Said:
    """An order, and when it is given, in milliseconds from the start."""

    key: str
    at_ms: int


def run(
    installation: Installation, scenario: Scenario, said: Sequence[Said], lasts_ms: int
) -> Network:
    """Let the faults happen while orders are given; return when all logs are told, or too late."""
    network = Network(installation, person(installation, installation.people.approver))
    try:
        asyncio.run(_run(network, Desk(network), scenario, said, lasts_ms))
        network.kept = network.look()
    finally:
        network.client.close()
    return network


async def _run(
    network: Network, desk: Desk, scenario: Scenario, said: Sequence[Said], lasts_ms: int
) -> None:
    installation, fleet = network.installation, Fleet.of(scenario)
    emulated = EmulatedFleet(
        members(installation, scenario),
        installation.broker,
        Reference(),
        origins=[installation.server_url],
        listener=network.events.append,
    )
    places = range(len(fleet))
    steps = schedule(scenario, fleet, list(places), installation.breakable)
    await emulated.start()
    begin_s = time.monotonic()

    def now_ms() -> int:
        return int((time.monotonic() - begin_s) * 1000)

    async def until(at_ms: int) -> None:
        await asyncio.sleep(max(0, at_ms - now_ms()) / 1000)

    async def give(one: Said) -> None:
        await until(one.at_ms)
        await asyncio.to_thread(desk.order, one.key)

    watching = asyncio.create_task(_watch_clock(network))
    try:
        async with asyncio.timeout(2 * PATIENCE_S), asyncio.TaskGroup() as group:
            group.create_task(
                follow(steps, emulated, installation, until=until, now_ms=now_ms,
                       tell=network.broken.append)
            )  # fmt: skip
            for one in said:
                group.create_task(give(one))
            group.create_task(until(lasts_ms))
        await _settled(network, emulated)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await emulated.stop()


async def _watch_clock(network: Network) -> None:
    url = network.installation.server_url
    async with httpx2.AsyncClient(base_url=url, timeout=PATIENCE_S) as client:
        while True:
            with suppress(httpx2.TransportError):
                theirs = (await client.get("/api/v1/me")).headers["date"]
                ahead = parsedate_to_datetime(theirs) - datetime.now(UTC)
                network.server_ahead_s.append(ahead.total_seconds())
            await asyncio.sleep(0.3)


async def _settled(network: Network, emulated: EmulatedFleet) -> None:
    """Wait until all have told all, and nothing more comes; not for ever."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        seen, summary = len(network.events), emulated.summary()
        await asyncio.sleep(1.5)
        if len(network.events) == seen and summary.entries == summary.confirmed:
            break
    network.waiting = emulated.summary().entries - emulated.summary().confirmed
    while time.monotonic() < deadline_s:
        if await asyncio.to_thread(network.look) == network.noted():
            return
        await asyncio.sleep(0.5)
