"""A case tried on a bench: a sign of life before, the driving half, a sign of life after."""

import asyncio
from dataclasses import dataclass

from conformance.bench.contract import Bench
from conformance.bench.questions import NoAnswer
from conformance.case import Case
from conformance.conversation import Conversation
from conformance.record import Record
from conformance.traffic import Traffic
from conformance.verdicts import Lifecycle
from simulator.dialects.contract import ServerHalf

LONGEST_S = 36 * 3600.0
"""More than the longest case, by the bench's clock."""

SETTLE_MS = 5_000

ALIVE = "sign of life"
"""What the orders are called that ask for one, with `before` or `after`."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of trying a case.

    `alive_before` and `alive_after` are None where it did not come to asking. `trouble` is the
    harness's own, in one line; then nothing can be said of the device. `traffic` is None where the
    bench has no wire.
    """

    case: str
    lifecycle: Lifecycle
    record: Record
    alive_before: bool | None
    alive_after: bool | None
    trouble: str | None = None
    traffic: Traffic | None = None


async def tried(case: Case, bench: Bench, wire: ServerHalf, prefix: str) -> Trial:
    """Try the case on a bench that is opened and closed here; an interruption passes through."""
    talk = Conversation(bench, wire, prefix)
    before = after = traffic = None
    lifecycle, trouble = Lifecycle.ABORTED, None
    try:
        await bench.open(talk.observed)
        try:
            async with asyncio.timeout(LONGEST_S):
                await talk.wait(SETTLE_MS)
                before = await talk.lives(f"{ALIVE} before")
                if before:
                    await case.drive(talk)
                    talk.end()
                    after = await talk.lives(f"{ALIVE} after")
                lifecycle = Lifecycle.FINISHED
        finally:
            await bench.close()
            traffic = bench.traffic()
    except NoAnswer:
        lifecycle = Lifecycle.FINISHED  # the record says what was asked in vain
    except (OSError, TimeoutError, AssertionError, RuntimeError) as error:
        trouble = f"{type(error).__name__}: {error}".splitlines()[0]
    return Trial(case.id, lifecycle, talk.record, before, after, trouble, traffic)
