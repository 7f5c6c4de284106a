"""What follows from the rules, whatever the case, holds for the SimPy model."""

from itertools import pairwise

from hypothesis import given

from simulator.playout import model
from simulator.playout.case import Case, Device, Interval, Item, Segment
from tests.simulator.playout.cases import cases


def played(case: Case) -> list[tuple[Device, list[Segment]]]:
    return [(device, model.play_device(device, case.horizon)) for device in case.devices]


def item_of(device: Device, segment: Segment) -> Item:
    return next(item for item in device.items if item.id == segment.item)


def is_up(intervals: tuple[Interval, ...], at: int) -> bool:
    return any(start <= at < end for start, end in intervals)


@given(cases)
def test_segments_are_in_time_order_and_never_empty_nor_outside_the_day(case: Case) -> None:
    for _, segments in played(case):
        assert all(0 <= s.start < s.end <= case.horizon for s in segments)
        assert all(a.end <= b.start for a, b in pairwise(segments))


@given(cases)
def test_no_two_segments_of_an_item_touch(case: Case) -> None:
    for _, segments in played(case):
        assert not any(a.item == b.item and a.end == b.start for a, b in pairwise(segments))


@given(cases)
def test_nothing_plays_without_power_nor_a_stream_or_broadcast_without_link(case: Case) -> None:
    for device, segments in played(case):
        for segment in segments:
            sounding = range(segment.start, segment.end)
            assert all(is_up(device.power, at) for at in sounding)
            if item_of(device, segment).kind != "file":
                assert all(is_up(device.link, at) for at in sounding)


@given(cases)
def test_items_play_within_their_own_times(case: Case) -> None:
    for device, segments in played(case):
        begun = set()
        for segment in segments:
            item = item_of(device, segment)
            assert item.delivered is not None
            assert segment.start >= max(item.delivered, item.not_before)
            assert item.end_by is None or segment.end <= item.end_by
            assert item.cancelled is None or segment.end <= item.cancelled
            if item.id not in begun:
                assert item.expires is None or segment.start < item.expires
            begun.add(item.id)


@given(cases)
def test_positions(case: Case) -> None:
    for device, segments in played(case):
        reached = dict.fromkeys((item.id for item in device.items), 0)
        for segment in segments:
            item = item_of(device, segment)
            if item.kind == "live":
                assert segment.offset == segment.start - item.not_before
            else:
                assert segment.offset in {0, reached[item.id]}
            reached[item.id] = segment.offset + segment.end - segment.start
            assert reached[item.id] <= item.duration
            assert (segment.reason == "finished") == (reached[item.id] == item.duration)


@given(cases)
def test_a_reason_is_true(case: Case) -> None:
    for device, segments in played(case):
        following = {a.end: b for a, b in pairwise(segments)}
        for segment in segments:
            item = item_of(device, segment)
            match segment.reason:
                case "horizon":
                    assert segment.end == case.horizon
                case "power":
                    assert not is_up(device.power, segment.end)
                case "link":
                    assert item.kind != "file"
                    assert not is_up(device.link, segment.end)
                case "cancelled":
                    assert segment.end == item.cancelled
                case "window":
                    assert segment.end == item.end_by
                case "preempted":
                    next_item = item_of(device, following[segment.end])
                    assert following[segment.end].start == segment.end
                    assert next_item.urgency < item.urgency
                    assert device.priority_cuts or next_item.bulletin_class == "emergency"


@given(cases)
def test_a_device_plays_alone_what_it_plays_among_others(case: Case) -> None:
    together = model.play(case)
    assert {device.id: segments for device, segments in played(case)} == together


def test_an_emergency_cuts_the_news_off() -> None:
    items = (
        Item("news", "normal", "file", issued=0, delivered=0, not_before=0, duration=10),
        Item("storm", "emergency", "file", issued=4, delivered=5, not_before=4, duration=2),
    )
    assert model.play_device(Device("d", ((0, 99),), (), items), 99) == [
        Segment("news", 0, 5, 0, "preempted"),
        Segment("storm", 5, 7, 0, "finished"),
        Segment("news", 7, 12, 5, "finished"),
    ]
