"""The bench of a source system: it is started or reached, and an emulated fleet connects to it.

All cases share one system, one fleet and one event loop, in real time.
"""

import asyncio
import tempfile
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from conformance.bench.questions import NoAnswer
from conformance.case import Case
from conformance.sources.contract import MISSHAPEN, Opened
from conformance.sources.dealing import Dealing
from conformance.sources.fleet import residents
from conformance.sources.intruding.intruder import Intruder
from conformance.sources.lateness import Lateness
from conformance.sources.speaking import Speaking
from conformance.sources.surroundings import Heard, Surroundings
from conformance.sources.target import DIALECTS, Around, Target
from conformance.trial import Trial
from conformance.verdicts import Lifecycle
from simulator.emulator.enrolment import NotEnrolled
from simulator.emulator.fleet import NoRoom
from simulator.emulator.population import Resident
from simulator.live.children import NotStarted
from simulator.live.installation import CannotBreak

UNCERTAINTY_MS = 50
"""How late an event of the fleet may be noted: messages wait while others are worked off."""

LONGEST_S, LONGEST_ASKING_S = 900.0, 6 * 3_600.0
"""How long a case may take, and one in which people are asked for every act."""

CONNECTED_S = 120.0
MOST_TROUBLE = 2_000
"""Characters of a trouble that are kept."""

Began = Callable[[Case], None]
Ended = Callable[[Trial], None]
Open = Callable[[Target, Path], Opened]


def facts(around: Around) -> dict[str, Any]:
    """What a plan says of it."""
    fleet, target = _people(around), around.target
    script = target.hands.script if target.hands else None
    return {
        "driver": "source-system",
        "dialect": target.dialect,
        "started": target.reached is None,
        "url": None if target.reached is None else target.reached.url,
        "place": f"{target.place.level}:{target.place.code}",
        "era": target.era,
        **({"script_sha256": script.sha256} if script else {}),
        "devices": len(fleet),
        "communes": len({each.commune for each in fleet}),
        "profiles": dict(sorted(Counter(each.profile.id for each in fleet).items())),
    }


@contextmanager
def running(around: Around, run: str, opened: Open | None = None) -> Iterator["Trying"]:
    """What tries cases, while the system and the fleet are there; raises `OSError`.

    Ids that outlast a case begin with `run`. The system is opened as its dialect does, unless
    `opened` says otherwise.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ttcs-source-") as folder,
            asyncio.Runner() as runner,
        ):
            surrounded = _surrounded(around, Path(folder), run, opened)
            surroundings = runner.run(surrounded.__aenter__())
            try:
                yield Trying(runner, surroundings, around)
            finally:
                runner.run(surrounded.__aexit__(None, None, None))
    except (NotStarted, NotEnrolled, NoRoom, NoAnswer) as error:
        raise OSError(str(error)) from None


class Trying:
    """Tries cases at one system."""

    def __init__(self, runner: asyncio.Runner, surroundings: Surroundings, around: Around) -> None:
        """On the loop on which the fleet runs."""
        self._runner, self._surroundings = runner, surroundings
        # People who act by hand do one thing at a time.
        self._has_lanes = around.target.hands is None
        self._longest_s = _longest_s(around)

    def __call__(self, case: Case, prefix: str) -> Trial:
        """One case, whose ids begin with `prefix`."""
        return self._runner.run(_tried(case, self._surroundings, prefix, self._longest_s))

    def all(self, cases: Sequence[tuple[Case, str]], began: Began, ended: Ended) -> None:
        """All of these with their prefixes: those that must be alone, then the others side by side,
        in as many lanes as the fleet has communes for. Both are told of each."""
        for case, prefix in cases:
            if case.alone or not self._has_lanes:
                began(case)
                ended(self(case, prefix))
        if self._has_lanes:
            waiting = deque(each for each in cases if not each[0].alone)
            self._runner.run(self._side_by_side(waiting, began, ended))

    async def _side_by_side(
        self, waiting: deque[tuple[Case, str]], began: Began, ended: Ended
    ) -> None:
        async def in_lane(lane: Surroundings) -> None:
            while waiting:
                case, prefix = waiting.popleft()
                began(case)
                ended(await _tried(case, lane, prefix, self._longest_s))
            lane.leave()

        try:
            async with asyncio.TaskGroup() as lanes:
                for lane in self._surroundings.lanes():
                    lanes.create_task(in_lane(lane))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None


@asynccontextmanager
async def _surrounded(
    around: Around, folder: Path, run: str, opening: Open | None
) -> AsyncIterator[Surroundings]:
    target = around.target
    opening = opening or import_module(DIALECTS[target.dialect]).opened
    opened = opening(target, folder)
    system = await asyncio.to_thread(opened.__enter__)
    try:
        people = _people(around)
        secrets: Mapping[str, str] = await asyncio.to_thread(system.fleet.register, people)
        heard = Heard()
        fleet = Speaking(system.fleet, people, secrets, heard, system.trusted)
        try:
            await fleet.start()
            await _all_connected(fleet)
            surroundings = Surroundings(
                system, fleet, people, heard, Intruder(system, secrets), target.era, run
            )
            await surroundings.settle()
            yield surroundings
        finally:
            await system.operators.close()
            if system.peers is not None:
                await system.peers.close()
            await fleet.stop()
    finally:
        await asyncio.to_thread(opened.__exit__, None, None, None)


def _people(around: Around) -> Sequence[Resident]:
    target = around.target
    if target.hands is not None:
        return target.hands.fleet.residents(target.era)
    return residents(target.place, target.era, around.devices)


def _longest_s(around: Around) -> float:
    hands = around.target.hands
    return LONGEST_S if hands is None or hands.asking is None else LONGEST_ASKING_S


async def _all_connected(fleet: Speaking) -> None:
    """Return when every device has connected, or has had its time to: cases say who has not."""
    deadline_s = time.monotonic() + CONNECTED_S
    while time.monotonic() < deadline_s:
        if len(fleet.connected_now()) == len(fleet.dialects):
            return
        await asyncio.sleep(0.1)


async def _tried(case: Case, surroundings: Surroundings, prefix: str, longest_s: float) -> Trial:
    """Try the case between two signs of life; an interruption passes through."""
    talk = Dealing(surroundings, prefix)
    before = after = None
    lifecycle, trouble = Lifecycle.ABORTED, None
    try:
        try:
            async with asyncio.timeout(longest_s):
                before = await talk.lives("before")
                if before:
                    async with Lateness() as late:
                        await case.drive(talk)
                    talk.end(late.worst_ms)
        finally:
            await surroundings.repair()
        if before:
            after = await talk.lives("after")
        lifecycle = Lifecycle.FINISHED
    except NoAnswer as nobody:
        talk.asked_in_vain(str(nobody))
        lifecycle = Lifecycle.FINISHED  # the record says so
    except (OSError, AssertionError, RuntimeError, CannotBreak, NotStarted, *MISSHAPEN) as error:
        trouble = f"{type(error).__name__}: {error}".splitlines()[0][:MOST_TROUBLE]
    return Trial(case.id, lifecycle, talk.record, before, after, trouble)
