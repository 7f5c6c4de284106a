"""What cases look at again and again, until it is there."""

from collections.abc import Sequence

from conformance.checks.source_log import LOG
from conformance.sources.acts import APPROVER, DeviceStates, Done, PlayLog, State
from conformance.sources.dealing import Dealing

EVERY_MS = 1_000
STORED_MS = 20_000
"""How long entries may be on their way into the log."""

DAY_MS = 24 * 60 * 60 * 1000


async def until_logged(talk: Dealing, bulletin: str, orders: Sequence[str], begin_ms: int) -> None:
    """Read the play log until it has all that devices noted of these orders of a bulletin."""
    deadline_ms = talk.now_ms() + STORED_MS
    while talk.now_ms() < deadline_ms:
        # Devices write by their own clocks.
        asked = PlayLog(bulletin, begin_ms - DAY_MS, talk.now_ms() + DAY_MS)
        noted = frozenset[tuple[str, str]]().union(*(talk.noted(order) for order in orders))
        found = await talk.do(LOG, APPROVER, asked)
        if not isinstance(found, Done) or noted <= {(row[0], row[1]) for row in found.said}:
            return
        await talk.wait(EVERY_MS)


async def until_shown(
    talk: Dealing,
    name: str,
    devices: Sequence[str],
    states: Sequence[State],
    within_ms: int,
) -> None:
    """Look at these devices until they are all shown so."""
    deadline_ms = talk.now_ms() + within_ms
    while talk.now_ms() < deadline_ms:
        found = await talk.do(name, APPROVER, DeviceStates(tuple(devices)))
        shown = found.said if isinstance(found, Done) else ()
        if shown and all(state in states for _, state in shown):
            return
        await talk.wait(EVERY_MS)
