"""When commands reach devices: cases by hand, and the two engines against each other."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import links, profiles
from simulator.gaps import FAR, Gaps
from simulator.network.delivery import Commands, Receivers, deliver
from simulator.network.philox import Purpose, draw, scaled
from simulator.network.sender import Command, Receiver, reach_time

HORIZON = 60
TWO_RETRIES = replace(
    profiles.load("speaker-reference"),
    ack_timeout_ms=5,
    backoff_ms=(1, 2),
    reconnect_delay_ms=3,
    reconnect_spread_ms=0,
    poll_period_ms=1,
)


def link(*delays: int, loss_per_million: int = 0) -> links.LinkClass:
    """A class whose table repeats these delays."""
    table = np.resize(np.array(delays, np.int32), links.TABLE_SIZE)
    return replace(links.load("4g"), delay_ms=table, loss_per_million=loss_per_million)


@dataclass(frozen=True)
class Case:
    """Devices of one profile and commands to all of them."""

    seed: int
    profile: profiles.Profile
    links: list[links.LinkClass]
    devices: list[tuple[int, int, list[tuple[int, int]], list[tuple[int, int]]]]
    commands: list[Command]
    horizon: int

    def vectorised(self) -> list[list[int | None]]:
        reached = deliver(
            self.seed,
            self.profile,
            self.links,
            Commands(
                np.array([command.item for command in self.commands], np.uint32),
                np.array([command.purpose for command in self.commands], np.uint32),
                np.array([command.issued for command in self.commands], np.int64),
            ),
            Receivers(
                np.array([number for number, *_ in self.devices], np.uint32),
                np.array([place for _, place, _, _ in self.devices], np.intp),
                gaps([lacking for _, _, lacking, _ in self.devices]),
                gaps([lacking for _, _, _, lacking in self.devices]),
            ),
            np.ones((len(self.commands), len(self.devices)), np.bool_),
            self.horizon,
        )
        return [[None if at == FAR else at for at in row] for row in reached.tolist()]

    def one_by_one(self) -> list[list[int | None]]:
        receivers = [
            Receiver(number, self.profile, self.links[place], tuple(power), tuple(path))
            for number, place, power, path in self.devices
        ]
        return [
            [reach_time(self.seed, command, receiver, self.horizon) for receiver in receivers]
            for command in self.commands
        ]


def gaps(columns: list[list[tuple[int, int]]]) -> Gaps:
    """Gaps from each device's intervals, which may overlap."""
    total = Gaps.none(len(columns))
    for row in range(max(map(len, columns), default=0)):
        padded = [column[row] if row < len(column) else (FAR, FAR) for column in columns]
        start, end = np.array(padded, np.int64).T
        total = total.union(Gaps(start[None], end[None]))
    return total


ALWAYS_LOST = 999_999
START_AT_ONCE = Command(1, Purpose.START, 0)

BY_HAND = {
    # rule, delay, loss, power gaps, path gaps, issued, arrives
    "nothing in the way": ("queue", 4, 0, [], [], 10, 14),
    "issued before the start": ("queue", 4, 0, [], [], -2, 2),
    "an outage on the way does not matter": ("lose", 4, 0, [], [(11, 14)], 10, 14),
    "down on arrival: known lost at 15, sent again at 16": ("lose", 4, 0, [], [(12, 16)], 10, 20),
    "down when the retry leaves": ("lose", 4, 0, [], [(12, 17)], 10, None),
    "up again at the very moment of leaving": ("lose", 4, 0, [(0, 10)], [], 10, 14),
    "down from the very moment of arriving": ("lose", 4, 0, [(14, 15)], [], 10, 20),
    "down when issued: 3 after the return": ("queue", 4, 0, [(5, 20)], [], 10, 27),
    "the return is that of both": ("queue", 4, 0, [(5, 20)], [(19, 30)], 10, 37),
    "down again on reconnecting: the next return": ("queue", 4, 0, [], [(5, 20), (22, 27)], 10, 34),
    "back as the last loss is known": ("queue", 4, 0, [], [(14, 15), (20, 21), (27, 28)], 10, 35),
    "no return is left": ("queue", 4, 0, [(5, 20)], [(22, FAR - 1)], 10, None),
    "up at the start is no return": ("queue", 4, ALWAYS_LOST, [], [], 0, None),
    "polled as soon as it is up": ("poll", 4, 0, [(5, 20)], [], 10, 24),
    "polled until it is up on arrival": ("poll", 4, 0, [(5, 20)], [(21, 25)], 10, 29),
    "arrives just before the horizon": ("queue", 4, 0, [], [], HORIZON - 5, HORIZON - 1),
    "arrives at the horizon": ("queue", 4, 0, [], [], HORIZON - 4, None),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_cases_by_hand(name):
    rule, delay, loss, power, path, issued, arrives = BY_HAND[name]
    case = Case(
        seed=1,
        profile=replace(TWO_RETRIES, when_unreachable=rule),
        links=[link(delay, loss_per_million=loss)],
        devices=[(1, 0, power, path)],
        commands=[Command(1, Purpose.START, issued)],
        horizon=HORIZON,
    )
    assert case.vectorised() == [[arrives]]
    assert case.one_by_one() == [[arrives]]


def test_attempts_are_numbered_as_they_are_made():
    """With half of all attempts lost, the draws alone say which one arrives and how late."""
    half, table = link(2, 3, loss_per_million=500_000), (2, 3)
    leaves = [0, 6, 13]  # the retries; after 5 more and the return at 30, the queue's one at 33
    for device in range(40):
        expected = None
        for number, at in enumerate([*leaves, 33]):
            first, second = draw(9, device, 5, number, Purpose.CANCEL)
            if second >= 2**31:
                expected = at + table[int(first) // 2**20 % 2]
                break
        case = Case(
            seed=9,
            profile=TWO_RETRIES,
            links=[half],
            devices=[(device, 0, [], [(25, 30)])],
            commands=[Command(5, Purpose.CANCEL, 0)],
            horizon=HORIZON,
        )
        assert case.vectorised() == [[expected]], device


def test_the_threshold_itself_gets_through():
    """An attempt is lost when its second word is less than the threshold, not when it equals it."""
    devices = np.arange(50_000)
    second = draw(2, devices, 1, 0, Purpose.START)[1].astype(np.int64)
    per_million = second * 1_000_000 // 2**32 + 1
    on_it = np.flatnonzero(per_million * 2**32 // 1_000_000 == second)[:3]
    assert on_it.size
    once = replace(TWO_RETRIES, when_unreachable="lose", backoff_ms=())
    for device in on_it.tolist():
        for more, expected in ((0, 4), (1, None)):
            chancy = link(4, loss_per_million=int(per_million[device]) + more)
            case = Case(2, once, [chancy], [(device, 0, [], [])], [START_AT_ONCE], HORIZON)
            assert case.vectorised() == case.one_by_one() == [[expected]]


def test_an_attempt_on_its_way_at_the_horizon_is_the_last():
    """Slow attempts leave at 0 and would be overtaken by quick retries: what follows may not."""
    classes = [link(1, 100)]
    calm = [(number, 0, [], []) for number in range(40)]
    later = [(number, 0, [], [(HORIZON, FAR - 1)]) for number in range(40)]
    reached = Case(6, TWO_RETRIES, classes, calm, [START_AT_ONCE], HORIZON).vectorised()
    assert {*reached[0]} == {1, None}
    case = Case(6, TWO_RETRIES, classes, later, [START_AT_ONCE], HORIZON)
    assert case.vectorised() == case.one_by_one() == reached


def test_a_device_keeps_its_spread_and_its_phase():
    spread = replace(TWO_RETRIES, reconnect_spread_ms=9)
    poll = replace(TWO_RETRIES, when_unreachable="poll", poll_period_ms=10)
    commands = [Command(item, Purpose.START, 1) for item in range(3)]
    for device in range(20):
        down = [(device, 0, [(0, 20)], [])]
        late = int(scaled(draw(4, device, 0, 0, Purpose.RECONNECT_SPREAD)[0], 10))
        assert (
            Case(4, spread, [link(4)], down, commands, HORIZON).vectorised()
            == [[20 + 3 + late + 4]] * 3
        )
        phase = int(scaled(draw(4, device, 0, 0, Purpose.POLL_PHASE)[0], 10))
        assert (
            Case(4, poll, [link(4)], down, commands, HORIZON).vectorised() == [[20 + phase + 4]] * 3
        )


def test_only_the_devices_addressed_are_reached():
    addressed = np.array([[True, False, True], [False, True, False]])
    reached = deliver(
        1,
        TWO_RETRIES,
        [link(4)],
        Commands(*np.array([[1, 2], [0, 0]], np.uint32), np.array([10, 20])),
        Receivers(np.arange(3, dtype=np.uint32), np.zeros(3, np.intp), Gaps.none(3), Gaps.none(3)),
        addressed,
        HORIZON,
    )
    assert reached.tolist() == [[14, FAR, 14], [FAR, 24, FAR]]


OUTAGES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 6)).map(lambda gap: (gap[0], sum(gap))),
    max_size=3,
)
LINKS = st.builds(
    lambda delays, loss: link(*delays, loss_per_million=loss),
    st.lists(st.sampled_from([0, 1, 2, 5, 20]), min_size=1, max_size=3),
    st.sampled_from([0, 300_000, 700_000]),
)
PROFILES = st.builds(
    replace,
    st.just(TWO_RETRIES),
    when_unreachable=st.sampled_from(["queue", "lose", "poll"]),
    ack_timeout_ms=st.integers(0, 4),
    backoff_ms=st.lists(st.integers(0, 3), max_size=3).map(tuple),
    reconnect_delay_ms=st.integers(0, 3),
    reconnect_spread_ms=st.integers(0, 3),
    poll_period_ms=st.integers(1, 5),
)
SMALL = st.integers(0, 3)


@st.composite
def cases(draw):
    classes = draw(st.lists(LINKS, min_size=1, max_size=2))
    device = st.tuples(SMALL, st.integers(0, len(classes) - 1), OUTAGES, OUTAGES)
    command = st.builds(Command, SMALL, st.sampled_from(Purpose), st.integers(-5, 35))
    return Case(
        seed=draw(st.integers(0, 2**64 - 1)),
        profile=draw(PROFILES),
        links=classes,
        devices=draw(st.lists(device, min_size=1, max_size=6)),
        commands=draw(st.lists(command, min_size=1, max_size=3)),
        horizon=draw(st.integers(1, 40)),
    )


@settings(max_examples=300)
@given(cases())
def test_both_engines_agree(case):
    assert case.vectorised() == case.one_by_one()


@given(cases(), st.integers(0, 5))
def test_a_device_does_not_depend_on_its_company(case, cut):
    together = case.vectorised()
    first = replace(case, devices=case.devices[:cut]).vectorised()
    rest = replace(case, devices=case.devices[cut:]).vectorised()
    assert together == [left + right for left, right in zip(first, rest, strict=True)]


@given(cases(), st.integers(0, 20))
def test_nothing_after_the_horizon_matters(case, later):
    blackout = (case.horizon + later, FAR - 1)
    devices = [(*rest, [*path, blackout]) for *rest, path in case.devices]
    assert replace(case, devices=devices).vectorised() == case.vectorised()


@given(cases(), st.integers(0, 20))
def test_a_longer_day_begins_with_the_shorter_one(case, longer):
    day = case.vectorised()
    longer_day = replace(case, horizon=case.horizon + longer).vectorised()
    kept = [
        [at if at is not None and at < case.horizon else None for at in row] for row in longer_day
    ]
    assert kept == day


@pytest.mark.parametrize("rule", ["queue", "lose", "poll"])
def test_more_pairs_than_one_batch(rule):
    profile = replace(TWO_RETRIES, when_unreachable=rule, poll_period_ms=7)
    devices = [(number, number % 2, [(number % 9, 12)], [(20, 30)]) for number in range(9_000)]
    commands = [Command(1, Purpose.START, 8), Command(1, Purpose.CANCEL, 15)]
    case = Case(3, profile, [link(1, 9, loss_per_million=200_000), link(5)], devices, commands, 90)
    reached = np.array(case.vectorised(), object)
    some = slice(None, None, 450)
    assert reached[:, some].tolist() == replace(case, devices=devices[some]).one_by_one()
