"""Maps: true to scale, north up, and of the country only with all of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.findings.communes import Commune
from reports.geography import ARCHIPELAGOS, frame

POINT = st.tuples(st.floats(-85, 85), st.floats(-180, 180))


def communes(points):
    return [Commune(str(n), "", "", *point) for n, point in enumerate(points)]


def test_a_province_fills_its_map():
    found = frame(communes([(13.5, 108.6), (14.7, 109.3)]))
    assert not found.national
    left, low = found.place((13.5, 108.6))
    right, high = found.place((14.7, 109.3))
    assert left < right
    assert high < low


def test_a_national_map_has_both_archipelagos_and_room_for_their_names():
    found = frame(communes([(21.0, 105.8), (10.8, 106.7)]))
    assert found.national
    assert [one.name.vi for one in ARCHIPELAGOS] == ["Quần đảo Hoàng Sa", "Quần đảo Trường Sa"]
    for archipelago in ARCHIPELAGOS:
        for point in (*archipelago.islands, archipelago.label):
            x, y = found.place(point)
            assert 0 < x < found.WIDTH
            assert 0 < y < found.height


def test_without_points_there_is_no_map():
    assert frame([Commune("1", "", "", None, None)]) is None


@given(st.lists(POINT, min_size=1, max_size=5))
def test_every_commune_is_on_the_map(points):
    found = frame(communes(points))
    for point in points:
        x, y = found.place(point)
        assert -1 <= x <= found.WIDTH + 1
        assert -1 <= y <= found.height + 1
    km, length = found.scale_bar()
    assert km >= 1
    assert length > 0


@pytest.mark.parametrize("latitude", [8.6, 16.0, 23.0])
def test_a_degree_is_as_long_to_the_north_as_to_the_east(latitude):
    found = frame(communes([(latitude, 105.0), (latitude + 0.1, 105.1)]))
    middle = (found.south + found.north) / 2
    x, y = found.place((middle, 105.0))
    right, _ = found.place((middle, 105.1))
    _, high = found.place((middle + 0.1, 105.0))
    assert (right - x) / (y - high) == pytest.approx(math.cos(math.radians(middle)), rel=0.01)
