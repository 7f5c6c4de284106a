"""The knee of a load, by hand and by its definition; and what is told of the steps."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks import load
from conformance.checks.fleet import Fleet
from conformance.source_suites.load import sizes


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([], None),
        ([(100, 500.0)], None),
        ([(100, 100.0), (200, 200.0), (500, 500.0)], None),
        ([(100, 400.0), (200, 800.0), (500, 820.0), (1_000, 790.0)], 200),
        ([(100, 400.0), (200, 430.0), (500, 300.0)], 100),
        ([(100, 400.0), (200, 390.0), (500, 900.0)], None),
        ([(100, 0.0), (200, 0.0)], 100),
    ],
)
def test_the_knee_by_hand(rates, expected):
    assert load.knee(rates) == expected


RATES = st.lists(st.floats(0, 1e6), max_size=8).map(
    lambda rates: [(100 * (number + 1), rate) for number, rate in enumerate(rates)]
)


@given(RATES)
def test_from_the_knee_on_nothing_is_faster_and_before_it_something_is(rates):
    at = load.knee(rates)
    for number, (devices, rate) in enumerate(rates[:-1]):
        is_exceeded = any(later > rate * load.FASTER for _, later in rates[number + 1 :])
        if at is None or devices < at:
            assert is_exceeded
        if devices == at:
            assert not is_exceeded
            return
    assert at is None


@given(st.integers(8, 5_000))
def test_every_fleet_has_steps_that_grow(devices):
    taken = sizes(devices)
    assert len(taken) >= load.FEWEST_STEPS
    assert [*taken] == sorted(set(taken))
    assert 0 < taken[0] <= taken[-1] <= devices
    assert devices >= 500 or taken[-1] == devices


def steps(record, *reached, asking=()):
    """A record in which each step took so many milliseconds for each of its devices."""
    most = max(map(len, reached))
    roster = {"devices": [f"d{n}" for n in range(most)], "communes": ["1"] * most}
    dialects = ["http" if n in asking else "mqtt" for n in range(most)]
    lines = [(0, "fleet", {**roster, "dialects": dialects})]
    for number, times in enumerate(reached):
        at_ms, order, size = 10_000 * number, f"k{number}", len(times)
        told = {"name": f"{load.STEP} {size} {number}", "order": order, "kind": "Issue"}
        area = {"everywhere": False, "communes": [], "devices": [f"d{n}" for n in range(size)]}
        lines.append((at_ms, "told", {**told, "area": area, "payload": json.dumps({"times": 1})}))
        came = [(place, after) for place, after in enumerate(times) if after is not None]
        said = {"devices": [p for p, _ in came], "received_ms": [after for _, after in came]}
        lines.append((at_ms, "reached", {"order": order, "action": "Play", **said}))
    return load.steps(Fleet(record(*lines, (60_000, "end", {}))))


def test_all_steps_are_told_with_the_knee(record):
    taken = steps(record, [10, 20], [10, 20, 20, 20], [10, 20, 30, 40, 40, 40, 41, 42])
    assert [round(step.rate_per_s) for step in taken] == [100, 200, 190]
    seen = load.bears(taken)
    assert seen.ok
    assert seen.says.en == (
        "the knee: 4 devices; more are told no faster than 200 commands/s. "
        "2: T0–T2 p50 10, p95 20, max 20 ms, 100/s · "
        "4: T0–T2 p50 20, p95 20, max 20 ms, 200/s · "
        "8: T0–T2 p50 40, p95 42, max 42 ms, 190/s"
    )
    assert seen.says.vi.startswith("điểm gãy: 4 thiết bị")
    assert (seen.measured.name, seen.measured.value_ms) == (load.DELAY, 42)
    assert load.reaches_all(taken).ok


def test_the_best_of_a_steps_runs_counts_for_its_rate(record):
    taken = steps(record, [10, 20], [10, 40], [5, 10, 20])
    assert [(step.devices, step.rate_per_s) for step in taken] == [(2, 100), (3, 150)]
    assert taken[0].reached_ms == (10, 10, 20, 40)


def test_devices_that_ask_in_their_own_time_count_for_the_delay_and_not_for_the_rate(record):
    taken = steps(record, [10, 20], [10, 20, 900], [10, 20, 1_000, 40], asking={2})
    assert [step.rate_per_s for step in taken] == [100, 100, 75]
    assert taken[-1].reached_ms[-1] == 1_000


def test_a_device_that_a_step_never_reached(record):
    taken = steps(record, [10, 20], [10, None, 20], [10, 20, 30, 40])
    assert load.reaches_all(taken).ok is False
    assert load.reaches_all(taken).says.en == "devices told: 2/2, 2/3, 4/4"


def test_devices_that_the_largest_step_never_reached_count_for_its_delay(record):
    taken = steps(record, [10, 20], [10, 20, 30], [10, None, None, 30])
    measured = load.bears(taken).measured
    assert measured.values_ms[:2] == (10, 30)
    assert len(measured.values_ms) == 4
    assert measured.value_ms == 40_000, "from T0 to the end"


def test_too_few_steps_show_nothing(record):
    taken = steps(record, [10, 20], [10, 20, 30])
    assert (load.reaches_all(taken).ok, load.bears(taken).ok) == (None, None)
