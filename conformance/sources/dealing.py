"""The driving half of a case deals with a source system through this, and it becomes the record.

Every act of a person is a `told` with its words, and an `answer` with what became of it. What the
fleet did in the meantime is put down as arrays when the case ends.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.record import Happening, Record, What
from conformance.sources.acts import (
    ADMINISTRATOR,
    APPROVER,
    COMPOSER,
    Act,
    AddSlot,
    Appraise,
    Approve,
    Area,
    Cancel,
    Compose,
    Done,
    Issue,
    LogIn,
    Outcome,
    Person,
    Place,
    Refused,
    Submit,
    Unsupported,
)
from conformance.sources.exchange import AddPeer, Arrived, PeerSystem
from conformance.sources.fleet import MOST_WATCHED, Gathered
from conformance.sources.intruding.attacks import Attack
from conformance.sources.surroundings import Surroundings
from conformance.trial import ALIVE
from scenarios import territory
from scenarios.scenario import BulletinClass

if TYPE_CHECKING:
    from conformance.sources.peers import Played

SPOKEN = "Thử nghiệm"
"""Every bulletin of the harness begins with these words."""

STEP_S = 0.02
LIVES_MS = 30_000
MOST_SAID = 500_000
"""Characters of an answer that a record keeps; a longer one is told by its length."""


class Dealing:
    """A case with one source system and the fleet around it."""

    def __init__(self, around: Surroundings, prefix: str) -> None:
        """Nothing is said yet; all ids begin with `prefix`."""
        self.around, self._prefix = around, prefix
        self._numbers = 0
        self._happenings: list[Happening] = []
        self._gathered = Gathered([each.name for each in around.residents], around.mine)
        around.listen(self._gathered)
        around.intruder.arrive()
        self._note(
            "fleet",
            devices=[each.name for each in around.residents],
            communes=[each.commune for each in around.residents],
            profiles=[each.profile.id for each in around.residents],
            dialects=around.dialects,
            connected=sorted(around.connected()),
            system=dict(around.system.facts()),
        )

    @property
    def record(self) -> Record:
        """What happened so far; what the fleet did only once it ended."""
        return Record(self._happenings)

    @property
    def communes(self) -> tuple[str, ...]:
        """The communes that the case has to itself: those of a lane, or of the fleet but for the
        device that is asked for signs of life."""
        return self.around.communes

    def commune(self, code: str) -> territory.Commune:
        """A commune of the fleet, with the codes of its district (if its era has any) and
        province."""
        return territory.load(self.around.era).communes[code]

    def devices(self, *communes: str) -> list[str]:
        """The devices of some communes."""
        return [each.name for each in self.around.residents if each.commune in communes]

    @property
    def watched(self) -> str:
        """A device whose loss its keepalive tells soon."""
        return self.watched_together[0]

    @property
    def watched_together(self) -> list[str]:
        """All such devices: some of the first commune, or all of it."""
        return self.devices(self.communes[0])[:MOST_WATCHED]

    def noted(self, order: str) -> frozenset[tuple[str, str]]:
        """What devices have noted of an order in their logs: the device, its name of the entry."""
        return self._gathered.entries(self.around.system.operators.order_of, order)

    def now_ms(self) -> int:
        """The fleet's clock."""
        return self.around.now_ms()

    # ---- Saying ---------------------------------------------------------------------------------

    def key(self) -> str:
        """An id for something new."""
        self._numbers += 1
        return f"{self._prefix}-{self._numbers}"

    async def do(self, name: str, who: Person | PeerSystem, act: Act) -> Outcome:
        """Let somebody, or another system, do something; `name` is what the judging half calls
        it."""
        key = getattr(act, "key", None) or self.key()
        words = {"who": who.name, **asdict(act)}
        area = {"area": words.pop("area")} if "area" in words else {}
        self._note(
            "told",
            name=name,
            order=key,
            item=None,
            kind=type(act).__name__,
            topic=f"{who.name}: {type(act).__name__}",
            payload=json.dumps(words, ensure_ascii=False),
            **area,
        )
        if isinstance(act, Issue):
            self.around.names.setdefault(key, key)  # one that is refused may be sent all the same
        outcome = await self._done(who, act)
        if isinstance(outcome, Done) and outcome.id is not None:
            self.around.names.setdefault(outcome.id, key)
        self._note("answer", order=key, own_ms=None, **_told(outcome))
        return outcome

    async def attack(self, name: str, attack: Attack) -> Outcome:
        """Let an intruder try something; a case that does so needs the permit `hostile`."""
        act = getattr(attack, "act", None)
        key = getattr(act, "key", None) or self.key()
        area = {"area": asdict(act.area)} if isinstance(act, Issue) else {}
        kind, payload = type(attack).__name__, json.dumps(asdict(attack), ensure_ascii=False)
        topic = f"intruder: {kind}"
        self._note(
            "told", name=name, order=key, item=None, kind=kind, topic=topic, payload=payload, **area
        )
        if isinstance(act, Issue):
            self.around.names.setdefault(key, key)
        outcome = await self.around.intruder.do(attack)
        self._note("answer", order=key, own_ms=None, **_told(outcome))
        return outcome

    async def _done(self, who: Person | PeerSystem, act: Act) -> Outcome:
        if isinstance(who, Person):
            return await self.around.system.operators.do(who, act)
        peers = self.around.system.peers
        return Unsupported() if peers is None else await peers.do(who, act)

    async def peer(self, name: str, place: Place, trusted: bool = False) -> "Played":
        """Another system, which the one under test is told of; it lasts as long as the case. Raises
        `RuntimeError` where the dialect knows of none."""
        about = PeerSystem(name, self.key(), place, trusted)
        played = await self.around.played(about, lambda arrived: self._arrived(name, arrived))
        if played is None:
            raise RuntimeError("the dialect has no words between systems")
        await self.do(f"{name} is made known", ADMINISTRATOR, AddPeer(about, played.url))
        return played

    def _arrived(self, peer: str, arrived: Arrived) -> None:
        self._note("arrived", peer=peer, **asdict(arrived))

    async def bulletin(
        self,
        name: str,
        bulletin_class: BulletinClass = "normal",
        sound_ms: int = 3_000,
        *,
        text: str | None = None,
        writer: Person = COMPOSER,
        approver: Person = APPROVER,
    ) -> str:
        """Write, appraise and approve a bulletin; its id, whatever became of that."""
        bulletin = await self.draft(name, bulletin_class, sound_ms, text=text, writer=writer)
        await self.do(f"{name}: submit", writer, Submit(bulletin))
        await self.do(f"{name}: appraise", approver, Appraise(bulletin))
        await self.do(f"{name}: approve", approver, Approve(bulletin))
        return bulletin

    async def draft(
        self,
        name: str,
        bulletin_class: BulletinClass = "normal",
        sound_ms: int = 3_000,
        *,
        text: str | None = None,
        writer: Person = COMPOSER,
    ) -> str:
        """Write a bulletin, and no more; its id."""
        key = self.key()
        title = f"{SPOKEN}: {name} {key}"
        words = Compose(key, title, bulletin_class, sound_ms, text)
        return _id_of(await self.do(f"{name}: compose", writer, words), key)

    async def issue(
        self,
        name: str,
        bulletin: str,
        communes: Sequence[str] = (),
        *,
        who: Person = APPROVER,
        **more: Any,
    ) -> str:
        """Send a bulletin to communes, or as `more` of `Issue` says; the order's id."""
        area = more.pop("area", Area(communes=tuple(communes)))
        key = self.key()
        return _id_of(await self.do(name, who, Issue(key, bulletin, area, **more)), key)

    async def slot(
        self,
        name: str,
        communes: Sequence[str],
        begins_ms: int,
        *,
        who: Person = COMPOSER,
        sound_ms: int = 3_000,
        bulletin: str | None = None,
    ) -> str:
        """Put a slot into the programme of communes; its id."""
        key, area = self.key(), Area(communes=tuple(communes))
        words = AddSlot(key, area, begins_ms, sound_ms, bulletin)
        return _id_of(await self.do(name, who, words), key)

    async def cancel(self, name: str, order: str) -> Outcome:
        """Withdraw an order."""
        return await self.do(name, APPROVER, Cancel(order))

    def mark(self, name: str) -> None:
        """Name this instant for the judging half."""
        self._note("mark", name=name)

    async def lives(self, when: str) -> bool:
        """A sign of life: somebody logs in, and one device is told a Test bulletin."""
        device = self.around.residents[-1].name
        # Not who shows second factors: a new session asks for another code.
        logged_in = await self.around.system.operators.do(COMPOSER, LogIn())
        name, key = f"{ALIVE} {when}", self.key()
        act = Issue(key, await self.around.test_bulletin(), Area(devices=(device,)))
        payload = json.dumps(asdict(act), ensure_ascii=False)
        self._note("told", name=name, order=key, item=None, kind="Issue", topic="", payload=payload)
        if not isinstance(logged_in, Done):
            return False
        sent = await self.around.system.operators.do(COMPOSER, act)
        order = sent.id if isinstance(sent, Done) and sent.id else key
        self.around.names[order] = key
        order_of = self.around.system.operators.order_of
        reached = await self.until(lambda: self._gathered.answered(order_of, order), LIVES_MS)
        if reached:
            self._note("answer", order=key, own_ms=None, **_told(sent))
        return reached

    # ---- Waiting --------------------------------------------------------------------------------

    async def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        await asyncio.sleep(milliseconds / 1_000)

    async def until(self, holds: Callable[[], bool], within_ms: int) -> bool:
        """Wait until something holds; whether it did."""
        deadline_ms = self.now_ms() + within_ms
        while not holds():
            if self.now_ms() >= deadline_ms:
                return False
            await asyncio.sleep(STEP_S)
        return True

    async def until_reached(
        self, order: str, communes: Sequence[str], within_ms: int, action: str = "Play"
    ) -> bool:
        """Wait until all devices of some communes were told an order, or its cancel."""
        wanted, order_of = self._places(communes), self.around.system.operators.order_of
        return await self.until(
            lambda: wanted <= self._gathered.reached(action, order_of, order), within_ms
        )

    async def until_sounding(self, order: str, communes: Sequence[str], within_ms: int) -> bool:
        """Wait until it is heard at all devices of some communes."""
        wanted, order_of = self._places(communes), self.around.system.operators.order_of
        return await self.until(
            lambda: wanted <= self._gathered.sounding(order_of, order), within_ms
        )

    async def until_on_boards(self, order: str, communes: Sequence[str], within_ms: int) -> bool:
        """Wait until it is seen at all boards of some communes."""
        wanted, order_of = self._places(communes), self.around.system.operators.order_of
        residents = self.around.residents
        boards = {place for place in wanted if residents[place].profile.kind == "e-board"}
        return await self.until(
            lambda: boards <= self._gathered.sounding(order_of, order), within_ms
        )

    async def until_played(self, order: str, communes: Sequence[str], within_ms: int) -> bool:
        """Wait until all devices of some communes have noted a play in their logs."""
        wanted, order_of = self._places(communes), self.around.system.operators.order_of
        return await self.until(lambda: wanted <= self._gathered.done(order_of, order), within_ms)

    async def until_silent(self, order: str, within_ms: int) -> bool:
        """Wait until it is heard nowhere."""
        order_of = self.around.system.operators.order_of
        return await self.until(lambda: not self._gathered.sounding(order_of, order), within_ms)

    async def until_noted(self, order: str, entries: int, within_ms: int) -> bool:
        """Wait until devices have noted so many of its plays in their logs, all together."""
        order_of = self.around.system.operators.order_of
        return await self.until(
            lambda: self._gathered.number_noted(order_of, order) >= entries, within_ms
        )

    # ---- Disturbing -----------------------------------------------------------------------------

    def cut_link(self, devices: Sequence[str]) -> None:
        """Take the path of some devices; neither side is told."""
        self._note("link-off", devices=list(devices))
        self.around.cut_link(devices)

    def restore_link(self, devices: Sequence[str]) -> None:
        """Give it back."""
        self._note("link-on", devices=list(devices))
        self.around.restore_link(devices)

    async def kill_server(self) -> None:
        """End the server at once; a case that does so needs the permit `restart`."""
        self._note("server-off")
        await self.around.kill_server()

    async def start_server(self) -> None:
        """Return once it answers again."""
        await self.around.start_server()
        self._note("server-on")

    async def stop_broker(self) -> None:
        """Take the broker away, in good order; needs the permit `restart`."""
        self._note("broker-off")
        await self.around.stop_broker()

    async def start_broker(self) -> None:
        """Return once it listens again."""
        await self.around.start_broker()
        self._note("broker-on")

    # ---- Ending ---------------------------------------------------------------------------------

    def asked_in_vain(self, question: str) -> None:
        """Somebody was asked to act, and did not answer."""
        self._note("asked", name=question, answer=None)

    def end(self, late_ms: int) -> None:
        """The driving half is done; instants of this case were noted that late at worst."""
        self._note("late", worst_ms=late_ms)
        self._happenings.extend(self._gathered.happenings(self._name_of, f"{self._prefix}-"))
        self._note("end")

    def _name_of(self, item: str) -> str | None:
        return self.around.names.get(self.around.system.operators.order_of(item)) if item else None

    def _places(self, communes: Sequence[str]) -> frozenset[int]:
        return frozenset(
            place for place, each in enumerate(self.around.residents) if each.commune in communes
        )

    def _note(self, what: What, **detail: Any) -> None:
        self._happenings.append(Happening(self.now_ms(), what, detail))


def _id_of(outcome: Outcome, otherwise: str) -> str:
    """What the system calls it."""
    return outcome.id if isinstance(outcome, Done) and outcome.id else otherwise


def _told(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Done(name, said, asked_ms):
            length = len(json.dumps(said, ensure_ascii=False))
            kept = said if length <= MOST_SAID else f"{length} characters"
            since = {} if asked_ms is None else {"asked_ms": asked_ms}
            return {"refusal": None, "id": name, "said": kept, **since}
        case Refused(status, reason):
            return {"refusal": reason, "status": status}
        case _:
            return {"refusal": "unsupported", "status": None}
