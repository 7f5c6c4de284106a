"""Draws the README's picture from the bundle of a run of `binh-dinh-typhoon`.

    ttcs run binh-dinh-typhoon --out FOLDER
    python -m tools.make_picture FOLDER docs/images/binh-dinh-typhoon.png

Needs matplotlib, which comes with the `report` extra.
"""

import sys
from pathlib import Path

import matplotlib
import numpy as np
import pyarrow.parquet as pq

matplotlib.use("Agg")
from matplotlib import pyplot as plt

PLAYS = {
    "storm/1": "27/9 08:00",
    "storm/8": "27/9 22:00",
    "storm/12": "28/9 06:00",
    "storm/24": "29/9 06:00",
}
KINDS = {  # share of a commune's clusters that sounded: colour, mark, label
    "none": ("#7b3294", "x", "không cụm loa nào phát / silent"),
    "some": ("#e08214", "s", "một số phát / some"),
    "all": ("#1b7837", "o", "tất cả phát / all"),
}


def main(bundle: str, picture: str) -> None:
    """A map of the communes for each of some plays of one bulletin."""
    tables = Path(bundle) / "tables"
    plays = pq.read_table(tables / "plays.parquet", columns=["device", "item", "first_sound_ms"])
    places = pq.read_table(tables / "communes.parquet").to_pydict()
    point = dict(
        zip(
            places["commune"],
            zip(places["longitude"], places["latitude"], strict=True),
            strict=True,
        )
    )
    commune = np.array([device.split("-")[0] for device in plays["device"].to_pylist()])
    item = np.array(plays["item"].to_pylist())
    heard = ~np.array(plays["first_sound_ms"].is_null())
    figure, axes = plt.subplots(1, len(PLAYS), figsize=(11, 5.4), sharey=True)
    for axis, (play, when) in zip(axes, PLAYS.items(), strict=True):
        of_play = item == play
        kinds: dict[str, list[tuple[float, float]]] = {name: [] for name in KINDS}
        for code in np.unique(commune[of_play]):
            share = heard[of_play & (commune == code)].mean()
            kinds["none" if share == 0 else "all" if share == 1 else "some"].append(point[code])
        for name, (colour, mark, label) in KINDS.items():
            x, y = zip(*kinds[name], strict=True) if kinds[name] else ((), ())
            axis.scatter(x, y, s=24, c=colour, marker=mark, linewidths=1, label=label)
        axis.set_title(f"{when}\n{heard[of_play].mean():.0%}", fontsize=12)
        axis.set_aspect(1.03)
        axis.set_axis_off()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=3, frameon=False, fontsize=11)
    figure.tight_layout(rect=(0, 0.07, 1, 0.94))
    figure.savefig(picture, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
