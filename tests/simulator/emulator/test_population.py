"""Which devices are emulated: the virtual fleet's, fewer or more of them."""

from collections import Counter

import numpy as np

from scenarios import loader
from simulator.emulator.population import residents
from simulator.fleet import Fleet

DAY = loader.load(loader.find("binh-dinh-day")).scenario
FLEET = Fleet.of(DAY)


def test_all_of_them_have_the_ids_profiles_and_links_of_the_virtual_fleet() -> None:
    everyone = residents(DAY)
    places = np.arange(len(FLEET))
    expected = {
        name: (FLEET.profiles[profile].id, FLEET.links[link].id)
        for name, profile, link in zip(
            FLEET.ids(places), FLEET.profile.tolist(), FLEET.link.tolist(), strict=True
        )
    }
    assert {each.name: (each.profile.id, each.link.id) for each in everyone} == expected
    assert all(each.name == f"{each.commune}-{each.number:02}" for each in everyone)


def test_fewer_are_spread_over_all_communes() -> None:
    some = residents(DAY, 200)
    assert len(some) == 200
    per_commune = Counter(each.commune for each in some)
    assert len(per_commune) == len(FLEET.communes)
    assert set(per_commune.values()) == {1, 2}


def test_more_hold_all_that_there_are_and_as_many_everywhere() -> None:
    many = residents(DAY, 5_000)
    assert len(many) == len({each.name for each in many}) == 5_000
    assert {each.name for each in residents(DAY)} <= {each.name for each in many}
    per_commune = Counter(each.commune for each in many)
    assert max(per_commune.values()) - min(per_commune.values()) <= 1
