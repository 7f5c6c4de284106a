"""Make the tables of one-way delays beside `scenarios/links/classes.yaml`.

Run as `python -m tools.make_links`, after a change of a median or a sigma there. It was run once
for the tables that the project carries: they are the data, and a run never computes them again.
"""

from itertools import groupby
from math import exp, floor
from pathlib import Path
from statistics import NormalDist

from scenarios import links
from scenarios.links import TABLE_SIZE, Distribution


def delays(distribution: Distribution) -> list[int]:
    """The distribution's quantiles at (i + 0.5) / `TABLE_SIZE`, in whole milliseconds, half up."""
    normal = NormalDist(0, distribution.sigma)
    return [
        floor(distribution.median_ms * exp(normal.inv_cdf((i + 0.5) / TABLE_SIZE)) + 0.5)
        for i in range(TABLE_SIZE)
    ]


def text(table: list[int]) -> str:
    """The table as the file holds it: a line for each delay and how many entries have it."""
    return "".join(f"{delay} {len(list(entries))}\n" for delay, entries in groupby(table))


if __name__ == "__main__":
    folder = Path(links.__file__).parent
    for name in links.names():
        table = text(delays(links.distribution(name)))
        (folder / f"{name}.txt").write_text(table, encoding="ascii", newline="\n")
