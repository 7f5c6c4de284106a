"""The static pictures: there, not blank, and different where what they show differs."""

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.image import imread

from reports import plots
from reports.bundle_reading import read
from reports.findings.communes import Commune
from reports.findings.found import Found
from reports.findings.timelines import PARTIAL
from reports.geography import frame

NAMES = [
    *("map-20s.png", "map-180s.png", "map-end.png"),
    *("reach.png", "latency.png", "timeline.png"),
]


@pytest.fixture(scope="module")
def found(bundle_of):
    return Found.of(read(bundle_of("binh-dinh-day")))


def drawn(png):
    """The share of the picture that is not white."""
    return float((imread(io.BytesIO(png))[..., :3].min(axis=2) < 0.9).mean())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_picture_is_drawn(found, language):
    pictures = dict(plots.pictures(found, language))
    assert list(pictures) == NAMES
    for png in pictures.values():
        assert 0.001 < drawn(png) < 0.6


def test_the_same_findings_give_the_same_bytes(found):
    first, second = (
        plots.map_picture(found.reaches[0], found.communes, found.frame, 20) for _ in range(2)
    )
    assert first == second


def test_maps_differ_as_reach_does(found):
    reach = found.reaches[0]
    first, last = (plots.levels(reach, plots.step_of(seconds)) for seconds in (0, None))
    assert np.all(first[reach.devices > 0] == 0)
    assert np.all(last[reach.devices > 0] == 3)
    pictures = {
        plots.map_picture(reach, found.communes, found.frame, seconds) for seconds in (0, None)
    }
    assert len(pictures) == 2


def test_a_national_map_draws_both_archipelagos(found):
    """Their islands stand where there is no commune, so the sea is not empty."""
    wide = frame([Commune("1", "", "", 21.0, 105.8), Commune("2", "", "", 10.8, 106.7)])
    image = imread(io.BytesIO(plots.map_picture(found.reaches[0], found.communes, wide, None)))[
        ..., :3
    ]
    height, width = image.shape[:2]
    sea = image[int(height * 0.05) : int(height * 0.9), int(width * 0.72) : int(width * 0.98)]
    north, south = np.array_split((sea.min(axis=2) < 0.5).any(axis=1), [sea.shape[0] * 3 // 5])
    assert north.any()
    assert south.any()


def test_names_cannot_be_formulas(found):
    strange = list(found.reaches)
    object.__setattr__(strange[0], "results", {**strange[0].results, "id": "_$\\frac{$漢"})
    assert plots.reach_picture(strange, "vi").startswith(b"\x89PNG")


def test_a_timeline_shows_what_was_missed(found):
    """Without the misses of its first row the picture is another, and has less red."""

    def red(rows):
        picture = imread(io.BytesIO(plots.timeline_picture(found, rows, "vi")))
        lane = picture[int(picture.shape[0] * 0.12) : int(picture.shape[0] * 0.8)]
        return int(((lane[..., 0] > 0.5) & (lane[..., 1:3].max(axis=2) < 0.3)).sum())

    (first, *_) = found.worst
    heard = [entry for entry in first.pattern if entry[1] <= PARTIAL]
    assert len(heard) < len(first.pattern)
    assert red([replace(first, pattern=heard)]) < red([first])


def test_without_findings_there_are_still_axes(found):
    nothing_missed = replace(found.timelines, missed=np.zeros_like(found.timelines.missed))
    nothing = replace(found, reaches=(), latencies=(), frame=None, timelines=nothing_missed)
    assert [name for name, _ in plots.pictures(nothing, "vi")] == ["reach.png", "latency.png"]
