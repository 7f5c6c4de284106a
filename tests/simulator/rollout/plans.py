"""Small plans: all figures certain and money enough, unless a test says otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scenarios.rollout.plan import (
    CommuneStock,
    Counted,
    Delivery,
    Failures,
    Plan,
    Prices,
    Rules,
    RunningCosts,
    Source,
    Station,
    Uncertain,
)
from scenarios.scenario import Text
from scenarios.sourced import Basis

BASIS = Basis("assumed", "a test")

WARD, OTHER_WARD = "21550", "21553"
"""Of Thành phố Quy Nhơn (540), Bình Định (52)."""

TOWNSHIP, VILLAGE = "21609", "21628"
"""A township and a rural commune of Huyện An Lão (542), Bình Định (52)."""

FAR_WARD, FAR_VILLAGE = "18853", "18883"
"""Of Thành phố Đồng Hới (450), Quảng Bình (44)."""

ALL_KINDS = ("station", "join", "board", "big-board", "source-system")


def certain(value: int) -> Uncertain:
    return Uncertain("fixed", (value,), "plan", BASIS)


def uniform(low: int, high: int, each: Any = "work") -> Uncertain:
    return Uncertain("uniform", (low, high), each, BASIS)


def row(id: str, commune: str = WARD, **fields: Any) -> Station:  # noqa: A002 - as the field
    """A wired station that works, old, of one cluster and one village, which it covers."""
    given = {
        "kind": "wired",
        "since": None,
        "condition": "good",
        "clusters": 1,
        "villages": 1,
        "covered": 1,
        "terrain": "plain",
        "generated": False,
    }
    return Station(id=id, commune=commune, **(given | fields))


def commune(code: str, households: int = 1_000, board: bool = True) -> CommuneStock:
    return CommuneStock(code, households, board, False, 1, 0, False)


def source(id: str = "province", amounts: Sequence[int] = (), **fields: Any) -> Source:  # noqa: A002 - as the field
    """A source that pays for everything everywhere, by year, and loses what is left."""
    given = {
        "title": Text("Ngân sách", "Budget"),
        "pays": ALL_KINDS,
        "provinces": (),
        "communes": None,
        "cut": None,
        "carries_over": False,
        "basis": BASIS,
    }
    return Source(id=id, amounts_vnd=tuple(amounts), **(given | fields))


PRICES = Prices(*(certain(price) for price in (3, 7, 2, 5, 50, 100)))
"""In đồng: a cluster 3, a head-end 7 (so a station of one cluster 10), a converter 2, ..."""

DELIVERY = Delivery(1, certain(30), certain(20), certain(10), certain(4), BASIS)
"""One crew; orders on day 30 of a year, delivered on day 50; 10 days a cluster, 4 for others."""

RULES = Rules(250_000, "first-stock", False, 5, False, True, ALL_KINDS, BASIS)
"""No pace, nothing is joined."""


def plan(stations: Sequence[Station], **fields: Any) -> Plan:
    """Four years from 2022 in Bình Định, 1,000 đồng in each."""
    codes = sorted({one.commune for one in stations})
    given: dict[str, Any] = {
        "title": Text("Thử", "Test"),
        "era": "2022",
        "provinces": ("52",),
        "first_year": 2022,
        "last_year": 2025,
        "seed": 1,
        "communes": {code: commune(code) for code in codes},
        "big_boards": frozenset({"540", "542", "450"}),
        "source_system_done": True,
        "sources": (source(amounts=[1_000] * 4),),
        "prices": PRICES,
        "running": RunningCosts(0, 0, 0, BASIS),
        "delivery": DELIVERY,
        "failures": Failures(certain(0), certain(0)),
        "rules": RULES,
        "counted": Counted(None, None),
        "documents": (),
        "link_urban": "",
        "link_rural": "",
        "profile": "",
        "converter_profile": "",
        "board_profile": "",
        "notes": (),
    }
    return Plan(stations=tuple(sorted(stations, key=lambda one: one.id)), **(given | fields))


def ruled(**fields: Any) -> Rules:
    """The rules with some of them changed."""
    return replace(RULES, **fields)
