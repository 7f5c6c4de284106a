import json
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import fleet_day, playout
from benchmarks.fleet_day import DAY
from simulator.gaps import Gaps
from simulator.playout import engines, model

CORES = engines.vectorised()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As few devices and runs as the same words need."""
    monkeypatch.setattr(playout, "SIMPY_DEVICES", 60)
    monkeypatch.setattr(playout, "EVENT_DEVICES", 2)
    monkeypatch.setattr(playout, "RUNS", 1)
    monkeypatch.setattr(engines, "CHUNK", 256)


@pytest.fixture
def table(
    small: None,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:
    """What the command prints with these options."""
    monkeypatch.setattr(sys, "argv", ["playout", "--devices", "500", "--json", *request.param])
    assert playout.main() == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


@pytest.mark.parametrize("table", [[], ["--hard"]], ids=["calm", "hard"], indirect=True)
def test_the_table(table: dict[str, Any], request: pytest.FixtureRequest) -> None:
    assert table["equal"] is True
    assert table["day"] == request.node.callspec.id
    assert table["items_per_device"] == pytest.approx(11, abs=0.2)
    assert {name: row["devices"] for name, row in table["engines"].items()} == {
        **dict.fromkeys(CORES, 500),
        "simpy": 60,
    }
    for row in table["engines"].values():
        assert row.keys() == {"device_days_per_s", "peak_memory_mb", "devices"}
        assert row["device_days_per_s"] > 0
    assert table["ratio"].keys() == set(CORES)
    assert table["modelling"]["ratio_of_closed_form"] > 1


@pytest.mark.parametrize("table", [["--engine", "numpy"]], indirect=True)
def test_one_engine_alone(table: dict[str, Any]) -> None:
    assert table["engines"].keys() == {"numpy", "simpy"}
    assert table["ratio"].keys() == {"numpy"}
    assert table["equal"] is True


def test_unequal_engines_are_an_error(
    small: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "play_device", lambda device, horizon: [])
    monkeypatch.setattr(sys, "argv", ["playout", "--devices", "60", "--engine", "numpy", "--json"])
    assert playout.main() == 1
    assert json.loads(capsys.readouterr().out)["equal"] is False


def test_an_engine_that_is_not_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "vectorised", lambda: ("numpy",))
    monkeypatch.setattr(sys, "argv", ["playout", "--engine", "compiled"])
    assert playout.main() == 2
    assert "ttcs-hil[compiled]" in capsys.readouterr().err


def test_the_fleet_does_not_depend_on_how_many_devices_are_asked_for() -> None:
    (few,) = fleet_day.batches(100, 100, hard=False)
    first, second = fleet_day.batches(200, 100, hard=False)
    assert (few.delivered == first.delivered).all()
    assert not np.array_equal(first.delivered, second.delivered)


moments = st.integers(-DAY // 10, DAY * 11 // 10) | st.integers(-2, 1_442).map(
    lambda n: n * playout.HEARTBEAT
)
intervals = st.lists(st.tuples(moments, moments).map(sorted).map(tuple), max_size=4)


@given(intervals, intervals)
def test_heartbeats_in_closed_form_are_those_counted_one_by_one(
    power: list[tuple[int, int]], link: list[tuple[int, int]]
) -> None:
    def up(good: list[tuple[int, int]], at: int) -> bool:
        return any(start <= at < end for start, end in good)

    counted = sum(up(power, at) and up(link, at) for at in range(0, DAY, playout.HEARTBEAT))
    gaps = [Gaps.outside([good], DAY) for good in (power, link)]
    assert playout.heartbeats(*gaps).tolist() == [counted]


@pytest.mark.parametrize("hard", [False, True])
def test_both_sides_count_the_same_heartbeats(hard: bool) -> None:
    (batch,) = fleet_day.batches(100, 100, hard)
    counted = [playout.heartbeats_of(device) for device in batch.case().devices]
    assert playout.heartbeats(batch.power, batch.link).tolist() == counted
    assert min(counted) < 1_440
