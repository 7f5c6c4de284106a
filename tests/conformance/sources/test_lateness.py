"""How late a busy process notes things is known."""

import asyncio
import time

from conformance.sources.lateness import Lateness


def test_a_loop_that_is_busy_is_late():
    async def main():
        async with Lateness() as calm:
            await asyncio.sleep(0.1)
        async with Lateness() as busy:
            await asyncio.sleep(0.05)
            time.sleep(0.3)
            await asyncio.sleep(0.05)
        return calm.worst_ms, busy.worst_ms

    calm_ms, busy_ms = asyncio.run(main())
    assert busy_ms >= 250 > calm_ms
