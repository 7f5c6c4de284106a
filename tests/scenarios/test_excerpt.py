"""Parts of scenarios, and scenarios in less time."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import loader
from scenarios.excerpt import compressed, window
from scenarios.scenario import Scenario, ServerTrouble
from scenarios.units import DAY_MS, HOUR_MS, MINUTE_MS

NAMES = ("ci-smoke", "commune", "server-down", "binh-dinh-typhoon", "reconnect-storm")
SCENARIOS = {name: loader.load(loader.find(name)).scenario for name in NAMES}
scenarios = st.sampled_from(NAMES).map(SCENARIOS.__getitem__)


def after(scenario: Scenario, ms: int):
    return scenario.start + timedelta(milliseconds=ms)


@st.composite
def parts(draw):
    scenario = draw(scenarios)
    begins_ms = draw(st.integers(0, scenario.horizon_ms - 1))
    return scenario, begins_ms, draw(st.integers(1, scenario.horizon_ms - begins_ms))


@given(scenarios)
def test_the_part_that_is_everything_is_the_scenario(scenario):
    assert window(scenario, scenario.start, scenario.horizon_ms) == scenario


@given(parts(), st.data())
def test_a_part_of_a_part_is_a_part(part, data):
    scenario, begins_ms, length_ms = part
    later_ms = data.draw(st.integers(0, length_ms - 1))
    shorter_ms = data.draw(st.integers(1, length_ms - later_ms))
    outer = window(scenario, after(scenario, begins_ms), length_ms)
    inner = window(outer, after(outer, later_ms), shorter_ms)
    assert inner == window(scenario, after(scenario, begins_ms + later_ms), shorter_ms)
    assert len(inner.faults) == len(scenario.faults)


@pytest.mark.parametrize(("begins_ms", "length_ms"), [(-1, 5), (0, 0), (1, 3 * HOUR_MS), (0, -1)])
def test_what_is_no_part_is_refused(begins_ms, length_ms):
    scenario = SCENARIOS["ci-smoke"]
    with pytest.raises(ValueError, match="a part of the scenario, 2022-09-26T04:00:00"):
        window(scenario, after(scenario, begins_ms), length_ms)


@given(scenarios)
def test_once_as_fast_is_the_scenario(scenario):
    assert compressed(scenario, Fraction(1)) is scenario


def times(said: object) -> dict[str, int]:
    """Everything in milliseconds within, by its path."""
    found: dict[str, int] = {}
    for field in fields(said):  # type: ignore[arg-type] # whatever is handed in is a dataclass
        value = getattr(said, field.name)
        if is_dataclass(value):
            found |= {f"{field.name}.{name}": ms for name, ms in times(value).items()}
        elif field.name.endswith("_ms") and value is not None:
            found[field.name] = value
    return found


@given(scenarios, st.fractions(2, 50))
def test_all_that_is_said_and_broken_goes_faster(scenario, scale):
    if scenario.horizon_ms / scale > 5 * DAY_MS:
        scale = Fraction(50)
    faster = compressed(scenario, scale)
    assert faster.horizon_ms == int(scenario.horizon_ms / scale)
    pairs = [*zip(scenario.bulletins, faster.bulletins, strict=True)]
    for one, other in [*pairs, *zip(scenario.faults, faster.faults, strict=True)]:
        quick = times(other)
        for name, ms in times(one).items():
            assert 0 <= ms / scale - quick[name] < 1, name
    assert faster.server == scenario.server


def test_the_programme_of_two_days_in_minutes():
    scenario = SCENARIOS["binh-dinh-typhoon"]
    faster = compressed(scenario, Fraction(240))  # five days in half an hour
    afternoons = [slot for slot in faster.programme if slot.id.startswith("afternoon")]
    assert [slot.id for slot in afternoons] == [
        "afternoon",
        *(f"afternoon.{n}" for n in range(2, 6)),
    ]
    assert afternoons[0].at_ms == 17 * HOUR_MS // 240  # 00:04:15
    assert afternoons[1].at_ms - afternoons[0].at_ms == DAY_MS // 240
    assert {slot.days for slot in afternoons} == {(1,)}  # a Tuesday, all of it
    assert afternoons[0].slot_ms == 45 * MINUTE_MS // 240
    assert [part.length_ms for part in afternoons[0].items] == [3_750, 3_750, 2_500]


def test_a_clock_that_is_behind_is_behind_by_less():
    wrong = ServerTrouble("wrong-clock", 60_000, 30_000, "assumed", by_ms=-295)
    scenario = replace(SCENARIOS["ci-smoke"], faults=(wrong,))
    (wrong,) = compressed(scenario, Fraction(10)).faults
    assert (wrong.at_ms, wrong.lasts_ms, wrong.by_ms) == (6_000, 3_000, -30)


def test_what_lasts_too_long_for_the_week_is_refused():
    scenario = replace(SCENARIOS["ci-smoke"], horizon_ms=13 * DAY_MS)
    with pytest.raises(ValueError, match="at most six days"):
        compressed(scenario, Fraction(2))
