"""What a plan's report draws: worked by hand, and what holds of every plan."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from reports.findings.rollout import STATES, Rollout
from reports.rollout_reading import Part, PlanBundle, read

# An Lão: a township and two communes, of era 2022.
TOWNSHIP, HUNG, DUNG = "21609", "21610", "21616"


def work(name, kind="station", commune=HUNG, begun=2022, done="2023-06-30", district="542"):
    return {
        "id": name,
        "kind": kind,
        "commune": commune,
        "district": district,
        "province": "52",
        "name": f"Xã {commune}",
        "begun_p50": begun,
        "done_p50": done,
    }


def made(parts=(), works=(), *, era="2022", provinces=("52",), swings=(), **more):
    plan = {
        "era": era,
        "first_year": 2022,
        "last_year": 2024,
        "provinces": [{"code": code, "name": code} for code in provinces],
    }
    results = {"plan": plan, "works": list(works), "swings": list(swings), **more}
    return Rollout(PlanBundle(Path("somewhere"), {}, results, tuple(parts)))


def test_a_commune_is_ip_once_all_its_parts_are():
    parts = [
        Part("t1", TOWNSHIP, "ip"),
        Part("h1", HUNG, "wired"),
        Part("h2", HUNG, "fm-low"),
        Part("d1", DUNG, "none"),
    ]
    works = [
        work("h1", done="2022-12-31"),
        work("h2", "join", done="2024-03-31"),
        work("d1", commune=DUNG, done=None),
        work("board-21616", "board", DUNG, done="2022-06-30"),
    ]
    assert made(parts, works).states == {
        2021: ("ip", "older", "none"),
        2022: ("ip", "partly", "none"),
        2023: ("ip", "partly", "none"),
        2024: ("ip", "ip", "none"),
    }


def test_bars_run_from_the_first_year_of_money_to_the_last_work():
    works = [
        work("a", begun=2023, done="2023-12-31"),
        work("b", begun=2022, done="2022-09-30"),
        work("c", begun=2022, done="2024-09-30"),
        work("d", "board", begun=None, done=None),
        work("e", "board", begun=2024, done="2024-12-31"),
        work("f", "source-system", commune=None, district=None),
    ]
    province, district = sorted(made((), works).timetable, key=lambda place: place.code)
    assert (province.name, district.name) == ("Bình Định", "Huyện An Lão")
    stations, boards = district.bars
    assert (stations.begun, stations.half, stations.all) == (
        *(date(2022, 1, 1), date(2023, 12, 31), date(2024, 9, 30)),
    )
    assert (boards.works, boards.done, boards.all) == (2, 1, None)
    assert (boards.begun, boards.half) == (date(2024, 1, 1), date(2024, 12, 31))


def test_places_are_provinces_of_a_plan_of_several_and_communes_where_no_districts_are():
    several = made((), [work("a"), work("b", commune=DUNG)], provinces=("51", "52"))
    assert [place.name for place in several.timetable] == ["Bình Định"]
    works = [work("a", district=None), work("b", commune=DUNG, district=None)]
    assert [place.name for place in made((), works, era="2025-07").timetable] == [
        *(f"Xã {HUNG}", f"Xã {DUNG}"),
    ]


def test_only_what_moves_a_measure_is_in_its_tornado_widest_first():
    swings = [
        {"figure": name, "values": {"households-with-ip": list(both)}}
        for name, both in {
            "lead": (0.9, 0.8),
            "procurement": (1, 1),
            "price.board": (None, 0.5),
            "install.cluster": (0.4, 0.9),
        }.items()
    ]
    found = made(swings=swings)
    bars = found.swings_of("households-with-ip")
    assert [(bar.figure, bar.low, bar.high) for bar in bars] == [
        *(("install.cluster", 0.4, 0.9), ("lead", 0.9, 0.8)),
    ]
    assert list(found.tornadoes) == ["households-with-ip"]


@pytest.mark.parametrize("name", ["binh-dinh-2022-2025", "gia-lai-2026-2030"])
def test_no_commune_of_a_plan_falls_back(plan_bundle_of, name):
    found = Rollout(read(plan_bundle_of(name, "--no-phases")))
    years = [[STATES.index(state) for state in states] for states in found.states.values()]
    for before, after in pairwise(years):
        assert all(then <= now for then, now in zip(before, after, strict=True))
    assert sum(bar.works for place in found.timetable for bar in place.bars) == len(
        found.results["works"]
    )
    assert found.frame is not None
