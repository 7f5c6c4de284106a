"""The curves of two plans over each other: a drawing of HTML and SVG alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.rollout_words import MEASURES
from reports.words import Language
from reports.worlds_chart import Point, drawn


def figures(curves: Sequence[Mapping[str, Any]], name: str, language: Language) -> str:
    """A figure for each measure of a comparison: P50 of the first plan dashed with diamonds, of the
    second solid with dots; the ids of the figures begin with `name`."""
    return f'<div class="worlds">{"".join(_figures(curves, name, language))}</div>'


def _figures(curves: Sequence[Mapping[str, Any]], name: str, language: Language) -> list[str]:
    years = sorted({year["year"] for curve in curves for year in curve["years"]})
    place = {year: _at(number, len(years)) for number, year in enumerate(years)}
    ticks = {place[year]: str(year) for year in years}
    return [
        drawn(
            getattr(MEASURES[curve["id"]], language),
            f"{name}-curve-{number}",
            _points(curve, "old", place),
            _points(curve, "new", place),
            ticks,
        )
        for number, curve in enumerate(curves)
    ]


def _points(curve: Mapping[str, Any], side: str, place: Mapping[int, float]) -> list[Point]:
    return [
        (place[year["year"]], round(100 * year[side]["p50"], 2))
        for year in curve["years"]
        if year[side] and year[side]["p50"] is not None
    ]


def _at(number: int, of: int) -> float:
    return round(4 + 92 * number / max(1, of - 1), 2)
