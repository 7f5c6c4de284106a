"""When a command reaches a device: one process for each pair, written to be read.

The readable oracle of `delivery`, in SimPy. It shares with it the draws, the tables of delays and
the profiles' data, and nothing else. `docs/reference/delivery.md` says the rules.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import count

import simpy

from scenarios.links import LinkClass
from scenarios.profiles import Profile
from simulator.network.philox import Purpose, draw, scaled

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Command:
    """A command about the item with this number."""

    item: int
    purpose: Purpose
    issued: int


@dataclass(frozen=True, slots=True)
class Receiver:
    """A device: its number, profile and link, and when it lacks power or its path."""

    number: int
    profile: Profile
    link: LinkClass
    no_power: tuple[Interval, ...] = ()
    no_path: tuple[Interval, ...] = ()

    def is_up(self, at: int) -> bool:
        """Whether it has both power and path."""
        return not any(start <= at < end for start, end in (*self.no_power, *self.no_path))

    def returns(self, since: int) -> list[int]:
        """The moments from `since` on at which power and path are there again, in order."""
        ends = {end for _, end in (*self.no_power, *self.no_path)}
        return sorted(end for end in ends if end >= since and self.is_up(end))


def reach_time(seed: int, command: Command, receiver: Receiver, horizon: int) -> int | None:
    """When the command reaches the device; None if it does not before the horizon."""
    if command.issued >= horizon:
        return None
    env = simpy.Environment(initial_time=command.issued)
    sending = env.process(send(env, seed, command, receiver, horizon))
    env.run(until=horizon)
    # A process that is still under way has no value.
    return sending.value if sending.triggered else None


def send(
    env: simpy.Environment, seed: int, command: Command, receiver: Receiver, horizon: int
) -> Generator[simpy.Event, object, int | None]:
    """One command on its way to one device; to be started at the command's issue or before.

    The process ends when the command is there and gives that moment, or None when nothing more
    will be tried. Its last attempt is the one that is under way at the horizon.
    """
    profile = receiver.profile
    made = count()

    def until(moment: int) -> simpy.Event:
        return env.timeout(moment - env.now)

    def attempt(leaves: int) -> int | None:
        """When the next attempt arrives; None if it is lost."""
        first, second = draw(seed, receiver.number, command.item, next(made), command.purpose)
        arrives = leaves + int(receiver.link.delay_ms[first >> 20])
        heard = receiver.is_up(arrives) or arrives >= horizon
        lost = second < receiver.link.loss_threshold
        return arrives if receiver.is_up(leaves) and heard and not lost else None

    now = command.issued
    for pause in (*profile.backoff_ms, 0):
        yield until(now)
        if not receiver.is_up(now):
            break
        if (arrives := attempt(now)) is not None:
            yield until(arrives)
            return arrives
        now += profile.ack_timeout_ms + pause

    for chance in _later_chances(seed, receiver, since=now):
        yield until(chance)
        if profile.when_unreachable == "poll" and not receiver.is_up(chance):
            continue
        if (arrives := attempt(chance)) is not None:
            yield until(arrives)
            return arrives
    return None


def _later_chances(seed: int, receiver: Receiver, since: int) -> Iterator[int]:
    """The moments at which the profile brings the command and the device together again."""
    profile = receiver.profile

    def of_device(purpose: Purpose, below: int) -> int:
        return int(scaled(draw(seed, receiver.number, 0, 0, purpose)[0], below))

    match profile.when_unreachable:
        case "lose":
            return
        case "queue":
            spread = of_device(Purpose.RECONNECT_SPREAD, profile.reconnect_spread_ms + 1)
            for returns in receiver.returns(since):
                yield returns + profile.reconnect_delay_ms + spread
        case "poll":
            phase = of_device(Purpose.POLL_PHASE, profile.poll_period_ms)
            yield from count(
                since + (phase - since) % profile.poll_period_ms, profile.poll_period_ms
            )
