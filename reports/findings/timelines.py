"""Who played what, what was cut off and what was missed: equal timelines told once.

Devices of a province hear nearly the same, so a timeline is kept as a pattern that many devices
share. Equal means equal to the resolution, which is as fine as the page's size allows.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reports.bundle_reading import Bundle
from reports.findings.communes import Communes
from reports.findings.reach import device_places
from reports.findings.silence import ranges
from simulator.measures.causes import CAUSES
from simulator.playout.case import REASONS

RESOLUTIONS_MS: Final = (1_000, 10_000, 60_000, 600_000)
MOST_NUMBERS: Final = 250_000

WORST_COMMUNES: Final = 3
WORST_ROWS: Final = 4
"""Of each of these communes, the rows of most devices."""

_GRAINS: Final = 200

COMPLETE, PARTIAL = 0, 1
OUTCOMES: Final = ("complete", "partial", *CAUSES[1:])
"""What became of an item on a device; the causes are those of not being heard."""

_Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """Devices of a commune, by its place, that heard nearly the same: the pattern of most."""

    commune: int
    devices: int
    pattern: list[list[int]]


@dataclass(frozen=True, slots=True)
class Timelines:
    """The patterns, and which devices of each commune share which.

    A pattern has an entry for each item: place in `items`, place in `OUTCOMES`, then for each
    segment start, end (in units of `resolution_ms`) and the place of its end's reason. `groups`
    has for each commune the place of the pattern, the devices as text, and how many they are.
    `missed` counts the plays in each commune that were not heard.
    """

    resolution_ms: int
    items: tuple[str, ...]
    patterns: tuple[list[list[int]], ...]
    groups: tuple[list[tuple[int, str, int]], ...]
    missed: npt.NDArray[np.int64]


def timelines(bundle: Bundle, communes: Communes) -> Timelines:
    """At the finest resolution that the page bears, else the coarsest."""
    items = tuple(sorted(bundle.items, key=lambda name: bundle.items[name].not_before_ms))
    plays = _by_device(_plays(bundle, items), device_places(bundle), len(communes.of_device))
    segments, device = _segments(bundle, items), device_places(bundle, "segments")
    for resolution_ms in RESOLUTIONS_MS:
        told = segments.copy()
        told[:, 1] //= resolution_ms
        told[:, 2] = -(-told[:, 2] // resolution_ms)
        sounded = _by_device(told, device, len(communes.of_device))
        sharing: dict[tuple[bytes, bytes], list[int]] = {}
        for place, key in enumerate(zip(plays, sounded, strict=True)):
            sharing.setdefault(key, []).append(place)
        if sum(len(a) + len(b) for a, b in sharing) // 8 <= MOST_NUMBERS:
            break
    patterns = tuple(_pattern(*key) for key in sharing)
    groups = _groups(bundle, communes, list(sharing.values()))
    return Timelines(resolution_ms, items, patterns, groups, _missed(bundle, communes))


def _plays(bundle: Bundle, items: tuple[str, ...]) -> _Rows:
    """Item and outcome of every play."""
    plays = bundle.tables["plays"]
    causes = plays.names("cause")
    missed = np.array([OUTCOMES.index(c) if c in OUTCOMES else -1 for c in causes.names])
    heard = np.where(plays.flags("complete"), COMPLETE, PARTIAL)
    outcome = missed[causes.places] if len(plays) else heard
    return np.stack([_items(bundle, "plays", items), np.where(outcome < 0, heard, outcome)], 1)


def _segments(bundle: Bundle, items: tuple[str, ...]) -> _Rows:
    """Item, start, end and the reason of the end of every segment."""
    segments = bundle.tables["segments"]
    reasons = segments.names("reason")
    known = np.array([REASONS.index(name) for name in reasons.names], np.int64)
    columns = [
        _items(bundle, "segments", items),
        segments.times("start_ms"),
        segments.times("end_ms"),
        known[reasons.places],
    ]
    return np.stack(columns, 1)


def _items(bundle: Bundle, table: str, items: tuple[str, ...]) -> _Rows:
    place_of = {name: place for place, name in enumerate(items)}
    there = bundle.tables[table].names("item")
    found: _Rows = np.array([place_of[n] for n in there.names], np.int64)[there.places]
    return found


def _by_device(rows: _Rows, device: _Rows, devices: int) -> list[bytes]:
    """The rows of each device, ascending, as bytes that can be compared."""
    order = np.lexsort((*rows.T[::-1], device))
    rows = np.ascontiguousarray(rows[order])
    ends = np.searchsorted(device[order], np.arange(devices + 1)).tolist()
    return [rows[a:b].tobytes() for a, b in pairwise(ends)]


def _pattern(plays: bytes, segments: bytes) -> list[list[int]]:
    entries = np.frombuffer(plays, np.int64).reshape(-1, 2).tolist()
    by_item: dict[int, list[int]] = {item: [item, outcome] for item, outcome in entries}
    for item, start, end, reason in np.frombuffer(segments, np.int64).reshape(-1, 4).tolist():
        by_item.setdefault(item, [item, PARTIAL]).extend((start, end, reason))
    return list(by_item.values())


def _groups(
    bundle: Bundle, communes: Communes, sharing: list[list[int]]
) -> tuple[list[tuple[int, str, int]], ...]:
    devices = bundle.tables["devices"].names("device")
    found: list[list[tuple[int, str, int]]] = [[] for _ in communes.all]
    for pattern, places in enumerate(sharing):
        by_commune: dict[int, list[str]] = {}
        for place in places:
            there = by_commune.setdefault(int(communes.of_device[place]), [])
            there.append(devices.names[devices.places[place]])
        for commune, ids in by_commune.items():
            told = ranges(ids, communes.all[commune].code)
            found[commune].append((pattern, told, len(ids)))
    return tuple(sorted(one, key=lambda group: -group[2]) for one in found)


def _missed(bundle: Bundle, communes: Communes) -> npt.NDArray[np.int64]:
    causes = bundle.tables["plays"].names("cause")
    unheard = np.array([name != "heard" for name in causes.names], np.bool_)[causes.places]
    commune = communes.of_device[device_places(bundle)[unheard]]
    return np.bincount(commune, minlength=len(communes.all))


def worst(timelines: Timelines, horizon_ms: int) -> tuple[Row, ...]:
    """The communes that missed most; devices apart by a 200th of the run or more stand apart."""
    grain = max(1, horizon_ms // _GRAINS)
    rows: list[Row] = []
    for commune in np.argsort(-timelines.missed, kind="stable")[:WORST_COMMUNES].tolist():
        if not timelines.missed[commune]:
            break
        alike: dict[tuple[tuple[int, ...], ...], list[tuple[int, int]]] = {}
        for pattern, _, devices in timelines.groups[commune]:
            key = tuple(
                (item, outcome, *_coarse(times, timelines.resolution_ms, grain))
                for item, outcome, *times in timelines.patterns[pattern]
            )
            alike.setdefault(key, []).append((devices, pattern))
        found = [
            Row(commune, sum(n for n, _ in one), timelines.patterns[max(one)[1]])
            for one in alike.values()
        ]
        rows += sorted(found, key=lambda row: -row.devices)[:WORST_ROWS]
    return tuple(rows)


def _coarse(times: list[int], resolution_ms: int, grain: int) -> list[int]:
    return [n if i % 3 == 2 else round(n * resolution_ms / grain) for i, n in enumerate(times)]


def as_data(bundle: Bundle, timelines: Timelines) -> dict[str, Any]:
    """The timelines as a page's script reads them."""
    items = [bundle.items[name] for name in timelines.items]
    return {
        "resolution_ms": timelines.resolution_ms,
        "items": [[one.id, one.bulletin_class, one.not_before_ms] for one in items],
        "patterns": list(timelines.patterns),
        "groups": [list(map(list, groups)) for groups in timelines.groups],
    }
