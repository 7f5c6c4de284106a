"""What each uncertain figure does alone: the bars of a tornado."""

import numpy as np

from scenarios.rollout.plan import Plan

from . import core
from .draws import OneAtATime
from .figures import figures
from .measures import yearly
from .results import MEASURES, Ints, Swing
from .works import Works


def swings(plan: Plan, works: Works, assigned: Ints | None = None) -> tuple[Swing, ...]:
    """The swing of every figure that is not fixed, the widest first.

    Width is counted in the order of `MEASURES`: the next decides where the first is equal.
    """
    uncertain = [name for name, figure in figures(plan).items() if figure.form != "fixed"]
    columns = np.arange(1 + 2 * len(uncertain))
    draws = OneAtATime(plan.seed, tuple(uncertain))
    outcome = core.run(works, plan, draws, columns, assigned=assigned)
    last = yearly(works, plan, outcome)[:, -1].tolist()
    found = []
    for k, name in enumerate(uncertain):
        both = zip(last[1 + 2 * k], last[2 + 2 * k], strict=True)
        found.append(Swing(name, dict(zip(MEASURES, both, strict=True))))
    return tuple(sorted(found, key=_width, reverse=True))


def _width(swing: Swing) -> tuple[int, ...]:
    return tuple(abs(high - low) for low, high in swing.values.values())
