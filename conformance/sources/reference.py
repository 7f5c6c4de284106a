"""The reference system as a source system under test: its people over HTTP, its devices over MQTT.

It is a process of our own (`start: reference`) or one that runs already.
"""

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance.sources import contract as c
from conformance.sources.features import FEATURES
from conformance.sources.target import Target
from simulator.dialects.contract import Dialect, Service
from simulator.dialects.reference import Reference
from simulator.emulator import enrolment
from simulator.emulator.connection import Broker
from simulator.emulator.population import Resident
from simulator.live import spoken
from simulator.live.children import NotStarted
from simulator.live.desk import Desk, NotAnswered, Refused, instant, moment
from simulator.live.installation import Installation, SystemUnderTest
from simulator.live.people import Account, engaged, hired
from simulator.live.running_system import RunningSystem

_DAY_MS = 24 * 60 * 60 * 1000


@contextmanager
def opened(target: Target, folder: Path) -> Iterator[c.System]:
    """The system of a target; one of our own keeps its data in the empty `folder`. Raises
    `simulator.live.children.NotStarted`."""
    place = f"{target.place.level}:{target.place.code}"
    if target.reached is None:
        with Installation(folder, place=place, era=target.era) as installation:
            yield _Reference(installation, target)
        return
    login, password = target.reached.administrator
    address = target.reached.url
    with engaged(address, Account(login, password)) as people:
        yield _Reference(RunningSystem(address, target.reached.broker(), people), target)


class _Reference:
    """A `contract.System`."""

    def __init__(self, system: SystemUnderTest, target: Target) -> None:
        self._system = system
        self.operators = _Operators(system, target)
        self.fleet = _Fleet(system)

    def facts(self) -> Mapping[str, str]:
        return self._system.facts()

    def kill_server(self) -> None:
        self._system.kill_server()

    def start_server(self) -> None:
        self._system.start_server()

    def stop_broker(self) -> None:
        self._system.stop_broker()

    def start_broker(self) -> None:
        self._system.start_broker()


class _Fleet:
    """A `contract.FleetHalf`: the reference dialect over MQTT."""

    poll_ms = 0

    def __init__(self, system: SystemUnderTest) -> None:
        self._system = system
        self.dialect: Dialect = Reference()
        self.services: Mapping[Service, str] = {}
        self.origins: Sequence[str] = [system.server_url]

    @property
    def broker(self) -> Broker:
        return self._system.broker

    def register(self, residents: Sequence[Resident]) -> Mapping[str, str]:
        administrator = self._system.people.administrator
        operator = enrolment.Operator(administrator.login, administrator.password)
        secrets = enrolment.enrol(self._system.server_url, operator, residents)
        self._system.admit(secrets)
        return secrets


class _Operators:
    """A `contract.OperatorHalf`."""

    features = frozenset(FEATURES)

    def __init__(self, system: SystemUnderTest, target: Target) -> None:
        people = system.people
        self._server, self._administrator = system.server_url, people.administrator
        self._unit, self._era = target.place, target.era
        self._accounts: dict[c.Person, Account] = {
            c.COMPOSER: people.composer,
            c.APPROVER: people.approver,
            c.ADMINISTRATOR: people.administrator,
        }
        self._desks: dict[c.Person, Desk] = {}
        self._sounds: dict[int, str] = {}

    async def close(self) -> None:
        for desk in self._desks.values():
            await desk.close()

    def order_of(self, item: str) -> str:
        return item.partition("/")[0].partition(".")[0]

    async def do(self, who: c.Person, act: c.Act) -> c.Outcome:
        try:
            return await self._done(await self._desk(who), who, act)
        except (Refused, NotAnswered) as error:
            return c.Refused(error.status, str(error))
        except NotStarted as error:
            return c.Refused(0, str(error))

    async def _done(self, desk: Desk, who: c.Person, act: c.Act) -> c.Outcome:
        match act:
            case c.LogIn(wrong):
                return await self._log_in(desk, who, wrong)
            case c.LogOut():
                await desk.log_out()
                return c.Done()
            case c.Compose():
                return await self._compose(desk, act)
            case c.Submit(bulletin):
                return await self._step(desk, bulletin, "submit")
            case c.Appraise(bulletin):
                return await self._step(desk, bulletin, "appraise")
            case c.Approve(bulletin):
                return await self._step(desk, bulletin, "approve")
            case c.Return(bulletin, reason):
                return await self._step(desk, bulletin, "return", reason)
            case c.Issue():
                return await self._issue(desk, act)
            case c.Cancel(order):
                await desk.ask("POST", f"/orders/{order}/cancel", {})
                return c.Done(order)
            case c.AddSlot():
                return await self._add_slot(desk, act)
            case c.RemoveSlot(slot):
                version = (await desk.ask("GET", f"/slots/{slot}"))["version"]
                await desk.ask("DELETE", f"/slots/{slot}?version={version}")
                return c.Done(slot)
            case _:
                return await self._looked(desk, act)

    async def _looked(self, desk: Desk, act: c.Act) -> c.Outcome:
        match act:
            case c.DeviceStates(devices):
                return c.Done(said=[[d, state] async for d, state in _states(desk, devices)])
            case c.PlayLog(bulletin, since_ms, until_ms):
                rows = _table(await desk.read(f"/play-logs.csv?{_period(since_ms, until_ms)}"))
                ours = [row for row in rows if row["bulletin_id"] == bulletin]
                return c.Done(said=[[row["device_id"], row["entry"]] for row in ours])
            case c.Statistics(since_ms, until_ms):
                period = _period(since_ms, until_ms)
                return c.Done(said=await desk.ask("GET", f"/statistics?{period}"))
            case c.YearlyReport(year):
                report = await desk.ask("POST", "/reports", {"year": year})
                return c.Done(report["id"], report)
            case c.Audit():
                entries = (await desk.ask("GET", "/audit?limit=200"))["items"]
                said = [[e["at"], e["login"], e["action"], e["subject"]] for e in entries]
                return c.Done(said=said)
            case c.SendFeedback(key, commune, text):
                asked = {"id": key, "commune": commune, "text": text, "channel": "phone"}
                return c.Done((await desk.ask("POST", "/feedback", asked))["id"])
            case c.RouteFeedback(feedback, to):
                asked = {"level": to.level, "code": to.code}
                await desk.ask("POST", f"/feedback/{feedback}/route", asked)
                return c.Done(feedback)
            case c.AnswerFeedback(feedback, text):
                await desk.ask("POST", f"/feedback/{feedback}/answer", {"text": text})
                return c.Done(feedback)
            case c.ListFeedback():
                rows = [row async for row in _pages(desk, "/feedback")]
                return c.Done(said=[[row["id"], row["state"], row["overdue"]] for row in rows])
            case _:
                return c.Unsupported()

    # ---- People ---------------------------------------------------------------------------------

    async def _desk(self, who: c.Person) -> Desk:
        if who not in self._desks:
            if who not in self._accounts:
                self._accounts[who] = await asyncio.to_thread(self._hired, who)
            self._desks[who] = Desk(self._server, self._accounts[who])
        return self._desks[who]

    def _hired(self, who: c.Person) -> Account:
        unit = who.place or self._unit
        login = f"{who.name}.{unit.level}.{unit.code}"
        words = {"level": unit.level, "code": unit.code}
        return hired(self._server, self._administrator, login, who.roles, words)

    async def _log_in(self, desk: Desk, who: c.Person, wrong: bool) -> c.Outcome:
        if not wrong:
            await desk.log_in()
            return c.Done()
        account = self._accounts[who]
        stranger = Desk(self._server, Account(account.login, f"{account.password}?"))
        try:
            await stranger.log_in()
        finally:
            await stranger.close()
        return c.Done()

    # ---- Bulletins ------------------------------------------------------------------------------

    async def _compose(self, desk: Desk, act: c.Compose) -> c.Outcome:
        content: dict[str, object] = {"language": "vi", "text": act.text or act.title}
        if act.text is None:
            content["media_sha256"] = await self._sound(desk, act.sound_ms)
        drafted = await desk.ask(
            "POST",
            "/bulletins",
            {
                "id": act.key,
                "title": act.title,
                "bulletin_class": act.bulletin_class,
                "kind": "audio" if act.text is None else "text",
                "severity": act.severity,
                "status": "Test",
                "contents": [content],
            },
        )
        return c.Done(drafted["id"])

    async def _step(self, desk: Desk, bulletin: str, step: str, reason: str = "") -> c.Outcome:
        path = f"/bulletins/{bulletin}"
        version = (await desk.ask("GET", path))["version"]
        asked = {"step": step, "version": version, "reason": reason}
        await desk.ask("POST", f"{path}/steps", asked)
        return c.Done(bulletin)

    async def _sound(self, desk: Desk, length_ms: int) -> str:
        """The hash of an uploaded sound of that length."""
        if length_ms not in self._sounds:
            content = await asyncio.to_thread(spoken.sound, length_ms)
            self._sounds[length_ms] = (await desk.upload("audio", content))["sha256"]
        return self._sounds[length_ms]

    # ---- Sending --------------------------------------------------------------------------------

    async def _issue(self, desk: Desk, act: c.Issue) -> c.Outcome:
        bulletin = await desk.ask("GET", f"/bulletins/{act.bulletin}")
        if bulletin["bulletin_class"] == "emergency" and act.confirmed:
            await desk.confirm()
        asked = {
            "id": act.key,
            "bulletin_id": act.bulletin,
            "area": self._area(act.area),
            "times": act.times,
            "gap_ms": act.gap_ms,
            "not_before": None if act.not_before_ms is None else instant(act.not_before_ms),
            "valid_ms": act.valid_ms,
            "play_order": act.play_order,
            "outside_hours": True,
        }
        return c.Done((await desk.ask("POST", "/orders", asked))["id"])

    async def _add_slot(self, desk: Desk, act: c.AddSlot) -> c.Outcome:
        begins = moment(act.begins_ms)
        sound = await self._sound(desk, act.sound_ms)
        part = {"kind": "local", "length_ms": act.sound_ms, "media_sha256": sound}
        asked = {
            "id": act.key,
            "name": f"Thử nghiệm: {act.key}",
            "area": self._area(act.area),
            "at": begins.strftime("%H:%M:%S"),
            "days": [begins.weekday()],
            "slot_ms": act.sound_ms,
            "lead_ms": _DAY_MS,
            "parts": [part],
            "outside_hours": True,
        }
        return c.Done((await desk.ask("POST", "/slots", asked))["id"])

    def _area(self, area: c.Area) -> dict[str, object]:
        return {
            "era": self._era,
            "everywhere": area.everywhere,
            "communes": [*area.communes],
            "devices": [*area.devices],
        }


async def _states(desk: Desk, devices: Sequence[str]) -> Any:
    if devices:
        for name in devices:
            yield name, (await desk.ask("GET", f"/devices/{name}"))["presence"]
        return
    async for row in _pages(desk, "/devices"):
        yield row["id"], row["presence"]


async def _pages(desk: Desk, path: str) -> Any:
    """Every row of a list that comes in pages."""
    after: str | None = None
    while True:
        more = f"&after={quote(after)}" if after else ""
        page = await desk.ask("GET", f"{path}?limit=200{more}")
        for row in page["items"]:
            yield row
        after = page["after"]
        if after is None:
            return


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def _period(since_ms: int, until_ms: int) -> str:
    return f"since={quote(instant(since_ms))}&until={quote(instant(until_ms))}"
