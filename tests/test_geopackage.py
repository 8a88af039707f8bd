"""The SQLite file is a GeoPackage: its tables say so, its R-trees and boxes follow every change."""

import time
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, delete, insert, text, update

from geo_zhengzhi.store.columns import blob_bounds, to_blob
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.geopackage import ensure_geopackage, tighten_boxes, widen_box
from geo_zhengzhi.store.rtree import box_of, rtree_of
from geo_zhengzhi.store.tables import (
    FEATURES,
    INDEXED,
    context,
    metadata,
    targets,
)
from tests.store_rows import add_targets, square
from tests.stores import ON_SQLITE


def tree(connection: Connection, table: str = "targets") -> dict[int, tuple[float, ...]]:
    rows = connection.exec_driver_sql(f"SELECT id, minx, miny, maxx, maxy FROM {rtree_of(table)}")
    return {row[0]: tuple(row[1:]) for row in rows}


def contents(connection: Connection, table: str) -> Any:
    return connection.execute(text("SELECT * FROM gpkg_contents WHERE table_name = :name"), {"name": table}).one()


def box_in_contents(connection: Connection, table: str) -> tuple[float | None, ...]:
    row = contents(connection, table)
    return (row.min_x, row.min_y, row.max_x, row.max_y)


@ON_SQLITE
class TestFile:
    def test_it_says_that_it_is_a_geopackage(self, store: Database) -> None:
        with store.read() as connection:
            assert connection.exec_driver_sql("PRAGMA application_id").scalar() == int.from_bytes(b"GPKG", "big")
            assert connection.exec_driver_sql("PRAGMA user_version").scalar() == 10400
        assert store.path is not None

    def test_every_feature_table_is_listed_with_its_geometry(self, store: Database) -> None:
        with store.read() as connection:
            listed = connection.exec_driver_sql(
                "SELECT table_name, geometry_type_name, c.srs_id FROM gpkg_contents c JOIN gpkg_geometry_columns "
                "USING (table_name) WHERE data_type = 'features' AND column_name = 'geom' AND z = 0 AND m = 0"
            ).all()
        assert {(name, kind) for name, kind, _ in listed} == set(FEATURES.items())
        assert {srs_id for _, _, srs_id in listed} == {4326}

    def test_accounts_sessions_and_the_audit_log_are_not_listed(self, store: Database) -> None:
        with store.read() as connection:
            listed = set(connection.exec_driver_sql("SELECT table_name FROM gpkg_contents").scalars())
        assert listed.isdisjoint({"users", "sessions", "audit_log", "state", "alembic_version"})
        assert listed < set(metadata.tables)

    def test_every_listed_table_has_a_whole_number_as_its_key_and_types_of_the_standard(self, store: Database) -> None:
        allowed = {"INTEGER", "DOUBLE", "TEXT", "DATETIME", "BOOLEAN", "POINT", "GEOMETRY"}
        with store.read() as connection:
            for name in connection.exec_driver_sql("SELECT table_name FROM gpkg_contents").scalars().all():
                columns = connection.exec_driver_sql(f"PRAGMA table_info({name})").all()
                assert [column.type for column in columns if column.pk] == ["INTEGER"], name
                assert {column.type for column in columns} <= allowed, name

    def test_reference_systems_and_extensions_are_those_of_the_standard(self, store: Database) -> None:
        with store.read() as connection:
            systems = connection.exec_driver_sql("SELECT srs_id FROM gpkg_spatial_ref_sys").scalars().all()
            extensions = connection.exec_driver_sql("SELECT * FROM gpkg_extensions").all()
        assert set(systems) == {-1, 0, 4326}
        assert {row.table_name for row in extensions} == set(INDEXED)
        assert {row.extension_name for row in extensions} == {"gpkg_rtree_index"}

    def test_making_it_again_changes_nothing(self, store: Database) -> None:
        add_targets(store, square(117.4, 40.0), None, shapely.Polygon())
        with store.write() as connection:
            before = [list(connection.exec_driver_sql(f"SELECT * FROM {name}")) for name in self.tables(connection)]
            ensure_geopackage(connection)
            after = [list(connection.exec_driver_sql(f"SELECT * FROM {name}")) for name in self.tables(connection)]
        assert after == before
        assert len(after) > 20

    def tables(self, connection: Connection) -> list[str]:
        asked = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'gpkg_contents' ORDER BY name"
        return list(connection.exec_driver_sql(asked).scalars())


@ON_SQLITE
class TestTree:
    def test_it_holds_the_box_of_every_geometry_rounded_outwards(self, store: Database) -> None:
        add_targets(store, square(117.4, 40.0), None, shapely.Polygon(), shapely.Point(117.45, 40.05))
        with store.read() as connection:
            boxes = tree(connection)
        assert set(boxes) == {1, 4}
        for fid, shape in ((1, square(117.4, 40.0)), (4, shapely.Point(117.45, 40.05))):
            found, wanted = np.array(boxes[fid]), np.array(shape.bounds)
            np.testing.assert_allclose(found, wanted, atol=1e-5)
            assert (found[:2] <= wanted[:2]).all()
            assert (found[2:] >= wanted[2:]).all()

    @pytest.mark.parametrize("before", [square(117, 40), None, shapely.Polygon()])
    @pytest.mark.parametrize("after", [square(118, 41), None, shapely.Polygon()])
    @pytest.mark.parametrize("fid", [1, 9])
    def test_it_follows_every_update(self, store: Database, before: Any, after: Any, fid: int) -> None:
        add_targets(store, before)
        with store.write() as connection:
            connection.execute(update(targets).values(geom=after, fid=fid))
            boxes = tree(connection)
        if after is None or after.is_empty:
            assert boxes == {}
        else:
            assert boxes == {fid: pytest.approx(after.bounds, abs=1e-4)}

    def test_it_follows_deletion_and_rollback(self, store: Database) -> None:
        add_targets(store, square(117, 40), square(118, 41))
        with store.write() as connection:
            undone = connection.begin_nested()
            connection.execute(delete(targets))
            assert tree(connection) == {}
            undone.rollback()
            assert set(tree(connection)) == {1, 2}
            connection.execute(delete(targets).where(targets.c.fid == 1))
            assert set(tree(connection)) == {2}

    def test_it_follows_an_upsert(self, store: Database) -> None:
        add_targets(store, square(117, 40))
        with store.write() as connection:
            upsert = (
                "INSERT INTO targets (geom, part_id, target_id) VALUES (?, 'p0', 't') "
                "ON CONFLICT (part_id) DO UPDATE SET geom = excluded.geom"
            )
            connection.exec_driver_sql(upsert, (to_blob(square(118, 41)),))
            assert tree(connection) == {1: pytest.approx(square(118, 41).bounds, abs=1e-4)}

    def test_its_root_gives_the_box_of_all_also_when_it_is_deep(self, store: Database) -> None:
        places = np.random.default_rng(7).uniform((117, 40), (118, 41), (500, 2))
        add_targets(store, *(square(*place, side=0.001) for place in places))
        with store.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM rtree_targets_geom_node").scalar_one() > 5
            found = box_of(connection, "targets")
            assert box_of(connection, "zones") is None
        np.testing.assert_allclose(found, (*places.min(axis=0), *(places.max(axis=0) + 0.001)), atol=2e-5)


@ON_SQLITE
class TestContents:
    def test_a_change_is_noted_and_the_box_covers_what_was_added(self, store: Database) -> None:
        with store.read() as connection:
            before = contents(connection, "targets").last_change
            assert box_in_contents(connection, "targets") == (None,) * 4
        time.sleep(0.002)  # the standard counts milliseconds
        add_targets(store, None, square(117.4, 40.0), square(117.2, 40.2))
        with store.read() as connection:
            after = contents(connection, "targets").last_change
            assert box_in_contents(connection, "targets") == pytest.approx((117.2, 40.0, 117.41, 40.21))
            assert box_in_contents(connection, "boundary_versions") == pytest.approx((117.2, 40.0, 117.41, 40.21))
        assert before < after
        assert len(after) == len("2024-03-01T08:15:00.000Z")

    def test_tightening_takes_the_box_of_what_is_left(self, store: Database) -> None:
        add_targets(store, square(117.4, 40.0), square(117.2, 40.2))
        with store.write() as connection:
            connection.execute(delete(targets).where(targets.c.part_id == "p1"))
            assert box_in_contents(connection, "targets") == pytest.approx((117.2, 40.0, 117.41, 40.21))
            tighten_boxes(connection)
            assert box_in_contents(connection, "targets") == pytest.approx((117.4, 40.0, 117.41, 40.01), abs=2e-5)

    def test_tables_without_a_tree_are_covered_too(self, store: Database) -> None:
        with store.write() as connection:
            connection.execute(insert(context).values(layer="station", geom=shapely.Point(117.4, 40.0)))
            widen_box(connection, "incidents", (117.0, 40.0, 118.0, 41.0))
            widen_box(connection, "incidents", (116.9, 40.5, 117.5, 40.6))
            assert box_in_contents(connection, "context") == (117.4, 40.0, 117.4, 40.0)
            assert box_in_contents(connection, "incidents") == (116.9, 40.0, 118.0, 41.0)

    def test_a_batch_that_ends_is_a_change_of_the_incidents(self, store: Database) -> None:
        with store.write() as connection:
            connection.exec_driver_sql("UPDATE gpkg_contents SET last_change = '2024-03-01T08:15:00.000Z'")
            columns = "file_name, sha256, status, started_at, made_by"
            connection.exec_driver_sql(f"INSERT INTO batches ({columns}) VALUES ('', '', 'running', '', '')")
            assert contents(connection, "incidents").last_change == "2024-03-01T08:15:00.000Z"
            connection.exec_driver_sql("UPDATE batches SET status = 'done'")
            assert contents(connection, "incidents").last_change > "2024-03-01T08:15:00.000Z"


@pytest.mark.parametrize(
    ("blob", "bounds"),
    [
        (None, None),
        (to_blob(shapely.Polygon()), None),
        (to_blob(shapely.Point(117.4, 40.0)), (117.4, 40.0, 117.4, 40.0)),
        (to_blob(square(117.4, 40.0)), (117.4, 40.0, 117.41, 40.01)),
        (b"GP\x00\x01" + b"\0" * 4 + shapely.to_wkb(square(1, 2, 1)), (1.0, 2.0, 2.0, 3.0)),
        (
            b"GP\x00\x02" + b"\0" * 4 + np.array([1, 2, 3, 4], ">f8").tobytes() + shapely.to_wkb(square(0, 0)),
            (1, 3, 2, 4),
        ),
    ],
)
def test_the_bounds_of_a_blob_are_read_from_its_header_where_it_has_them(blob: bytes | None, bounds: Any) -> None:
    found = blob_bounds(blob)
    assert found == bounds if bounds is None else found == pytest.approx(bounds)
