"""Phases of a plan: what stands, whom an emergency reaches, and what that asks for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference_system.dispatch.commands import commands
from scenarios import loader
from scenarios.scenario import Area, FleetGroup, Outage, Scenario, Spread
from scenarios.writing import written
from simulator import virtual
from simulator.fleet import Fleet
from simulator.measures.tally import Tally
from simulator.network.uplink import Use
from simulator.rollout import loads as loaded
from simulator.rollout.days import EMERGENCY_AT_MS, days
from simulator.rollout.loads import Loads, busiest_bit_s, most_at_once
from simulator.rollout.phase_fleet import communes, done_by, groups
from simulator.rollout.phases import phase_days, phases
from simulator.rollout.reach import CURVE_S, Reach
from simulator.rollout.works import Works
from tests.simulator.rollout.phase_plans import done_in, generated, three
from tests.simulator.rollout.plans import TOWNSHIP, VILLAGE, WARD, commune, plan, row

DONE = {"fm": 2023, "village": -2024, f"board-{VILLAGE}": 2025}


def ran(scenario: Scenario, follower: Loads | Reach | Tally, fleet: Fleet) -> None:
    for event in virtual.run(scenario, fleet, commands(scenario)):
        if not isinstance(follower, Reach) or isinstance(event, virtual.Chunk):
            follower.add(event)


def test_what_stands_at_each_phase() -> None:
    of = three()
    found = phases(of, done_in(of, DONE))
    assert [phase.year for phase in found] == [2022, 2023, 2024, 2025]
    devices = [tuple(phase.devices.values()) for phase in found]
    # Clusters, converters, boards: the village is done in just half of the replications.
    assert devices == [(4, 0, 2), (4, 1, 2), (6, 1, 2), (6, 1, 3)]
    # Ward and township are on fibre.
    assert [phase.cellular for phase in found] == [0, 0, 2, 3]
    assert [phase.works_done for phase in found] == [0, 1, 2, 3]
    # 2 of the ward's 3 villages; half of the township; the village whole, once it is converted.
    assert [phase.in_earshot for phase in found] == [400, 550, 650, 650]
    assert [phase.households for phase in found] == [1_000] * 4
    costs = [(one.running.sim, one.running.power, one.running.upkeep) for one in found]
    assert costs == [
        (0, 2_000, 6_000), (0, 2_000, 6_000), (1_200, 3_000, 9_000), (1_800, 3_000, 9_000),
    ]  # fmt: skip
    assert found[-1].running.total == 13_800


def test_what_is_done_in_fewer_than_half_of_the_replications_is_not_in_a_phase() -> None:
    of = three()
    works = Works.of(of)
    almost = replace(done_in(of, {"village": -2022}), replications=3)
    assert done_by(of, works, almost, 2022) == frozenset()
    assert done_by(of, works, done_in(of, {"village": -2022}), 2022) == {"village"}


def test_whom_an_emergency_without_faults_reaches() -> None:
    of = three(seed=2)
    there = communes(of, frozenset(("fm", "village")))
    both = days(of, 2024, there)
    assert both is not None
    calm = replace(both.emergency, faults=())
    fleet = Fleet.of(calm)
    reach = Reach(fleet, there)
    ran(calm, reach, fleet)
    found = reach.reached()
    assert (found.devices, found.online, found.devices_reached) == (9, 9, 9)
    by_code = {one.code: one for one in found.communes}
    assert (by_code[WARD].households_reached, by_code[VILLAGE].households_reached) == (400, 100)
    # Behind the converter are 7 receivers, of which its best call wakes some: a share of 150.
    chunks = [e for e in virtual.run(calm, fleet, commands(calm)) if isinstance(e, virtual.Chunk)]
    woken = max(
        int(one.fm_woken[np.array([name == "emergency" for name in one.told.bulletins])].max())
        for one in chunks
        if one.fm_receivers
    )
    assert woken < 7
    assert by_code[TOWNSHIP].in_earshot == 150
    assert by_code[TOWNSHIP].households_reached == 150 * woken // 7
    assert by_code[TOWNSHIP].devices_reached == 2
    assert found.devices_curve[-1] == 9
    assert sorted(found.households_curve) == list(found.households_curve)


def test_boards_and_converters_from_fm_are_not_heard() -> None:
    of = replace(three(), converter_profile="converter-fm-ip")
    found = phases(of, done_in(of, DONE))
    assert found[1].in_earshot == 400
    assert found[1].reached.households_reached <= 400
    assert found[1].reached.devices == 7


def test_latency_and_reach_are_those_of_a_run() -> None:
    of = three()
    day = phase_days(of, done_in(of, DONE), 2025)
    assert day is not None
    dark = Area(communes=(VILLAGE,))
    from_ms = EMERGENCY_AT_MS - 60_000
    outage = Outage(("mains",), dark, from_ms, Spread(2_400_000, 2_400_000), "a test")
    scenario = replace(day.emergency, faults=(outage,))
    there, fleet = communes(of, frozenset(DONE)), Fleet.of(scenario)
    reach, tally = Reach(fleet, there), Tally(scenario, fleet, commands(scenario))
    ran(scenario, reach, fleet)
    ran(scenario, tally, fleet)
    found, measured = reach.reached(), tally.measurements()
    assert found.online == len(fleet) - 3
    assert found.t4_p95_ms is not None
    assert found.t4_p50_ms == measured["emergency_t4_p50"].value
    assert found.t4_p95_ms == measured["emergency_t4_p95"].value
    devices = measured["emergency_devices"]
    assert devices.value is not None
    assert found.devices_reached == devices.value * devices.sample


def test_nobody_is_reached_before_anything_stands() -> None:
    of = plan([row("one", WARD)], communes={WARD: commune(WARD, 10, board=False)}, link_urban="4g")
    (first, *_) = phases(of, done_in(of, {}))
    assert first.reached.households_reached == first.reached.devices == 0
    assert (first.ordinary, first.emergency, first.sim) == (None, None, None)
    assert len(first.reached.devices_curve) == len(CURVE_S)
    assert phase_days(of, done_in(of, {}), 2022) is None


def test_what_is_generated_is_told_as_assumed() -> None:
    of = three()
    assert not any(phase.assumed for phase in phases(of, done_in(of, DONE)))
    made_up = generated(of)
    assert all(phase.assumed for phase in phases(made_up, done_in(made_up, DONE)))
    day = phase_days(made_up, done_in(made_up, DONE), 2025)
    assert day is not None
    assert day.emergency.households.basis.startswith("assumed")


@pytest.mark.parametrize("which", ["ordinary", "emergency"])
def test_a_phase_is_written_as_a_scenario_and_read_back(tmp_path: Path, which: str) -> None:
    of = three()
    both = phase_days(of, done_in(of, DONE), 2025)
    assert both is not None
    day: Scenario = getattr(both, which)
    text = written(day, ["A phase."])
    (tmp_path / "phase.yaml").write_text(text.text, "utf-8")
    (tmp_path / "households.csv").write_text(text.households or "", "utf-8")
    again = loader.load(tmp_path / "phase.yaml")
    assert again.scenario == day
    assert again.warnings == ()
    # The same scenario and the same fleet: the same bits.
    fleets = Fleet.of(day), Fleet.of(again.scenario)
    assert fleets[0].ids(np.arange(len(fleets[0]))) == fleets[1].ids(np.arange(len(fleets[1])))


def test_a_station_without_a_cluster_is_heard_by_nobody() -> None:
    of = plan([row("one", WARD, kind="ip", clusters=0)])
    (ward,) = communes(of, frozenset())
    assert (ward.count, ward.by_cluster) == (1, 0)


def test_what_is_fetched_before_the_emergency_is_no_load_of_it() -> None:
    of = three()
    both = phase_days(of, done_in(of, DONE), 2025)
    assert both is not None
    (emergency,) = both.emergency.bulletins
    to_ward = replace(emergency, to=Area(communes=(WARD,)))
    day = replace(both.emergency, faults=(), bulletins=(to_ward,))
    fleet = Fleet.of(day)
    whole, since = Loads(day, fleet, 20_000), Loads(day, fleet, 20_000, EMERGENCY_AT_MS)
    ran(day, whole, fleet)
    ran(day, since, fleet)
    # Four clusters and a board. The millisecond in which a download ends counts in full.
    assert since.load.needed_bit_s == pytest.approx(5 * 320_000 * 8 // 20, rel=0.02)
    assert since.load.peak_bit_s < whole.load.peak_bit_s
    assert since.load.messages_per_s == 2 * 5 + 1 < whole.load.messages_per_s


def test_many_devices_and_communes_fit_into_groups_of_a_file() -> None:
    of = three()
    (ward, *_) = [one for one in communes(of, frozenset()) if one.code == WARD]
    many = [replace(ward, devices={"cluster": 2_500, "converter": 0, "board": 0})] * 1_001
    found = groups(of, many, "assumed")
    assert all(1 <= group.clusters <= 1_000 for group in found)
    assert all(len(group.where.communes) <= 1_000 for group in found)
    assert sum(group.clusters * len(group.where.communes) for group in found) == 2_500 * 1_001


def test_a_days_load_by_hand() -> None:
    """One commune of 10 speakers on 4G: 40 s at 64 kbit/s are 320,000 bytes each."""
    of = plan(
        [row("one", VILLAGE, kind="ip", clusters=10)],
        communes={VILLAGE: commune(VILLAGE, 10, board=False)},
        profile="speaker-reference",
        link_urban="fibre",
        link_rural="4g",
    )
    both = phase_days(of, done_in(of, {}), 2022)
    assert both is not None
    day = replace(both.emergency, faults=(), programme=())
    fleet = Fleet.of(day)
    load = Loads(day, fleet, 20_000, EMERGENCY_AT_MS)
    ran(day, load, fleet)
    # Each fetches at 20 Mbit/s for 128 ms; what begins in that time is 10 times as much.
    assert load.load.peak_bit_s <= 10 * 20_000_000
    assert load.load.needed_bit_s == 10 * 320_000 * 8 // 20
    assert load.load.stream_bit_s == 0
    assert load.load.day_bytes == 3 * 10 * 320_000
    assert load.load.connections == 10
    # Command and acknowledgement of ten in a second, and a report of one of them, rounded up.
    assert load.load.messages_per_s == 2 * 10 + 1
    sim = load.sim
    assert sim is not None
    assert sim.devices == 10
    assert sim.download_bytes == 30 * 3 * 336_000
    assert sim.stream_bytes == 0
    framing = loaded.ASSUMED["framing"].value
    assert sim.status_bytes == 43_200 * (loaded.ASSUMED["status"].value + framing)
    assert sim.month_bytes == sim.status_bytes + sim.message_bytes + sim.download_bytes


def test_relays_are_streamed_to_all_at_once() -> None:
    of = three()
    both = phase_days(of, done_in(of, DONE), 2025)
    assert both is not None
    day = replace(both.ordinary, faults=(), bulletins=())
    fleet = Fleet.of(day)
    load = Loads(day, fleet, 3_600_000)
    ran(day, load, fleet)
    assert load.load.stream_bit_s == len(fleet) * 64_000
    # An hour of relays, and twice ten minutes of recordings, on each device.
    assert load.load.day_bytes == len(fleet) * (3_600 + 1_200) * 8_000


def test_each_province_has_its_own_uplink() -> None:
    of = three()
    both = phase_days(of, done_in(of, DONE), 2025)
    assert both is not None
    far = FleetGroup(Area(communes=("18853",)), "speaker-reference", 2, "4g", "a test", adds=True)
    day = replace(
        both.emergency,
        territory=replace(both.emergency.territory, provinces=("52", "44")),
        fleet=(*both.emergency.fleet, far),
        faults=(),
    )
    fleet = Fleet.of(day)
    load = Loads(day, fleet, 20_000)
    ran(day, load, fleet)
    assert len(fleet) == 12
    assert (load.load.province, load.load.connections) == ("52", 10)
    alone = replace(day, territory=both.emergency.territory, fleet=both.emergency.fleet)
    whole = Loads(alone, Fleet.of(alone), 20_000)
    ran(alone, whole, Fleet.of(alone))
    assert load.load == whole.load


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), max_size=12))
def test_the_most_at_once(spans: list[tuple[int, int]]) -> None:
    start = np.array([begin for begin, _ in spans], np.int64)
    end = np.array([begin + length for begin, length in spans], np.int64)
    by_hand = max(
        (sum(begin <= t < begin + length for begin, length in spans) for t in range(30)),
        default=0,
    )
    assert most_at_once(start, end) == by_hand


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 20)), min_size=1, max_size=8),
    st.integers(1, 12),
    st.integers(0, 30),
)
# The busiest begins where the rate rises, and ends in the midst of a piece; then the other way.
@example([(5, 0), (9, 10), (9, 5), (9, 5)], 12, 0)
@example([(9, 5), (9, 5), (9, 10), (5, 0)], 12, 0)
def test_the_busiest_window(pieces: list[tuple[int, int]], window: int, from_ms: int) -> None:
    moment = np.cumsum([0, *(length for length, _ in pieces)], dtype=np.int64)
    rates = np.array([rate for _, rate in pieces], np.int64)
    nothing = np.zeros_like(rates)
    use = Use(moment, rates, nothing, nothing)
    each_ms = [rate for length, rate in pieces for _ in range(length)] + [0] * 50
    most = max(sum(each_ms[at : at + window]) for at in range(from_ms, from_ms + 60))
    assert busiest_bit_s(use, window, from_ms) == -(-8 * most // window)
