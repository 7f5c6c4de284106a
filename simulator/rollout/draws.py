"""Where the chances of a rollout come from: drawn, or held to see what one figure does alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from simulator.network import philox
from simulator.network.philox import Purpose, Words

from .figures import Floats
from .results import Ints

BREAKS: Final = "breaks"
"""The draw that decides whether a station breaks down; no figure of a plan."""


class Draws(Protocol):
    """Gives every draw its quantile."""

    def quantiles(self, figure: str, entities: Words, replications: Ints) -> Floats:
        """Numbers in (0, 1), one for each entity (by `philox.number`) and replication."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Quantiles by Philox: a draw belongs to its figure, its entity and its replication."""

    seed: int

    def quantiles(self, figure: str, entities: Words, replications: Ints) -> Floats:
        """Numbers in (0, 1), one for each entity and replication."""
        entity, of_figure = entities[:, np.newaxis], philox.number(figure)
        word, _ = philox.draw(self.seed, of_figure, entity, replications, Purpose.ROLLOUT)
        found: Floats = (word.astype(np.float64) + 0.5) / 2.0**32
        return found


@dataclass(frozen=True, slots=True)
class OneAtATime:
    """All figures at their P50, but one.

    Replication 0 has them all at P50; replications `1 + 2 * k` and `2 + 2 * k` have the k-th of
    `figures` at its P10 and at its P90. Which stations break down is drawn as in replication 0, in
    all alike: chance has no P50.
    """

    seed: int
    figures: Sequence[str]

    def quantiles(self, figure: str, entities: Words, replications: Ints) -> Floats:
        """Numbers in (0, 1), one for each entity and replication."""
        if figure == BREAKS:
            return Drawn(self.seed).quantiles(figure, entities, np.zeros_like(replications))
        held = np.full(len(replications), 0.5)
        if figure in self.figures:
            k = self.figures.index(figure)
            held[replications == 1 + 2 * k] = 0.1
            held[replications == 2 + 2 * k] = 0.9
        return np.broadcast_to(held, (len(entities), len(held)))
