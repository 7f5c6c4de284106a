"""Stations and communes drawn where nobody reports them.

A draw belongs to the plan's seed and to the station or commune that it is of, and to nothing else:
another commune more or less changes none of them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import accumulate
from typing import Any, Final, TypeVar

from scenarios import territory
from scenarios.rollout.national import National
from scenarios.rollout.plan import CommuneStock, Condition, Station, StationKind, Terrain
from scenarios.scenario import MILLION

Name = TypeVar("Name", bound=str)

_MERGED_ERA: Final = "2025-07"
_BEFORE_MERGING: Final = "2025-06"
_FIGURES: Final = (
    *("kind", "since", "condition", "clusters", "villages", "covered", "terrain"),
    *("households", "board", "website", "trained"),
)
_OF_A_COMMUNE: Final = ("households", "board", "website", "staff", "trained")

Reported = Mapping[str, Any]
"""What is reported of a place, by the names of fields."""

NOTHING: Final[Reported] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is drawn: a commune, or a commune of before the reform that is part of it."""

    id: str
    commune: str
    drawn_as: str
    kind: str
    island: bool


class Generator:
    """Draws what a place has at the start of `first_year`.

    `kinds` are the province's own shares of kinds of stations, per million in the order of
    `StationKind`; without them they follow from the national figures.
    """

    def __init__(
        self,
        era: str,
        seed: int,
        first_year: int,
        figures: National,
        kinds: Mapping[StationKind, int] | None,
    ) -> None:
        """Nothing is drawn yet."""
        self.era = era
        self.figures = figures
        self.own_kinds = kinds is not None
        self.kinds = kinds or kinds_of(figures)
        self._seed = seed
        self._first_year = first_year

    def station(self, place: Place, reported: Reported = NOTHING) -> Station:
        """The station of a place: what is not reported of it is drawn."""
        draws, figures = self._draws(place), self.figures

        def figure(name: str, drawn: Callable[[], Any]) -> Any:
            return reported[name] if name in reported else drawn()

        kind = figure("kind", lambda: _chosen(draws["kind"], self.kinds))
        clusters = figure("clusters", lambda: _triangular(draws["clusters"], figures.clusters))
        per_village = _between(draws["villages"], *figures.clusters_per_village)
        fewest = max(1, reported.get("covered", 1))
        villages = figure("villages", lambda: max(fewest, clusters * MILLION // per_village))
        share = 0 if kind == "none" else _between(draws["covered"], *figures.covered)
        age = _between(draws["since"], *(figures.ip_age if kind == "ip" else figures.age))
        return Station(
            id=place.id,
            commune=place.commune,
            kind=kind,
            since=figure("since", lambda: None if kind == "none" else self._first_year - age),
            condition=figure("condition", lambda: self._condition(draws["condition"], kind)),
            clusters=clusters,
            villages=villages,
            covered=figure("covered", lambda: villages * share // MILLION),
            terrain=figure("terrain", lambda: self._terrain(draws["terrain"], place)),
            generated=True,
        )

    def commune(self, place: Place, reported: Reported = NOTHING) -> CommuneStock:
        """What the commune has besides, or a part of it, in the same way."""
        draws, figures = self._draws(place), self.figures
        drawn = {
            "households": _triangular(draws["households"], figures.households),
            "board": _hit(draws["board"], figures.board),
            "website": _hit(draws["website"], figures.website),
            "staff": max(1, reported.get("trained", 1)),
        }
        known = drawn | {name: value for name, value in reported.items() if name in _OF_A_COMMUNE}
        known.setdefault(
            "trained", min(known["staff"], int(_hit(draws["trained"], figures.trained)))
        )
        return CommuneStock(commune=place.commune, generated=True, **known)

    def _draws(self, place: Place) -> Mapping[str, float]:
        key = f"{self._seed}/{self.era}/{place.drawn_as}".encode()
        words = blake2b(key, digest_size=4 * len(_FIGURES)).digest()
        return {
            figure: (int.from_bytes(words[4 * n : 4 * n + 4], "big") + 0.5) / 2**32
            for n, figure in enumerate(_FIGURES)
        }

    def _condition(self, draw: float, kind: StationKind) -> Condition:
        if kind in ("none", "ip"):
            return "good"
        broken, degraded = self.figures.broken, self.figures.degraded
        shares: dict[Condition, int] = {"broken": broken, "degraded": degraded, "good": MILLION}
        return _chosen(draw, shares)

    def _terrain(self, draw: float, place: Place) -> Terrain:
        if place.island:
            return "island"
        if place.kind in ("phường", "thị trấn"):
            return "plain"
        hill, mountain = self.figures.hill, self.figures.mountain
        shares: dict[Terrain, int] = {"hill": hill, "mountain": mountain, "plain": MILLION}
        return _chosen(draw, shares)


def kinds_of(figures: National) -> Mapping[StationKind, int]:
    """The share of communes that each kind of station has, per million; they make a million."""
    ip = figures.stations * figures.ip // MILLION
    older = figures.stations - ip
    wired = older * figures.wired // MILLION
    fm_high = (older - wired) * figures.fm_high // MILLION
    return {
        "none": MILLION - figures.stations,
        "wired": wired,
        "fm-low": older - wired - fm_high,
        "fm-high": fm_high,
        "ip": ip,
    }


def places_of(era: str, communes: Sequence[str]) -> Mapping[str, Sequence[Place]]:
    """By commune, the places that a stock of it has: itself, or after the reform its parts.

    A part is a commune of June 2025 whose main successor it is; a commune without any is one place.
    """
    known = territory.load(era)
    parts: dict[str, list[Place]] = {code: [] for code in communes}
    if era == _MERGED_ERA:
        for before in territory.load(_BEFORE_MERGING).communes.values():
            into = before.successors[0] if before.successors else ""
            if into in parts:
                island = known.communes[into].kind == "đặc khu"
                drawn_as = f"{_BEFORE_MERGING}/{before.code}"
                part = f"{into}-{before.code}"
                parts[into].append(Place(part, into, drawn_as, before.kind, island))
    return {code: found or [whole(era, code)] for code, found in parts.items()}


def whole(era: str, code: str) -> Place:
    """A commune as one place."""
    known = territory.load(era)
    commune = known.communes[code]
    special = commune.district and known.districts[commune.district].special_zone
    return Place(code, code, code, commune.kind, commune.kind == "đặc khu" or bool(special))


def joined(parts: Sequence[CommuneStock]) -> CommuneStock:
    """What a commune of several parts has: numbers add up, one board or page is one."""
    return replace(
        parts[0],
        households=sum(part.households for part in parts),
        board=any(part.board for part in parts),
        website=any(part.website for part in parts),
        staff=sum(part.staff for part in parts),
        trained=sum(part.trained for part in parts),
        generated=any(part.generated for part in parts),
    )


def _hit(draw: float, share_per_million: int) -> bool:
    return draw * MILLION < share_per_million


def _chosen(draw: float, shares: Mapping[Name, int]) -> Name:
    """The name whose part of the shares, laid end to end, the draw falls in; else the last."""
    ends = accumulate(shares.values())
    within = (name for name, end in zip(shares, ends, strict=True) if draw * MILLION < end)
    return next(within, list(shares)[-1])


def _between(draw: float, lowest: int, highest: int) -> int:
    return lowest + int(draw * (highest - lowest + 1))


def _triangular(draw: float, points: tuple[int, int, int]) -> int:
    lowest, likely, highest = points
    width = highest - lowest
    if draw * width < likely - lowest:
        return round(lowest + math.sqrt(draw * width * (likely - lowest)))
    return round(highest - math.sqrt((1 - draw) * width * (highest - likely)))
