"""Many devices' days as arrays: what the engines read.

Devices that were told the same things share a *plan*: a column of `Plans`. In a commune every
device has the same items; they differ in when commands reached them and in what fails them. So a
`Batch` holds the plans once, and per device only the plan's number, the two times that the network
decides (`delivered`, `cancelled`), the gaps in power and link, and how the device behaves.

Arrays have shape (items, plans) or (items, devices): an item's row lies together in memory. The
items of a plan are in the order of their earliest start, not in the order of the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from scenarios.scenario import KINDS
from simulator.gaps import FAR, Gaps, Milliseconds

from .case import AFTER, Case, Device, Item

FILE, STREAM, LIVE = (KINDS.index(kind) for kind in ("file", "stream", "live"))
RESUME, RESTART, DROP = (AFTER.index(then) for then in ("resume", "restart", "drop"))

Codes = npt.NDArray[np.int8]
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Plans:
    """What plans tell devices to play; shape (items, plans), short plans filled with nothing.

    `items` holds each plan's items, and `places` where they stood in the list that the plan was
    made of. `rank` is the order of choice within a plan (rule 3), `urgency` decides who cuts whom
    (rule 4).
    """

    items: tuple[tuple[Item, ...], ...]
    places: tuple[tuple[int, ...], ...]
    not_before: Milliseconds
    expires: Milliseconds
    end_by: Milliseconds
    duration: Milliseconds
    kind: Codes
    urgency: Codes
    rank: npt.NDArray[np.int32]

    @classmethod
    def of(cls, lists: Sequence[Sequence[Item]]) -> Self:
        """Plans from lists of items, whose `delivered` and `cancelled` are not looked at."""
        rows = max(map(len, lists), default=0)
        shape = (rows, len(lists))
        not_before, expires, end_by = np.full((3, *shape), FAR, np.int64)
        duration = np.zeros(shape, np.int64)
        kind, urgency = np.zeros((2, *shape), np.int8)
        rank = np.zeros(shape, np.int32)
        kept, places = [], []
        for column, items in enumerate(lists):
            order = sorted(range(len(items)), key=lambda i: (items[i].not_before, items[i].issued))
            choice = sorted(range(len(items)), key=lambda i: (items[i].rank, i))
            chosen = {place: place_rank for place_rank, place in enumerate(choice)}
            for row, place in enumerate(order):
                item = items[place]
                not_before[row, column] = item.not_before
                expires[row, column] = FAR if item.expires is None else item.expires
                end_by[row, column] = FAR if item.end_by is None else item.end_by
                duration[row, column] = item.duration
                kind[row, column] = KINDS.index(item.kind)
                urgency[row, column] = item.urgency
                rank[row, column] = chosen[place]
            kept.append(tuple(items[place] for place in order))
            places.append(tuple(order))
        return cls(
            tuple(kept), tuple(places), not_before, expires, end_by, duration, kind, urgency, rank
        )

    def row(self, plan: int, item: str) -> int:
        """The row of an item of a plan, by its id."""
        return next(row for row, kept in enumerate(self.items[plan]) if kept.id == item)


@dataclass(frozen=True, slots=True)
class Batch:
    """Devices to be played together: the last axis of every array is the device.

    `delivered` and `cancelled` have shape (items, devices), `FAR` for never; an item that a plan
    does not have is never delivered.
    """

    horizon: int
    plans: Plans
    plan: Places
    delivered: Milliseconds
    cancelled: Milliseconds
    power: Gaps
    link: Gaps
    power_recovery: Codes
    after_cut: Codes
    priority_cuts: Flags

    @property
    def devices(self) -> int:
        """How many devices."""
        return len(self.plan)

    def take(self, devices: Places) -> Self:
        """The same for the devices at these places only."""
        return type(self)(
            self.horizon,
            self.plans,
            self.plan[devices],
            self.delivered.take(devices, axis=1),
            self.cancelled.take(devices, axis=1),
            self.power.take(devices),
            self.link.take(devices),
            self.power_recovery[devices],
            self.after_cut[devices],
            self.priority_cuts[devices],
        )

    @classmethod
    def of(cls, case: Case) -> Self:
        """A case's devices, each with a plan of its own."""
        devices = case.devices
        plans = Plans.of([device.items for device in devices])
        delivered = np.full(plans.duration.shape, FAR, np.int64)
        cancelled = delivered.copy()
        for column, items in enumerate(plans.items):
            for row, item in enumerate(items):
                delivered[row, column] = FAR if item.delivered is None else item.delivered
                cancelled[row, column] = FAR if item.cancelled is None else item.cancelled
        return cls(
            case.horizon,
            plans,
            np.arange(len(devices)),
            delivered,
            cancelled,
            Gaps.outside([device.power for device in devices], case.horizon),
            Gaps.outside([device.link for device in devices], case.horizon),
            _codes(devices, "power_recovery"),
            _codes(devices, "after_cut"),
            np.array([device.priority_cuts for device in devices], np.bool_),
        )

    def case(self) -> Case:
        """The same devices as objects, named by their places in the batch."""
        return Case(self.horizon, tuple(self._device(place) for place in range(self.devices)))

    def _device(self, place: int) -> Device:
        plan = self.plan[place]
        listed = sorted(
            zip(
                self.plans.places[plan],
                self.plans.items[plan],
                self.delivered[:, place].tolist(),
                self.cancelled[:, place].tolist(),
                strict=False,  # rows beyond a short plan hold nothing
            )
        )
        return Device(
            str(place),
            self.power.between(place, self.horizon),
            self.link.between(place, self.horizon),
            tuple(
                replace(item, delivered=_or_never(delivered), cancelled=_or_never(cancelled))
                for _, item, delivered, cancelled in listed
            ),
            AFTER[self.power_recovery[place]],
            AFTER[self.after_cut[place]],
            bool(self.priority_cuts[place]),
        )


def _or_never(at: int) -> int | None:
    return None if at >= FAR else at


def _codes(devices: Sequence[Device], field: str) -> Codes:
    return np.array([AFTER.index(getattr(device, field)) for device in devices], np.int8)
