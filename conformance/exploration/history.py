"""What a record says of a conversation: of each play what was told, known, due, heard and limited.

What the device knew, and when, lies between the instant of telling and that of its answer; so what
is uncertain is kept as such, and nothing is held against a device that may have been right.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.exploration import steps as said
from conformance.exploration.steps import Step, Steps
from conformance.record import Heard, Record, Told

RANKS = ("emergency", "priority", "normal")
NEVER_MS = 1 << 62

UNHEARD_MS = 3_000
"""How long a play may last unheard: an amplifier takes up to two seconds to warm up."""

FETCH_MS = 5_000
"""How long a sound may be on its way to the device."""

FIRST_VOLUME = 80
"""What the sign of life before a conversation sets."""


@dataclass(frozen=True, slots=True)
class Order:
    """A step that was told. `known_ms` is when the device said that it takes it: None where it
    never did."""

    number: int
    step: Step
    told: Told
    known_ms: int | None
    is_refused: bool

    @property
    def at_ms(self) -> int:
        """When it was told."""
        return self.told.at_ms

    @property
    def item(self) -> str:
        """The play of the step, which a schedule's order does not name."""
        return f"{self.told.order.rpartition('-')[0]}-{self.number}"


@dataclass(frozen=True, slots=True)
class Played:
    """A play, with its stretches of sound and what was said against it."""

    order: Order
    heard: tuple[Heard, ...]
    against: tuple[Order, ...]

    @property
    def at_ms(self) -> int:
        """When it was told."""
        return self.order.at_ms

    @property
    def step(self) -> Step:
        """Its step."""
        return self.order.step

    @property
    def is_taken(self) -> bool:
        """Whether the device said that it takes it."""
        return self.order.known_ms is not None

    @property
    def known_ms(self) -> int:
        """From when on the device surely had it."""
        return NEVER_MS if self.order.known_ms is None else self.order.known_ms

    @property
    def due_ms(self) -> int:
        """Its earliest begin: one for later is for a full second."""
        after_ms = self.step.after_ms
        return self.at_ms + (after_ms and after_ms - self.at_ms % 1000)

    @property
    def come_ms(self) -> int:
        """The first instant at which it could cut another off."""
        return max(self.at_ms, self.due_ms)

    @property
    def there_ms(self) -> int:
        """The instant by which it has cut others off, if it ever does."""
        return max(self.known_ms, self.due_ms) + FETCH_MS

    @property
    def expires_ms(self) -> int:
        """It is not to begin from then on."""
        return NEVER_MS if self.step.valid_ms is None else self.at_ms + self.step.valid_ms

    @property
    def end_ms(self) -> int:
        """It is not to be heard from then on: a schedule, like a relay, has its hours."""
        if self.step.word in ("relay", "scheduled"):
            return self.due_ms + self.step.length_ms
        limit_ms = self.step.end_after_ms
        return NEVER_MS if limit_ms is None else self.at_ms + limit_ms

    @property
    def rank(self) -> int:
        """0 for emergencies; the smaller goes first."""
        return RANKS.index(said.CLASSES.get(self.step.word, "normal"))


class History:
    """A conversation as its record tells it; raises `KeyError` where it tells none, or where
    nobody listened."""

    def __init__(self, record: Record) -> None:
        """Of the whole record."""
        self.record = record
        self.steps: Steps = said.read(record)
        self.start_ms = record.first("conversation").at_ms
        self.end_ms = record.first("end").at_ms
        self.orders = list(self._orders())
        self.stops = [each for each in self.orders if each.step.word == "stop"]
        self.sound = record.heard()
        self.plays = [self._played(each) for each in self.orders if each.step.is_play]
        self.away = list(self._away())

    def until_ms(self, heard: Heard) -> int:
        """Where a stretch ended."""
        return self.end_ms if heard.until_ms is None else heard.until_ms

    def is_there(self, from_ms: int, until_ms: int) -> bool:
        """Whether the device was connected all the while."""
        return not any(since < until_ms and from_ms < back for since, back in self.away)

    def may_have_begun(self, play: Played, before_ms: int) -> bool:
        """Whether it may have begun unheard, and been cut off while the amplifier warmed up.

        So a more urgent one must have come when no other sound lasted until it cut that off.
        """
        return any(
            play.at_ms - UNHEARD_MS < cutter.there_ms
            and cutter.come_ms < before_ms
            and not any(self._is_cut_by(cutter, each) for each in self.plays if each is not play)
            for cutter in self.plays
            if cutter.rank < play.rank
        )

    def _is_cut_by(self, cutter: Played, other: Played) -> bool:
        """Whether a sound went from before one came to its begin, and surely ended for it."""
        if not cutter.heard or other.end_ms < NEVER_MS:
            return False
        begins_ms = cutter.heard[0].from_ms
        ends_by_word = any(
            cutter.come_ms - FETCH_MS < each.at_ms < begins_ms
            for each in (*other.against, *self.stops)
        )
        return not ends_by_word and any(
            each.from_ms <= cutter.come_ms - UNHEARD_MS
            and begins_ms - UNHEARD_MS <= self.until_ms(each) <= begins_ms
            and self.until_ms(each) - each.from_ms < other.step.length_ms - UNHEARD_MS
            for each in other.heard
        )

    def volumes(self, at_ms: int, settled_ms: int) -> int | None:
        """The volume that was ordered last; None where that is not sure, or `settled_ms` ago."""
        percent = FIRST_VOLUME
        for order in self.orders:
            if order.step.word != "volume" or order.at_ms > at_ms:
                continue
            if order.known_ms is None or order.known_ms > at_ms - settled_ms:
                return None
            percent = order.step.percent
        return percent

    def _orders(self) -> Iterator[Order]:
        for number, step in enumerate(self.steps, 1):
            if step.word in ("cut", "return", "again"):
                continue
            told = self.record.told(said.name(number, step))
            answers = self.record.answers(told.order)
            taken = [each.at_ms for each in answers if each.detail["refusal"] is None]
            refused = len(taken) < len(answers)
            yield Order(number, step, told, min(taken, default=None), refused)

    def _played(self, order: Order) -> Played:
        heard = tuple(each for each in self.sound if each.item == order.item)
        against = tuple(
            each
            for each in self.orders
            if each.step.word in ("cancel", "withdrawal") and each.step.of == order.number
        )
        return Played(order, heard, against)

    def _away(self) -> Iterator[tuple[int, int]]:
        """When the device was not connected: from the loss on, until it is connected again."""
        since: int | None = None
        for each in self.record.of("link-off", "disconnected", "restarting", "connected"):
            if each.what == "connected":
                if since is not None:
                    yield since, each.at_ms
                since = None
            elif since is None:
                since = each.at_ms
        if since is not None:
            yield since, NEVER_MS
