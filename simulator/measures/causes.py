"""Why a play that was meant for a device was not heard: the first cause that explains it."""

from typing import Literal, get_args

import numpy as np

from simulator.gaps import FAR
from simulator.playout.batch import Codes
from simulator.virtual import Chunk

Cause = Literal[
    "heard",
    "no-power",
    "no-path",
    "command-lost",
    "sound-not-fetched",
    "cancelled",
    "too-late",
    "never-free",
]
"""No power, or no path for commands, when it was issued and no command afterwards; every attempt
lost; the command there but not the whole sound; withdrawn before it could begin; there only when
it was no longer to be played; or there in time, but without power, link or a free moment since."""

CAUSES: tuple[Cause, ...] = get_args(Cause)


def causes(chunk: Chunk) -> Codes:
    """The place in `CAUSES` for every device-play; shape (items of a plan, devices)."""
    told, batch, heard = chunk.told, chunk.batch, chunk.heard
    issued = np.array([item.issued for item in told.items], np.int64)[told.row_item[:, told.plan]]
    commanded = told.by_row(chunk.reached, "start")
    plans, plan = batch.plans, batch.plan
    due = np.maximum(batch.delivered, plans.not_before.take(plan, axis=1))
    until = np.minimum(plans.expires.take(plan, axis=1), plans.end_by.take(plan, axis=1))
    holds = {
        "heard": heard.first_sound < FAR,
        "no-power": (commanded == FAR) & ~batch.power.is_up(issued),
        "no-path": (commanded == FAR) & ~chunk.commands_path.is_up(issued),
        "command-lost": commanded == FAR,
        "cancelled": batch.cancelled <= np.minimum(due, until),
        "sound-not-fetched": batch.delivered == FAR,
        "too-late": due >= until,
    }
    names = list(holds)
    codes = np.array([CAUSES.index(name) for name in [*names, "never-free"]], np.int8)
    first = np.argmax([*holds.values(), np.ones(issued.shape, np.bool_)], axis=0)
    found: Codes = codes[first]
    return found
