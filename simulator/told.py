"""What devices were told: the commands addressed to them, and the plans that these make.

Devices to which the same commands are addressed and that deal with them alike share a plan, so a
fleet has few plans, however large it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reference_system.dispatch.commands import Command
from scenarios.profiles import Profile
from simulator.fleet import Flags, Fleet, Places
from simulator.gaps import FAR, Milliseconds
from simulator.playout.batch import Plans
from simulator.playout.case import Item


@dataclass(frozen=True, slots=True)
class Told:
    """The commands that reach for some devices of one profile.

    `addressed` has shape (commands, devices). `items` are the items that the commands are about
    and `item_of` each command's place among them; `issued` is when an item's first start was
    issued. `plan` is each device's plan and `row_item`, of shape (items of a plan, plans), the
    place of each plan's items in `items`, -1 where a shorter plan has none.
    """

    commands: tuple[Command, ...]
    addressed: Flags
    items: tuple[Item, ...]
    bulletins: tuple[str, ...]
    item_of: Places
    plans: Plans
    plan: Places
    row_item: Places

    @classmethod
    def of(
        cls, commands: Sequence[Command], fleet: Fleet, places: Places, profile: Profile
    ) -> "Told":
        """What the devices of that profile at these places are told."""
        reached = [(c, fleet.inside(c.to, places)) for c in commands]
        reached = [(command, inside) for command, inside in reached if inside.any()]
        told = tuple(command for command, _ in reached)
        addressed = np.array([inside for _, inside in reached], np.bool_)
        addressed = addressed.reshape(len(told), len(places))

        items: dict[str, Item] = {}
        bulletins: dict[str, str] = {}
        for command in told:
            # A cancel alone plays nothing, but it must not be mistaken for a command to play.
            if command.action == "start" and command.item.id not in items:
                items[command.item.id] = _as_played(command, profile)
                bulletins[command.item.id] = command.item.bulletin
        place_of = {item_id: place for place, item_id in enumerate(items)}
        item_of = np.array([place_of.get(c.item.id, -1) for c in told], np.intp)

        has = np.zeros((len(items), len(places)), np.bool_)
        for command, place, inside in zip(told, item_of, addressed, strict=True):
            if command.action == "start":
                has[place] |= inside
        kinds, plan = _distinct_columns(has)
        listed = [[list(items.values())[place] for place in np.flatnonzero(kind)] for kind in kinds]
        plans = Plans.of(listed)
        row_item = np.full(plans.duration.shape, -1, np.intp)
        for column, kept in enumerate(plans.items):
            row_item[: len(kept), column] = [place_of[item.id] for item in kept]
        return cls(
            told, addressed, tuple(items.values()), tuple(bulletins.values()),
            item_of, plans, plan, row_item,
        )  # fmt: skip

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


def _as_played(command: Command, profile: Profile) -> Item:
    """The item as a device of this profile deals with it: stored nowhere, a file is a stream."""
    item = command.item
    return Item(
        item.id,
        item.bulletin_class,
        "stream" if item.kind == "file" and not profile.stores else item.kind,
        command.issued_ms,
        None,
        item.not_before_ms,
        item.duration_ms,
        item.severity,
        item.expires_ms,
        item.end_by_ms,
        item.order,
    )


def _distinct_columns(columns: Flags) -> tuple[npt.NDArray[np.bool_], Places]:
    """The distinct columns, as rows, and which of them each column is."""
    packed = np.ascontiguousarray(np.packbits(columns, axis=0).T)
    if not packed.size:
        return columns[:, :1].T, np.zeros(columns.shape[1], np.intp)
    keys = packed.view([("", packed.dtype)] * packed.shape[1]).reshape(-1)
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return columns[:, first].T, which.reshape(-1)
