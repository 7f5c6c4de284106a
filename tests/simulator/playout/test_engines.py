"""The numpy core, the compiled kernel and the SimPy model agree, segment for segment."""

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.gaps import FAR
from simulator.playout import engines, model, reading
from simulator.playout.batch import Batch
from simulator.playout.case import AFTER, AfterCut, Case, Device, Item, Segment
from simulator.playout.segments import Segments
from tests.simulator.playout.cases import cases, larger_cases, random_case

EXAMPLES = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))

core = pytest.mark.parametrize("name", engines.vectorised())


def played(name: str, case: Case) -> dict[str, list[Segment]]:
    if name == "simpy":
        return model.play(case)
    return engines.play_case(case, engines.engine(name))


@pytest.mark.parametrize("name", ["simpy", *engines.vectorised()])
@pytest.mark.parametrize("example", EXAMPLES, ids=[example["name"] for example in EXAMPLES])
def test_worked_examples(name: str, example: dict[str, Any]) -> None:
    case = reading.parse(example["case"], "examples.json")
    assert reading.segments_as_json(played(name, case)) == example["result"]


@core
@settings(max_examples=200)
@given(case=cases | larger_cases)
def test_a_core_plays_what_the_model_plays(name: str, case: Case) -> None:
    assert played(name, case) == model.play(case)


@core
def test_thousands_of_devices_at_once(name: str) -> None:
    case = random_case(Random(20220927), 4_000, horizon=30)
    assert played(name, case) == model.play(case)


@core
def test_devices_that_share_plans(name: str) -> None:
    """As in a fleet: few plans, and per device only the times of the network differ."""
    random = np.random.default_rng(17)
    batch = Batch.of(random_case(Random(17), 2_000, horizon=30))
    plan = random.integers(0, 50, batch.devices)
    has = np.arange(len(batch.delivered))[:, None] < [len(batch.plans.items[p]) for p in plan]
    delivered, cancelled = random.integers(-3, 33, (2, *batch.delivered.shape))
    shared = replace(
        batch,
        plan=plan,
        delivered=np.where(has, delivered, FAR),
        cancelled=np.where(has & (cancelled < 10), cancelled + delivered, FAR),
    )
    wanted = list(model.play(shared.case()).values())
    assert engines.engine(name)(shared).by_device(shared.plans, plan) == wanted


@core
@pytest.mark.parametrize("since", [0, 5])
@pytest.mark.parametrize("after_cut", AFTER)
def test_numbers_as_large_as_a_case_allows(name: str, since: int, after_cut: AfterCut) -> None:
    most = reading.MAX_NUMBER
    items = [
        Item(f"{n}", "normal", "file", -most, -most, n - most, most - n % 3, order=-most)
        for n in range(2_000)
    ]
    up = ((since, most),)
    case = Case(most, (Device("d", up, up, tuple(items), after_cut=after_cut),))
    assert played(name, case) == model.play(case)


@core
@pytest.mark.parametrize("devices", [(), (Device("d", ((0, 9),), (), ()),)], ids=["none", "idle"])
def test_nothing_to_play(name: str, devices: tuple[Device, ...]) -> None:
    assert played(name, Case(9, devices)) == {device.id: [] for device in devices}


def test_an_engine_that_is_not_there() -> None:
    with pytest.raises(LookupError, match="abacus"):
        engines.engine("abacus")
    assert engines.engine("best") is engines.engine(engines.vectorised()[0])


@given(
    case=cases.filter(lambda case: bool(case.devices)),
    size=st.integers(1, 9),
    workers=st.integers(1, 4),
)
def test_chunks_and_workers_change_nothing(case: Case, size: int, workers: int) -> None:
    whole = Batch.of(case)
    chunks = [
        np.arange(start, min(start + size, whole.devices))
        for start in range(0, whole.devices, size)
    ]
    parts = engines.play_chunks(map(whole.take, chunks), engines.engine("numpy"), workers)
    segments = Segments.joined(
        [part.of_devices(chunk) for part, chunk in zip(parts, chunks, strict=True)]
    )
    assert segments.by_device(whole.plans, whole.plan) == list(model.play(case).values())


def test_no_more_batches_are_made_than_there_are_workers() -> None:
    batch = Batch.of(random_case(Random(1), 3, horizon=12))
    made = 0

    def batches() -> Iterator[Batch]:
        nonlocal made
        for _ in range(5):
            made += 1
            yield batch

    parts = engines.play_chunks(batches(), engines.engine("numpy"), workers=2)
    next(parts)
    assert made == 2
    assert len(list(parts)) == 4


def test_one_large_device_among_many_small_ones_costs_little_memory() -> None:
    item = Item("i", "normal", "file", 0, 0, 0, 1)
    large = Device("large", ((0, 9),), (), tuple(replace(item, id=f"i{n}") for n in range(4_000)))
    small = tuple(Device(f"d{n}", ((0, 9),), (), (item,)) for n in range(20_000))
    tracemalloc.start()
    played = engines.play_case(Case(9, (large, *small)), engines.engine("numpy"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # One array of 20,000 columns as long as the largest device would take 640 MB; there are many.
    assert peak < 400_000_000
    assert list(played) == ["large", *(device.id for device in small)]
    assert len(played["large"]) == 9
    assert all(len(played[device.id]) == 1 for device in small)
