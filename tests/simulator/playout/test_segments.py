"""What follows from segments, by the definitions one segment at a time."""

import numpy as np
from hypothesis import given

from simulator.gaps import FAR
from simulator.playout import core, model
from simulator.playout.batch import Batch
from simulator.playout.case import Case, Device, Item, Segment
from simulator.playout.segments import Heard
from tests.simulator.playout.cases import cases


def heard_in(case: Case) -> Heard:
    batch = Batch.of(case)
    delays = np.array([device.start_delay for device in case.devices], np.int64)
    return Heard.of(batch, core.play(batch), delays)


def is_complete(item: Item, segments: list[Segment]) -> bool:
    if item.kind == "live":
        whole = Segment(item.id, item.not_before, item.not_before + item.duration, 0, "finished")
        return segments == [whole]
    # The last segment is of the last run, and its end the position that this run reached.
    return any(s.offset + s.end - s.start == item.duration for s in segments[-1:])


@given(cases)
def test_what_was_heard_follows_from_the_segments(case: Case) -> None:
    heard = heard_in(case)
    plans = Batch.of(case).plans
    for column, device in enumerate(case.devices):
        segments = model.play_device(device, case.horizon)
        for row, item in enumerate(plans.items[column]):
            own = [s for s in segments if s.item == item.id]
            sounds = [
                s.start + device.start_delay for s in own if s.end - s.start > device.start_delay
            ]
            assert heard.first[row, column] == min((s.start for s in own), default=FAR)
            assert heard.first_sound[row, column] == min(sounds, default=FAR)
            assert heard.played[row, column] == sum(s.end - s.start for s in own)
            assert heard.complete[row, column] == is_complete(item, own)


def test_a_segment_no_longer_than_the_start_delay_is_not_heard() -> None:
    news = Item("news", "normal", "file", issued=0, delivered=0, not_before=0, duration=8)
    power = ((0, 3), (10, 14), (20, 99))
    device = Device("d", power, (), (news,), power_recovery="resume", start_delay=3)
    heard = heard_in(Case(99, (device,)))
    assert (heard.first[0, 0], heard.first_sound[0, 0], heard.played[0, 0]) == (0, 13, 8)
    assert heard.complete[0, 0]
