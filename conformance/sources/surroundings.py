"""What a case can see and disturb: the system, the fleet around it, and the clock of both."""

import asyncio
from collections.abc import Callable, Sequence
from copy import copy
from typing import TYPE_CHECKING

from conformance.sources.acts import (
    ADMINISTRATOR,
    APPROVER,
    COMPOSER,
    Act,
    Appraise,
    Approve,
    Compose,
    Done,
    Person,
    Submit,
)
from conformance.sources.contract import System
from conformance.sources.exchange import Arrived, EndPeer, PeerSystem
from conformance.sources.intruding.intruder import Intruder
from conformance.sources.speaking import Speaking
from simulator.emulator.events import Event, Listener
from simulator.emulator.population import Resident

if TYPE_CHECKING:
    from conformance.sources.peers import Played

TEST_MS = 1_000
"""How long the bulletin of a sign of life is."""

SETTLE_MS = 120_000

LANE = 2
"""The communes of a lane: as many as a case needs that does not need all."""


class Heard:
    """The listener of an emulated fleet: it passes events on to the cases that are under way."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.listeners: dict[int, Listener] = {}
        """By lane."""

    def __call__(self, event: Event) -> None:
        """Pass it on."""
        for listener in self.listeners.values():
            listener(event)


class Surroundings:
    """A running system and its fleet, on one event loop, for one case after the other; or for
    several side by side, each in a lane with some communes to itself."""

    def __init__(
        self,
        system: System,
        fleet: Speaking,
        residents: Sequence[Resident],
        heard: Heard,
        intruder: Intruder,
        era: str,
        run: str,
    ) -> None:
        """Of a started fleet; the codes of communes are of `era`, and ids that outlast a case begin
        with `run`."""
        self.system, self.residents, self.era = system, residents, era
        self.intruder = intruder
        self.communes = tuple(dict.fromkeys(each.commune for each in residents))[:-1]
        """Those that a case has to itself."""
        self.names: dict[str, str] = {}
        """How each order is called in the records of cases, by the system's own id."""
        self._fleet, self._heard, self._run, self._lane = fleet, heard, run, 0
        self._test_bulletin, self._tries = "", 0
        self._cut: set[str] = set()
        self._played: list[Played] = []
        self._is_server_away = self._is_broker_away = False

    def lanes(self) -> list["Surroundings"]:
        """One for every `LANE` communes, for cases side by side; itself where there is but one."""
        count = len(self.communes) // LANE
        return [self] if count < 2 else [self._beside(number) for number in range(count)]

    def _beside(self, number: int) -> "Surroundings":
        """Another, which shares the system, its fleet and the names of orders, and nothing else."""
        lane = copy(self)
        lane._lane, lane.communes = number + 1, self.communes[number * LANE :][:LANE]
        lane._cut, lane._played, lane.intruder = set(), [], copy(self.intruder)
        return lane

    @property
    def mine(self) -> Sequence[str]:
        """The devices that a case has to itself: of a lane those of its communes."""
        return [
            each.name for each in self.residents if not self._lane or each.commune in self.communes
        ]

    def leave(self) -> None:
        """Nobody listens here any more."""
        self._heard.listeners.pop(self._lane, None)

    def now_ms(self) -> int:
        """The clock of the fleet, and so of all instants."""
        return self._fleet.clock()

    def listen(self, listener: Listener) -> None:
        """All that the fleet does goes there from now on."""
        self._heard.listeners[self._lane] = listener

    @property
    def dialects(self) -> Sequence[str]:
        """What the devices speak, in the order of `residents`."""
        found = self._fleet.dialects
        return [found[each.name] for each in self.residents]

    def connected(self) -> frozenset[str]:
        """The devices that are connected."""
        return self._fleet.connected_now()

    async def test_bulletin(self) -> str:
        """The approved bulletin of all signs of life; empty where it could not be had."""
        if not self._test_bulletin:
            self._tries += 1
            key = f"{self._run}-0-{self._tries}"
            words = Compose(key, f"Thử nghiệm: dấu hiệu {key}", sound_ms=TEST_MS)
            made = await self.system.operators.do(COMPOSER, words)
            if not isinstance(made, Done) or made.id is None:
                return ""
            steps: tuple[tuple[Person, Act], ...] = (
                (COMPOSER, Submit(made.id)),
                (APPROVER, Appraise(made.id)),
                (APPROVER, Approve(made.id)),
            )
            for who, step in steps:
                if not isinstance(await self.system.operators.do(who, step), Done):
                    return ""
            self._test_bulletin = made.id
        return self._test_bulletin

    async def played(self, peer: PeerSystem, heard: Callable[[Arrived], None]) -> "Played | None":
        """Another system, which is there from now until `repair`; None where the dialect knows of
        none. Raises `OSError`."""
        if self.system.peers is None:
            return None
        from conformance.sources.peers import Played  # brings a web server along

        played = Played(peer, self.system.peers, heard)
        self._played.append(played)
        await played.come()
        return played

    async def settle(self) -> None:
        """Return once the bulletin of all signs of life is there, or has had its time: a system
        that a whole fleet has just come to may have no time for people."""
        deadline_ms = self.now_ms() + SETTLE_MS
        while not await self.test_bulletin() and self.now_ms() < deadline_ms:
            await asyncio.sleep(1)

    # ---- Disturbing -----------------------------------------------------------------------------

    def cut_link(self, devices: Sequence[str]) -> None:
        """Take the path of some devices; neither side is told."""
        self._cut.update(devices)
        self._fleet.cut_link(devices)

    def restore_link(self, devices: Sequence[str]) -> None:
        """Give it back."""
        self._cut.difference_update(devices)
        self._fleet.restore_link(devices)

    async def kill_server(self) -> None:
        """End the server at once."""
        await asyncio.to_thread(self.system.kill_server)
        self._is_server_away = True

    async def start_server(self) -> None:
        """Return once it answers."""
        await asyncio.to_thread(self.system.start_server)
        self._is_server_away = False

    async def stop_broker(self) -> None:
        """End the broker."""
        await asyncio.to_thread(self.system.stop_broker)
        self._is_broker_away = True

    async def start_broker(self) -> None:
        """Return once it listens."""
        await asyncio.to_thread(self.system.start_broker)
        self._is_broker_away = False

    async def repair(self) -> None:
        """Give back what a case left disturbed; raises `NotStarted`."""
        await self.intruder.leave()
        if self._cut:
            self.restore_link(sorted(self._cut))
        if self._is_broker_away:
            await self.start_broker()
        if self._is_server_away:
            await self.start_server()
        while self._played:
            played = self._played.pop()
            await played.go()
            await self.system.operators.do(ADMINISTRATOR, EndPeer(played.about, played.url))
