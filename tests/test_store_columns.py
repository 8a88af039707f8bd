"""Geometries, moments and JSON come back as they went in, on both engines."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
import shapely
from sqlalchemy import insert, select

from geo_zhengzhi.store.columns import from_blob, iso_utc, point_blobs, points_of_blobs, to_blob
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import boundary_versions, context, state

SHAPES = [
    shapely.Point(117.4, 40.04),
    shapely.LineString([(117.3, 40.0), (117.5, 40.1)]),
    shapely.box(117.3, 40.0, 117.5, 40.1),
    shapely.MultiPolygon([shapely.box(117, 40, 118, 41), shapely.box(119, 40, 120, 41)]),
    shapely.Polygon(),
    None,
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_geometry_comes_back(store: Database, shape: shapely.Geometry | None) -> None:
    with store.write() as connection:
        connection.execute(insert(context).values(layer="outline", geom=shape))
    with store.read() as connection:
        found = connection.execute(select(context.c.geom)).scalar_one()
    assert (found is None) if shape is None else shapely.equals_identical(found, shape)


def test_a_moment_comes_back_in_utc_to_the_millisecond(store: Database) -> None:
    in_beijing = datetime(2024, 3, 1, 8, 15, 0, 123_000, timezone(timedelta(hours=8)))
    row = {"part_id": "p", "target_id": "t", "version": 1, "made_at": in_beijing, "made_by": "x", "reason": "y"}
    with store.write() as connection:
        connection.execute(insert(boundary_versions).values(**row))
    with store.read() as connection:
        found = connection.execute(select(boundary_versions.c.made_at)).scalar_one()
    assert found == in_beijing
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(store: Database) -> None:
    row = {"part_id": "p", "target_id": "t", "version": 1, "made_by": "x", "reason": "y"}
    with pytest.raises(Exception, match="zone"), store.write() as connection:
        connection.execute(insert(boundary_versions).values(**row, made_at=datetime(2024, 3, 1)))


def test_json_comes_back_and_its_text_does_not_depend_on_the_order_of_keys(store: Database) -> None:
    with store.write() as connection:
        connection.execute(insert(state).values(key="a", value={"b": [1, "二"], "a": None}))
    with store.read() as connection:
        assert connection.execute(select(state.c.value)).scalar_one() == {"a": None, "b": [1, "二"]}


def test_many_points_become_the_same_blobs_as_one() -> None:
    longitude, latitude = np.array([117.4, -73.9]), np.array([40.04, 40.7])
    blobs = point_blobs(longitude, latitude)
    assert blobs == [to_blob(shapely.Point(x, y)) for x, y in zip(longitude, latitude, strict=True)]
    for found, wanted in zip(points_of_blobs(blobs), (longitude, latitude), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_points_that_somebody_else_wrote_with_a_bounding_box_are_read_too() -> None:
    boxed = b"GP\x00\x03" + to_blob(shapely.Point(1, 2))[4:8] + np.array([1, 1, 2, 2], "<f8").tobytes()
    boxed += shapely.to_wkb(shapely.Point(1, 2))
    assert from_blob(boxed) == shapely.Point(1, 2)
    assert [list(a) for a in points_of_blobs([boxed, to_blob(shapely.Point(3, 4))])] == [[1, 3], [2, 4]]


def test_something_else_is_no_geometry() -> None:
    with pytest.raises(ValueError, match="GeoPackage"):
        from_blob(b"XX\x00\x01")


def test_times_sort_as_text() -> None:
    assert iso_utc(datetime(2024, 3, 1, 8, 15, tzinfo=UTC)) == "2024-03-01T08:15:00.000Z"
