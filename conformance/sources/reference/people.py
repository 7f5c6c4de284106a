"""What people do at the reference system, over HTTP."""

import asyncio
import secrets
import ssl
from contextlib import suppress

from conformance.sources import acts as a
from conformance.sources.contract import MISSHAPEN, misshapen
from conformance.sources.features import FEATURES
from conformance.sources.reference.exchange import Peers, shared
from conformance.sources.reference.looking import looked
from conformance.sources.reference.office import pages
from conformance.sources.target import Target
from simulator.live import spoken
from simulator.live.children import NotStarted
from simulator.live.desk import Desk, NotAnswered, Refused, instant, moment
from simulator.live.people import Account, People, hired

_DAY_MS = 24 * 60 * 60 * 1000


class Operators:
    """A `contract.OperatorHalf`: an account for everybody, a session for each."""

    features = frozenset(FEATURES)

    def __init__(
        self,
        people: People,
        server_url: str,
        target: Target,
        peers: Peers,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """Nobody is logged in yet; `peers` holds the other systems that they make known, `trusted`
        is for https."""
        self._server, self._administrator = server_url, people.administrator
        self._trusted = trusted
        self._unit, self._era, self._peers = target.place, target.era, peers
        self._accounts: dict[a.Person, Account] = {
            a.COMPOSER: people.composer,
            a.APPROVER: people.approver,
            a.ADMINISTRATOR: people.administrator,
        }
        self._desks: dict[a.Person, Desk] = {}
        self._sounds: dict[int, str] = {}
        self._run, self._made = secrets.token_hex(3), list[a.Person]()
        self._leaves_nobody = target.reached is not None

    async def close(self) -> None:
        """Log everybody out; at a system of others, close the accounts that were made here."""
        if self._leaves_nobody:
            with suppress(Refused, NotAnswered, NotStarted):
                await self._close_accounts(await self._desk(a.ADMINISTRATOR), *self._made)
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
        except MISSHAPEN as error:
            return misshapen(act, error)

    async def _done(self, desk: Desk, who: a.Person, act: a.Act) -> a.Outcome:
        match act:
            case a.LogIn(wrong):
                return await self._log_in(desk, who, wrong)
            case a.LogOut():
                await desk.log_out()
                return a.Done()
            case a.CloseAccount(person):
                await self._close_accounts(desk, person)
                return a.Done()
            case a.Compose():
                return await self._compose(desk, act)
            case a.Submit(bulletin) | a.Appraise(bulletin) | a.Approve(bulletin):
                return await self._step(desk, bulletin, type(act).__name__.lower())
            case a.Return(bulletin, reason):
                return await self._step(desk, bulletin, "return", reason)
            case a.Issue():
                return await self._issue(desk, act)
            case a.Cancel(order):
                await desk.ask("POST", f"/orders/{order}/cancel", {})
                return a.Done(order)
            case a.AddSlot() | a.ChangeSlot():
                return await self._set_slot(desk, act)
            case a.RemoveSlot(slot):
                version = (await desk.ask("GET", f"/slots/{slot}"))["version"]
                await desk.ask("DELETE", f"/slots/{slot}?version={version}")
                return a.Done(slot)
            case _:
                outcome = await shared(desk, act, self._peers)
                return await looked(desk, act) if outcome == a.Unsupported() else outcome

    # ---- People ---------------------------------------------------------------------------------

    async def account(self, who: a.Person) -> Account:
        """Theirs; somebody new gets one. Raises `NotStarted`."""
        if who not in self._accounts:
            self._accounts[who] = await asyncio.to_thread(self._hired, who)
        return self._accounts[who]

    async def _desk(self, who: a.Person) -> Desk:
        if who not in self._desks:
            self._desks[who] = Desk(self._server, await self.account(who), self._trusted)
        return self._desks[who]

    def _hired(self, who: a.Person) -> Account:
        unit = who.place or self._unit
        login = f"{who.name}.{unit.level}.{unit.code}.{self._run}"
        self._made.append(who)
        words = {"level": unit.level, "code": unit.code}
        return hired(self._server, self._administrator, login, who.roles, words, self._trusted)

    async def _log_in(self, desk: Desk, who: a.Person, wrong: bool) -> a.Outcome:
        if not wrong:
            await desk.log_in()
            return a.Done()
        account = self._accounts[who]
        wrong_one = Account(account.login, f"{account.password}?")
        stranger = Desk(self._server, wrong_one, self._trusted)
        try:
            await stranger.log_in()
        finally:
            await stranger.close()
        return a.Done()

    async def _close_accounts(self, desk: Desk, *people: a.Person) -> None:
        logins = {self._accounts[who].login for who in people if who in self._accounts}
        async for row in pages(desk, "/people"):
            if row["login"] in logins:
                kept = ("login", "name", "unit", "roles", "department")
                words = {name: row[name] for name in kept}
                await desk.ask("PUT", f"/people/{row['id']}", {**words, "active": False})

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
        asked = order_words(act, self._era)
        return a.Done((await desk.ask("POST", "/orders", asked))["id"])

    async def _set_slot(self, desk: Desk, act: a.AddSlot | a.ChangeSlot) -> a.Outcome:
        begins = moment(act.begins_ms)
        if isinstance(act, a.AddSlot) and act.bulletin is not None:
            part: dict[str, object] = {"kind": "bulletin", "bulletin_id": act.bulletin}
        else:
            sound = await self._sound(desk, act.sound_ms)
            part = {"kind": "local", "length_ms": act.sound_ms, "media_sha256": sound}
        asked = {
            "name": f"Thử nghiệm: {act.key}",
            "area": area_words(act.area, self._era),
            "at": begins.strftime("%H:%M:%S"),
            "days": [begins.weekday()],
            "slot_ms": act.sound_ms,
            "lead_ms": _DAY_MS,
            "parts": [part],
            "outside_hours": True,
        }
        if isinstance(act, a.AddSlot):
            return a.Done((await desk.ask("POST", "/slots", {"id": act.key, **asked}))["id"])
        path = f"/slots/{act.slot}"
        version = (await desk.ask("GET", path))["version"]
        await desk.ask("PUT", path, {"version": version, **asked})
        return a.Done(act.slot)


def order_words(act: a.Issue, era: str) -> dict[str, object]:
    """An order as the interface has it."""
    return {
        "id": act.key,
        "bulletin_id": act.bulletin,
        "area": area_words(act.area, era),
        "times": act.times,
        "gap_ms": act.gap_ms,
        "not_before": None if act.not_before_ms is None else instant(act.not_before_ms),
        "valid_ms": act.valid_ms,
        "play_order": act.play_order,
        "outside_hours": True,
    }


def area_words(area: a.Area, era: str) -> dict[str, object]:
    """An area as the interface has it."""
    return {
        "era": era,
        "everywhere": area.everywhere,
        "communes": [*area.communes],
        "devices": [*area.devices],
    }
