"""A stock written as the CSV table that it could have been read from."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from scenarios import territory
from scenarios.rollout.cells import CONDITIONS, KINDS, TERRAINS
from scenarios.rollout.columns import COLUMNS, TITLES
from scenarios.rollout.plan import CommuneStock, Station

Language = Literal["vi", "en"]


def written(
    stations: Iterable[Station],
    communes: Mapping[str, CommuneStock],
    era: str,
    lang: Language = "vi",
) -> str:
    """The table of these stations, a row for each, with what their communes have besides.

    A commune's own figures stand in the row of its first station. Read again, it is the same stock.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    which = ("vi", "en").index(lang)
    writer.writerow(TITLES[column][which] for column in COLUMNS)
    told: set[str] = set()
    for station in stations:
        place = _place(era, station.commune)
        commune = communes[station.commune]
        first = station.commune not in told
        told.add(station.commune)
        own = _commune(commune, which) if first else [""] * 5
        flag = _yes_or_no(commune.generated, which) if first else ""
        generated = _yes_or_no(station.generated, which)
        writer.writerow([station.id, *place, *_station(station, which), *own, generated, flag])
    return table.getvalue()


def _place(era: str, code: str) -> Iterator[str]:
    known = territory.load(era)
    commune = known.communes[code]
    district = known.districts.get(commune.district)
    yield code
    yield f"{commune.kind.capitalize()} {commune.name}"
    yield district.full_name if district else ""
    yield known.provinces[commune.province]


def _station(station: Station, which: int) -> Iterator[str]:
    yield KINDS[station.kind][which]
    yield "" if station.since is None else str(station.since)
    yield CONDITIONS[station.condition][which]
    yield str(station.clusters)
    yield str(station.villages)
    yield str(station.covered)
    yield TERRAINS[station.terrain][which]


def _commune(commune: CommuneStock, which: int) -> Iterator[str]:
    yield str(commune.households)
    yield _yes_or_no(commune.board, which)
    yield _yes_or_no(commune.website, which)
    yield str(commune.staff)
    yield str(commune.trained)


def _yes_or_no(value: bool, which: int) -> str:
    return (("không", "no"), ("có", "yes"))[value][which]
