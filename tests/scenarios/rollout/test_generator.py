from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import strict_yaml, territory
from scenarios.problems import BadInput
from scenarios.rollout import national
from scenarios.rollout.generator import Generator, kinds_of, places_of, whole
from scenarios.rollout.stock import drawn, generated

NATIONAL = Path(national.__file__).with_name("national.yaml")
END_2022 = national.load("end-2022")
COUNTRY = tuple(territory.load("2022").communes)


def generator(seed: int = 1, era: str = "2022") -> Generator:
    return Generator(era, seed, 2022, END_2022, None)


def test_the_same_seed_draws_the_same_and_others_change_nothing() -> None:
    all_of_them, communes = drawn(generator(), COUNTRY[:50], None)
    some, few = drawn(generator(), COUNTRY[7:9], None)
    assert some == all_of_them[7:9]
    assert few == {code: communes[code] for code in COUNTRY[7:9]}
    assert drawn(generator(2), COUNTRY[:50], None)[0] != all_of_them


def test_what_is_drawn_is_always_the_same() -> None:
    """A change of these is a change of every generated plan."""
    (station,), communes = drawn(generator(), ["21550"], None)
    told = (station.kind, station.since, station.condition, station.clusters, station.villages)
    assert told == ("fm-low", 2015, "good", 6, 2)
    assert (station.covered, station.terrain, communes["21550"].households) == (1, "plain", 3131)


def test_the_country_has_the_shares_of_its_figures() -> None:
    stations, communes = drawn(generator(), COUNTRY, None)
    count = Counter(station.kind for station in stations)
    for kind, share in kinds_of(END_2022).items():
        assert count[kind] / len(stations) == pytest.approx(share / 1e6, abs=0.012)
    older = [s for s in stations if s.kind in ("wired", "fm-low", "fm-high")]
    conditions = Counter(station.condition for station in older)
    assert conditions["broken"] / len(older) == pytest.approx(0.15, abs=0.012)
    assert conditions["degraded"] / len(older) == pytest.approx(0.30, abs=0.015)
    clusters = [station.clusters for station in stations]
    assert (min(clusters), max(clusters)) == (4, 20)
    assert sum(clusters) / len(clusters) == pytest.approx(35 / 3, abs=0.2)
    households = [commune.households for commune in communes.values()]
    assert sum(households) / len(households) == pytest.approx(2_500, abs=50)


def test_a_station_hangs_together() -> None:
    for station in drawn(generator(), COUNTRY[:3_000], None)[0]:
        assert 0 <= station.covered <= station.villages
        assert (station.since is None) == (station.kind == "none")
        assert station.since is None or 2006 <= station.since <= 2021
        if station.kind in ("none", "ip"):
            assert station.condition == "good"
        if station.kind == "none":
            assert station.covered == 0


REPORTED = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["none", "wired", "fm-low", "fm-high", "ip"]),
        "since": st.none() | st.integers(1950, 2022),
        "condition": st.sampled_from(["good", "degraded", "broken"]),
        "clusters": st.integers(1, 500),
        "villages": st.integers(200, 500),
        "covered": st.integers(0, 200),
        "terrain": st.sampled_from(["plain", "hill", "mountain", "island"]),
        "households": st.integers(0, 10**6),
        "board": st.booleans(),
        "website": st.booleans(),
        "staff": st.integers(0, 9),
    },
)


@given(REPORTED, st.integers(0, 2**64 - 1), st.sampled_from(COUNTRY[:500]))
def test_what_is_reported_is_kept(reported: dict[str, object], seed: int, code: str) -> None:
    place = whole("2022", code)
    station = generator(seed).station(place, reported)
    commune = generator(seed).commune(place, reported)
    for name, value in reported.items():
        assert getattr(station, name, value) == value
        assert getattr(commune, name, value) == value
    assert station.covered <= station.villages
    assert commune.trained <= commune.staff


def test_a_merged_commune_has_a_row_for_each_of_its_parts() -> None:
    codes = [c.code for c in territory.load("2025-07").communes_of(province="52")]
    before = territory.load("2025-06").communes
    places = places_of("2025-07", codes)
    assert sum(map(len, places.values())) == 373
    for code, parts in places.items():
        for part in parts:
            assert before[part.id.removeprefix(f"{code}-")].successors[0] == code
    stations, communes = drawn(generator(era="2025-07"), codes, None)
    assert len({station.id for station in stations}) == 373
    kinds = [{s.kind for s in stations if s.commune == code} for code in codes]
    assert any({"ip", "fm-low"} <= of_one for of_one in kinds)
    first = places[codes[0]]
    parts = [generator(era="2025-07").commune(place) for place in first]
    assert communes[codes[0]].households == sum(part.households for part in parts)


def test_a_commune_without_predecessors_is_one_place() -> None:
    islands = [c.code for c in territory.load("2025-07").communes.values() if c.name == "Hoàng Sa"]
    (place,) = places_of("2025-07", islands)[islands[0]]
    assert (place.id, place.island) == (islands[0], True)


def test_a_generated_stock_says_so() -> None:
    stock = generated(generator(), COUNTRY[:10], 1_234)
    (note,) = stock.notes
    assert "không phải báo cáo của địa phương" in note.vi
    assert "not reported by anybody" in note.en
    assert all(station.generated for station in stock.stations)
    assert {commune.households for commune in stock.communes.values()} == {1_234}


@pytest.mark.parametrize("moment", ["end-2022", "end-2023", "end-2025"])
def test_national_figures_have_a_mark_and_a_source(moment: str) -> None:
    figures = national.load(moment)
    assert sum(kinds_of(figures).values()) == 1_000_000
    assert all(basis.source for basis in figures.basis.values())
    assert figures.basis["degraded"].mark == "assumed"
    assert (national.load("end-2023").stations, national.load("end-2023").ip) == (947_000, 208_000)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[4, 11, 20]", "[4, 20, 11]", "a list that rises"),
        ("[4, 11, 20]", "[4, 20]", "a list of 3"),
        ("[1, 16]", "[1, -16]", "a whole number from 0 to"),
        ("[157%, 225%]", "[157, 225]", "hundredths"),
    ],
)
def test_figures_that_are_no_figures_are_refused(old: str, new: str, expected: str) -> None:
    text = NATIONAL.read_text("utf-8").replace(old, new)
    with pytest.raises(BadInput, match=expected):
        national.parse(strict_yaml.parse("n.yaml", text.encode()), "end-2022")
