"""When sound that is no emergency is permitted: written, read, and what holds if nobody says."""

import re

from scenarios.scenario import Hours
from scenarios.units import DAY_MS, HOUR_MS, clock_ms, clock_text

PERMITTED = Hours(
    from_ms=4 * HOUR_MS + HOUR_MS // 2,
    to_ms=22 * HOUR_MS,
    basis="a profile value of this project; no document known to us gives the hours",
)
"""What holds if the installation says nothing."""


_WRITTEN = re.compile("([0-9:]{5})-([0-9:]{5})")


def permitted_hours(text: str) -> Hours:
    """The hours of each day that `05:00-21:30` says; `00:00-24:00` permits every hour.

    Raises `ValueError`, whose text says what was expected.
    """
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise ValueError("two times of day with a dash between them, such as 04:30-22:00")
    begin, end = written.groups()
    from_ms, to_ms = clock_ms(begin), DAY_MS if end == "24:00" else clock_ms(end)
    if from_ms >= to_ms:
        raise ValueError("the hours of one day, the earlier time first, such as 04:30-22:00")
    return Hours(from_ms, to_ms, "what the installation was told")


def hours_text(hours: Hours) -> str:
    """The hours as people read them: `04:30–22:00`."""
    ends = "24:00" if hours.to_ms == DAY_MS else clock_text(hours.to_ms)
    return f"{clock_text(hours.from_ms)}–{ends}"
