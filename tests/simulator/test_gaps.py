"""Gaps against sets of moments."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.gaps import FAR, Gaps

HORIZON = 24
DAY = range(HORIZON)

moments = st.integers(-3, HORIZON + 3)
intervals = st.lists(st.tuples(moments, moments).map(sorted).map(tuple), max_size=5)
fleets = st.lists(intervals, min_size=1, max_size=6)
pairs_of_fleets = st.lists(st.tuples(intervals, intervals), min_size=1, max_size=6)


def up(good: list[tuple[int, int]]) -> set[int]:
    """The moments of the day at which a device with these good intervals is up."""
    return {at for at in DAY if any(start <= at < end for start, end in good)}


def across(devices: int) -> np.ndarray:
    """Every moment of the day for every device."""
    return np.repeat(np.arange(HORIZON)[:, None], devices, axis=1)


def assert_well_formed(gaps: Gaps) -> None:
    for device in range(gaps.start.shape[1]):
        start, end = gaps.start[:, device], gaps.end[:, device]
        real = start < FAR
        assert (start[~real] == FAR).all()
        assert (end[~real] == FAR).all()
        assert not (np.diff(real.astype(int)) > 0).any()
        assert (start < end)[real].all()
        assert (end[:-1] < start[1:])[real[1:]].all()


@given(fleets)
def test_the_complement_of_good_intervals(fleet: list[list[tuple[int, int]]]) -> None:
    gaps = Gaps.outside(fleet, HORIZON)
    assert_well_formed(gaps)
    found = gaps.is_up(across(len(fleet)))
    for device, good in enumerate(fleet):
        assert set(np.flatnonzero(found[:, device])) == up(good)


@given(fleets)
def test_the_good_intervals_come_back(fleet: list[list[tuple[int, int]]]) -> None:
    gaps = Gaps.outside(fleet, HORIZON)
    for device, good in enumerate(fleet):
        back = gaps.between(device, HORIZON)
        assert up(list(back)) == up(good)
        assert all(0 <= start < end <= HORIZON for start, end in back)
        assert all(a[1] < b[0] for a, b in pairwise(back))


@given(fleets)
def test_the_next_turns(fleet: list[list[tuple[int, int]]]) -> None:
    gaps = Gaps.outside(fleet, HORIZON)
    next_up, next_down = gaps.next_up(across(len(fleet))), gaps.next_down(across(len(fleet)))
    for device, good in enumerate(fleet):
        moments_up = up(good)
        falls = [at for at in DAY if at not in moments_up and (at == 0 or at - 1 in moments_up)]
        for at in DAY:
            later = [moment for moment in sorted(moments_up) if moment >= at]
            found = int(next_up[at, device])
            assert found == later[0] if later else found >= HORIZON
            assert next_down[at, device] == min((f for f in falls if f > at), default=FAR)


@given(fleets)
def test_a_device_that_ends_the_day_without_stays_without(
    fleet: list[list[tuple[int, int]]],
) -> None:
    back = Gaps.outside(fleet, HORIZON).next_up(np.full(len(fleet), HORIZON - 1))
    for device, good in enumerate(fleet):
        assert back[device] == HORIZON - 1 if HORIZON - 1 in up(good) else back[device] > HORIZON


@given(pairs_of_fleets)
def test_the_union_is_off_where_one_is_off(
    pairs: list[tuple[list[tuple[int, int]], list[tuple[int, int]]]],
) -> None:
    power, link = (Gaps.outside([pair[side] for pair in pairs], HORIZON) for side in (0, 1))
    both = power.union(link)
    assert_well_formed(both)
    assert both.rows == max(sum(both.start[:, d] < FAR) for d in range(len(pairs)))
    found = both.is_up(across(len(pairs)))
    for device, (first, second) in enumerate(pairs):
        assert set(np.flatnonzero(found[:, device])) == up(first) & up(second)


@given(fleets, st.data())
def test_taking_devices(fleet: list[list[tuple[int, int]]], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(fleet) - 1)))
    taken = Gaps.outside(fleet, HORIZON).take(np.array(places, np.intp))
    wanted = Gaps.outside([fleet[place] for place in places], HORIZON)
    assert np.array_equal(taken.start, wanted.start)
    assert np.array_equal(taken.end, wanted.end)


@pytest.mark.parametrize("good", [[[(0, HORIZON)]], [[(-5, 7), (7, 99)]]])
def test_no_gaps(good: list[list[tuple[int, int]]]) -> None:
    gaps, none = Gaps.outside(good, HORIZON), Gaps.none(1)
    assert gaps.rows == none.rows == gaps.union(none).rows == 0
    assert gaps.between(0, HORIZON) == none.between(0, HORIZON) == ((0, HORIZON),)


def test_an_outage_for_people() -> None:
    """Good from 2 to 5 and from 9 on: the gaps are before 2 and from 5 to 9."""
    gaps = Gaps.outside([[(9, 20), (2, 5)]], 20)
    assert gaps.start.tolist() == [[0], [5]]
    assert gaps.end.tolist() == [[2], [9]]
    assert gaps.next_up(np.array([6])).tolist() == [9]
    assert gaps.next_down(np.array([3])).tolist() == [5]
