"""A scenario's outages become the partitions that the virtual world has, at its moments."""

import asyncio
from dataclasses import replace

import numpy as np

from scenarios import loader
from scenarios.scenario import Area, Outage, ServerFailure, Spread
from simulator.fleet import Fleet
from simulator.gaps import Gaps
from simulator.live.impairment.partitions import Change, changes, follow, partitions
from simulator.network.outages import absences

EVERYWHERE = Area(everywhere=True)
HOUR = 3_600_000


def scenario_with(*faults):
    scenario = loader.load(loader.find("ci-smoke")).scenario
    scenario = replace(scenario, faults=faults)
    fleet = Fleet.of(scenario)
    return scenario, fleet, np.arange(min(40, len(fleet)))


def test_links_and_power_but_not_the_server():
    # Half of the devices each time: which half belongs to the fault's place in the list.
    link = Outage(("link",), EVERYWHERE, HOUR, Spread(HOUR, 2 * HOUR), "", 500_000)
    mains = Outage(("mains",), EVERYWHERE, 9 * HOUR, Spread(HOUR, HOUR), "")
    server = ServerFailure("server", 5 * HOUR, HOUR, "")
    scenario, fleet, places = scenario_with(server, link, mains)
    gaps = partitions(scenario, fleet, places)
    both = absences(scenario, fleet, places).sound
    of_server = Gaps(np.full((1, len(places)), 5 * HOUR), np.full((1, len(places)), 6 * HOUR))
    joined = gaps.union(of_server)
    assert [joined.of(place) for place in range(len(places))] == [
        both.of(place) for place in range(len(places))
    ]
    hit = [len(gaps.of(place)) for place in range(len(places))]
    assert set(hit) == {1, 2}  # mains took every link, the other fault some
    for place, device in enumerate(places):
        profile = fleet.profiles[fleet.profile[device]]
        assert gaps.of(place)[-1] == (9 * HOUR, 10 * HOUR + profile.boot_ms + profile.join_ms)


def test_changes_of_one_moment_are_one():
    gaps = Gaps.outside([[(0, 10), (30, 99)], [(0, 10), (20, 99)], [(0, 99)]], 99)
    assert changes(gaps, ["a", "b", "c"], 50) == [
        Change(10, ("a", "b"), ()),
        Change(20, (), ("b",)),
        Change(30, (), ("a",)),
    ]
    assert changes(gaps, ["a", "b", "c"], 20) == [Change(10, ("a", "b"), ())]


def test_a_network_follows():
    done = []

    class Followed:
        def cut(self, *, sources):
            done.append(("cut", sources))

        def heal(self, *, sources):
            done.append(("heal", sources))

    async def until(at_ms):
        done.append(at_ms)

    plan = [Change(10, ("a",), ()), Change(20, ("b",), ("a",))]
    asyncio.run(follow(Followed(), plan, until))
    assert done == [10, ("cut", ("a",)), 20, ("heal", ("a",)), ("cut", ("b",))]
