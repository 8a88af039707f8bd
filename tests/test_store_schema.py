"""A store is made and brought up to date by opening it, once, whoever comes first; what is not a store is refused."""

import importlib.util
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, text

from geo_zhengzhi.errors import DatabaseUnreachable, NotAStore, PostgisMissing, StoreTooNew
from geo_zhengzhi.store import migrating
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.schema_comparison import differences
from geo_zhengzhi.store.schema_version import NEWEST, schema_version
from geo_zhengzhi.store.tables import state
from geo_zhengzhi.store.triggers import ensure_triggers, missing
from tests.stores import ON_POSTGRESQL, prepare_as_installed

FULL = 2  # of SQLite's `synchronous`
OPEN = """
import sys
from geo_zhengzhi.store.opening import open_store
open_store(sys.argv[1]).close()
print("alembic" in sys.modules, "migrating" in " ".join(sys.modules))
"""


def empty_database(server: str, name: str, *statements: str) -> str:
    """The URL of a new database without anything, made on a server."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    with psycopg.connect(f"{server}/{name}", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]
    return f"{server}/{name}"


def test_the_migrated_schema_is_the_one_that_the_tables_say(store: Database) -> None:
    with store.read() as connection:
        assert differences(connection) == []
        assert missing(connection) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("ALTER TABLE targets ADD COLUMN more TEXT", "more"),
        ("ALTER TABLE targets RENAME COLUMN geom TO geometry", "geom"),
        ("DROP INDEX ix_targets_target_id", "ix_targets_target_id"),
        ("CREATE TABLE more (a INTEGER)", "more"),
        ("DROP TABLE steps", "steps"),
    ],
)
def test_another_schema_is_told(store: Database, change: str, found: str) -> None:
    with store.write() as connection:
        for trigger in ("targets_inserted", "targets_updated", "targets_deleted") if store.is_sqlite else ():
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql(change)
        assert found in str(differences(connection))


@ON_POSTGRESQL
def test_a_geometry_of_another_type_is_told(store: Database) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE incidents ALTER geom TYPE geometry(GEOMETRY, 4326)")
        assert differences(connection) == [("geometry", "incidents", "GEOMETRY")]


def test_the_version_that_opening_looks_for_is_the_last_step(store: Database) -> None:
    assert migrating.newest_version() == NEWEST
    with store.read() as connection:
        assert schema_version(connection) == NEWEST


def test_every_step_is_a_module_of_the_package() -> None:
    folder = Path(migrating.__file__).parent / "migrations" / "versions"
    steps = {path.stem for path in folder.glob("0*.py")}
    assert {name[:4] for name in steps} == {f"{number:04}" for number in range(1, len(steps) + 1)}
    assert importlib.util.find_spec("geo_zhengzhi.store.migrations.versions") is not None


def test_a_store_that_is_up_to_date_opens_without_loading_what_migrates(store: Database) -> None:
    url = store.url.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", OPEN, url], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_store_is_opened_again_with_what_it_holds(store: Database) -> None:
    with store.write() as connection:
        connection.execute(insert(state).values(key="a", value=1))
    again = open_store(store.url.render_as_string(hide_password=False))
    with again.read() as connection:
        assert connection.execute(text("SELECT value FROM state WHERE key = 'a'")).scalar() == "1"
    again.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_processes_that_open_a_new_store_at_the_same_moment_all_succeed(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path / 'new.gpkg'}"
    else:
        url = empty_database(request.getfixturevalue("postgres_server"), "all_at_once")
    openings = [
        subprocess.Popen([sys.executable, "-c", OPEN, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = [opening.communicate() for opening in openings]
    assert [opening.returncode for opening in openings] == [0] * 4, answers
    store = open_store(url)
    with store.read() as connection:
        assert differences(connection) == []
        assert missing(connection) == []
    store.close()


def test_a_migration_that_fails_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    monkeypatch.setattr(migrating, "ensure_triggers", lambda _: 1 / 0)
    for url in (
        f"sqlite:///{tmp_path / 'new.gpkg'}",
        empty_database(request.getfixturevalue("postgres_server"), "fails"),
    ):
        with pytest.raises(ZeroDivisionError):
            open_store(url)
        database = Database(url)
        with database.read() as connection:
            assert schema_version(connection) is None
        database.close()


def test_triggers_may_be_put_in_place_again_and_what_is_missing_is_named(store: Database) -> None:
    with store.write() as connection:
        ensure_triggers(connection)
        assert missing(connection) == []
        if store.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER audit_log_no_delete")
            assert missing(connection) == ["audit_log_no_delete"]
        else:
            connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only")
            assert missing(connection) == ["audit_log_append_only"]
        ensure_triggers(connection)
        assert missing(connection) == []


def test_a_store_of_a_newer_program_is_refused(store: Database) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNew, match=f"schema 9999 – allowed: up to {NEWEST}"):
        open_store(store.url.render_as_string(hide_password=False))


def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "theirs.gpkg"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a INTEGER)")
    connection.close()
    with pytest.raises(NotAStore, match=r"something else \(theirs\)"):
        open_store(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    connection.close()


def test_a_database_of_something_else_is_refused(postgres_server: str) -> None:
    url = empty_database(postgres_server, "theirs", "CREATE TABLE theirs (a integer)")
    with pytest.raises(NotAStore, match=r"something else \(theirs\)"):
        open_store(url)


def test_a_user_who_may_not_install_postgis_is_told_what_to_do(postgres_server: str) -> None:
    url = empty_database(postgres_server, "plain", "CREATE ROLE planner LOGIN", "GRANT ALL ON SCHEMA public TO planner")
    with pytest.raises(PostgisMissing, match="CREATE EXTENSION postgis"):
        open_store(url.replace("postgres@", "planner@"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    open_store(url.replace("postgres@", "planner@")).close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.gpkg").write_bytes(b"incident_id,longitude,latitude\n" * 100)
    with pytest.raises(DatabaseUnreachable, match="not a database"):
        open_store(f"sqlite:///{tmp_path / 'text.gpkg'}")
    with pytest.raises(DatabaseUnreachable, match=f"{tmp_path} cannot be opened"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        open_store("postgresql://planner:secret@127.0.0.1:1/county")
    assert "postgresql://planner:***@127.0.0.1:1/county" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_an_installed_store_waits_for_the_disk_at_every_commit(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "store.gpkg")
    prepare_as_installed(connection, None)
    told = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    connection.close()
    assert told == [FULL, "wal"]
