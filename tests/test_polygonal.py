"""What clipping leaves is polygons."""

import numpy as np
import pytest
import shapely

from geo_zhengzhi.polygonal import (
    MANY_HOLES,
    QUAD_SEGS,
    clipped,
    clipped_out,
    grown,
    polygonal,
    taken_in,
    unions,
    without_slivers,
)  # fmt: skip

UNIT = shapely.box(0, 0, 1, 1)


def objects(*shapes):
    return np.array(shapes, object)


def test_a_polygon_inside_its_mask_comes_back_as_it_is():
    assert clipped(objects(UNIT), objects(shapely.box(0, 0, 2, 2)))[0] is UNIT


def test_a_polygon_that_is_its_own_mask_comes_back_as_it_is():
    both = objects(UNIT, shapely.box(0, 0, 2, 2))
    own, other = clipped(both, objects(UNIT, shapely.box(1, 1, 3, 3)))
    assert own is UNIT
    assert other.equals(shapely.box(1, 1, 2, 2))


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


def test_slivers_of_a_crossing_are_taken_away():
    crossed = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (-1e-9, 0), (0, -1e-9)])
    assert not crossed.is_valid
    assert without_slivers(objects(crossed))[0].normalize().equals_exact(UNIT.normalize(), 1e-6)
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert without_slivers(objects(bow))[0].geom_type == "MultiPolygon"


def test_a_polygon_of_many_holes_grows_and_shrinks_as_one_of_few():
    centres = np.stack(np.meshgrid(np.arange(12), np.arange(12)), axis=-1).reshape(-1, 2) + 0.5
    holes = shapely.union_all(shapely.buffer(shapely.points(centres), 0.3))
    sieve = shapely.box(0, 0, 12, 12).difference(holes)
    assert len(sieve.interiors) > MANY_HOLES
    for function, sign in ((grown, 1), (taken_in, -1)):
        for width in (0.1, 0.25):
            shape = function(objects(sieve, UNIT), np.full(2, width), 2)
            assert shapely.hausdorff_distance(shape[0], sieve.buffer(sign * width)) < 0.02
            assert shape[1].equals_exact(shapely.buffer(UNIT, sign * width, quad_segs=QUAD_SEGS), 1e-9)
