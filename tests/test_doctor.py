"""What is wrong with a store is found by name, and nothing is found where nothing is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from geo_zhengzhi.errors import StoreMissing
from geo_zhengzhi.services.studies.stored_study import snapshots_dir
from geo_zhengzhi.services.upkeep import examine_store
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.doctor import AT_MOST
from geo_zhengzhi.store.snapshot import open_snapshot
from geo_zhengzhi.store.triggers import suspended_triggers
from tests.store_rows import tallies
from tests.stores import ON_POSTGRESQL, ON_SQLITE

COMMON = {"Pages and indexes", "Schema", "Triggers", "Boundary history", "Register history", "Audit log", "Snapshot"}
COMMON |= {"Meeting files"}


def examined(store: Database) -> dict[str, tuple[str, ...]]:
    return {f.check: f.problems for f in examine_store(store.url.render_as_string(hide_password=False), Settings())}


def ill(store: Database) -> dict[str, tuple[str, ...]]:
    return {check: problems for check, problems in examined(store).items() if problems}


def by_force(store: Database, *statements: str) -> None:
    """Change rows with the triggers out of the way, and put them back."""
    with store.write() as connection:
        if store.is_sqlite:
            kept = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
            for name, _ in kept:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            for statement in (*statements, *(sql for _, sql in kept)):
                connection.exec_driver_sql(statement)
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.exec_driver_sql(statement)


def test_a_store_with_everything_in_it_is_well(filled: Database) -> None:
    found = examined(filled)
    assert set(found) == COMMON | (
        {"Foreign keys", "GeoPackage", "R-trees"} if filled.is_sqlite else {"PostGIS", "Role"}
    )
    assert not any(found.values())


def test_an_empty_store_is_well(store: Database) -> None:
    assert ill(store) == {}


def test_it_says_how_many_meeting_files_are_kept_and_how_much_they_take(filled: Database) -> None:
    found = examine_store(filled.url.render_as_string(hide_password=False), Settings())
    assert [str(note) for f in found for note in f.notes] == ["1 of 1 kept, 0.0 MiB"]


def test_examining_changes_nothing(filled: Database) -> None:
    def counts() -> object:
        if not filled.is_sqlite:  # whose own counters lag behind
            return tallies(filled)
        with filled.read() as connection:
            return connection.exec_driver_sql("PRAGMA data_version").scalar()

    before = counts()
    examined(filled)
    assert counts() == before


@pytest.mark.parametrize(
    ("statement", "check", "problem"),
    [
        ("UPDATE audit_log SET detail = '' WHERE seq = 2", "Audit log", "audit_log 2"),
        ("DELETE FROM audit_log WHERE seq = 1", "Audit log", "audit_log 1"),
        ("UPDATE targets SET geom = NULL WHERE part_id = 'p0'", "Boundary history", "p0 1: other than in the history"),
        ("UPDATE targets SET version = 2 WHERE part_id = 'p0'", "Boundary history", "p0 2: not in the history"),
        ("DELETE FROM boundary_versions WHERE part_id = 'p1'", "Boundary history", "p1 1: not in the history"),
        ("UPDATE export_contents SET n_bytes = 7 WHERE piece = 0", "Meeting files", "other bytes"),
        ("DELETE FROM export_contents WHERE piece = 1", "Meeting files", "other bytes"),
        ("DELETE FROM exports", "Meeting files", "of no file that was made"),
        ("UPDATE alembic_version SET version_num = '0000'", "Schema", "schema 0000, expected"),
        ("CREATE TABLE theirs (a INTEGER)", "Schema", "theirs"),
    ],
)
def test_each_fault_is_found_on_both_engines(filled: Database, statement: str, check: str, problem: str) -> None:
    by_force(filled, statement)
    found = ill(filled)
    assert problem in found[check][0]
    assert set(found) <= {check, "R-trees"}


@ON_SQLITE
@pytest.mark.parametrize(
    ("statement", "check", "problem"),
    [
        ("DROP TRIGGER audit_log_no_delete", "Triggers", "audit_log_no_delete"),
        ("PRAGMA application_id = 0", "GeoPackage", "application_id 0"),
        ("PRAGMA user_version = 10300", "GeoPackage", "user_version 10300"),
        ("DELETE FROM gpkg_geometry_columns WHERE table_name = 'zones'", "GeoPackage", "gpkg_contents: zones"),
        ("DELETE FROM gpkg_extensions WHERE table_name = 'zones'", "GeoPackage", "gpkg_contents: zones"),
        ("DELETE FROM gpkg_contents WHERE table_name = 'steps'", "GeoPackage", "gpkg_contents: steps"),
        ("UPDATE incidents SET geom = x'00' WHERE fid = 7", "GeoPackage", "incidents 7: geometry"),
        ("UPDATE incidents SET geom = x'4750000100000000' WHERE fid = 7", "GeoPackage", "incidents 7: geometry"),
        ("DELETE FROM rtree_targets_geom WHERE id = 1", "R-trees", "rtree_targets_geom 1"),
        ("UPDATE rtree_targets_geom SET maxx = 117.405 WHERE id = 1", "R-trees", "rtree_targets_geom 1"),
        ("INSERT INTO rtree_zones_geom VALUES (5, 0, 1, 0, 1)", "R-trees", "rtree_zones_geom 5"),
        ("DELETE FROM rtree_targets_geom_rowid WHERE rowid = 1", "R-trees", "rtree_targets_geom: "),
        ("DROP TABLE gpkg_contents", "GeoPackage", "no such table: gpkg_contents"),
    ],
)
def test_each_fault_of_a_geopackage_is_found(filled: Database, statement: str, check: str, problem: str) -> None:
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit(); c.close()"
    subprocess.run([sys.executable, "-c", code, str(filled.path), statement], check=True)
    assert problem in ill(filled)[check][0]


@ON_SQLITE
def test_rows_without_what_they_belong_to_are_found_and_no_more_than_twenty_told(filled: Database) -> None:
    with filled.engine.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        raw.executemany("INSERT INTO rejects (batch_id) VALUES (?)", [(100 + n,) for n in range(30)])  # type: ignore[union-attr]
        raw.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]
    problems = ill(filled)["Foreign keys"]
    assert len(problems) == AT_MOST
    assert problems[0] == "rejects 2: no batches"


@ON_SQLITE
def test_a_damaged_page_is_found_and_the_other_checks_go_on(filled: Database, tmp_path: Path) -> None:
    filled.close()
    path = filled.path
    assert path is not None
    data = bytearray(path.read_bytes())
    page = data.index("案件.csv".encode()) // 4096 * 4096
    data[page : page + 4096] = bytes(4096)
    path.write_bytes(bytes(data))
    found = examined(filled)
    assert found["Pages and indexes"]
    assert found["Audit log"] == ()


@ON_POSTGRESQL
@pytest.mark.parametrize(
    ("statement", "check", "problem"),
    [
        ("ALTER TABLE targets DISABLE TRIGGER targets_kept", "Triggers", "targets_kept"),
        ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_targets_geom'::regclass", "Pages and indexes",
         "ix_targets_geom"),
        ("DROP INDEX ix_zones_geom", "Schema", "ix_zones_geom"),
    ],
)  # fmt: skip
def test_each_fault_of_postgresql_is_found(filled: Database, statement: str, check: str, problem: str) -> None:
    with filled.write() as connection:
        connection.exec_driver_sql(statement)
    assert problem in ill(filled)[check][0]


def test_a_snapshot_that_is_not_the_store_s_is_found(filled: Database, tmp_path: Path) -> None:
    settings = Settings(cache_dir=tmp_path / "cache")

    def faults() -> tuple[str, ...]:
        found = examine_store(filled.url.render_as_string(hide_password=False), settings)
        return {finding.check: finding.problems for finding in found}["Snapshot"]

    assert faults() == ()
    assert not settings.cache_dir.exists()
    with filled.read() as connection:
        path = open_snapshot(connection, snapshots_dir(filled, settings), "Asia/Shanghai").path
    assert faults() == ()
    with filled.write() as connection, suspended_triggers(connection):  # which would have made another of it
        connection.exec_driver_sql("UPDATE incidents SET category = 'x' WHERE fid = 7")
    assert faults() == (f"{path.name}: other incidents than the store's",)
    path.write_bytes(path.read_bytes()[:100])
    assert faults() == (f"{path.name}: cannot be read",)


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="no store at"):
        examine_store(f"sqlite:///{tmp_path / 'none.gpkg'}", Settings())
    assert list(tmp_path.iterdir()) == []
