"""What all static pictures have in common: their paper, colours, names, and points on a map.

matplotlib is loaded with the first picture only.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from reports import fonts
from reports.findings.communes import Commune
from reports.geography import ARCHIPELAGOS, CITIES, Frame
from reports.words import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEVEL_COLOURS: Final = ("#a8320a", "#8a6100", "#3878a8", "#0b3f5c")
"""From nothing to all; told apart by the colour-blind, and by shape as well."""

LEVEL_SHAPES: Final = ("x", "v", "D", "o")
INK, QUIET, LINE, MISSED = "#1d2b36", "#51606c", "#c9d2d9", "#9b1c1c"

_MANY_POINTS: Final = 1_000
_DPI: Final = 160


def paper(
    width: float, height: float, margins: tuple[float, float, float, float] | None = None
) -> "tuple[Figure, Axes]":
    """An empty picture so many inches wide and high.

    What stands around the axes gets the room that it needs, or `margins`: shares at which the axes
    begin and end from the left and from below. These are quicker.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=None if margins else "constrained", dpi=_DPI)
    if margins:
        left, right, bottom, top = margins
        figure.subplots_adjust(left=left, right=right, bottom=bottom, top=top)
    axes = figure.subplots()
    axes.tick_params(labelsize=8, colors=INK)
    axes.spines[:].set_color(LINE)
    return figure, axes


def png(figure: "Figure") -> bytes:
    """The picture as PNG, the same whenever it is drawn."""
    from matplotlib import rc_context

    out = io.BytesIO()
    with rc_context({"font.family": "DejaVu Sans", "text.parse_math": False}):
        # Half the time of the usual compression, for a few kilobytes more.
        figure.savefig(
            out, format="png", metadata={"Software": None}, pil_kwargs={"compress_level": 3}
        )
    return out.getvalue()


def plain(text: str, most: int = 40) -> str:
    """A name as matplotlib shall draw it: no formula, nothing hidden, no longer than a line."""
    return fonts.drawable(text[:most]).replace("$", r"\$").lstrip("_")


def map_of(
    frame: Frame,
    communes: Sequence[Commune],
    levels: Sequence[int],
    names: Sequence[str] | None,
    language: Language,
) -> "tuple[Figure, Axes]":
    """A map of communes by their levels, places in `LEVEL_COLOURS`, -1 for what is not drawn; with
    a legend where the levels are named."""
    high = 4.2 * frame.height / frame.WIDTH + (0.9 if names else 0)
    figure, axes = paper(4.2, high, None if names else (0.01, 0.99, 0.01, 0.99))
    small = len(communes) > _MANY_POINTS
    for number, (colour, shape) in enumerate(zip(LEVEL_COLOURS, LEVEL_SHAPES, strict=True)):
        points = np.array(
            [
                frame.place((one.latitude, one.longitude))
                for one, here in zip(communes, levels, strict=True)
                if here == number and one.latitude is not None and one.longitude is not None
            ]
        ).reshape(-1, 2)
        size = (4 if small else 30) * (0.8 if shape == "D" else 1)
        axes.scatter(
            points[:, 0],
            points[:, 1],
            s=size,
            c=colour,
            marker=shape,
            zorder=len(LEVEL_COLOURS) - number,  # the least on top, so that nothing hides them
            linewidths=(0.5 if small else 1.2) if shape == "x" else 0,
            label=f"{names[number]}: {len(points)}" if names else None,
        )
    if frame.national:
        _national(axes, frame, language)
    axes.set(xlim=(0, frame.WIDTH), ylim=(frame.height, 0), aspect="equal", xticks=[], yticks=[])
    _scale_bar(axes, frame)
    if names:
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.01),
            ncols=2,
            frameon=False,
            fontsize=8,
            markerscale=2 if small else 1,
        )
    return figure, axes


def _national(axes: "Axes", frame: Frame, language: Language) -> None:
    for archipelago in ARCHIPELAGOS:
        points = np.array([frame.place(island) for island in archipelago.islands])
        axes.scatter(
            points[:, 0], points[:, 1], s=9, facecolors="none", edgecolors=INK, linewidths=0.7
        )
        x, y = frame.place(archipelago.label)
        name = getattr(archipelago.name, language)
        axes.annotate(name, (x, y), fontsize=6, color=INK, ha="center", va="top")
    halo: Mapping[str, Any] = {"facecolor": "white", "alpha": 0.8, "pad": 0.8, "linewidth": 0}
    for city, point in CITIES:
        x, y = frame.place(point)
        axes.annotate(city, (x, y), fontsize=6, color=INK, ha="center", va="center", bbox=halo)


def _scale_bar(axes: "Axes", frame: Frame) -> None:
    km, length = frame.scale_bar()
    left, low = frame.WIDTH * 0.04, frame.height * 0.97
    axes.plot([left, left + length], [low, low], color=QUIET, linewidth=1.5)
    axes.annotate(f"{km} km", (left, low - frame.height * 0.012), fontsize=6.5, color=QUIET)
