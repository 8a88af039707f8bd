"""The study area where none is given."""

import numpy as np
import pytest
import shapely
from stage_data import FRAME, targets

from geo_zhengzhi.errors import StudyAreaTooWide
from geo_zhengzhi.study_area import MARGIN_M, box_around, study_area_of


def in_metres(shape):
    return shapely.transform(shape, lambda xy: np.column_stack(FRAME.to_metres(*xy.T)))


def test_it_is_the_targets_hull_and_twenty_kilometres():
    two = targets(("a", "square", shapely.box(0, 0, 100, 100)), ("b", "square", shapely.box(5000, 0, 5100, 100)))
    hull = shapely.box(0, 0, 5100, 100)
    assert shapely.hausdorff_distance(in_metres(study_area_of(two)), hull.buffer(MARGIN_M)) < 30


def test_lines_and_empty_targets_are_taken_as_they_are():
    line = shapely.LineString([(0, 0), (3000, 1000)])
    some = targets(("r", "railway_corridor", line, 300.0), ("t", "trade", shapely.Polygon()))
    assert in_metres(study_area_of(some)).covers(line.buffer(19_800))
    assert study_area_of(some.iloc[1:]).is_empty
    assert study_area_of(some.iloc[:0]).is_empty


def test_targets_too_far_apart_are_refused():
    far = targets(("a", "square", shapely.Point(0, 0).buffer(10)))
    far = far.loc[[0, 0]].set_geometry([shapely.box(100, 30, 100.1, 30.1), shapely.box(110, 30, 110.1, 30.1)], crs=4326)
    with pytest.raises(StudyAreaTooWide):
        study_area_of(far)


def test_a_box_is_rounded_outward():
    assert box_around(np.array([117.41, 117.59]), np.array([40.0, 40.04])).bounds == pytest.approx(
        (117.4, 40, 117.6, 40.1)
    )
    assert not box_around(np.zeros(0), np.zeros(0)).is_empty
