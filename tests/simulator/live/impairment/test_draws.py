"""Draws against published numbers; losses against their chances."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.live.impairment.draws import Draws, Losses
from simulator.live.impairment.link import Way

# Rosetta Code, "Pseudo-random numbers/Splitmix64", seed 1234567.
PUBLISHED = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def test_published_numbers():
    draws = Draws()
    draws._state = 1_234_567
    assert [draws.word() for _ in PUBLISHED] == PUBLISHED


def test_a_key_has_its_own_draws():
    first, same, other = Draws(7, "4g", 0), Draws(7, "4g", 0), Draws(7, "4g", 1)
    words = [first.word() for _ in range(5)]
    assert words == [same.word() for _ in range(5)]
    assert words != [other.word() for _ in range(5)]
    assert Draws("ab", "c").word() != Draws("a", "bc").word()


@given(st.integers(0, 2**32), st.integers(1, 1_000))
def test_below(key, count):
    assert 0 <= Draws(key).below(count) < count


LOSSY = st.builds(
    Way,
    loss_per_million=st.integers(0, 500_000),
    loss_run_packets=st.sampled_from([0, 1, 2, 7]),
)


@given(LOSSY, st.integers(0, 999), st.lists(st.integers(0, 50), max_size=30))
def test_packets_are_lost_alike_in_whatever_company_they_are_asked_for(way, key, groups):
    together, singly = Losses(way, Draws(key)), Losses(way, Draws(key))
    for packets in groups:
        assert together.among(packets) == sum(singly.among(1) for _ in range(packets))


@pytest.mark.parametrize(
    ("way", "mean_run"),
    [
        (Way(loss_per_million=10_000), 1.01),
        (Way(loss_per_million=50_000, loss_run_packets=8), 8),
        (Way(loss_per_million=400_000), 1.667),
        (Way(loss_per_million=400_000, loss_run_packets=1), 1),
    ],
)
def test_loss_and_the_length_of_its_runs(way, mean_run):
    losses = Losses(way, Draws("test"))
    lost = [bool(losses.among(1)) for _ in range(200_000)]
    runs = [len(list(run)) for is_lost, run in groupby(lost) if is_lost]
    assert sum(lost) / len(lost) == pytest.approx(way.loss_per_million / 1e6, rel=0.1)
    assert sum(runs) / len(runs) == pytest.approx(mean_run, rel=0.1)


def test_no_loss_costs_no_draw():
    draws = Draws(1)
    Losses(Way(), draws).among(1_000)
    assert draws.word() == Draws(1).word()
