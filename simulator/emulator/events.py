"""What happens to emulated devices, for those who listen: logs, progress, the live world."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

What = Literal[
    "connected",
    "lost",
    "refused",
    "ordered",
    "not-understood",
    "not-taken",
    "answered",
    "fetched",
    "fetch-failed",
    "decoded",
    "not-decoded",
    "began",
    "ended",
    "noted",
    "logged",
    "restarting",
    "booted",
    "power-cut",
    "power-back",
    "link-cut",
    "link-back",
    "clock-set",
]

ERRORS: frozenset[What] = frozenset(
    {"lost", "refused", "not-understood", "not-taken", "fetch-failed", "not-decoded"}
)
"""The events that should not happen while nobody disturbs anything."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a device, in true time: milliseconds since the epoch, UTC."""

    at_ms: int
    device: str
    what: What
    detail: Mapping[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """Where a fleet stands.

    Of `devices`, `connected` are so now, `answered` have taken or refused an order, and `heard`
    have sounded for longer than their start delay. `orders` arrived, doubles included; `segments`
    have ended; of `entries` of the play logs `confirmed` are with the broker. `sounds` were really
    fetched. `errors` counts events by what they are.
    """

    devices: int
    connected: int
    answered: int
    heard: int
    orders: int
    segments: int
    entries: int
    confirmed: int
    sounds: int
    errors: Mapping[str, int]

    def as_data(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"errors": dict(self.errors)}


def together(summaries: Iterable[Summary]) -> Summary:
    """Where several fleets stand as one; nobody is in two of them."""
    each = list(summaries)
    counted = {
        field.name: sum(getattr(summary, field.name) for summary in each)
        for field in fields(Summary)
        if field.name != "errors"
    }
    errors = sum((Counter(summary.errors) for summary in each), Counter[str]())
    return Summary(**counted, errors=dict(sorted(errors.items())))


@dataclass(slots=True)
class Tally:
    """What a fleet counts as it goes; see `Summary`."""

    answered: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    happened: Counter[What] = field(default_factory=Counter)
    entries: int = 0
    confirmed: int = 0
