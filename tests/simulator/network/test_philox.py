"""The draws: published vectors, a second implementation, and numbers of ids."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.network import philox
from simulator.network.philox import Purpose

WORD = st.integers(0, 2**32 - 1)

# Random123 1.14, tests/kat_vectors, "philox4x32 10".
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_published_vectors(counter, key, expected):
    found = philox.block(tuple(words(counter)), tuple(words(key)))
    assert [int(word) for word in found] == words(expected)


def twin(counter: list[int], key: list[int]) -> list[int]:
    """The same function one word at a time, after the paper's figure."""
    x, k = list(counter), list(key)
    for bump in range(10):
        if bump:
            k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
        high_0, low_0 = divmod(0xD2511F53 * x[0], 2**32)
        high_1, low_1 = divmod(0xCD9E8D57 * x[2], 2**32)
        x = [high_1 ^ x[1] ^ k[0], low_1, high_0 ^ x[3] ^ k[1], low_0]
    return x


@given(st.integers(0, 2**64 - 1), st.lists(st.tuples(WORD, WORD), min_size=1, max_size=5), WORD)
def test_draws_of_arrays_are_those_of_the_scalar_twin(seed, devices_and_items, attempt):
    devices, items = np.array(devices_and_items, np.uint32).T
    first, second = philox.draw(seed, devices, items, attempt, Purpose.CANCEL)
    for place, (device, item) in enumerate(devices_and_items):
        expected = twin([device, item, attempt, 1], [seed % 2**32, seed // 2**32])[:2]
        assert [int(first[place]), int(second[place])] == expected


def test_counters_broadcast():
    devices, items = np.arange(3, dtype=np.uint32), np.arange(2, dtype=np.uint32)[:, None]
    first, _ = philox.draw(7, devices, items, 0, Purpose.START)
    assert first.shape == (2, 3)
    assert first[1, 2] == philox.draw(7, 2, 1, 0, Purpose.START)[0]


def test_the_number_of_an_id():
    # SHA-256 of "abc" begins ba7816bf (FIPS 180-2, appendix B.1).
    assert philox.number("abc") == 0xBA7816BF
    # The id is taken as UTF-8: printf 'Bình Định' | sha256sum
    assert philox.numbers(["abc", "Bình Định"]).tolist() == [0xBA7816BF, 0x073F6346]


@pytest.mark.parametrize(
    ("word", "below", "expected"),
    [(0, 10, 0), (2**32 - 1, 10, 9), (2**31, 10, 5), (2**31 - 1, 10, 4), (2**32 - 1, 1, 0)],
)
def test_scaling_is_exact(word, below, expected):
    assert philox.scaled(np.array([word], np.uint32), below).tolist() == [expected]
