"""The loop whose time passes at once."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bench import virtual_time
from conformance.bench.virtual_time import NothingHappens


async def slept(*seconds):
    await asyncio.gather(*map(asyncio.sleep, seconds))
    return asyncio.get_running_loop().time()


def test_three_days_take_no_time():
    began = time.perf_counter()
    assert virtual_time.run(slept(3 * 86_400, 5)) == 3 * 86_400
    assert time.perf_counter() - began < 5


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_timers_come_in_their_order_to_the_millisecond(waits_ms):
    async def main():
        loop, woken = asyncio.get_running_loop(), []

        async def sleeper(wait_ms):
            await asyncio.sleep(wait_ms / 1000)
            woken.append((round(loop.time() * 1000), wait_ms))

        await asyncio.gather(*map(sleeper, waits_ms))
        return woken

    woken = virtual_time.run(main())
    assert woken == [(wait_ms, wait_ms) for wait_ms in sorted(waits_ms)]


def test_a_wait_for_nothing_ends_in_words():
    async def main():
        await asyncio.Event().wait()

    with pytest.raises(NothingHappens):
        virtual_time.run(main())


def test_a_timeout_ends_a_wait():
    async def main():
        async with asyncio.timeout(60):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        virtual_time.run(main())
