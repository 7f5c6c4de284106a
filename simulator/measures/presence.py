"""Devices there and away: availability, losses noticed, and how many come back at once."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scenarios.profiles import Profile
from simulator.gaps import FAR
from simulator.measurement import Measurement
from simulator.network.philox import Purpose, draw, scaled
from simulator.virtual import Chunk

SECOND_MS = 1000


@dataclass(slots=True)
class Presence:
    """Counts over the devices of a run with a common `horizon_ms`.

    `away_ms` is device-time without power or the path of commands; a loss is noticed once it has
    lasted as long as the device's profile says, `slowest_notice_ms` at most.
    """

    horizon_ms: int
    devices: int = 0
    away_ms: int = 0
    losses: int = 0
    noticed: int = 0
    slowest_notice_ms: int = 0
    _returns_per_s: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, chunk: Chunk, seed: int, profile: Profile) -> None:
        """Counts some more devices."""
        away = chunk.batch.power.union(chunk.commands_path)
        start, end = np.minimum(away.start, self.horizon_ms), np.minimum(away.end, self.horizon_ms)
        self.devices += len(chunk.places)
        self.away_ms += int((end - start).sum())
        lost = away.start < self.horizon_ms
        noticed = lost & (end - start >= profile.noticed_after_ms)
        self.losses += int(lost.sum())
        self.noticed += int(noticed.sum())
        if noticed.any():
            self.slowest_notice_ms = max(self.slowest_notice_ms, profile.noticed_after_ms)
        self._count_returns(chunk, away.end, seed, profile)

    def _count_returns(
        self, chunk: Chunk, back: npt.NDArray[np.int64], seed: int, profile: Profile
    ) -> None:
        if not len(self._returns_per_s):
            self._returns_per_s = np.zeros(self.horizon_ms // SECOND_MS + 1, np.int64)
        word, _ = draw(seed, chunk.numbers, 0, 0, Purpose.RECONNECT_SPREAD)
        spread = scaled(word, profile.reconnect_spread_ms + 1)
        connects = np.where(back < FAR, back + profile.reconnect_delay_ms + spread, FAR)
        seconds = connects[connects < self.horizon_ms] // SECOND_MS
        np.add.at(self._returns_per_s, seconds, 1)

    @property
    def most_returns_per_s(self) -> int:
        """The most devices that came back within one second of the clock."""
        return int(self._returns_per_s.max(initial=0))

    def loss_shown(self) -> Measurement:
        """The longest time until a lasting loss is shown."""
        if not self.noticed:
            return Measurement(None, "ms", 0)
        return Measurement(self.slowest_notice_ms, "ms", self.noticed)

    def as_data(self) -> dict[str, int]:
        """The counts as plain data."""
        return {
            "devices": self.devices,
            "away_ms": self.away_ms,
            "losses": self.losses,
            "losses_noticed": self.noticed,
            "most_returns_per_s": self.most_returns_per_s,
        }
