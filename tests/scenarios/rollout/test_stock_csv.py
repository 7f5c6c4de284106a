import random

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import territory
from scenarios.rollout.columns import header_of
from scenarios.rollout.gazetteer import Gazetteer
from scenarios.rollout.plan import CommuneStock, Station
from scenarios.rollout.stock_csv import written
from scenarios.rollout.stock_table import StockTable
from scenarios.rollout.table import from_csv

MERGED = tuple(c.code for c in territory.load("2025-07").communes_of(province="52"))[:5]


@st.composite
def stations_of(draw: st.DrawFn, commune: str) -> list[Station]:
    def one(number: int) -> Station:
        kind = draw(st.sampled_from(["none", "wired", "fm-low", "fm-high", "ip"]))
        villages = draw(st.integers(1, 500))
        return Station(
            id=f"{commune}.{number}",
            commune=commune,
            kind=kind,
            since=draw(st.none() | st.integers(1950, 2026)),
            condition=draw(st.sampled_from(["good", "degraded", "broken"])),
            clusters=draw(st.integers(1, 500)),
            villages=villages,
            covered=0 if kind == "none" else draw(st.integers(0, villages)),
            terrain=draw(st.sampled_from(["plain", "hill", "mountain", "island"])),
            generated=draw(st.booleans()),
        )

    return [one(number) for number in range(draw(st.integers(1, 3)))]


@st.composite
def stocks(draw: st.DrawFn) -> tuple[list[Station], dict[str, CommuneStock]]:
    stations = [station for code in MERGED for station in draw(stations_of(code))]

    def commune(code: str) -> CommuneStock:
        staff = draw(st.integers(0, 1000))
        return CommuneStock(
            commune=code,
            households=draw(st.integers(0, 1_000_000)),
            board=draw(st.booleans()),
            website=draw(st.booleans()),
            staff=staff,
            trained=draw(st.integers(0, staff)),
            generated=draw(st.booleans()),
        )

    return stations, {code: commune(code) for code in MERGED}


@given(stocks(), st.sampled_from(["vi", "en"]), st.randoms())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(
    stock: tuple[list[Station], dict[str, CommuneStock]], lang: str, order: random.Random
) -> None:
    stations, communes = stock
    shuffled = order.sample(stations, len(stations))
    text = written(shuffled, communes, "2025-07", lang)
    table = from_csv("s.csv", text.encode())
    assert header_of(table.rows) is not None
    reader = StockTable("s.csv", "2025-07", MERGED, Gazetteer("2025-07", ["52"]), 2026, None)
    again = reader.read(table, None)
    assert again.stations == tuple(sorted(stations, key=lambda one: one.id))
    assert again.communes == communes
    marked = sum(station.generated for station in stations)
    told = [f"{marked} stations of the stock table are marked there as generated."]
    assert [note.en for note in again.notes] == told[: bool(marked)]
    assert reader.warnings == []
