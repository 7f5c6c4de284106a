"""The play-out rules as a SimPy process, one per device, written to be read.

This is the oracle: it says what the rules mean, one moment at a time, and the vectorised core must
agree with it segment for segment. It shares nothing with the core but the words of `case`; the
rules themselves (`rules`) it shares with the emulated devices.
"""

from bisect import bisect_right
from collections.abc import Generator, Iterable

import simpy

from .case import Case, Device, Interval, Segment
from .rules import Around, Player


class Line:
    """Power or link of one device over time: half-open intervals, in any order, as their union."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        """Empty intervals are ignored."""
        self._turns: list[int] = []  # on, off, on, off ...
        for start, end in sorted(i for i in intervals if i[0] < i[1]):
            if self._turns and start <= self._turns[-1]:
                self._turns[-1] = max(self._turns[-1], end)
            else:
                self._turns += [start, end]

    def is_up(self, now: int) -> bool:
        """Whether it is on at `now`."""
        return bisect_right(self._turns, now) % 2 == 1

    def falls(self, now: int) -> bool:
        """Whether it goes off at this very moment."""
        turn = bisect_right(self._turns, now)
        return turn > 0 and turn % 2 == 0 and self._turns[turn - 1] == now

    def next_turn(self, now: int, horizon: int) -> int:
        """The next moment at which it changes, the horizon where none comes before."""
        turn = bisect_right(self._turns, now)
        return min(self._turns[turn], horizon) if turn < len(self._turns) else horizon


def station(
    env: simpy.Environment, device: Device, horizon: int, log: list[Segment]
) -> Generator[simpy.Event, None, None]:
    """One device's day: at every moment at which something may change, rule 9."""
    power, link = Line(device.power), Line(device.link)
    player = Player(device.power_recovery, device.after_cut, device.priority_cuts)
    for item in device.items:
        player.tell(item)

    while True:
        now = int(env.now)
        around = Around(power.is_up(now), power.falls(now), link.is_up(now))
        ended = player.settle(now, around, horizon)
        if ended is not None:
            log.append(ended)
        if now >= horizon:
            return
        turns = power.next_turn(now, horizon), link.next_turn(now, horizon)
        yield env.timeout(min(*turns, player.next_change()) - now)


def play_device(device: Device, horizon: int) -> list[Segment]:
    """The segments of one device, in time order, in an Environment of its own."""
    log: list[Segment] = []
    if horizon > 0:
        env = simpy.Environment()
        env.process(station(env, device, horizon, log))
        env.run()
    return log


def play(case: Case) -> dict[str, list[Segment]]:
    """The segments of every device of a case, by device id."""
    return {device.id: play_device(device, case.horizon) for device in case.devices}
