"""What a link does to what is sent over it, whoever carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.links import LinkClass
from scenarios.scenario import MILLION

LONGEST_DELAY_MS = 60_000
SLOWEST_BYTES_PER_S = 100


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of a link.

    `delays_ms` are the one-way delays that are equally likely, rising: a `range` for a delay and
    its jitter (`about`), or a link class's table. Losses come one by one, or, where
    `loss_run_packets` is not 0, in runs of that mean length (Gilbert's model). Without
    `rate_bytes_per_s` the rate is never the limit. Raises `ValueError`.
    """

    delays_ms: Sequence[int] = (0,)
    loss_per_million: int = 0
    loss_run_packets: int = 0
    rate_bytes_per_s: int | None = None
    reorder_per_million: int = 0
    duplicate_per_million: int = 0
    corrupt_per_million: int = 0

    def __post_init__(self) -> None:
        """Refuses what no link can do."""
        if not self.delays_ms or not 0 <= self.delays_ms[0] <= self.longest_ms <= LONGEST_DELAY_MS:
            raise ValueError(f"delays from 0 to {LONGEST_DELAY_MS} ms, rising")
        for name in ("loss", "reorder", "duplicate", "corrupt"):
            if not 0 <= getattr(self, f"{name}_per_million") < MILLION:
                raise ValueError(f"{name} from 0 to {MILLION - 1} in a million")
        if self.loss_run_packets < 0:
            raise ValueError("runs of losses of at least 1 packet, or 0 for none")
        kept = MILLION - self.loss_per_million
        if self.loss_run_packets and self.loss_per_million > self.loss_run_packets * kept:
            raise ValueError("runs of losses too short for so much loss")
        if self.rate_bytes_per_s is not None and self.rate_bytes_per_s < SLOWEST_BYTES_PER_S:
            raise ValueError(f"a rate of at least {SLOWEST_BYTES_PER_S} bytes per second")

    @property
    def median_ms(self) -> int:
        """The delay in the middle."""
        return self.quantile_ms(50)

    @property
    def longest_ms(self) -> int:
        """The longest delay."""
        return self.delays_ms[-1]

    @property
    def jitter_ms(self) -> int:
        """Half of what lies between the longest and the shortest delay of the middle 90 %."""
        return (self.quantile_ms(95) - self.quantile_ms(5)) // 2

    def quantile_ms(self, percent: int) -> int:
        """The delay that so many in a hundred do not exceed."""
        return self.delays_ms[(len(self.delays_ms) - 1) * percent // 100]


@dataclass(frozen=True, slots=True)
class Link:
    """A link between devices (`up` is away from them) and the source system.

    `close_delay_ms` is how much longer the end of a connection takes than its last byte.
    """

    id: str
    up: Way = Way()
    down: Way = Way()
    close_delay_ms: int = 0


def about(delay_ms: int, jitter_ms: int = 0) -> range:
    """Delays of `delay_ms`, up to `jitter_ms` more or less, but never less than 0."""
    return range(max(0, delay_ms - jitter_ms), delay_ms + jitter_ms + 1)


def of_class(link_class: LinkClass) -> Link:
    """The link that a scenario's class describes: its own table of delays, the same both ways."""
    way = Way(
        delays_ms=tuple(link_class.delay_ms.tolist()),
        loss_per_million=link_class.loss_per_million,
        rate_bytes_per_s=max(SLOWEST_BYTES_PER_S, link_class.rate_bits_per_s // 8),
    )
    return Link(link_class.id, up=way, down=way)
