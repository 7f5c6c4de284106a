"""Draws conversations within what a device declares, and shrinks one that fails to the shortest.

Everything is drawn from yes and no alone: into numbers Hypothesis mixes constants that it reads
from the program around it, and a seed would find other conversations wherever that changes. As it
is slow to drop so many answers at once, its simplest conversation is then tried without each of
its steps. Each is drawn afresh, from a seed of its own, after the simplest of all: a longer search
would for the most part vary what it had.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from time import monotonic
from typing import Final, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from conformance.case import Case, judged
from conformance.exploration.steps import PLAYS, Step, Steps, Word, counted, speaking
from conformance.trial import Trial

Try = Callable[[Case, str], Trial]
"""Tries a case once; its names begin with the text."""

FEWEST_STEPS: Final = 5
"""Drawn with fewer, the first conversations are hardly any."""

MOST_STEPS: Final = 14
AGAIN: Final = 4
"""So many times as many are drawn at most as are to be tried: some come again."""

_WORDS: Final[tuple[tuple[Word, str | None], ...]] = (
    ("normal", None),
    ("priority", None),
    ("emergency", None),
    ("cancel", "cancel"),
    ("stop", None),
    ("volume", None),
    ("again", None),
    ("cut", "link"),
    ("normal", None),
    ("priority", None),
    ("emergency", None),
    ("cancel", "cancel"),
    ("scheduled", "schedules"),
    ("withdrawal", "schedules"),
    ("relay", None),
    ("expired", None),
)
"""What may be said, and what the device must declare or the bench permit for it: what comes first
is what a shrunk conversation tends to."""

_LENGTHS_MS = (20_000, 5_000, 10_000, 40_000)
_WAITS_MS = (1_000, 4_000, 8_000, 20_000)
_AFTER_MS = (0, 0, 0, 20_000)
_LIMITS_MS = (None, None, None, 15_000)
_PERCENTS = (50, 20, 100, 65)
_BACK = tuple(range(4))
"""How many steps of its kind before the last one that something is about."""

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Effort:
    """How many conversations are tried, and for how long one is looked for that is simpler than
    the first that fails, and then one with fewer steps; None for as long as it takes."""

    conversations: int
    shrinking_s: float | None = None


EMULATED: Final = Effort(20, 10.0)
NETWORK: Final = Effort(4, 10 * 60.0)
"""A conversation takes some minutes of real time there."""


def exploring(
    try_one: Try, can: Collection[str], effort: Effort = EMULATED, *, shrinks: bool = True
) -> Try:
    """Tries any case: one that explores by a search, every other once."""

    def one(case: Case, prefix: str) -> Trial:
        if case.explores:
            return explored(case, try_one, prefix, can, effort, shrinks=shrinks)
        return try_one(case, prefix)

    return one


def explored(
    case: Case,
    try_one: Try,
    prefix: str,
    can: Collection[str],
    effort: Effort = EMULATED,
    *,
    shrinks: bool = True,
) -> Trial:
    """The shortest conversation that fails, or the longest of those tried where none does.

    `prefix` is also the seed: the same words are drawn for it again. `can` is what the device
    declares and the bench permits. A bench in trouble, and a device that shows no life, end it.
    """
    search = _Search(case, try_one, prefix, effort)
    words = tuple(word for word, needed in _WORDS if needed is None or needed in can)
    codecs = tuple(name.removeprefix("codec_") for name in sorted(can) if name.startswith("codec_"))
    conversations = _conversations(words, codecs or ("mp3",))
    phases = (Phase.generate, Phase.shrink) if shrinks else (Phase.generate,)
    for number in range(AGAIN * effort.conversations):
        with suppress(NoSuchExample):
            with suppress(_LongEnough):
                find(
                    conversations,
                    search.fails,
                    settings=settings(
                        max_examples=2,
                        phases=phases,
                        database=None,
                        deadline=None,
                        verbosity=Verbosity.quiet,
                        suppress_health_check=list(HealthCheck),
                    ),
                    random=Random(f"{prefix} {number}"),
                )
            if shrinks:
                with suppress(_LongEnough):
                    search.leave_out()
            break
        if search.is_over:
            break
    return search.outcome()


class _LongEnough(BaseException):
    """Ends a search: Hypothesis takes any other exception for what it looks for."""


class _Search:
    """What was tried: each conversation once, however often it is asked for."""

    def __init__(self, case: Case, try_one: Try, prefix: str, effort: Effort) -> None:
        self._case, self._try_one, self._prefix, self._effort = case, try_one, prefix, effort
        self._failed: dict[Steps, bool] = {}
        self._longest: tuple[Steps, Trial] | None = None
        self._shortest: tuple[Steps, Trial] | None = None
        self._ended: Trial | None = None
        self._drawn, self._until_s = 0, float("inf")

    def fails(self, steps: Steps) -> bool:
        """Whether the device breaks a rule in this conversation; false of what is tried no more.

        Raises `_LongEnough` where one was found that does, and it is late.
        """
        if self.is_over and self._shortest is not None:
            raise _LongEnough
        if steps not in self._failed:
            if self.is_over:
                return False
            self._drawn += self._shortest is None
            self._failed[steps] = self._is_failing(steps)
        return self._failed[steps]

    def leave_out(self) -> None:
        """Leave out of the shortest every step without which it still fails."""
        self._set_limit()
        assert self._shortest is not None
        number = len(self._shortest[0])
        while number:
            shorter = without(self._shortest[0], number)
            number = len(self._shortest[0]) if shorter and self.fails(shorter) else number - 1

    def _set_limit(self) -> None:
        if self._effort.shrinking_s is not None:
            self._until_s = monotonic() + self._effort.shrinking_s

    @property
    def is_over(self) -> bool:
        """Whether enough was tried, for too long, or all that can be."""
        if self._shortest is None:
            return self._ended is not None or self._drawn == self._effort.conversations
        return self._ended is not None or monotonic() > self._until_s

    def outcome(self) -> Trial:
        """What is kept of it all."""
        kept = self._shortest or self._longest
        if self._ended is not None or kept is None:
            assert self._ended is not None, "nothing was drawn"
            return self._ended
        counts = {
            "drawn": self._drawn,
            "planned": self._effort.conversations,
            "tried": len(self._failed),
        }
        return replace(kept[1], record=counted(kept[1].record, counts))

    def _is_failing(self, steps: Steps) -> bool:
        case = replace(self._case, drive=speaking(steps))
        trial = self._try_one(case, f"{self._prefix}-{len(self._failed)}")
        if trial.trouble is not None or not trial.alive_before:
            self._ended = trial
            return False
        record = counted(trial.record, {"drawn": 1, "planned": 1})
        seen = judged(case, record).values()
        if trial.alive_after and not any(each.ok is False for each in seen):
            if self._longest is None or len(steps) > len(self._longest[0]):
                self._longest = steps, trial
            return False
        if self._shortest is None:
            self._set_limit()
        if self._shortest is None or _size(steps) < _size(self._shortest[0]):
            self._shortest = steps, trial
        return True


def without(steps: Steps, number: int) -> Steps:
    """The conversation without a step, and without what is about it."""
    gone = {number}
    kept: list[Step] = []
    places: dict[int, int] = {}
    is_cut = False
    for place, step in enumerate(steps, 1):
        back_from_nothing = step.word == "return" and not is_cut
        if place in gone or step.of in gone or back_from_nothing:
            gone.add(place)
            continue
        if step.word in ("cut", "return"):
            is_cut = step.word == "cut"
        kept.append(replace(step, of=places.get(step.of, 0)))
        places[place] = len(kept)
    return tuple(kept)


def _size(steps: Steps) -> tuple[int, int]:
    return len(steps), sum(step.then_ms + step.length_ms + step.after_ms for step in steps)


# ---- Drawing ------------------------------------------------------------------------------------


def _conversations(words: Sequence[Word], codecs: Sequence[str]) -> st.SearchStrategy[Steps]:
    step = st.builds(
        Step,
        word=_one_of(words),
        then_ms=_one_of(_WAITS_MS),
        length_ms=_one_of(_LENGTHS_MS),
        after_ms=_one_of(_AFTER_MS),
        valid_ms=_one_of(_LIMITS_MS),
        end_after_ms=_one_of(_LIMITS_MS),
        codec=_one_of(codecs),
        percent=_one_of(_PERCENTS),
        of=_one_of(_BACK),
    )
    return st.lists(step, min_size=FEWEST_STEPS, max_size=MOST_STEPS).map(_sensible)


def _one_of(choices: Sequence[Drawn]) -> st.SearchStrategy[Drawn]:
    """One of these, the first being the simplest; some twice as likely where they fill no power of
    two."""
    bits = (len(choices) - 1).bit_length()

    def chosen(drawn: tuple[bool, ...]) -> Drawn:
        return choices[sum(bit << n for n, bit in enumerate(drawn)) % len(choices)]

    return st.tuples(*[st.booleans()] * bits).map(chosen)


def _sensible(drawn: Sequence[Step]) -> Steps:
    """Without what means nothing where it stands, and with what a step is about."""
    steps: list[Step] = []
    is_cut = False
    for step in drawn:
        plain = Step(step.word, step.then_ms)
        match step.word:
            case "cut":  # what is cut already is given back
                plain = replace(plain, word="return" if is_cut else "cut")
                is_cut = not is_cut
            case "volume":
                plain = replace(plain, percent=step.percent)
            case "cancel" | "withdrawal" | "again":
                about = _about(step, steps)
                if about is None:
                    continue
                plain = replace(plain, of=about)
            case "scheduled" | "expired" | "relay":
                after_ms = _AFTER_MS[-1] if step.word == "scheduled" else 0
                plain = replace(
                    plain, length_ms=step.length_ms, after_ms=after_ms, codec=step.codec
                )
            case _ if step.is_play:
                plain = replace(step, of=0, percent=0)
        steps.append(plain)
    return tuple(steps)


def _about(step: Step, before: Sequence[Step]) -> int | None:
    """The number of an earlier step that this one can be about; None where there is none."""
    kinds = {"cancel": PLAYS, "withdrawal": ("scheduled",)}.get(step.word)
    numbers = [
        number
        for number, each in enumerate(before, 1)
        if (each.word in kinds if kinds else each.word not in ("cut", "return", "again"))
    ]
    return numbers[-1 - step.of % len(numbers)] if numbers else None
