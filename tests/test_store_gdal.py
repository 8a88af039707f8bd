"""GDAL reads the live file and edits targets in it, from a process of its own; version and history are kept."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import insert, select

from geo_zhengzhi.store import state
from geo_zhengzhi.store.boundary_history import ADDED, DELETED, EDITED, OUTSIDE
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.rtree import rtree_of
from geo_zhengzhi.store.tables import FEATURES, INDEXED, boundary_versions, context, targets
from geo_zhengzhi.store.triggers import missing
from tests.gdal_editor import ask_gdal
from tests.store_rows import add_targets, square
from tests.stores import ON_SQLITE

pytestmark = ON_SQLITE
TRIANGLE = "POLYGON ((117 40, 118 40, 118 41, 117 40))"


@pytest.fixture
def path(store: Database) -> Path:
    """The live file, with three parts in it and one other feature."""
    add_targets(store, square(117.4, 40.0), square(117.6, 40.0), None)
    with store.write() as connection:
        connection.execute(insert(context).values(layer="station", geom=shapely.Point(117.4, 40.0), name="蓟州站"))
    assert store.path is not None
    return store.path


def kept(store: Database, part_id: str) -> list[tuple[int, str, str]]:
    versions = boundary_versions.c
    with store.read() as connection:
        asked = select(versions.version, versions.made_by, versions.reason).where(versions.part_id == part_id)
        return [tuple(row) for row in connection.execute(asked.order_by(versions.version))]


def whole(store: Database) -> None:
    """Nothing of ours was taken away, and the R-trees hold what the tables hold."""
    with store.read() as connection:
        assert missing(connection) == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        for table in INDEXED:
            n_boxes = connection.exec_driver_sql(f"SELECT count(*) FROM {rtree_of(table)}").scalar()
            asked = f"SELECT count(*) FROM {table} WHERE geom NOT NULL AND NOT ST_IsEmpty(geom)"
            assert n_boxes == connection.exec_driver_sql(asked).scalar()


def test_every_layer_opens_without_a_warning_and_no_secret_is_among_them(path: Path, store: Database) -> None:
    code = (
        "import sys, warnings, pyogrio; warnings.simplefilter('error'); "
        "[pyogrio.read_dataframe(sys.argv[1], layer=name) for name, _ in pyogrio.list_layers(sys.argv[1])]"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    (layers,) = ask_gdal(path, ["layers"])
    assert {name: n for name, (kind, n) in layers.items() if kind is not None} == {
        **dict.fromkeys(FEATURES, 0), "targets": 3, "boundary_versions": 3, "context": 1,
    }  # fmt: skip
    assert layers["incidents"][0] == "Point"
    assert {name for name, (kind, _) in layers.items() if kind is None} == {
        "entries", "entry_versions", "steps", "batches", "rejects", "analyses",
    }  # fmt: skip
    if shutil.which("ogrinfo"):
        subprocess.run(["ogrinfo", "-ro", "-al", "-so", str(path)], check=True, capture_output=True)


def test_a_new_store_that_is_still_empty_is_a_geopackage_already(store: Database) -> None:
    (layers,) = ask_gdal(store.path, ["layers"])  # type: ignore[arg-type]
    assert {name for name, (kind, _) in layers.items() if kind is not None} == set(FEATURES)


def test_geometries_and_times_are_those_that_were_written(path: Path, store: Database) -> None:
    rows, stations = ask_gdal(path, ["read", "targets"], ["read", "context"])
    with store.read() as connection:
        for found, row in zip(rows, connection.execute(select(targets).order_by(targets.c.fid)), strict=True):
            assert (found["fid"], found["part_id"], found["version"]) == (row.fid, row.part_id, row.version)
            assert found["geometry"] is None if row.geom is None else shapely.from_wkt(found["geometry"]) == row.geom
            assert found["made_at"][:23] == row.made_at.isoformat()[:23]
    assert stations[0]["name"] == "蓟州站"


def test_gdal_finds_features_in_a_box_through_our_tree(path: Path) -> None:
    (rows,) = ask_gdal(path, ["read", "targets", {"bbox": [117.5, 39.9, 117.7, 40.1]}])
    assert [row["part_id"] for row in rows] == ["p1"]


@pytest.mark.parametrize(
    "action",
    [
        ["set_feature", "targets", 1, TRIANGLE, None, ""],
        ["sql", "UPDATE targets SET geom = (SELECT geom FROM targets WHERE fid = 2) WHERE fid = 1"],
        ["sql", "UPDATE targets SET corridor_half_width_m = 300 WHERE fid = 1"],
        ["set_feature", "targets", 1, None, "corridor_half_width_m", "300"],
    ],
)
def test_an_edit_in_gdal_is_a_version_signed_outside(path: Path, store: Database, action: list[Any]) -> None:
    ask_gdal(path, action)
    assert kept(store, "p0") == [(1, OUTSIDE, ADDED), (2, OUTSIDE, EDITED)]
    with store.read() as connection:
        assert connection.execute(select(targets.c.version).where(targets.c.part_id == "p0")).scalar() == 2
        assert state.get(connection, state.TARGETS_VERSION) == 4  # three were added, one was edited
    whole(store)


@pytest.mark.parametrize(
    "action",
    [
        ["set_feature", "targets", 1, None, "part_name", "武定苑"],  # writes the same geometry again
        ["sql", "UPDATE targets SET part_name = '武定苑' WHERE fid = 1"],
    ],
)
def test_an_edit_of_a_name_in_gdal_makes_no_version(path: Path, store: Database, action: list[Any]) -> None:
    ask_gdal(path, action)
    with store.read() as connection:
        assert connection.execute(select(targets.c.part_name).where(targets.c.fid == 1)).scalar() == "武定苑"
    assert kept(store, "p0") == [(1, OUTSIDE, ADDED)]
    whole(store)


@pytest.mark.parametrize("fields", [{}, {"part_id": None, "version": 4, "made_by": "规划一科"}])
def test_a_target_drawn_in_gdal_gets_a_name_and_version_1(path: Path, store: Database, fields: dict[str, Any]) -> None:
    ask_gdal(path, ["append", "targets", TRIANGLE, {"target_id": "t", **fields}])
    with store.read() as connection:
        row = connection.execute(select(targets).where(targets.c.fid == 4)).one()
    assert row.part_id.startswith("part-")
    assert (row.version, row.made_by, row.part_name, row.illustrative) == (1, OUTSIDE, "", False)
    assert kept(store, row.part_id) == [(1, OUTSIDE, ADDED)]
    whole(store)


def test_a_target_deleted_in_gdal_leaves_a_last_version(path: Path, store: Database) -> None:
    ask_gdal(path, ["delete_feature", "targets", 1])
    assert kept(store, "p0") == [(1, OUTSIDE, ADDED), (2, OUTSIDE, DELETED)]
    whole(store)


def test_gdal_may_not_rewrite_the_history(path: Path, store: Database) -> None:
    with pytest.raises(AssertionError, match="only ever appended to"):
        ask_gdal(path, ["sql", "UPDATE boundary_versions SET made_by = 'nobody'"])
    with pytest.raises(AssertionError, match="only ever appended to"):
        ask_gdal(path, ["delete_feature", "boundary_versions", 1])
    assert kept(store, "p0") == [(1, OUTSIDE, ADDED)]


def test_a_bare_sqlite_cannot_edit_a_boundary_and_changes_nothing(path: Path, store: Database) -> None:
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('UPDATE targets SET geom = NULL WHERE fid = 1')"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert "no such function: ST_" in done.stderr
    assert kept(store, "p0") == [(1, OUTSIDE, ADDED)]
