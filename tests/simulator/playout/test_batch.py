from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.gaps import Gaps
from simulator.playout.batch import Batch
from simulator.playout.case import Case, Interval
from tests.simulator.playout.cases import cases


def within(intervals: tuple[Interval, ...], horizon: int) -> tuple[Interval, ...]:
    """The moments of the day that intervals cover, as sorted disjoint intervals."""
    up = [any(start <= at < end for start, end in intervals) for at in range(horizon)]
    turns = [at for at in range(horizon + 1) if [False, *up, False][at] != [*up, False][at]]
    return tuple(zip(turns[::2], turns[1::2], strict=True))


def as_a_batch_keeps_it(case: Case) -> Case:
    """What a batch forgets: ids, start delays, and how intervals were written."""
    devices = (
        replace(
            device,
            id=str(place),
            power=within(device.power, case.horizon),
            link=within(device.link, case.horizon),
            start_delay=0,
        )
        for place, device in enumerate(case.devices)
    )
    return Case(case.horizon, tuple(devices))


@given(cases)
def test_a_case_comes_back_from_its_batch(case: Case) -> None:
    batch = Batch.of(case)
    assert batch.devices == len(case.devices)
    assert batch.case() == as_a_batch_keeps_it(case)


@given(cases.filter(lambda case: bool(case.devices)), st.data())
def test_taking_devices_is_making_the_batch_of_these_devices(
    case: Case, data: st.DataObject
) -> None:
    places = data.draw(st.lists(st.integers(0, len(case.devices) - 1)))
    taken = Batch.of(case).take(np.array(places, np.intp))
    wanted = Case(case.horizon, tuple(case.devices[place] for place in places))
    assert taken.case() == as_a_batch_keeps_it(wanted)
    assert taken.power.rows == Gaps.outside([d.power for d in wanted.devices], case.horizon).rows
