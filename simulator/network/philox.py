"""Random draws that belong to the thing they describe, not to the order of computing.

Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011)
turns a counter and a key into four random words with nothing kept between two calls. The counter
is (device, item, attempt, purpose) and the key the scenario's seed, so any part of a run, in any
order and on any machine, meets the same words.
"""

from collections.abc import Iterable
from enum import IntEnum
from hashlib import sha256

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint32]
Numbers = npt.ArrayLike
"""Whole numbers of 32 bits, one or many; those of one call broadcast against each other."""

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW = 0xFFFFFFFF
_HALF = np.uint64(32)


class Purpose(IntEnum):
    """What a draw decides: the fourth word of the counter. A number never changes its meaning."""

    START = 0
    CANCEL = 1
    STOP = 2
    RECONNECT_SPREAD = 3
    POLL_PHASE = 4
    OUTAGE = 5
    STORM = 6
    CLOCK = 7
    FM_WAKE = 8
    ROLLOUT = 9


def number(identifier: str) -> int:
    """The number of a device or an item: the first four bytes, big-endian, of its id's SHA-256."""
    return int.from_bytes(sha256(identifier.encode()).digest()[:4], "big")


def numbers(identifiers: Iterable[str]) -> Words:
    """The `number` of each of many ids."""
    return np.fromiter(map(number, identifiers), np.uint32)


def draw(
    seed: int, device: Numbers, item: Numbers, attempt: Numbers, purpose: Numbers
) -> tuple[Words, Words]:
    """The first two words of a draw; `seed` has 64 bits and its lower half is the first key."""
    first, second, _, _ = block((device, item, attempt, purpose), (seed & _LOW, seed >> 32 & _LOW))
    return first, second


def block(
    counter: tuple[Numbers, Numbers, Numbers, Numbers], key: tuple[int, int]
) -> tuple[Words, Words, Words, Words]:
    """The four words of Philox4x32-10 for each counter, in the broadcast shape of the four."""
    a, b, c, d = (np.asarray(word, np.uint64) for word in counter)
    for turn in range(_ROUNDS):
        key_0, key_1 = (
            np.uint64(part + turn * step & _LOW) for part, step in zip(key, _KEY_STEPS, strict=True)
        )
        # A product of two 32-bit words fits in 64 bits: its halves are the round's high and low.
        left = a * np.uint64(_MULTIPLIERS[0])
        right = c * np.uint64(_MULTIPLIERS[1])
        a, b = (right >> _HALF) ^ b ^ key_0, right & np.uint64(_LOW)
        c, d = (left >> _HALF) ^ d ^ key_1, left & np.uint64(_LOW)
    return (a.astype(np.uint32), b.astype(np.uint32), c.astype(np.uint32), d.astype(np.uint32))


def scaled(word: Words, below: int) -> npt.NDArray[np.int64]:
    """A word as a whole number in `[0, below)`, `below` at most 2**31, by integers alone."""
    return (word.astype(np.int64) * below) >> 32
