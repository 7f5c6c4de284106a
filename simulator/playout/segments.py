"""What devices played: segments as arrays, and what follows from them for each item and device."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from simulator.gaps import FAR, Milliseconds

from .batch import LIVE, Batch, Places, Plans
from .case import REASONS, Segment

FINISHED = REASONS.index("finished")


@dataclass(frozen=True, slots=True)
class Segments:
    """One entry a segment: `device` and `item` are places in the batch, `reason` is its code."""

    device: npt.NDArray[np.int32]
    item: npt.NDArray[np.int16]
    start: Milliseconds
    end: Milliseconds
    offset: Milliseconds
    reason: npt.NDArray[np.int8]

    def __len__(self) -> int:
        """How many segments."""
        return len(self.start)

    @classmethod
    def joined(cls, parts: Sequence["Segments"]) -> "Segments":
        """All segments of several parts, in the order of the parts."""
        if not parts:
            nothing = np.empty(0, np.int64)
            return cls(
                nothing.astype(np.int32),
                nothing.astype(np.int16),
                nothing,
                nothing,
                nothing,
                nothing.astype(np.int8),
            )
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))

    def take(self, places: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "Segments":
        """The segments at these places."""
        return Segments(*(getattr(self, f.name)[places] for f in fields(self)))

    def of_devices(self, places: npt.NDArray[np.intp]) -> "Segments":
        """The same, of devices that stand at these places of a larger batch."""
        device = places.astype(np.int32).take(self.device)
        return replace(self, device=device)

    def ordered(self) -> "Segments":
        """By device, and within a device by time."""
        return self.take(np.lexsort((self.start, self.device)))

    def by_device(self, plans: Plans, plan: Places) -> list[list[Segment]]:
        """The segments of each device in time order, as objects."""
        result: list[list[Segment]] = [[] for _ in plan]
        ordered = self.ordered()
        columns = zip(*(getattr(ordered, f.name).tolist() for f in fields(ordered)), strict=True)
        for device, item, start, end, offset, reason in columns:
            name = plans.items[plan[device]][item].id
            result[device].append(Segment(name, start, end, offset, REASONS[reason]))
        return result


@dataclass(frozen=True, slots=True)
class Heard:
    """What each device made of each item; shape (items, devices).

    `first` is T3, the start of the first segment, and `first_sound` T4, the first moment that is
    heard after the device's start delay; `FAR` where there is none. `played` is the milliseconds
    played, silence included. `complete`: a file or stream whose last run reached its duration, a
    live item heard in one piece from its beginning.
    """

    first: Milliseconds
    first_sound: Milliseconds
    played: Milliseconds
    complete: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, batch: Batch, segments: Segments, start_delay: Milliseconds) -> "Heard":
        """From all segments of a batch; `start_delay` has one value a device."""
        shape = batch.delivered.shape
        place = segments.item.astype(np.intp) * shape[1] + segments.device
        first = np.full(shape, FAR, np.int64)
        np.minimum.at(first.reshape(-1), place, segments.start)
        delay = start_delay[segments.device]
        heard = segments.end - segments.start > delay
        first_sound = np.full(shape, FAR, np.int64)
        np.minimum.at(first_sound.reshape(-1), place[heard], (segments.start + delay)[heard])
        played = np.zeros(shape, np.int64)
        np.add.at(played.reshape(-1), place, segments.end - segments.start)
        live = batch.plans.kind[segments.item, batch.plan[segments.device]] == LIVE
        done = (segments.reason == FINISHED) & (~live | (segments.offset == 0))
        complete = np.zeros(shape, np.bool_)
        complete.reshape(-1)[place[done]] = True
        return cls(first, first_sound, played, complete)
