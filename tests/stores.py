"""Fresh stores for tests, one after the other on both engines."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.granting import grant_role
from geo_zhengzhi.store import database as database_module
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from tests import postgres
from tests.databases import TEMPLATE, Databases
from tests.store_rows import fill
from tools.find_postgres import WHY_NOT, find_postgres

ENGINES = ("sqlite", "postgresql")
SITE = "gz_site"  # the role of the cluster that is granted what serving needs
# Tests of what the site does: on PostgreSQL they are that role, which proves that it needs no more.
SERVED = {
    "test_signing_in", "test_users", "test_register", "test_register_boundaries", "test_register_import",
    "test_register_races", "test_store_incidents", "test_importing", "test_stored_study",
    "test_county_setting", "test_snapshot", "test_store_boxes",
    "test_register_attaching", "test_audit_log", "test_backup", "test_import_kills", "test_refusals",
    "test_boundary_history", "test_register_pages", "test_signing_pages", "test_moving", "test_made_files",
}  # fmt: skip
prepare_as_installed = database_module._prepare_sqlite


def _prepare_unsynced(connection: sqlite3.Connection, record: object) -> None:
    """As the product does, but without waiting for the disk: here, too, nobody pulls the plug."""
    prepare_as_installed(connection, record)
    connection.execute("PRAGMA synchronous = OFF")


database_module._prepare_sqlite = _prepare_unsynced
ON_SQLITE, ON_POSTGRESQL = (  # for a test that means something on one engine only
    pytest.mark.parametrize("store_url", [engine], indirect=True) for engine in ENGINES
)
# For a test of a page's look on a `module_store`, beside others that go the whole way on both engines.
SHARED_ON_SQLITE = pytest.mark.parametrize("module_store", ["sqlite"], indirect=True, scope="module")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server with an empty database, the template, whose schema is up to date."""
    if find_postgres() is None:
        pytest.skip(WHY_NOT)
    with postgres.cluster() as server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
            connection.execute(f"CREATE ROLE {SITE} LOGIN")  # type: ignore[arg-type]
        template = open_store(f"{server}/{TEMPLATE}")
        grant_role(template, SITE, SYSTEM)
        with psycopg.connect(f"{server}/{TEMPLATE}", autocommit=True) as connection:  # new stores begin empty
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM audit_log")
        template.close()
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: str) -> Databases:
    """Its databases that come and go with stores."""
    return Databases(postgres_server)


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is a store without any rows."""
    path = tmp_path_factory.mktemp("template") / "template.gpkg"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty store, on each engine."""
    url = new_store_url(request, tmp_path, request.param)
    return as_site(url) if request.module.__name__.rpartition(".")[2] in SERVED else url


def new_store_url(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> str:
    """A new store, a copy of a template: a file, or a database."""
    if engine == "sqlite":
        shutil.copyfile(request.getfixturevalue("new_file"), tmp_path / "store.gpkg")
        return f"sqlite:///{tmp_path / 'store.gpkg'}"
    databases: Databases = request.getfixturevalue("databases")
    name = databases.take()
    request.addfinalizer(lambda: databases.give_back(name))
    return f"{databases.server}/{name}"


def as_site(url: str) -> str:
    """The same store for the role that owns nothing of it."""
    return url.replace("postgres@", f"{SITE}@")


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    """A new, empty store, on each engine."""
    database = open_store(store_url)
    yield database
    database.close()


@pytest.fixture(scope="module", params=ENGINES)
def module_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store that the tests of a module share, on each engine; empty at first."""
    database = open_store(new_store_url(request, tmp_path_factory.mktemp("module"), request.param))
    yield database
    database.close()


@pytest.fixture
def filled(store: Database) -> Database:
    """A store with some rows in every table, on each engine."""
    fill(store)
    return store


@pytest.fixture(params=ENGINES)
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A second, empty store, on each engine beside each."""
    (tmp_path / "other").mkdir()
    database = open_store(new_store_url(request, tmp_path / "other", request.param))
    yield database
    database.close()
