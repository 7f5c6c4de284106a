"""Link classes: the kinds of path between the source system and a device, as data.

`classes.yaml` holds the figures with their sources. Beside it each class has its table of 4,096
one-way delays in whole milliseconds, made once from the distribution by `tools/make_links.py`: a
line for each delay, in rising order, with how many entries have it. The table, not the
distribution, is what a run uses, so that no machine's rounding stands between a draw and a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from scenarios import strict_yaml
from scenarios.scenario import Text
from scenarios.sourced import Basis, choice, quantity, read_entry
from scenarios.units import duration_ms, rate_bit_s

TABLE_SIZE = 4_096

Carrier = Literal["cell", "fixed"]
"""Which outages take it down: those of the cellular network, or of the fixed line."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A lognormal one-way delay: its median, and the standard deviation of its logarithm."""

    median_ms: int
    sigma: float


@dataclass(frozen=True, slots=True, eq=False)
class LinkClass:
    """A kind of link. `delay_ms` has `TABLE_SIZE` one-way delays, in rising order."""

    id: str
    title: Text
    carrier: Carrier
    delay_ms: npt.NDArray[np.int32]
    loss_per_million: int
    rate_bits_per_s: int
    basis: Mapping[str, Basis]

    @property
    def loss_threshold(self) -> int:
        """An attempt is lost whose second random word of 32 bits is less than this."""
        return self.loss_per_million * 2**32 // 1_000_000


def names() -> tuple[str, ...]:
    """The ids of the shipped classes."""
    return tuple(_classes().data)


def distribution(name: str) -> Distribution:
    """What the table of the class is made from; raises `KeyError` where there is no such class."""
    _, figures, _ = _entry(name)
    return Distribution(figures["delay_median"], figures["delay_sigma"])


@cache
def load(name: str) -> LinkClass:
    """The class of this id; raises `KeyError` where there is none."""
    title, figures, basis = _entry(name)
    return LinkClass(
        id=name,
        title=title,
        carrier=figures["carrier"],
        delay_ms=_table(name),
        loss_per_million=figures["loss_per_million"],
        rate_bits_per_s=figures["rate"],
        basis=basis,
    )


def _entry(name: str) -> tuple[Text, dict[str, Any], dict[str, Basis]]:
    return read_entry(_classes(), (name,), _FIGURES)


@cache
def _classes() -> strict_yaml.Document:
    source = files(__package__).joinpath("classes.yaml")
    return strict_yaml.parse(source.name, source.read_bytes())


def _table(name: str) -> npt.NDArray[np.int32]:
    lines = files(__package__).joinpath(f"{name}.txt").read_text("ascii").splitlines()
    delay, times = np.array([line.split() for line in lines], np.int32).T
    table = np.repeat(delay, times)
    table.flags.writeable = False
    return table


def _sigma(value: object) -> float:
    if not isinstance(value, float) or not 0 < value <= 2:
        raise ValueError("a fraction above 0, at most 2")
    return value


def _per_million(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1_000_000:
        raise ValueError("a whole number from 0 to 999999")
    return value


_FIGURES = {
    "carrier": choice(*get_args(Carrier)),
    "delay_median": quantity(duration_ms),
    "delay_sigma": _sigma,
    "loss_per_million": _per_million,
    "rate": quantity(rate_bit_s),
}
