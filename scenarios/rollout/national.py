"""Figures of the whole country that stand in where a province's own are missing, as data."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from scenarios import strict_yaml
from scenarios.scenario import MILLION, Text
from scenarios.sourced import Basis, Reader, quantity, read_entry
from scenarios.units import share_per_million


@dataclass(frozen=True, slots=True)
class National:
    """How communes and their stations are distributed; shares are per million.

    `stations` is the share of communes with a station, `ip` of stations, `wired` of those not IP,
    `fm_high` of FM stations, `degraded` and `broken` of wired and FM stations, `hill` and
    `mountain` of rural communes, `board`, `website` and `trained` of communes. Ages are years,
    lowest and highest; `clusters` and `households` of a commune lowest, likely and highest;
    `clusters_per_village` (per million) and `covered` lowest and highest.
    """

    title: Text
    stations: int
    ip: int
    wired: int
    fm_high: int
    degraded: int
    broken: int
    age: tuple[int, int]
    ip_age: tuple[int, int]
    clusters: tuple[int, int, int]
    clusters_per_village: tuple[int, int]
    covered: tuple[int, int]
    hill: int
    mountain: int
    households: tuple[int, int, int]
    board: int
    website: int
    trained: int
    basis: Mapping[str, Basis]


@cache
def load(moment: str) -> National:
    """The figures of a moment, such as `end-2022`; raises `KeyError` where there are none."""
    source = files(__package__).joinpath("national.yaml")
    return parse(strict_yaml.parse(source.name, source.read_bytes()), moment)


def parse(document: strict_yaml.Document, moment: str) -> National:
    """The figures of a moment in a document; raises `scenarios.problems.BadInput`, `KeyError`."""
    title, of_moment, whence = read_entry(document, ("moments", moment), _OF_A_MOMENT)
    _, common, common_whence = read_entry(document, ("common",), _COMMON)
    return National(title=title, **of_moment, **common, basis=whence | common_whence)


_HUNDREDTHS = re.compile("([0-9]{1,5})%")

_share: Reader = quantity(share_per_million)


def _rate(value: object) -> int:
    """A share that may be more than the whole."""
    match = _HUNDREDTHS.fullmatch(str(value))
    if match is None:
        raise ValueError("a whole number of hundredths, such as 157%")
    return int(match[1]) * MILLION // 100


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MILLION:
        raise ValueError(f"a whole number from 0 to {MILLION}")
    return value


def _rising(count: int, read: Callable[[Any], int]) -> Reader:
    def read_all(value: object) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) != count:
            raise ValueError(f"a list of {count}")
        points = tuple(map(read, value))
        if list(points) != sorted(points):
            raise ValueError("a list that rises")
        return points

    return read_all


_OF_A_MOMENT: Mapping[str, Reader] = {"stations": _share, "ip": _share}
_COMMON: Mapping[str, Reader] = {
    "wired": _share,
    "fm_high": _share,
    "degraded": _share,
    "broken": _share,
    "age": _rising(2, _number),
    "ip_age": _rising(2, _number),
    "clusters": _rising(3, _number),
    "clusters_per_village": _rising(2, _rate),
    "covered": _rising(2, _share),
    "hill": _share,
    "mountain": _share,
    "households": _rising(3, _number),
    "board": _share,
    "website": _share,
    "trained": _share,
}
