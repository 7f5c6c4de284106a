"""Quantiles of figures, and the draws that give them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.rollout.plan import Form, Uncertain
from simulator.network.philox import numbers
from simulator.rollout.draws import Drawn, OneAtATime
from simulator.rollout.figures import figures, value, values
from simulator.rollout.model import drawn_quantile
from tests.simulator.rollout.plans import BASIS, plan, row, source, uniform

quantiles = st.floats(2**-33, 1 - 2**-33)


@pytest.mark.parametrize(
    ("form", "points", "at"),
    [
        ("fixed", (7,), {0.1: 7, 0.9: 7}),
        ("uniform", (10, 20), {0.25: 12, 0.5: 15, 0.999: 19}),
        # Both halves of this triangle hold a half: sqrt(0.125 * 20 * 10) = 5.
        ("triangular", (0, 10, 20), {0.125: 5, 0.5: 10, 0.875: 15}),
        ("triangular", (3, 3, 3), {0.5: 3}),
        ("triangular", (0, 0, 100), {0.19: 10}),  # 100 - sqrt(0.81 * 100 * 100)
        ("triangular", (0, 100, 100), {0.81: 90}),
        ("spread", (100, 200), {0.25: 50, 0.5: 100, 0.7: 150, 0.9: 200, 0.9575: 257}),
    ],
)
def test_quantiles_by_hand(form: Form, points: tuple[int, ...], at: dict[float, int]) -> None:
    figure = Uncertain(form, points, "plan", BASIS)
    for q, wanted in at.items():
        assert value(figure, q) == wanted


@st.composite
def figure(draw: st.DrawFn) -> Uncertain:
    form, size = draw(
        st.sampled_from([("fixed", 1), ("uniform", 2), ("triangular", 3), ("spread", 2)])
    )
    points = st.lists(st.integers(0, 10**10), min_size=size, max_size=size)
    kind: Any = form
    return Uncertain(kind, tuple(sorted(draw(points))), "work", BASIS)


@given(figure(), st.lists(quantiles, min_size=1, max_size=9))
def test_many_quantiles_are_what_each_is_and_rise(some: Uncertain, at: list[float]) -> None:
    found = values(some, np.array(sorted(at))).tolist()
    assert found == [value(some, q) for q in sorted(at)]
    assert found == sorted(found)
    top = 2 * some.points[1] - some.points[0] if some.form == "spread" else some.points[-1]
    bottom = 0 if some.form == "spread" else some.points[0]
    assert bottom <= found[0]
    assert found[-1] <= top


@given(st.integers(0, 2**64 - 1), st.lists(st.text(max_size=9), max_size=4), st.text(max_size=9))
def test_a_draw_belongs_to_its_figure_entity_and_replication(
    seed: int, entities: list[str], name: str
) -> None:
    replications = np.array([0, 5, 2**32 - 1])
    found = Drawn(seed).quantiles(name, numbers(entities), replications)
    assert found.tolist() == [
        [drawn_quantile(seed, name, entity, number) for number in replications.tolist()]
        for entity in entities
    ]
    assert ((found > 0) & (found < 1)).all()


def test_one_figure_moves_at_a_time() -> None:
    draws = OneAtATime(1, ("lead", "procurement"))
    found = draws.quantiles("procurement", numbers(["a", "b"]), np.arange(5))
    assert found.tolist() == [[0.5, 0.5, 0.5, 0.1, 0.9]] * 2
    breaks = draws.quantiles("breaks", numbers(["a"]), np.arange(5))
    assert breaks.tolist() == [[drawn_quantile(1, "breaks", "a", 0)] * 5]


def test_a_cut_is_a_figure_of_its_source() -> None:
    cut = source("x", [1] * 4, cut=uniform(0, 9, "year"))
    names = figures(plan([row("a")], sources=(cut, source("y", [1] * 4))))
    assert names["cut.x"] is cut.cut
    assert "cut.y" not in names
