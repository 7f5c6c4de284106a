"""The neutral words: what an order itself says of its time."""

from dataclasses import replace

import pytest

from simulator.dialects.contract import Cancel, Order, Play

PLAY = Play("b/1", "b", "Thử nghiệm", "normal", 0, "file", 3, 1_000, 0, 0, at_once=True)


@pytest.mark.parametrize(
    ("of_order", "of_play", "until_ms"),
    [(None, None, None), (5, None, 5), (None, 7, 7), (5, 7, 5), (9, 7, 7)],
)
def test_an_order_holds_until_the_earlier_of_its_two_ends(of_order, of_play, until_ms):
    assert Order("c", of_order, replace(PLAY, expires_ms=of_play)).until_ms == until_ms


def test_what_is_no_play_has_the_end_of_the_order_alone():
    assert Order("c", 5, Cancel("b/1")).until_ms == 5
    assert Order("c", None, Cancel("b/1")).until_ms is None
