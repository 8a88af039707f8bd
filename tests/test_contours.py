"""Heat as filled contours: the right ground, nested, closed, on the one fixed scale."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from geo_zhengzhi.crs import geodesic_area_km2
from geo_zhengzhi.model import HEAT_CLASSES, Surface
from geo_zhengzhi.render.contours import heat_areas

CENTER = (117.4, 40.0)


def surface(values: object, cell_m: float = 50.0) -> Surface:
    grid = np.asarray(values, float)
    return Surface(grid, -cell_m * grid.shape[1] / 2, -cell_m * grid.shape[0] / 2, cell_m, 400.0)


def cone(height: float = 100.0, radius_m: float = 2000.0, cell_m: float = 50.0) -> Surface:
    """Falls evenly from `height` in the middle to zero at the radius."""
    middles = cell_m * (np.arange(101) - 50)
    distance = np.hypot(*np.meshgrid(middles, middles))
    return surface(np.clip(height * (1 - distance / radius_m), 0, None), cell_m)


def test_each_area_covers_the_ground_where_its_density_is_reached() -> None:
    for bound, area in heat_areas(cone(), CENTER):
        radius_km = 2.0 * (1 - bound / 100)
        if radius_km > 0:
            assert geodesic_area_km2([area])[0] == pytest.approx(np.pi * radius_km**2, rel=0.01)


def test_the_middle_of_the_surface_lies_at_the_frames_centre() -> None:
    _, area = heat_areas(cone(), CENTER)[0]
    assert area.centroid.coords[0] == pytest.approx(CENTER, abs=1e-5)


def test_row_zero_is_the_southern_one() -> None:
    values = np.zeros((20, 20))
    values[1:4, 8:12] = 5
    assert heat_areas(surface(values), CENTER)[0][1].centroid.y < CENTER[1]


def test_areas_are_nested_and_valid() -> None:
    areas = [area for _, area in heat_areas(cone(250), CENTER)]
    assert len(areas) == len(HEAT_CLASSES)
    assert all(area.is_valid for area in areas)
    for outer, inner in pairwise(areas):
        assert shapely.difference(inner, outer).area < 1e-9


@pytest.mark.parametrize(
    ("highest", "reached"), [(0.99, 0), (1.0, 1), (2.99, 1), (3.0, 2), (99.99, 4), (100.0, 5), (1e4, 5)]
)
def test_a_class_is_drawn_from_exactly_its_bound(highest: float, reached: int) -> None:
    values = np.zeros((12, 12))
    values[4:8, 4:8] = highest
    assert len(heat_areas(surface(values), CENTER)) == reached


def test_the_scale_does_not_move_with_the_data() -> None:
    few = heat_areas(cone(20), CENTER)
    many = heat_areas(cone(20_000), CENTER)
    assert [bound for bound, _ in few] == [1, 3, 10]
    assert [bound for bound, _ in many] == [1, 3, 10, 30, 100]


def test_contours_close_at_the_edge_of_the_surface() -> None:
    _, area = heat_areas(surface(np.full((6, 9), 5.0)), CENTER)[0]
    assert area.geom_type == "Polygon"
    assert geodesic_area_km2([area])[0] == pytest.approx(0.3 * 0.45, rel=0.2)


def test_a_hollow_stays_open() -> None:
    values = np.full((30, 30), 5.0)
    values[10:20, 10:20] = 0
    _, area = heat_areas(surface(values), CENTER)[0]
    assert len(area.interiors) == 1
    assert not area.contains(shapely.Point(CENTER))


def test_two_places_make_two_polygons() -> None:
    values = np.zeros((30, 30))
    values[5:9, 5:9] = values[20:24, 20:24] = 4
    assert len(heat_areas(surface(values), CENTER)[0][1].geoms) == 2


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (5, 5)])
def test_a_surface_without_density_has_no_contours(shape: tuple[int, int]) -> None:
    assert heat_areas(surface(np.zeros(shape)), CENTER) == []


def test_one_cell_is_enough() -> None:
    assert len(heat_areas(surface([[7.0]]), CENTER)) == 2
