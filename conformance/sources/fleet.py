"""The emulated fleet around a source system, and what was seen of it in one case, as arrays.

A thousand devices do a few things for each order: told one by one, that would be ten thousand
lines in a case. So all devices that an order reached are one line, and so are all that played it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.record import Happening, What
from conformance.sources.acts import Place
from scenarios import links, profiles, territory
from simulator.emulator.events import Event
from simulator.emulator.population import Resident

PROFILES: Final = (
    *("speaker-reference", "board-reference"),
    *("speaker-reference",) * 3,
    *("speaker-linux", "speaker-mcu", "converter-ip-fm"),
)
"""What the devices of a commune are, again and again in this order."""

LINK: Final = "fibre"
MOST_WATCHED, WATCHED_KEEPALIVE_MS = 50, 10_000
"""At most so many devices of the first commune, and the first of every commune, have this
keepalive: a broker tells their loss after one and a half of it."""

FEW_EVERY, MOST_FEW = 20, 10
"""Of a commune's devices one in so many speaks the second dialect of a system that has one, at most
so many of all."""

LEAST_COMMUNES, MOST_COMMUNES = 3, 16
_OF_ONE_COMMUNE = 10


def residents(place: Place, era: str, devices: int) -> Sequence[Resident]:
    """That many devices of mixed profiles, spread evenly over some communes of a province, or of
    the whole country where the system is the central one; the last stands alone in a commune of its
    own, and is the one that is asked for signs of life."""
    wanted = min(max(LEAST_COMMUNES, devices // _OF_ONE_COMMUNE), MOST_COMMUNES)
    # Far apart, so that they are of several districts where the era has these.
    home = "" if place.level == "central" else place.code
    every = territory.load(era).communes_of(province=home)
    communes = every[:: len(every) // (wanted + 1)]
    found = []
    for number in range(devices):
        of, in_commune = number % wanted, number // wanted
        if number == devices - 1:
            of, in_commune = wanted, 0
        commune = communes[of]
        profile = profiles.load(PROFILES[in_commune % len(PROFILES)])
        if in_commune < (MOST_WATCHED if of == 0 else 1):
            profile = replace(profile, keepalive_ms=WATCHED_KEEPALIVE_MS)
        name = f"{profile.id}-{commune.code}-{in_commune + 1:03}"
        link = links.load(LINK)
        found.append(Resident(name, commune.code, commune.full_name, in_commune + 1, profile, link))
    return found


def few(people: Sequence[Resident]) -> frozenset[str]:
    """The devices that speak a second dialect: none whose loss a broker is to tell soon, nor the
    one that is asked for signs of life."""
    found = [
        each.name
        for each in people
        if each.number % FEW_EVERY == FEW_EVERY // 2
        and each.profile.keepalive_ms != WATCHED_KEEPALIVE_MS
    ]
    return frozenset(found[:MOST_FEW])


@dataclass(slots=True)
class _Play:
    """What became of one play, by the places of devices."""

    reached_ms: dict[int, int] = field(default_factory=dict)
    answered_ms: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    until_ms: dict[int, int] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    doubled: int = 0


class Gathered:
    """What devices did since the case began; a listener of the emulated fleet.

    A case that has only some devices to itself (`mine`) is told of all that happens there, and of
    what became of its own orders anywhere.
    """

    def __init__(self, names: Sequence[str], mine: Collection[str] | None = None) -> None:
        """Nothing happened yet; all devices are the case's unless some are named."""
        self._places = {name: place for place, name in enumerate(names)}
        self._mine = frozenset(self._places[name] for name in (names if mine is None else mine))
        self._plays: dict[tuple[str, str], _Play] = {}
        self._orders: dict[tuple[int, str], tuple[str, str]] = {}
        self._began: dict[tuple[int, str], int] = {}
        self._sounded: dict[str, list[tuple[int, int, int | None]]] = {}
        self._noted: dict[str, list[tuple[int, str, int]]] = {}
        self._fetched: dict[str, set[str]] = {}
        self._moves: dict[What, list[tuple[int, int]]] = {"joined": [], "left": []}
        self._noted_ms: dict[str, int] = {}

    def __call__(self, event: Event) -> None:
        """Take an event in."""
        place, detail = self._places[event.device], event.detail
        match event.what:
            case "ordered":
                self._ordered(place, event)
            case "answered":
                self._answered(place, event)
            case "began":
                self._began[place, detail["item"]] = event.at_ms
            case "ended":
                self._began.pop((place, detail["item"]), None)
                stretch = (place, detail["start_ms"], detail["end_ms"])
                self._sounded.setdefault(detail["item"] or "", []).append(stretch)
            case "fetched":
                self._fetched.setdefault(detail["item"], set()).add(detail["sha256"])
            case "noted":
                self._noted_ms.setdefault(detail["item"], event.at_ms)
                entry = f"{detail['boot']}-{detail['sequence']}"
                line = (place, entry, detail["started_ms"])
                self._noted.setdefault(detail["item"], []).append(line)
            case "connected" if place in self._mine:
                self._moves["joined"].append((place, event.at_ms))
            case "lost" | "link-cut" | "power-cut" if place in self._mine:
                self._moves["left"].append((place, event.at_ms))

    # ---- Asking ---------------------------------------------------------------------------------

    def reached(self, action: str, order_of: Callable[[str], str], order: str) -> frozenset[int]:
        """The places of the devices that an order has reached with this action."""
        plays = (p for (a, i), p in self._plays.items() if a == action and order_of(i) == order)
        return frozenset(place for play in plays for place in play.reached_ms)

    def answered(self, order_of: Callable[[str], str], order: str) -> bool:
        """Whether some device has answered an order."""
        return any(p.answered_ms and order_of(i) == order for (_, i), p in self._plays.items())

    def done(self, order_of: Callable[[str], str], order: str) -> frozenset[int]:
        """The places of the devices that have noted a play of the order in their logs."""
        noted = (them for item, them in self._noted.items() if order_of(item) == order)
        return frozenset(place for them in noted for place, _, _ in them)

    def number_noted(self, order_of: Callable[[str], str], order: str) -> int:
        """How many entries of the order the devices have in their logs, all together."""
        return sum(len(them) for item, them in self._noted.items() if order_of(item) == order)

    def entries(self, order_of: Callable[[str], str], order: str) -> frozenset[tuple[str, str]]:
        """The devices' log entries of an order, each with its device's name."""
        names = list(self._places)
        noted = (them for item, them in self._noted.items() if order_of(item) == order)
        return frozenset((names[place], entry) for them in noted for place, entry, _ in them)

    def sounding(self, order_of: Callable[[str], str], order: str) -> frozenset[int]:
        """The places of the devices at which the order is heard just now."""
        return frozenset(place for place, item in self._began if order_of(item) == order)

    # ---- Telling --------------------------------------------------------------------------------

    def happenings(self, names: Callable[[str], str | None], own: str) -> Iterator[Happening]:
        """All of it; `names` gives the reference by which the case knows the order of a play, None
        for one that nobody gave. Those of its `own` orders begin so."""

        def concerns(place: int, order: str | None) -> bool:
            return place in self._mine or (order or "").startswith(own)

        for (action, item), play in self._plays.items():
            order = names(item)
            if places := [each for each in play.reached_ms if concerns(each, order)]:
                yield self._told_reached(action, item, play, places, order)
        unended: dict[str, list[tuple[int, int, int | None]]] = {}
        for (place, item), at_ms in self._began.items():
            unended.setdefault(item, []).append((place, at_ms, None))
        for item in {**self._sounded, **unended}:
            order, heard = names(item), [*self._sounded.get(item, ()), *unended.get(item, ())]
            if stretches := [each for each in heard if concerns(each[0], order)]:
                yield self._told_sounded(item, stretches, order)
        for item, lines in self._noted.items():
            at_ms, order = self._noted_ms[item], names(item)
            entries = [each for each in lines if concerns(each[0], order)]
            if not entries:
                continue
            detail = {
                "order": order,
                "item": item,
                "devices": [place for place, _, _ in entries],
                "entries": [entry for _, entry, _ in entries],
                "began_ms": [began_ms - at_ms for _, _, began_ms in entries],
            }
            yield Happening(at_ms, "noted", detail)
        for what, moves in self._moves.items():
            if moves:
                first_ms = moves[0][1]
                times = [at_ms - first_ms for _, at_ms in moves]
                detail = {"devices": [place for place, _ in moves], "at_ms": times}
                yield Happening(first_ms, what, detail)

    @staticmethod
    def _told_reached(
        action: str, item: str, play: _Play, places: Sequence[int], order: str | None
    ) -> Happening:
        first_ms = min(play.reached_ms[place] for place in places)
        answered = [play.answered_ms.get(place) for place in places]
        detail: Mapping[str, Any] = {
            "order": order,
            "item": item,
            "action": action,
            "devices": list(places),
            "received_ms": [play.reached_ms[place] - first_ms for place in places],
            "answered_ms": [None if at_ms is None else at_ms - first_ms for at_ms in answered],
            "refused": {str(place): why for place, why in play.refused.items()},
            "until_ms": {str(place): at_ms - first_ms for place, at_ms in play.until_ms.items()},
            "texts": sorted(play.texts),
            "doubled": play.doubled,
        }
        return Happening(first_ms, "reached", detail)

    def _told_sounded(
        self, item: str, stretches: Sequence[tuple[int, int, int | None]], order: str | None
    ) -> Happening:
        first_ms = min(from_ms for _, from_ms, _ in stretches)
        ends = [until_ms for _, _, until_ms in stretches]
        detail = {
            "order": order,
            "item": item,
            "devices": [place for place, _, _ in stretches],
            "from_ms": [from_ms - first_ms for _, from_ms, _ in stretches],
            "until_ms": [None if each is None else each - first_ms for each in ends],
            "sounds": sorted(self._fetched.get(item, ())),
        }
        return Happening(first_ms, "sounded", detail)

    # ---- Taking in ------------------------------------------------------------------------------

    def _ordered(self, place: int, event: Event) -> None:
        item, action = event.detail["item"], event.detail["action"]
        if item is None:
            return
        command = place, event.detail["order"]
        play = self._plays.setdefault((action, item), _Play())
        # A broker may bring the same command again; it is told once all the same.
        if place in play.reached_ms and command not in self._orders:
            play.doubled += 1
        self._orders[command] = action, item
        play.reached_ms.setdefault(place, event.at_ms)
        if (text := event.detail.get("text")) is not None:
            play.texts.add(text)
        if (until_ms := event.detail.get("until_ms")) is not None:
            play.until_ms[place] = max(until_ms, play.until_ms.get(place, until_ms))

    def _answered(self, place: int, event: Event) -> None:
        about = self._orders.get((place, event.detail["order"]))
        if about is None:
            return
        play = self._plays[about]
        play.answered_ms.setdefault(place, event.at_ms)
        if event.detail["refusal"]:
            play.refused[place] = event.detail["refusal"]
