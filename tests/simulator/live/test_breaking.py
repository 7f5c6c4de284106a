"""A scenario's faults as steps, without anything that runs; and how steps are taken."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import loader
from scenarios.scenario import Area, ClockError, Outage, ServerFailure, ServerTrouble, Spread
from simulator.fleet import Fleet
from simulator.live.breaking import NotBroken, Step, follow, needs, schedule
from simulator.live.installation import CannotBreak
from simulator.network.outages import absences

EVERYWHERE = Area(everywhere=True)
HOUR = 3_600_000
ALL = ("server", "broker", "disk", "database", "server-clock")


def steps_of(*faults, breakable=ALL, devices=6):
    shipped = loader.load(loader.find("ci-smoke")).scenario
    scenario = replace(shipped, faults=faults, horizon_ms=24 * HOUR)
    fleet = Fleet.of(scenario)
    places = np.arange(devices)
    return schedule(scenario, fleet, places, breakable), scenario, fleet, places


def said(steps):
    return [(step.at_ms, step.what, step.amount) for step in steps]


def test_devices_lose_power_and_links_when_the_virtual_ones_do_and_come_back_by_themselves():
    mains = Outage(("mains",), EVERYWHERE, HOUR, Spread(HOUR, HOUR), "")
    link = Outage(("link",), EVERYWHERE, 5 * HOUR, Spread(HOUR, 2 * HOUR), "", 500_000)
    steps, scenario, fleet, places = steps_of(mains, link)
    power = absences(scenario, fleet, places).power
    names = fleet.ids(places)
    for place, name in enumerate(names):
        ((start, end),) = power.of(place)
        own = [step for step in steps if name in step.devices]
        assert [(s.at_ms, s.what) for s in own[:2]] == [
            (start, "power-cut"),
            (end - fleet.profiles[fleet.profile[places[place]]].boot_ms, "power-back"),
        ]
    cut = {name for step in steps if step.what == "link-cut" for name in step.devices}
    assert cut == {
        name
        for place, name in enumerate(names)
        if any(start == 5 * HOUR for start, _ in absences(scenario, fleet, places).sound.of(place))
    }
    assert 0 < len(cut) < len(names)


def test_clocks_are_wrong_from_the_start():
    steps, _, fleet, places = steps_of(ClockError(-90_000, EVERYWHERE, ""))
    assert steps == [Step(0, "clocks-set", tuple(fleet.ids(places)), -90_000)]


def test_a_server_takes_its_broker_with_it_and_waits_for_it():
    failures = (
        ServerFailure("broker", 5_000, 9_000, ""),
        ServerFailure("server", 6_000, 2_000, ""),
    )
    assert said(steps_of(*failures)[0]) == [
        (5_000, "broker-stopped", 0),
        (6_000, "server-killed", 0),
        (14_000, "broker-started", 0),
        (14_000, "server-started", 0),
    ]
    assert said(steps_of(failures[1], breakable=("server",))[0]) == [
        (6_000, "server-killed", 0),
        (8_000, "server-started", 0),
    ]


def test_troubles_that_overlap_add_up_and_end():
    steps, scenario, *_ = steps_of(
        ServerTrouble("full-disk", 1_000, 5_000, ""),
        ServerTrouble("full-disk", 2_000, 2_000, ""),
        ServerTrouble("slow-database", -500, 1_500, "", 300),
        ServerTrouble("wrong-clock", 1_000, 3_000, "", 20_000),
        ServerTrouble("wrong-clock", 2_000, 1_000, "", -5_000),
    )
    of = {what: [(s.at_ms, s.amount) for s in steps if s.what == what] for what in
          ("disk-full", "database-slow", "server-clock-set")}  # fmt: skip
    assert of["disk-full"][0] == (1_000, 1)
    assert of["disk-full"][-1] == (6_000, 0)
    assert all(amount for _, amount in of["disk-full"][:-1])
    assert of["database-slow"] == [(0, 300), (1_000, 0)]
    assert of["server-clock-set"] == [(1_000, 20_000), (2_000, 15_000), (3_000, 20_000), (4_000, 0)]
    assert needs(scenario) == {"disk", "database", "server-clock"}


FAILURES = st.lists(
    st.builds(
        ServerFailure,
        st.sampled_from(["server", "broker"]),
        st.integers(-20, 40),
        st.integers(1, 30),
        st.just(""),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(FAILURES)
def test_the_system_is_away_just_when_the_faults_say_so(failures):
    steps = [s for s in steps_of(*failures, devices=1)[0] if s.at_ms < 1_000]
    up = {"server": True, "broker": True}
    for moment in range(80):
        for step in (s for s in steps if s.at_ms == moment):
            part, _, what = step.what.partition("-")
            assert up[part] == (what in ("stopped", "killed")), "done to what is so already"
            assert part == "broker" or up["broker"] or what == "killed", "a server without broker"
            up[part] = what == "started"
        away = [f for f in failures if f.at_ms <= moment < f.at_ms + f.lasts_ms]
        assert up["broker"] == (not away)
        if any(f.part == "server" for f in away):
            assert not up["server"]
    assert all(up.values())


class Nobody:
    """A system of which nothing can be broken, and whose server takes long to start."""

    def __init__(self):
        self.started = asyncio.Event()

    def kill_server(self):
        pass

    def start_server(self):
        import time

        time.sleep(0.2)

    def slow_database(self, delay_ms):
        raise CannotBreak("the database was not made to be slow")


async def at_once(_ms):
    await asyncio.sleep(0)


def take(*steps):
    told = []
    asyncio.run(follow(steps, None, Nobody(), until=at_once, now_ms=lambda: 7, tell=told.append))
    return told


def test_steps_are_told_with_the_instants_at_which_they_were_taken():
    killed, started = Step(5, "server-killed"), Step(6, "server-started")
    assert [(b.step, b.began_ms, b.done_ms) for b in take(killed, started)] == [
        (killed, 7, 7),
        (started, 7, 7),
    ]


def test_what_cannot_be_broken_ends_the_run():
    with pytest.raises(NotBroken, match="database-slow at 3 ms: the database was not made"):
        take(Step(3, "database-slow", amount=300), Step(4, "server-killed"))
