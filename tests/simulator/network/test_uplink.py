"""Downloads under one uplink: cases by hand, and the two engines against each other."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.gaps import FAR, Gaps
from simulator.network import uplink, uplink_model
from simulator.network.uplink import Downloads

LONG = 10**6
NEVER = None


@dataclass(frozen=True)
class Device:
    """Its files (size in bytes, arrival, cancel), its link in bytes a second, its gaps."""

    files: list[tuple[int, int | None, int | None]]
    cap: int
    gaps: tuple[tuple[int, int], ...] = ()
    restarts: bool = False


@dataclass(frozen=True)
class Case:
    """Devices under one uplink; both engines answer device by device, in the files' order."""

    bytes_per_s: int | None
    devices: list[Device]
    horizon: int = LONG

    def downloads(self):
        items = max((len(device.files) for device in self.devices), default=0)
        columns = [
            device.files + [(1, NEVER, NEVER)] * (items - len(device.files))
            for device in self.devices
        ]
        cells = [[FAR if x is None else x for file in column for x in file] for column in columns]
        table = np.array(cells, np.int64).reshape(len(columns), items, 3)
        size, arrives, cancelled = np.moveaxis(table, 2, 0).transpose(0, 2, 1)
        gaps = [(*device.gaps, (FAR, FAR)) for device in self.devices]
        rows = max(map(len, gaps), default=0)
        padded = [gap + ((FAR, FAR),) * (rows - len(gap)) for gap in gaps]
        start, end = np.array(padded, np.int64).reshape(len(gaps), rows, 2).transpose(2, 1, 0)
        return Downloads(
            arrives,
            size,
            cancelled,
            Gaps.merged(start, end),
            np.array([device.cap for device in self.devices], np.int64),
            np.array([device.restarts for device in self.devices], np.bool_),
        )

    def vectorised(self):
        times, use = uplink.finish_times(self.downloads(), self.bytes_per_s, self.horizon)
        assert use.moment[-1] == self.horizon
        columns = (use.moment[:-1], use.bytes_per_s, use.active, use.limited)
        return self.by_device(times), list(zip(*(c.tolist() for c in columns), strict=True))

    def one_by_one(self):
        times, log = uplink_model.finish_times(self.downloads(), self.bytes_per_s, self.horizon)
        before = [(0, 0, 0, 0), *log]
        changes = [row for last, row in zip(before, log, strict=False) if row[1:] != last[1:]]
        return self.by_device(times), changes

    def by_device(self, times):
        return [
            [NEVER if at == FAR else at for at in column[: len(device.files)]]
            for device, column in zip(self.devices, times.T.tolist(), strict=True)
        ]

    def use(self):
        return uplink.finish_times(self.downloads(), self.bytes_per_s, self.horizon)[1]


def one(size, arrives=0, cancelled=NEVER):
    return [(size, arrives, cancelled)]


# A link of 1000 carries a byte in a millisecond.
BY_HAND = {
    "alone, its link is the limit": (9000, [Device(one(50), 1000)], [[50]]),
    "two alike share by halves": (1000, [Device(one(50), 1000)] * 2, [[100], [100]]),
    # One gets its 200, the other the 800 that are left.
    "what a slow link leaves is another's": (
        1000,
        [Device(one(20), 200), Device(one(80), 5000)],
        [[100], [100]],
    ),
    # 30 bytes alone until 30; then halves: 20 more take 40. The other has 20 then, and 30 to go.
    "one begins in the middle, and leaves its share": (
        1000,
        [Device(one(50), 1000), Device(one(50, arrives=30), 1000)],
        [[70], [100]],
    ),
    # Thirds, 500 a second: the smallest has its 10 by 20. Then 750: 10 more take 13 1/3. By 34 the
    # largest has 10 + 10.5, and what is missing comes at its link's 1000.
    "of those that begin together the smallest is first": (
        1500,
        [Device(one(30), 1000), Device(one(10), 1000), Device(one(20), 1000)],
        [[44], [20], [34]],
    ),
    # 1 byte at 300 a second takes 3 1/3 ms.
    "the finish is rounded up": (None, [Device(one(1), 300)], [[4]]),
    # 0.9 of 1 byte by 3 ms, then 0.15 a ms: the last tenth takes 2/3 ms more.
    "parts of a byte are kept": (
        300,
        [Device(one(1), 300), Device(one(1, arrives=3), 300)],
        [[4], [7]],
    ),
    # 100 // 3 = 33 a second, and the one left over goes to nobody: 1000 / 33 = 30.3.
    "shares are whole bytes a second": (100, [Device(one(1), 1000)] * 3, [[31]] * 3),
    # 10 // 3 = 3, of which one takes 2: (10 - 2) // 2 = 4. Then the last byte at its link's 5.
    "what is left over by slow links is shared anew": (
        10,
        [Device(one(2), 2), Device(one(4), 4), Device(one(5), 5)],
        [[1000], [1000], [1200]],
    ),
    "resume goes on where it was": (None, [Device(one(50), 1000, ((20, 100),))], [[130]]),
    "restart begins again": (None, [Device(one(50), 1000, ((20, 100),), True)], [[150]]),
    "a gap from the very moment of the finish is late": (
        None,
        [Device(one(50), 1000, ((50, 100),), True)],
        [[50]],
    ),
    "what the one in a gap leaves is the other's": (
        1000,
        [Device(one(50), 1000, ((20, 1000),)), Device(one(50), 1000)],
        [[1040], [60]],
    ),
    "a command that came while down waits for the return": (
        None,
        [Device(one(50, arrives=20), 1000, ((10, 30),))],
        [[80]],
    ),
    "first come, first served": (
        None,
        [Device([(50, 10, NEVER), (20, 0, NEVER)], 1000)],
        [[70, 20]],
    ),
    "at one moment the first row goes first": (
        None,
        [Device([(50, 5, NEVER), (20, 5, NEVER)], 1000)],
        [[55, 75]],
    ),
    "a cancel ends a download, and the next begins": (
        None,
        [Device([(50, 0, 30), (20, 5, NEVER)], 1000)],
        [[NEVER, 50]],
    ),
    "a cancel while it waits": (
        None,
        [Device([(50, 0, NEVER), (20, 5, 30), (20, 6, NEVER)], 1000)],
        [[50, NEVER, 70]],
    ),
    "a cancel in a gap": (
        None,
        [Device([(50, 0, 30), (20, 5, NEVER)], 1000, ((20, 100),))],
        [[NEVER, 120]],
    ),
    "a cancel at the very moment of the finish is late": (
        None,
        [Device(one(50, cancelled=50), 1000)],
        [[50]],
    ),
    "a cancel that came first": (
        None,
        [Device([(50, 10, 10), (20, 10, NEVER)], 1000)],
        [[NEVER, 30]],
    ),
    # 2 bytes a second for three: nobody gets any, until the cancels leave one of them.
    "a share of nothing waits": (
        2,
        [Device(one(1), 1000), Device(one(1, cancelled=70), 9), Device(one(1, cancelled=80), 9)],
        [[70 + 10 + 495], [NEVER], [NEVER]],
    ),
    "nothing to fetch is there at once": (
        1000,
        [Device([(50, 0, NEVER), (0, 7, NEVER), (0, 9, 3)], 1000)],
        [[50, 7, 9]],
    ),
    "before the scenario's start": (None, [Device(one(50, arrives=-20), 1000)], [[30]]),
    "at the horizon is too late": (None, [Device(one(LONG), 1000)], [[NEVER]]),
    "just before the horizon": (None, [Device(one(LONG - 1), 1000)], [[LONG - 1]]),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_cases_by_hand(name):
    bytes_per_s, devices, expected = BY_HAND[name]
    case = Case(bytes_per_s, devices)
    assert case.vectorised()[0] == expected
    assert case.one_by_one()[0] == expected


def test_what_the_uplink_did():
    slow, quick = Device(one(20), 200), Device(one(88), 5000, ((40, 60),))
    case = Case(1000, [slow, quick], horizon=1000)
    # 32 bytes by 40, alone until 60 with 12, then 800 again until 100, when 32 more are there.
    expected = [
        (0, 1000, 2, 1), (40, 200, 1, 0), (60, 1000, 2, 1), (100, 1000, 1, 1), (124, 0, 0, 0),
    ]  # fmt: skip
    assert case.vectorised() == case.one_by_one() == ([[100], [124]], expected)
    use = case.use()
    assert uplink.peak_active(use) == 2
    assert uplink.peak_queue(use) == 1
    assert uplink.busy_ms(use) == 124
    assert uplink.limited_ms(use) == 40 + 40 + 24
    assert uplink.bytes_sent(use) == 20 + 88
    again = replace(case, devices=[slow, replace(quick, restarts=True)]).use()
    assert uplink.bytes_sent(again) == 20 + 88 + 32


def test_an_uplink_that_nobody_uses():
    for devices in ([], [Device(one(5, arrives=NEVER), 9)], [Device([], 9)]):
        case = Case(1000, devices)
        nothing = ([[NEVER] * len(device.files) for device in devices], [])
        assert case.vectorised() == case.one_by_one() == nothing
        use = case.use()
        assert uplink.peak_active(use) == uplink.peak_queue(use) == uplink.bytes_sent(use) == 0
        assert uplink.busy_ms(use) == uplink.limited_ms(use) == 0


def storm(arrives):
    """5,000 downloads of 320 kB over 100 Mbit/s, each device with a link of 20 Mbit/s."""
    devices = len(arrives)
    downloads = Downloads(
        np.array([arrives]),
        np.full((1, devices), 320_000),
        np.full((1, devices), FAR),
        Gaps.none(devices),
        np.full(devices, 2_500_000),
        np.zeros(devices, np.bool_),
    )
    times, use = uplink.finish_times(downloads, 12_500_000, 10**6)
    return times[0], use


def test_a_storm_at_once():
    """12,500,000 / 5,000 = 2,500 bytes a second each, and 320,000 / 2,500 = 128 s."""
    times, use = storm([0] * 5_000)
    assert set(times.tolist()) == {128_000}
    assert use.moment.tolist() == [0, 128_000, 10**6]
    assert uplink.peak_queue(use) == 5_000
    assert uplink.limited_ms(use) == uplink.busy_ms(use) == 128_000
    assert uplink.bytes_sent(use) == 5_000 * 320_000


def test_a_storm_in_two_waves():
    """In 32 s the first half gets 160,000 bytes at 5,000 a second, the rest at 2,500 in 64 s.

    The second half has as much by then and needs 32 s more: 128 s again, the uplink never idle.
    """
    times, use = storm([0, 32_000] * 2_500)
    assert set(times[::2].tolist()) == {96_000}
    assert set(times[1::2].tolist()) == {128_000}
    assert uplink.limited_ms(use) == 128_000


def test_a_storm_over_300_milliseconds():
    """The floors lose less than a byte a second for each device, and only while shares change.

    So the last one is later than 128 s, by no more than the 0.04 % that 5,000 of 12,500,000 are,
    the time before the uplink is full, and the roundings.
    """
    arrives = np.random.default_rng(1).integers(0, 300, 5_000)
    times, use = storm(arrives)
    assert 128_000 <= times.max() <= 128_000 * 1.0004 + arrives.min() + 5
    assert uplink.peak_active(use) == 5_000
    assert uplink.limited_ms(use) > 127_990
    by_arrival = times[np.argsort(arrives, kind="stable")]
    assert (np.diff(by_arrival) >= 0).all()


def at_most(most, scale, least=0):
    return st.integers(least, most).map(lambda value: value * scale)


@st.composite
def cases(draw, *, tame=False):
    """Few and round numbers, so that much happens at the same moments.

    Quick: bytes in milliseconds. Slow: a few bytes a second, so that shares are floored, even to 0.
    Tame: everybody gets on, and nothing breaks or is cancelled.
    """
    tick, rate = draw(st.sampled_from([(1, 500), (100, 1), (7, 30)]))
    least = int(tame)
    moment = at_most(8, tick, least=-1)
    file = st.tuples(
        st.integers(least, 4),
        moment if tame else st.none() | moment,
        st.none() if tame else st.none() | moment,
    )
    gaps = st.lists(
        st.tuples(moment, at_most(5, tick, least=1)).map(lambda gap: (gap[0], sum(gap))),
        max_size=0 if tame else 3,
    )
    device = st.builds(
        Device,
        st.lists(file, min_size=least, max_size=3),
        at_most(3, rate, least),
        gaps.map(tuple),
        st.booleans(),
    )
    devices = draw(st.lists(device, min_size=least, max_size=6))
    uplinks = at_most(9, rate, 6 if tame else 0) | st.integers(6 if tame else 0, 12 * rate)
    horizon = LONG if tame else draw(at_most(30, tick, least=1))
    return Case(draw(st.none() | uplinks), devices, horizon)


@settings(max_examples=200)
@given(cases())
def test_both_engines_agree(case):
    assert case.vectorised() == case.one_by_one()


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_devices_does_not_matter(case, random):
    times, log = case.vectorised()
    order = random.sample(range(len(times)), len(times))
    shuffled = replace(case, devices=[case.devices[place] for place in order])
    assert shuffled.vectorised() == ([times[place] for place in order], log)


@given(cases())
def test_an_uplink_that_is_wide_enough_is_none(case):
    alone = [replace(case, bytes_per_s=None, devices=[d]).vectorised()[0] for d in case.devices]
    for bytes_per_s in (None, sum(device.cap for device in case.devices)):
        wide = replace(case, bytes_per_s=bytes_per_s)
        assert wide.vectorised()[0] == [times for (times,) in alone]
        assert uplink.limited_ms(wide.use()) == 0


@given(cases(), st.integers(0, 20))
def test_a_longer_day_begins_with_the_shorter_one(case, longer):
    times, log = case.vectorised()
    times_later, log_later = replace(case, horizon=case.horizon + longer).vectorised()
    kept = [
        [at if at is not None and at < case.horizon else None for at in device]
        for device in times_later
    ]
    assert times == kept
    assert log == [row for row in log_later if row[0] < case.horizon]


@given(cases())
def test_nobody_gets_more_than_there_is(case):
    times, log = case.vectorised()
    for _, used, active, limited in log:
        if case.bytes_per_s is not None:
            assert used <= case.bytes_per_s
            # While anybody could take more, what is left would not be a byte a second for each.
            assert limited == 0 or case.bytes_per_s - used < limited
        assert limited <= active <= len(case.devices)
    for device, finished in zip(case.devices, times, strict=True):
        for (size, arrives, cancelled), at in zip(device.files, finished, strict=True):
            if at is not None and size:
                assert at - arrives >= 1000 * size / device.cap
                assert cancelled is None or at <= cancelled
                assert not any(start < at <= end for start, end in device.gaps)


@given(cases(tame=True))
def test_nothing_is_lost(case):
    times, _ = case.vectorised()
    assert all(at is not None for device in times for at in device)
    sizes = [size for device in case.devices for size, _, _ in device.files]
    # The millisecond in which a download ends counts in full.
    more = sum(device.cap * len(device.files) for device in case.devices) / 1000
    assert sum(sizes) <= uplink.bytes_sent(case.use()) <= sum(sizes) + more
