"""How late this process notes what happens: where it has much to do, its instants are late.

System and fleet may share a machine, so what a slow machine does must not be laid to the system.
"""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

EVERY_S = 0.02


class Lateness:
    """The longest that a wake-up of the running loop came too late, within a `with` block."""

    def __init__(self) -> None:
        """Nothing was late yet."""
        self.worst_ms = 0

    async def __aenter__(self) -> Self:
        """Watch from now on."""
        self._watching = asyncio.create_task(self._watched())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Watch no more."""
        self._watching.cancel()
        with suppress(asyncio.CancelledError):
            await self._watching

    async def _watched(self) -> None:
        clock_s = asyncio.get_running_loop().time
        while True:
            due_s = clock_s() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self.worst_ms = max(self.worst_ms, round((clock_s() - due_s) * 1_000))
