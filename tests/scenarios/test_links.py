"""The link classes that are shipped, and the tool that made their tables."""

import runpy
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from scenarios import links

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "make_links.py"))


def test_the_classes_that_scenarios_name_are_there():
    assert {"fibre", "4g", "3g", "2g"} <= set(links.names())


@pytest.mark.parametrize("name", links.names())
def test_the_tool_makes_the_shipped_table_again(name):
    table = TOOL["delays"](links.distribution(name))
    shipped = files("scenarios.links").joinpath(f"{name}.txt").read_text("ascii")
    assert TOOL["text"](table) == shipped
    assert links.load(name).delay_ms.tolist() == table


@pytest.mark.parametrize("name", links.names())
def test_a_table_has_its_size_order_and_median(name):
    link = links.load(name)
    assert link.delay_ms.shape == (links.TABLE_SIZE,)
    assert link.delay_ms.dtype == np.int32
    assert (np.diff(link.delay_ms) >= 0).all()
    assert link.delay_ms[0] >= 0
    assert link.delay_ms[2047] <= links.distribution(name).median_ms <= link.delay_ms[2048]


def test_the_cellular_figures():
    link = links.load("4g")
    assert link.carrier == "cell"
    assert link.title.vi == "Di động 4G"
    assert link.rate_bits_per_s == 20_000_000
    assert link.basis["delay_median"].mark == "I"
    # One in a hundred of the 2**32 words.
    assert link.loss_threshold == 42_949_672
    assert links.load("fibre").carrier == "fixed"


def test_a_table_cannot_be_changed_by_its_users():
    with pytest.raises(ValueError, match="read-only"):
        links.load("4g").delay_ms[0] = 1


def test_an_unknown_class():
    with pytest.raises(KeyError):
        links.load("5g")
