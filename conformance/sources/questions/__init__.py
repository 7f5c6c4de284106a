"""A source system whose people are asked, one question after the other, to do what they do there.

Nothing is known of its interface. Whoever answers sees the system, and types in the ids that it
shows. The devices are a fleet that was let in before (`given_fleet`).
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.bench import operators
from conformance.bench.questions import MOST_LINE, NoAnswer, Operator, Question, line
from conformance.sources import acts as a
from conformance.sources import contract as c
from conformance.sources.by_hand.given_fleet import GivenFleet
from conformance.sources.by_hand.reached_system import ReachedSystem
from conformance.sources.questions import words
from conformance.sources.target import Target
from scenarios.scenario import Text
from simulator.live import spoken

_REFUSED_STATUS = 403
_DONE = {words.DONE: Text("Đã làm xong", "Done")}
_NOT_POSSIBLE = {
    words.NOT_POSSIBLE: Text("Hệ thống không có việc này", "The system has no such thing")
}


@contextmanager
def opened(target: Target, folder: Path) -> Iterator[c.System]:
    """The system of a target, whose sounds to be uploaded are kept in the empty `folder`. Raises
    `OSError` where nobody can be asked."""
    hands, reached = target.hands, target.reached
    assert hands is not None, "the target has read what this dialect needs"
    assert hands.asking is not None, "likewise"
    assert reached is not None, "likewise"
    with operators.at_hand(hands.asking) as operator:
        people = Operators(operator, hands.asking.wait_ms, hands.fleet, target.era, folder)
        facts = {"system": "asked by questions", "url": reached.url, "answers": operator.by}
        yield ReachedSystem(people, hands.fleet, facts)


class Operators:
    """A `contract.OperatorHalf`: whoever answers."""

    features = frozenset[str]()

    def __init__(
        self, operator: Operator, wait_ms: int, fleet: GivenFleet, era: str, folder: Path
    ) -> None:
        """Nobody was asked yet; a question is open for `wait_ms`."""
        self._operator, self._wait_s = operator, wait_ms / 1_000
        self._era, self._folder = era, folder
        self.order_of = fleet.order_of

    async def close(self) -> None:
        """Nobody is asked any more."""

    async def do(self, who: a.Person, act: a.Act) -> a.Outcome:
        """Ask for it; raises `NoAnswer`."""
        sound = await self._sound(act) if isinstance(act, a.Compose) and act.text is None else None
        wording = words.wording(who, act, self._era, sound)
        if wording is None:
            return a.Unsupported()
        options = _NOT_POSSIBLE if wording.identified else {**_DONE, **_NOT_POSSIBLE}
        return _outcome(
            await self._answer(line(type(act).__name__, wording.text, options)), wording
        )

    async def _answer(self, question: Question) -> str:
        answer = await self._operator.put(question, self._wait_s)
        if answer is None:
            raise NoAnswer(question.id)
        return " ".join(answer.split())

    async def _sound(self, act: a.Compose) -> str:
        """The file to be uploaded."""
        file = self._folder / f"thu-nghiem-{act.sound_ms}-ms.wav"
        if not file.exists():
            file.write_bytes(await asyncio.to_thread(spoken.sound, act.sound_ms))
        return str(file)


def _outcome(answer: str, wording: words.Wording) -> a.Outcome:
    begins = next((each for each in words.REFUSED if answer.lower().startswith(each)), None)
    if begins is not None:
        return a.Refused(_REFUSED_STATUS, answer[len(begins) :].strip() or begins)
    if answer == words.NOT_POSSIBLE:
        return a.Unsupported()
    if wording.identified:
        return a.Done(answer)
    if answer == words.DONE:
        return a.Done()
    raise NoAnswer(f"{answer[:MOST_LINE]!a} is neither done, nor refused, nor not-possible")
