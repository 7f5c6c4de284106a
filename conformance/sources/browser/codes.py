"""The codes of somebody's second factor, each of them once."""

import asyncio
import time

import pyotp

_STEP_S = 30
_ASK_S = 0.2


class Codes:
    """Those that an app on a telephone would show."""

    def __init__(self, secret: str) -> None:
        """`secret` is the key of the second factor, in Base32."""
        self._codes, self._shown = pyotp.TOTP(secret), 0

    async def following(self) -> str:
        """The one that is shown now, or follows where that was given; waits for half a minute at
        most."""
        while (step := max(self._shown + 1, _now())) > _now() + 1:
            await asyncio.sleep(_ASK_S)
        self._shown = step
        return self._codes.generate_otp(step)


def _now() -> int:
    return int(time.time()) // _STEP_S
