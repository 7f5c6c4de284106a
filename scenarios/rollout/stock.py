"""The stock of a plan: what its communes have when it begins, drawn where nobody reports it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scenarios.rollout.cells import KINDS
from scenarios.rollout.generator import Generator, joined, places_of
from scenarios.rollout.plan import STATION_KINDS, CommuneStock, Station
from scenarios.scenario import Text


@dataclass(frozen=True, slots=True)
class Stock:
    """Stations in the order of their ids, communes by code, and what is to be told of both."""

    stations: tuple[Station, ...]
    communes: Mapping[str, CommuneStock]
    notes: tuple[Text, ...]


def generated(generator: Generator, communes: Sequence[str], households: int | None) -> Stock:
    """The stock of these communes, all of it drawn, households only where they are None."""
    stations, stock = drawn(generator, communes, households)
    title = generator.figures.title
    count = Counter(station.kind for station in stations)
    vi = ", ".join(f"{KINDS[kind][0]}: {count[kind]:,}" for kind in STATION_KINDS)
    en = ", ".join(f"{KINDS[kind][1]}: {count[kind]:,}" for kind in STATION_KINDS)
    whence = "" if not generator.own_kinds else " (tỷ lệ loại đài: của kế hoạch)"
    whence_en = "" if not generator.own_kinds else " (shares of kinds: the plan's own)"
    note = Text(
        f"Hiện trạng của {len(stock):,} xã, phường, thị trấn là số liệu giả định, sinh từ số liệu "
        f"{title.vi}{whence}, không phải báo cáo của địa phương. {vi}.",
        f"The stock of {len(stock):,} communes is generated from figures of {title.en}{whence_en}, "
        f"not reported by anybody. {en}.",
    )
    return Stock(tuple(sorted(stations, key=lambda one: one.id)), stock, (note,))


def drawn(
    generator: Generator, communes: Sequence[str], households: int | None
) -> tuple[list[Station], dict[str, CommuneStock]]:
    """Stations and communes, drawn; each commune has so many households where that is known."""
    places = places_of(generator.era, communes)
    stations = [generator.station(place) for parts in places.values() for place in parts]
    stock = {
        code: joined([generator.commune(place) for place in parts])
        for code, parts in places.items()
    }
    if households is not None:
        stock = {code: replace(one, households=households) for code, one in stock.items()}
    return stations, stock
