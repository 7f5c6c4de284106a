"""What people do at the reference system, over HTTP."""

import asyncio

from conformance.sources import acts as a
from conformance.sources.features import FEATURES
from conformance.sources.reference.looking import looked
from conformance.sources.target import Target
from simulator.live import spoken
from simulator.live.children import NotStarted
from simulator.live.desk import Desk, NotAnswered, Refused, instant, moment
from simulator.live.installation import SystemUnderTest
from simulator.live.people import Account, hired

_DAY_MS = 24 * 60 * 60 * 1000


class Operators:
    """A `contract.OperatorHalf`: an account for everybody, a session for each."""

    features = frozenset(FEATURES)

    def __init__(self, system: SystemUnderTest, target: Target) -> None:
        """Nobody is logged in yet."""
        people = system.people
        self._server, self._administrator = system.server_url, people.administrator
        self._unit, self._era = target.place, target.era
        self._accounts: dict[a.Person, Account] = {
            a.COMPOSER: people.composer,
            a.APPROVER: people.approver,
            a.ADMINISTRATOR: people.administrator,
        }
        self._desks: dict[a.Person, Desk] = {}
        self._sounds: dict[int, str] = {}

    async def close(self) -> None:
        """Log everybody out."""
        for desk in self._desks.values():
            await desk.close()

    def order_of(self, item: str) -> str:
        """Plays are named ORDER.N or ORDER/N."""
        return item.partition("/")[0].partition(".")[0]

    async def do(self, who: a.Person, act: a.Act) -> a.Outcome:
        """Let somebody do something."""
        try:
            return await self._done(await self._desk(who), who, act)
        except (Refused, NotAnswered) as error:
            return a.Refused(error.status, str(error))
        except NotStarted as error:
            return a.Refused(0, str(error))

    async def _done(self, desk: Desk, who: a.Person, act: a.Act) -> a.Outcome:
        match act:
            case a.LogIn(wrong):
                return await self._log_in(desk, who, wrong)
            case a.LogOut():
                await desk.log_out()
                return a.Done()
            case a.Compose():
                return await self._compose(desk, act)
            case a.Submit(bulletin):
                return await self._step(desk, bulletin, "submit")
            case a.Appraise(bulletin):
                return await self._step(desk, bulletin, "appraise")
            case a.Approve(bulletin):
                return await self._step(desk, bulletin, "approve")
            case a.Return(bulletin, reason):
                return await self._step(desk, bulletin, "return", reason)
            case a.Issue():
                return await self._issue(desk, act)
            case a.Cancel(order):
                await desk.ask("POST", f"/orders/{order}/cancel", {})
                return a.Done(order)
            case a.AddSlot():
                return await self._add_slot(desk, act)
            case a.RemoveSlot(slot):
                version = (await desk.ask("GET", f"/slots/{slot}"))["version"]
                await desk.ask("DELETE", f"/slots/{slot}?version={version}")
                return a.Done(slot)
            case _:
                return await looked(desk, act)

    # ---- People ---------------------------------------------------------------------------------

    async def _desk(self, who: a.Person) -> Desk:
        if who not in self._desks:
            if who not in self._accounts:
                self._accounts[who] = await asyncio.to_thread(self._hired, who)
            self._desks[who] = Desk(self._server, self._accounts[who])
        return self._desks[who]

    def _hired(self, who: a.Person) -> Account:
        unit = who.place or self._unit
        login = f"{who.name}.{unit.level}.{unit.code}"
        words = {"level": unit.level, "code": unit.code}
        return hired(self._server, self._administrator, login, who.roles, words)

    async def _log_in(self, desk: Desk, who: a.Person, wrong: bool) -> a.Outcome:
        if not wrong:
            await desk.log_in()
            return a.Done()
        account = self._accounts[who]
        stranger = Desk(self._server, Account(account.login, f"{account.password}?"))
        try:
            await stranger.log_in()
        finally:
            await stranger.close()
        return a.Done()

    # ---- Bulletins ------------------------------------------------------------------------------

    async def _compose(self, desk: Desk, act: a.Compose) -> a.Outcome:
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
        return a.Done(drafted["id"])

    async def _step(self, desk: Desk, bulletin: str, step: str, reason: str = "") -> a.Outcome:
        path = f"/bulletins/{bulletin}"
        version = (await desk.ask("GET", path))["version"]
        asked = {"step": step, "version": version, "reason": reason}
        await desk.ask("POST", f"{path}/steps", asked)
        return a.Done(bulletin)

    async def _sound(self, desk: Desk, length_ms: int) -> str:
        """The hash of an uploaded sound of that length."""
        if length_ms not in self._sounds:
            content = await asyncio.to_thread(spoken.sound, length_ms)
            self._sounds[length_ms] = (await desk.upload("audio", content))["sha256"]
        return self._sounds[length_ms]

    # ---- Sending --------------------------------------------------------------------------------

    async def _issue(self, desk: Desk, act: a.Issue) -> a.Outcome:
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
        return a.Done((await desk.ask("POST", "/orders", asked))["id"])

    async def _add_slot(self, desk: Desk, act: a.AddSlot) -> a.Outcome:
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
        return a.Done((await desk.ask("POST", "/slots", asked))["id"])

    def _area(self, area: a.Area) -> dict[str, object]:
        return {
            "era": self._era,
            "everywhere": area.everywhere,
            "communes": [*area.communes],
            "devices": [*area.devices],
        }
