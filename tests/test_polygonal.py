"""What clipping leaves is polygons."""

import numpy as np
import pytest
import shapely

from geo_zhengzhi.polygonal import clipped, clipped_out, grown, polygonal, unions

UNIT = shapely.box(0, 0, 1, 1)


def objects(*shapes):
    return np.array(shapes, object)


def test_a_polygon_inside_its_mask_comes_back_as_it_is():
    assert clipped(objects(UNIT), objects(shapely.box(0, 0, 2, 2)))[0] is UNIT


def test_sharing_an_edge_or_a_corner_leaves_nothing():
    masks = objects(shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2), shapely.box(5, 5, 6, 6))
    assert shapely.is_empty(clipped(objects(UNIT, UNIT, UNIT), masks)).all()


def test_points_and_lines_beside_polygons_are_left_out():
    mixed = shapely.GeometryCollection([UNIT, shapely.Point(3, 3), shapely.LineString([(1, 1), (2, 2)])])
    assert polygonal(objects(mixed, shapely.Point(0, 0)))[0].equals(UNIT)
    assert polygonal(objects(mixed, shapely.Point(0, 0)))[1].is_empty


def test_several_masks_are_taken_out():
    left = clipped_out(
        objects(UNIT, shapely.box(9, 9, 10, 10)), objects(shapely.box(0, 0, 0.5, 1), shapely.box(0.4, 0, 0.8, 1))
    )
    assert left[0].area == pytest.approx(0.2)
    assert left[1].area == 1
    assert clipped_out(objects(UNIT), objects(UNIT))[0].is_empty


def test_threads_change_nothing():
    rng = np.random.default_rng(0)
    shapes = shapely.buffer(shapely.points(rng.uniform(0, 10, (50, 2))), 1.0)
    masks, width = np.roll(shapes, 1), rng.uniform(0, 1, 50)
    assert shapely.equals(clipped(shapes, masks, 3), clipped(shapes, masks, 1)).all()
    assert shapely.equals(grown(shapes, width, 3), grown(shapes, width, 1)).all()
    groups = [np.array([0, 1, 2]), np.array([3]), np.array([4, 40])]
    assert shapely.equals(unions(shapes, groups, 3), unions(shapes, groups, 1)).all()


def test_nothing_gives_nothing():
    none = np.zeros(0, object)
    assert len(clipped(none, none)) == len(clipped_out(none, none)) == len(unions(none, [])) == 0
    assert len(grown(none, np.zeros(0))) == 0
