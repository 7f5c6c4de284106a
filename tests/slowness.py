"""How slow the machine is at this moment, for figures that are meant of one that is not."""

import time

COUNTED = 10_000_000
COUNTING_S = 0.55
"""What it takes to count so far where nobody else is at work."""


def slowness() -> float:
    """How much longer than that it takes now; never less than 1."""
    begun = time.process_time()
    total = 0
    for number in range(COUNTED):
        total += number
    return max(1.0, (time.process_time() - begun) / COUNTING_S)
