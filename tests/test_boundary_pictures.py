"""Small pictures of boundaries: in the frame, in scale, north up, and nothing but figures in them."""

import re
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from geo_zhengzhi.services.register.boundary_pictures import MARGIN_PX, Extent, extent_of, picture_of
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.register import Made

MADE = Made("system", datetime(2026, 1, 1, tzinfo=UTC))


def part(geometry: shapely.Geometry | None, half_width_m: float | None = None) -> Boundary:
    return Boundary("T-1", "T-1", 1, geometry, half_width_m, MADE)


def points(path: str) -> np.ndarray:
    return np.array([[float(x) for x in pair.split()] for pair in re.findall(r"[\d.-]+ [\d.-]+", path)])


SQUARE = part(shapely.box(117.4, 40.0, 117.41, 40.01))


def test_an_outline_fills_its_frame_with_north_up_and_one_scale():
    picture = picture_of(SQUARE, width=200, height=100)
    xy = points(picture.present.path)
    assert (xy[:, 1].min(), xy[:, 1].max()) == (MARGIN_PX, 100 - MARGIN_PX)
    width, height = np.ptp(xy, axis=0)
    assert width / height == pytest.approx(np.cos(np.radians(40.005)), abs=0.01)
    assert xy[:, 0].mean() == pytest.approx(100, abs=0.1)
    tall = part(shapely.Polygon([(117.4, 40.0), (117.41, 40.0), (117.405, 40.01)]))
    top = points(picture_of(tall, width=100, height=100).present.path)
    assert top[top[:, 1].argmin(), 0] == pytest.approx(50, abs=0.1)


def test_another_state_shares_the_frame_and_both_have_room():
    east = part(shapely.box(117.43, 40.0, 117.44, 40.01))
    picture = picture_of(SQUARE, east, width=112, height=80)
    one, two = points(picture.present.path), points(picture.other.path)
    assert one[:, 0].min() == MARGIN_PX
    assert two[:, 0].max() == 112 - MARGIN_PX
    assert one[:, 0].max() < two[:, 0].min()


def test_a_corridor_has_its_true_width_inside_the_frame():
    line = part(shapely.LineString([(117.4, 40.0), (117.45, 40.0)]), 300.0)
    picture = picture_of(line, width=200, height=100)
    length_px = np.ptp(points(picture.present.path)[:, 0])
    length_m = extent_of(line).length_km * 1000
    assert picture.present.band_px / 600 == pytest.approx(length_px / length_m, rel=0.01)
    assert length_px + picture.present.band_px <= 200 - 2 * MARGIN_PX + 0.2
    assert "Z" not in picture.present.path


def test_the_bar_is_a_round_number_of_metres_in_the_same_scale():
    picture = picture_of(SQUARE, width=288, height=190)
    height_px = np.ptp(points(picture.present.path)[:, 1])
    assert picture.bar_m == 500
    assert picture.bar_px / 500 == pytest.approx(height_px / 1112, rel=0.01)


def test_holes_and_several_areas_are_drawn():
    ring = shapely.box(117.4, 40.0, 117.41, 40.01).difference(shapely.box(117.404, 40.004, 117.406, 40.006))
    both = part(shapely.MultiPolygon([ring, shapely.box(117.42, 40.0, 117.43, 40.01)]))
    path = picture_of(both, width=200, height=100).present.path
    assert path.count("M") == path.count("Z") == 3


def test_what_is_finer_than_the_eye_is_left_out_and_the_path_holds_only_figures():
    angle = np.linspace(0, 2 * np.pi, 20_000)
    fine = part(shapely.Polygon(np.column_stack((117.4 + 0.01 * np.cos(angle), 40 + 0.01 * np.sin(angle)))))
    path = picture_of(fine, width=112, height=80).present.path
    assert len(path) < 1000
    assert re.fullmatch(r"[ML\d. Z-]+", path)


@pytest.mark.parametrize("nothing", [None, shapely.Polygon()])
def test_where_nothing_is_there_nothing_is_drawn(nothing):
    assert picture_of(part(nothing), width=112, height=80) is None
    assert extent_of(part(nothing)) == Extent()
    assert picture_of(None, SQUARE, width=112, height=80).present is None
    assert picture_of(SQUARE, part(nothing), width=112, height=80).other is None


def test_extents_are_geodesic():
    assert extent_of(SQUARE).area_km2 == pytest.approx(0.9482, abs=0.001)
    assert extent_of(SQUARE).length_km is None
    north = part(shapely.LineString([(117.4, 40.0), (117.4, 41.0)]), 300.0)
    assert extent_of(north) == Extent(length_km=pytest.approx(111.04, abs=0.01))
