from dataclasses import replace

import numpy as np
import pytest

from scenarios import loader
from scenarios.scenario import Area, FleetGroup, Scenario
from simulator.fleet import Fleet


@pytest.fixture(scope="module")
def day() -> Scenario:
    return loader.load(loader.find("binh-dinh-day")).scenario


def group(where: Area, clusters: int, *, profile: str = "speaker-reference", adds: bool = False):
    return FleetGroup(where, profile, clusters, "4g", "assumed", adds)


EVERYWHERE = Area(everywhere=True)


def test_twelve_clusters_in_each_of_159_communes(day: Scenario) -> None:
    fleet = Fleet.of(day)
    assert len(fleet.communes) == 159
    assert len(fleet) == 159 * 12
    assert len(set(fleet.ids(np.arange(len(fleet))))) == len(fleet)
    assert (np.bincount(fleet.commune) == 12).all()


def test_a_later_group_replaces_an_earlier_one_and_an_addition_adds(day: Scenario) -> None:
    commune = Fleet.of(day).communes[0]
    there = Area(communes=(commune.code,))
    groups = (
        group(EVERYWHERE, 2),
        group(there, 5),
        group(there, 3, profile="speaker-linux", adds=True),
    )
    fleet = Fleet.of(replace(day, fleet=groups))
    assert len(fleet) == 158 * 2 + 5 + 3
    own = np.flatnonzero(fleet.commune == 0)
    assert sorted(fleet.ids(own)) == [f"{commune.code}-{number:02}" for number in range(1, 9)]
    profiles = [fleet.profiles[place].id for place in fleet.profile[own]]
    assert sorted(profiles) == ["speaker-linux"] * 3 + ["speaker-reference"] * 5


def test_the_order_is_by_profile_then_commune_then_number(day: Scenario) -> None:
    groups = (group(EVERYWHERE, 1), group(EVERYWHERE, 1, profile="speaker-linux", adds=True))
    fleet = Fleet.of(replace(day, fleet=groups))
    keys = list(zip(fleet.profile, fleet.commune, fleet.in_commune, strict=True))
    assert keys == sorted(keys)


def test_an_area_holds_its_communes_districts_and_devices(day: Scenario) -> None:
    fleet = Fleet.of(day)
    places = np.arange(len(fleet))
    ids = np.array(fleet.ids(places))
    quy_nhon = fleet.inside(Area(districts=("540",)), places)
    in_district = [c.code for c in fleet.communes if c.district == "540"]
    assert set(ids[quy_nhon]) == {f"{code}-{n:02}" for code in in_district for n in range(1, 13)}
    single = fleet.inside(Area(devices=("21595-03", "21598-12", "21598-13")), places)
    assert sorted(ids[single]) == ["21595-03", "21598-12"]
    both = fleet.inside(Area(communes=("21601",), devices=("21595-03",)), places)
    assert sorted(ids[both]) == ["21595-03", *(f"21601-{n:02}" for n in range(1, 13))]
    assert fleet.inside(EVERYWHERE, places).all()
    assert not fleet.inside(Area(), places).any()
