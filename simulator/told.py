"""What devices were told: the commands addressed to them, and the plans that these make.

Devices to which the same commands are addressed and that deal with them alike share a plan, so a
fleet has few plans, however large it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from reference_system.dispatch import commands as commanded
from reference_system.dispatch.commands import Command
from scenarios.problems import BadInput, Problem
from scenarios.profiles import Profile
from simulator.fleet import Flags, Fleet, Places
from simulator.gaps import FAR, Milliseconds
from simulator.playout.batch import Plans
from simulator.playout.case import Item
from simulator.playout.reading import MAX_ITEMS


@dataclass(frozen=True, slots=True)
class Told:
    """The commands that reach for some devices of one profile.

    `addressed` has shape (commands, devices). `items` are the items that the commands are about
    and `item_of` each command's place among them; an item is issued with its first start, whomever
    that was for, and stands where the commands start it first. `plan` is each device's plan and
    `row_item`, of shape (items of a plan, plans), the place of each plan's items in `items`, -1
    where a shorter plan has none. `size_bytes` is None where nobody stated it. Times in `items` are
    true ones, those in `plans` what a device's clock makes of them.
    """

    commands: tuple[Command, ...]
    addressed: Flags
    items: tuple[Item, ...]
    bulletins: tuple[str, ...]
    size_bytes: tuple[int | None, ...]
    item_of: Places
    plans: Plans
    plan: Places
    row_item: Places

    @classmethod
    def of(
        cls,
        commands: Sequence[Command],
        fleet: Fleet,
        places: Places,
        profile: Profile,
        ahead_ms: Milliseconds,
        also: Mapping[str, Flags] = MappingProxyType({}),
    ) -> "Told":
        """What the devices of that profile at these places, with clocks `ahead_ms`, are told.

        `also` says which of them were seen to play an item, by its id, whether it was for them or
        not. Raises `BadInput` where one of them is told more than it can be.
        """
        reached = [(c, fleet.inside(c.to, places)) for c in commands]
        reached = [(c, inside) for c, inside in reached if inside.any() or c.item.id in also]
        told = tuple(command for command, _ in reached)
        addressed = np.array([inside for _, inside in reached], np.bool_)
        addressed = addressed.reshape(len(told), len(places))

        # A cancel alone plays nothing: it must not be mistaken for a command to play.
        started = {command.item.id for command in told if command.action == "start"}
        items: dict[str, Item] = {}
        told_items: list[commanded.Item] = []
        # Of all commands, not of `told` alone: nothing may depend on which devices are together.
        for item, issued_ms in _first_starts(commands):
            if item.id in started:
                items[item.id] = _as_played(item, issued_ms, profile)
                told_items.append(item)
        place_of = {item_id: place for place, item_id in enumerate(items)}
        item_of = np.array([place_of.get(c.item.id, -1) for c in told], np.intp)

        has = np.zeros((len(items), len(places)), np.bool_)
        for command, place, inside in zip(told, item_of, addressed, strict=True):
            if command.action == "start":
                has[place] |= inside | also.get(command.item.id, False)
        _check_number(has)
        kinds, example, plan = _distinct_columns(has, ahead_ms)
        known = list(items.values())
        listed = [
            [_by_clock(known[place], ahead) for place in np.flatnonzero(kind)]
            for kind, ahead in zip(kinds, ahead_ms[example].tolist(), strict=True)
        ]
        plans = Plans.of(listed)
        row_item = np.full(plans.duration.shape, -1, np.intp)
        for column, kept in enumerate(plans.items):
            row_item[: len(kept), column] = [place_of[item.id] for item in kept]
        return cls(
            told,
            addressed,
            tuple(known),
            tuple(item.bulletin for item in told_items),
            tuple(item.size_bytes for item in told_items),
            item_of,
            plans,
            plan,
            row_item,
        )

    def sizes(self, sound_bit_s: int) -> npt.NDArray[np.int64]:
        """Bytes that each device fetches before it can play, item by item of its plan.

        0 for what is fetched while it plays; `sound_bit_s` for files whose size nobody stated.
        """
        sizes = [
            0 if item.kind != "file" else stated or -(-item.duration * sound_bit_s // 8_000)
            for item, stated in zip(self.items, self.size_bytes, strict=True)
        ]
        by_place = np.array([*sizes, 0], np.int64)  # what a shorter plan does not have: place -1
        return by_place[self.row_item[:, self.plan]]

    def by_row(self, reached: Milliseconds, action: str) -> Milliseconds:
        """When the first command of this action reached each device, item by item of its plan.

        `reached` says it for each command, in shape (commands, devices); `FAR` is never.
        """
        first = np.full((len(self.items) + 1, reached.shape[1]), FAR, np.int64)
        for command, place, at in zip(self.commands, self.item_of, reached, strict=True):
            if command.action == action:
                np.minimum(first[place], at, out=first[place])
        first[-1] = FAR  # what a shorter plan does not have
        rows = self.row_item[:, self.plan]
        return np.take_along_axis(first, rows, axis=0) if len(rows) else first[:0]


def _check_number(has: Flags) -> None:
    most = int(has.sum(axis=0).max(initial=0))
    if most > MAX_ITEMS:
        wrong, expected = f"{most} plays on one device", f"at most {MAX_ITEMS}"
        raise BadInput([Problem("commands", None, None, "", wrong, expected)])


def _first_starts(commands: Sequence[Command]) -> Iterable[tuple[commanded.Item, int]]:
    """Every item that is started, in the order of the commands, and its earliest issue."""
    first: dict[str, tuple[commanded.Item, int]] = {}
    for command in commands:
        if command.action == "start":
            item = command.item
            _, earliest = first.get(item.id, (item, command.issued_ms))
            first[item.id] = item, min(earliest, command.issued_ms)
    return first.values()


def _as_played(item: commanded.Item, issued_ms: int, profile: Profile) -> Item:
    """The item as a device of this profile deals with it: stored nowhere, a file is a stream."""
    return Item(
        item.id,
        item.bulletin_class,
        "stream" if item.kind == "file" and not profile.stores else item.kind,
        issued_ms,
        None,
        item.not_before_ms,
        item.duration_ms,
        item.severity,
        item.expires_ms,
        item.end_by_ms,
        item.order,
    )


def _by_clock(item: Item, ahead_ms: int) -> Item:
    """The item on a device whose clock is ahead; what plays at once asks no clock."""
    if item.not_before <= item.issued or not ahead_ms:
        return item
    return replace(
        item,
        not_before=item.not_before - ahead_ms,
        expires=None if item.expires is None else item.expires - ahead_ms,
        end_by=None if item.end_by is None else item.end_by - ahead_ms,
    )


def _distinct_columns(has: Flags, ahead_ms: Milliseconds) -> tuple[Flags, Places, Places]:
    """Distinct columns with clock errors, as rows; where each stands; which each column is."""
    bits = np.packbits(has, axis=0).T
    keys = np.concatenate([bits, ahead_ms[:, None].astype(np.int64).view(np.uint8)], axis=1)
    whole = np.ascontiguousarray(keys).view([("", np.uint8)] * keys.shape[1]).reshape(-1)
    _, example, which = np.unique(whole, return_index=True, return_inverse=True)
    return has[:, example].T, example, which.reshape(-1)
