from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.scenario import Hours
from scenarios.units import DAY_MS
from simulator.gaps import FAR, Gaps
from simulator.measures.air import outside_hours_ms, overlap_of_gaps

HOUR = 3_600_000
MIDNIGHT = datetime.fromisoformat("2025-12-05T00:00:00+07:00")


def outside(start: int, end: int, hours: Hours, at: datetime = MIDNIGHT) -> int:
    return int(outside_hours_ms(np.array([start]), np.array([end]), hours, at)[0])


DAYTIME = Hours(5 * HOUR, 21 * HOUR, "assumed")
NIGHT_SHIFT = Hours(22 * HOUR, 4 * HOUR, "assumed")


@pytest.mark.parametrize(
    ("start_h", "end_h", "hours", "expected_h"),
    [
        (3.25, 3.5, DAYTIME, 0.25),  # the broadcast at 03:15
        (4.75, 5.25, DAYTIME, 0.25),  # a start that is too early
        (17, 17.75, DAYTIME, 0),
        (20.5, 21.5, DAYTIME, 0.5),
        (0, 24, DAYTIME, 8),
        (-24, 48, DAYTIME, 24),
        (3, 23, NIGHT_SHIFT, 18),
        (27, 29, NIGHT_SHIFT, 1),
    ],
)
def test_worked_examples(start_h: float, end_h: float, hours: Hours, expected_h: float) -> None:
    assert outside(int(start_h * HOUR), int(end_h * HOUR), hours) == expected_h * HOUR


def test_a_scenario_that_begins_at_noon_counts_from_noon() -> None:
    noon = datetime.fromisoformat("2025-12-05T12:00:00+07:00")
    assert outside(8 * HOUR, 10 * HOUR, DAYTIME, noon) == HOUR


clock = st.integers(0, 48)


@given(clock, clock, st.integers(-60, 150), st.integers(0, 150))
def test_counting_half_hours_gives_the_same(from_: int, to: int, start: int, length: int) -> None:
    half = HOUR // 2
    hours = Hours(from_ % 48 * half, to % 48 * half, "assumed")
    allowed = (
        range(hours.from_ms, hours.to_ms, half)
        if hours.from_ms <= hours.to_ms
        else [*range(0, hours.to_ms, half), *range(hours.from_ms, DAY_MS, half)]
    )
    counted = sum(h * half % DAY_MS not in allowed for h in range(start, start + length))
    assert outside(start * half, (start + length) * half, hours) == counted * half


def test_gaps_within_an_interval() -> None:
    gaps = Gaps(np.array([[0, 5, FAR], [20, FAR, FAR]]), np.array([[10, 30, FAR], [25, FAR, FAR]]))
    assert overlap_of_gaps(gaps, 8, 22).tolist() == [4, 14, 0]
