"""When commands reach devices: many devices and many commands at once.

`docs/reference/delivery.md` says the rules; `sender` is the same written to be read. Here every
step is taken by all pairs of a command and a device that have come to it: the loops count
attempts, returns and polls, never devices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenarios.links import LinkClass
from scenarios.profiles import Profile
from simulator.gaps import FAR, Gaps, Milliseconds
from simulator.network.philox import Purpose, Words, draw, scaled

Indices = npt.NDArray[np.intp]

_BATCH = 2**14
"""Pairs computed together: what a draw needs for so many stays in a core's own cache."""


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands in any order: the item's `number`, start, cancel or stop, and when it is issued."""

    item: Words
    purpose: npt.NDArray[np.uint32]
    issued: Milliseconds


@dataclass(frozen=True, slots=True)
class Receivers:
    """Devices of one profile: `number`, place of the link class in a list, and what they lack."""

    number: Words
    link: Indices
    power: Gaps
    path: Gaps


def deliver(
    seed: int,
    profile: Profile,
    links: Sequence[LinkClass],
    commands: Commands,
    receivers: Receivers,
    addressed: npt.NDArray[np.bool_],
    horizon: int,
) -> Milliseconds:
    """When each command reaches each device, as an array of (commands, devices).

    `FAR` stands where `addressed`, of the same shape, is false and where the command does not
    arrive before the horizon. A device's column depends on that device alone.
    """
    down = receivers.power.union(receivers.path)
    tables = np.stack([link.delay_ms for link in links])
    thresholds = np.array([link.loss_threshold for link in links], np.int64)
    reached = np.full(addressed.shape, FAR, np.int64)
    command, device = np.nonzero(addressed)
    for begin in range(0, len(command), _BATCH):
        rows, columns = command[begin : begin + _BATCH], device[begin : begin + _BATCH]
        pairs = _Pairs(
            seed=seed,
            device=receivers.number[columns],
            item=commands.item[rows],
            purpose=commands.purpose[rows],
            tables=tables,
            link=receivers.link[columns],
            threshold=thresholds[receivers.link[columns]],
            down=down.take(columns),
            horizon=horizon,
        )
        reached[rows, columns] = _reach(pairs, profile, commands.issued[rows])
    reached[reached >= horizon] = FAR
    return reached


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of a command and a device, side by side; `who` below are places in these arrays."""

    seed: int
    device: Words
    item: Words
    purpose: npt.NDArray[np.uint32]
    tables: npt.NDArray[np.int32]
    link: Indices
    threshold: Milliseconds
    down: Gaps
    horizon: int

    def attempt(
        self, who: Indices, number: Milliseconds | int, leaves: Milliseconds
    ) -> Milliseconds:
        """When attempts arrive that leave at `leaves`, the device being up; `FAR` if lost."""
        first, second = draw(self.seed, self.device[who], self.item[who], number, self.purpose[who])
        arrives = leaves + self.tables[self.link[who], first >> 20]
        # One that is still under way at the horizon is the last: what happens there is unknown.
        heard = self.down.take(who).is_up(arrives) | (arrives >= self.horizon)
        return np.where(heard & (second >= self.threshold[who]), arrives, FAR)

    def of_device(self, who: Indices, purpose: Purpose, below: int) -> Milliseconds:
        """A draw that belongs to the device and to none of its commands, in `[0, below)`."""
        return scaled(draw(self.seed, self.device[who], 0, 0, purpose)[0], below)


def _reach(pairs: _Pairs, profile: Profile, issued: Milliseconds) -> Milliseconds:
    """When each pair's command arrives, `FAR` if never; what is past the horizon may be left in."""
    reached, since, made = _direct(pairs, profile, issued)
    who = np.flatnonzero(since < pairs.horizon)
    match profile.when_unreachable:
        case "queue":
            reached[who] = _at_returns(pairs, profile, who, since[who], made[who])
        case "poll":
            reached[who] = _at_polls(pairs, profile, who, since[who], made[who])
        case "lose":
            pass
    return reached


def _direct(
    pairs: _Pairs, profile: Profile, issued: Milliseconds
) -> tuple[Milliseconds, Milliseconds, Milliseconds]:
    """The attempts as issued and after each back-off.

    Gives the arrival (`FAR`: none), the moment from which the profile decides (`FAR`: it need
    not) and the number of attempts made.
    """
    reached = np.full(len(issued), FAR, np.int64)
    since = reached.copy()
    made = np.zeros(len(issued), np.int64)
    who, leaves = np.arange(len(issued)), issued
    # Nothing follows the last attempt but the time-out that shows it lost.
    for number, pause in enumerate((*profile.backoff_ms, 0)):
        up = pairs.down.take(who).is_up(leaves)
        since[who[~up]], made[who[~up]] = leaves[~up], number
        who, leaves = who[up], leaves[up]
        arrives = pairs.attempt(who, number, leaves)
        reached[who] = arrives
        lost = arrives == FAR
        who, leaves = who[lost], leaves[lost] + profile.ack_timeout_ms + pause
    since[who], made[who] = leaves, len(profile.backoff_ms) + 1
    return reached, since, made


def _at_returns(
    pairs: _Pairs, profile: Profile, who: Indices, since: Milliseconds, made: Milliseconds
) -> Milliseconds:
    """One attempt after each return of link and power from `since` on."""
    down = pairs.down.take(who)
    reconnects = profile.reconnect_delay_ms + pairs.of_device(
        who, Purpose.RECONNECT_SPREAD, profile.reconnect_spread_ms + 1
    )
    reached = np.full(len(who), FAR, np.int64)
    made = made.copy()
    for returns in down.end:
        leaves = returns + reconnects
        due = np.flatnonzero((returns >= since) & (leaves < pairs.horizon) & (reached == FAR))
        up = down.take(due).is_up(leaves[due])
        arrives = pairs.attempt(who[due], made[due], leaves[due])
        reached[due] = np.where(up, arrives, FAR)
        made[due] += 1
    return reached


def _at_polls(
    pairs: _Pairs, profile: Profile, who: Indices, since: Milliseconds, made: Milliseconds
) -> Milliseconds:
    """One attempt at each poll from `since` on that a reachable device makes."""
    period = profile.poll_period_ms
    reached = np.full(len(who), FAR, np.int64)
    asking = np.arange(len(who))
    phase = pairs.of_device(who, Purpose.POLL_PHASE, period)
    while len(asking):
        leaves = since + (phase - since) % period
        down = pairs.down.take(who[asking])
        for start, end in zip(down.start, down.end, strict=True):
            leaves = np.where(
                (start <= leaves) & (leaves < end), end + (phase - end) % period, leaves
            )
        due = leaves < pairs.horizon
        asking, phase, leaves, made = asking[due], phase[due], leaves[due], made[due]
        arrives = pairs.attempt(who[asking], made, leaves)
        reached[asking] = arrives
        lost = arrives == FAR
        asking, phase, made = asking[lost], phase[lost], made[lost] + 1
        since = leaves[lost] + 1
    return reached
