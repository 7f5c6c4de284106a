"""Which limits cannot all be kept: a set of them that becomes possible when any one is lifted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import solving
from .formulation import Formulation
from .limits import Limit
from .solving import Limits

_TRY = Limits(gap=1.0, nodes=500, seconds=3.0)
"""How long it is tried whether some limits can be kept."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Limits that cannot all be kept, none of them to spare.

    `is_minimal` is False where for some of them it was not decided within the solver's limits
    whether the others could be kept without it.
    """

    limits: tuple[Limit, ...]
    is_minimal: bool


def conflict(formulation: Formulation, standing: Sequence[Limit]) -> Conflict | None:
    """A minimal conflict among these limits, all others being lifted; None where there is none.

    By QuickXplain (Junker, AAAI 2004). Where works in parts would be impossible too, which is soon
    known, it is sought among those, and what whole works do not need is dropped from it one by one.
    """
    tried = _Tried(formulation)
    if tried.is_possible_in_parts(standing):
        if tried.is_possible(standing):
            return None
        found = _explained(tried.is_possible, [], False, list(standing))
    else:
        found = _explained(tried.is_possible_in_parts, [], False, list(standing))
        for limit in list(found):
            others = [one for one in found if one != limit]
            if not tried.is_possible(others):
                found = others
    return Conflict(tuple(sorted(found, key=list(standing).index)), not tried.undecided)


def bounds_without(
    formulation: Formulation, standing: Sequence[Limit]
) -> dict[int, tuple[float, float]]:
    """The bounds of a program whose limits are lifted, but for these."""
    kept = frozenset(standing)
    return {
        column: (0, most)
        for limit, lifts in formulation.lifts.items()
        if limit not in kept
        for column, most in lifts
    }


@dataclass(slots=True)
class _Tried:
    formulation: Formulation
    undecided: bool = False

    def is_possible_in_parts(self, standing: Sequence[Limit]) -> bool:
        """Whether these could be kept if works could be begun and done in parts."""
        bounds = bounds_without(self.formulation, standing)
        answer = solving.solve(self.formulation.program, _TRY, bounds, relaxed=True)
        return answer != "impossible"

    def is_possible(self, standing: Sequence[Limit]) -> bool:
        """Whether some assignment keeps to these; what is not decided is taken to be possible."""
        bounds = bounds_without(self.formulation, standing)
        answer = solving.solve(self.formulation.program, _TRY, bounds)
        self.undecided |= answer == "undecided"
        return answer != "impossible"


def _explained(
    is_possible: Callable[[Sequence[Limit]], bool],
    known: list[Limit],
    is_new: bool,
    among: list[Limit],
) -> list[Limit]:
    """The limits of `among` that, with the `known` ones, cannot all be kept."""
    if is_new and not is_possible(known):
        return []
    if len(among) == 1:
        return among
    half = len(among) // 2
    first, second = among[:half], among[half:]
    of_second = _explained(is_possible, known + first, True, second)
    of_first = _explained(is_possible, known + of_second, bool(of_second), first)
    return of_first + of_second
