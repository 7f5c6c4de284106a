"""Whole scenarios: the vectorised world equals the model, whatever the chunks and workers."""

from dataclasses import replace

import numpy as np
import pytest

from reference_system.dispatch.commands import commands
from scenarios import loader
from scenarios.scenario import Place, Scenario
from simulator import virtual
from simulator.fleet import Fleet
from simulator.measures.tally import Tally
from simulator.playout import engines

Played = dict[str, list[tuple[str, int, int, int, int]]]


def small(name: str) -> Scenario:
    """A shipped scenario; of a province's day or days only one district, with a few devices."""
    scenario = loader.load(loader.find(name)).scenario
    if len(Fleet.of(scenario)) < 60:
        return scenario
    district = Fleet.of(scenario).communes[-1].district
    few = tuple(replace(group, clusters=1) for group in scenario.fleet)
    province = Fleet.of(scenario).communes[-1].province
    return replace(scenario, fleet=few, territory=Place((province,), districts=(district,)))


def chunks(scenario: Scenario, fleet: Fleet, **how: object) -> list[virtual.Chunk]:
    events = virtual.run(scenario, fleet, commands(scenario), **how)
    return [event for event in events if isinstance(event, virtual.Chunk)]


def played(scenario: Scenario, **how: object) -> tuple[Played, dict[str, list[int]]]:
    """Segments and delivery times of every device by id."""
    fleet = Fleet.of(scenario)
    segments: Played = {}
    reached: dict[str, list[int]] = {}
    for chunk in chunks(scenario, fleet, **how):
        ids = fleet.ids(chunk.places)
        ordered = chunk.segments.ordered()
        for device in ids:
            segments[device] = []
        for place, row, start, end, offset, reason in zip(
            ordered.device, ordered.item, ordered.start, ordered.end, ordered.offset,
            ordered.reason, strict=True,
        ):  # fmt: skip
            item = chunk.told.plans.items[chunk.told.plan[place]][row].id
            segments[ids[place]].append((item, start, end, offset, reason))
        for place, device in enumerate(ids):
            reached[device] = [
                int(at)
                for at, there in zip(
                    chunk.reached[:, place], chunk.told.addressed[:, place], strict=True
                )
                if there
            ]
    return segments, reached


PROFILES = [name for name in loader.shipped() if name.startswith("profile-")]
DAYS = ["binh-dinh-day", "binh-dinh-typhoon", "reconnect-storm", "server-down", "uplink-storm"]


@pytest.mark.parametrize("name", ["ci-smoke", "commune", "wrong-schedule-0315", *DAYS, *PROFILES])
def test_every_engine_equals_the_model(name: str) -> None:
    scenario = small(name)
    model = played(scenario, world="model", chunk=500)
    assert sum(map(len, model[0].values())) > 0
    for engine in engines.vectorised():
        assert played(scenario, engine=engine) == model


@pytest.mark.parametrize(("chunk", "workers"), [(1, 1), (7, 1), (16, 3), (10_000, 2)])
def test_chunks_and_workers_change_nothing(chunk: int, workers: int) -> None:
    scenario = small("ci-smoke")
    assert played(scenario, chunk=chunk, workers=workers) == played(scenario)


def test_the_seed_changes_the_delays_and_nothing_else() -> None:
    scenario = small("ci-smoke")
    other = replace(scenario, seed=scenario.seed + 1)
    assert played(scenario)[1] != played(other)[1]
    assert played(scenario) == played(scenario)


def test_a_device_alone_gets_the_same_draws() -> None:
    scenario = small("commune")
    fleet = Fleet.of(scenario)
    whole = played(scenario)
    for place in (0, len(fleet) - 1):
        device = fleet.ids(np.array([place]))[0]
        alone = [chunk for chunk in chunks(scenario, fleet, chunk=1) if chunk.places[0] == place]
        (chunk,) = alone
        assert [int(at) for at in chunk.reached[chunk.told.addressed[:, 0], 0]] == whole[1][device]


def test_measures_agree_with_a_count_by_hand() -> None:
    scenario = small("commune")
    fleet = Fleet.of(scenario)
    sent = commands(scenario)
    tally = Tally(scenario, fleet, sent)
    latencies, heard, addressed = [], 0, 0
    for chunk in chunks(scenario, fleet, chunk=5):
        tally.add(chunk)
        profile = fleet.profiles[fleet.profile[chunk.places[0]]]
        for place in range(len(chunk.places)):
            plan = int(chunk.told.plan[place])
            mine = chunk.segments.take(chunk.segments.device == place).ordered()
            for row, item in enumerate(chunk.told.plans.items[plan]):
                if item.bulletin_class != "emergency":
                    continue
                addressed += 1
                starts = [
                    int(start) + profile.start_delay_ms
                    for start, end, of in zip(mine.start, mine.end, mine.item, strict=True)
                    if of == row and end - start > profile.start_delay_ms
                ]
                heard += bool(starts)
                up = all(
                    not start <= item.issued < end
                    for gaps in (chunk.batch.power, chunk.commands_path)
                    for start, end in gaps.of(place)
                )
                if up:
                    latencies.append(min(starts) - item.issued if starts else None)
    measured = tally.measurements()
    assert measured["emergency_reach_all"].sample == addressed
    assert measured["emergency_reach_all"].value * addressed == heard
    assert measured["emergency_t4_p50"].sample == len(latencies)
    known = sorted(latency for latency in latencies if latency is not None)
    assert measured["emergency_t4_p50"].value == known[-(-len(latencies) // 2) - 1]
    assert measured["wrong_area"].value == 0


def test_the_commune_decides_the_order_of_colliding_priority_bulletins() -> None:
    segments, _ = played(small("dual-priority"))
    for device in segments.values():
        order = [item for item, *_ in device]
        # The commune's own comes first where both wait; what already plays is not cut off.
        assert order == [
            "commune-dike/1",
            "province-vaccination/1",
            "province-traffic/1",
            "commune-meeting/1",
        ]
