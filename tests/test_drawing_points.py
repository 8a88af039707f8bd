"""What a grid counts in a shape is what the analysis assigns to it, to the edge."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_zhengzhi.assignment import assign
from geo_zhengzhi.services.drawing.points import PointGrid
from tests.studies import FRAME


def grid_of(xy: np.ndarray) -> PointGrid:
    return PointGrid.of(FRAME, *FRAME.to_degrees(xy[:, 0], xy[:, 1]))


def assigned(grid: PointGrid, shape: shapely.Geometry, half_width_m: float | None) -> int:
    """What the analysis says."""
    parts = gpd.GeoDataFrame({"corridor_half_width_m": [half_width_m or np.nan]}, geometry=[shape])
    pairs = assign(pd.DataFrame({"easting_m": grid.x, "northing_m": grid.y}), parts, np.zeros(1))
    return int(pairs["inside"].sum())


@pytest.fixture(scope="module")
def random() -> PointGrid:
    return grid_of(np.random.default_rng(7).uniform(-15_000, 15_000, (20_000, 2)))


def star(reach_m: float, n: int, at: tuple[float, float] = (0, 0)) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    reach = reach_m * (1 + 0.4 * np.sin(5 * angle))
    return shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None] + at)


SHAPES = {
    "small": (star(200, 7, (400, -900)), None),
    "large": (star(9000, 40), None),
    "of a thousand vertices": (star(5000, 1000), None),
    "with a hole": (shapely.Polygon(star(9000, 40).exterior, [star(2000, 12).exterior.coords]), None),
    "of two parts": (shapely.MultiPolygon([star(900, 9, (5000, 5000)), star(900, 9, (-5000, 0))]), None),
    "beyond the points": (shapely.box(14_000, 14_000, 40_000, 40_000), None),
    "all of it": (shapely.box(-99_000, -99_000, 99_000, 99_000), None),
    "a corridor": (shapely.LineString([(-14_000, 0), (0, 4000), (14_000, 0)]), 300.0),
    "a corridor beyond": (shapely.LineString([(50_000, 0), (60_000, 4000)]), 300.0),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_holds_what_the_analysis_assigns_to_it(random, name):
    shape, width = SHAPES[name]
    assert random.count(shape, width) == assigned(random, shape, width)


def test_a_point_on_an_edge_a_vertex_or_the_rim_of_a_hole_is_inside():
    square = shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 40, 60, 60).exterior.coords])
    at = np.array([[0, 50], [100, 100], [40, 50], [60, 60], [50, 50], [100.001, 50], [10, 10]], float)
    grid = PointGrid.of(FRAME, *FRAME.to_degrees(at[:, 0], at[:, 1]))
    exact = PointGrid(at[:, 0].copy(), at[:, 1].copy(), np.append(np.zeros(512**2, np.int64), 7), 0.0, 0.0, 1e6)
    exact.start[1:] = 7  # every point in the first cell
    assert exact.count(square) == 5
    assert grid.count(shapely.box(-1, -1, 101, 101)) == 7


def test_a_corridor_takes_its_half_width_and_nothing_beyond_its_ends():
    line = shapely.LineString([(0, 0), (1000, 0)])
    at = np.array([[500, 300], [500, 300.001], [-0.001, 0], [0, 0], [1000, 299], [1000.001, 299]], float)
    exact = PointGrid(at[:, 0].copy(), at[:, 1].copy(), np.zeros(512**2 + 1, np.int64), -1.0, -1.0, 1e6)
    exact.start[1:] = 6
    assert exact.count(line, 300.0) == 3


def test_no_points_and_points_in_one_place_are_counted_too():
    box = shapely.box(-1, -1, 1, 1)
    assert grid_of(np.empty((0, 2))).count(box) == 0
    assert grid_of(np.zeros((9, 2))).count(box) == 9
    assert grid_of(np.full((9, 2), 5000.0)).count(box) == 0


def test_a_place_that_is_none_is_left_out():
    grid = PointGrid.of(FRAME, [117.4, np.nan, 117.4], [40.0, 40.0, np.nan])
    assert len(grid) == 1
