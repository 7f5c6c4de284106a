"""Chance on a link: repeatable draws, and losses one by one or in runs.

A live run's draws are made one at a time, in the order of what happens on one connection, so a
generator that keeps one word of 64 bits per stream is enough; the virtual world's Philox computes
many at once.
"""

from collections.abc import Sequence
from hashlib import sha256
from math import log, log1p

from scenarios.scenario import MILLION
from simulator.live.impairment.link import Way

_WORD = 2**64 - 1


class Draws:
    """A stream of draws that belongs to its key: SplitMix64 (Steele, Lea, Flood, 2014)."""

    __slots__ = ("_state",)

    def __init__(self, *key: int | str) -> None:
        """The same key gives the same draws on every machine."""
        digest = sha256("\0".join(map(str, key)).encode()).digest()
        self._state = int.from_bytes(digest[:8], "big")

    def word(self) -> int:
        """A whole number of 64 bits."""
        self._state = z = self._state + 0x9E3779B97F4A7C15 & _WORD
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & _WORD
        z = (z ^ z >> 27) * 0x94D049BB133111EB & _WORD
        return z ^ z >> 31

    def below(self, count: int) -> int:
        """A whole number in `[0, count)`."""
        return self.word() * count >> 64

    def hits(self, per_million: int) -> bool:
        """Whether something happens that does so often; what never does costs no draw."""
        return per_million > 0 and self.below(MILLION) < per_million

    def one_of(self, choices: Sequence[int]) -> int:
        """One of them; a single one costs no draw."""
        return choices[self.below(len(choices))] if len(choices) > 1 else choices[0]

    def until(self, chance: float) -> int:
        """How many tries it takes until something of this chance (above 0) happens, at least 1."""
        if chance >= 1:
            return 1
        return int(log((self.word() + 1) / 2**64) / log1p(-chance)) + 1


class Losses:
    """Which packets of a way are lost.

    Runs of kept and of lost packets follow each other, their lengths drawn: so many packets in a
    row cost one draw for each change, not for each packet.
    """

    __slots__ = ("_begins", "_draws", "_ends", "_left", "_losing")

    def __init__(self, way: Way, draws: Draws) -> None:
        """Begins as if the packet before had been kept."""
        self._draws = draws
        self._begins, self._ends = loss_run_chances(way.loss_per_million, way.loss_run_packets)
        self._losing = False
        self._left = draws.until(self._begins) - 1 if self._begins else 0

    def among(self, packets: int) -> int:
        """How many of the next packets are lost."""
        if not self._begins:
            return 0
        lost = 0
        while packets:
            if not self._left:
                self._losing = not self._losing
                self._left = self._draws.until(self._ends if self._losing else self._begins)
            run = min(packets, self._left)
            self._left -= run
            packets -= run
            lost += run * self._losing
        return lost


def loss_run_chances(loss_per_million: int, run_packets: int) -> tuple[float, float]:
    """The chances that a run of losses begins after a kept packet, and ends after a lost one.

    Without a mean length of runs each packet's loss is independent of the one before.
    """
    loss = loss_per_million / MILLION
    ends = 1 / run_packets if run_packets else 1 - loss
    return loss * ends / (1 - loss), ends
