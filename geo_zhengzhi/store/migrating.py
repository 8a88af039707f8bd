"""
Bring a store's schema up to date, in one transaction that nobody else writes in; loaded only when there is need.

After the last step the GeoPackage and the triggers are put in place anew: SQLite changes a table by making it again,
which takes its triggers away in silence.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import ProgrammingError

from geo_zhengzhi.errors import NotAStore, PostgisMissing, StoreTooNew
from geo_zhengzhi.store.database import WRITING, Database
from geo_zhengzhi.store.geopackage import ensure_geopackage
from geo_zhengzhi.store.schema_comparison import is_ours
from geo_zhengzhi.store.schema_version import schema_version
from geo_zhengzhi.store.triggers import ensure_triggers

POSTGRES_LOCK = 0x6765_6F6D  # "geom"; any number that nothing else locks


def migrate(database: Database) -> None:
    """
    Make the schema, or take the steps that it lacks; several processes may call at the same moment.

    Raises
    ------
    NotAStore
        If the database holds tables of something else.
    StoreTooNew
        If a newer program made its schema.
    PostgisMissing
        If PostGIS is not installed in it, and may not be by this user.
    """
    with _alone(database) as connection:
        _refuse_foreign(database, connection)
        if not database.is_sqlite:
            _ensure_postgis(connection)
        config = _config(connection)
        command.upgrade(config, "head")
        if database.is_sqlite:
            ensure_geopackage(connection)
        ensure_triggers(connection)
    if database.is_sqlite:
        _write_back(database)


def newest_version() -> str:
    """The number of the last step that this program knows."""
    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


def _config(connection: Connection | None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "geo_zhengzhi.store:migrations")
    return config


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A write transaction without foreign keys on SQLite, where a table may be made anew, and checked at its end."""
    with database.engine.connect() as plain:
        connection = plain.execution_options(**{WRITING: True})
        with _without_foreign_keys(connection), connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_LOCK})
            yield connection
            if database.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("a migration left rows without what they belong to")


def _write_back(database: Database) -> None:
    """Move the write-ahead log into the file: GDAL looks for the application id in its first bytes."""
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA wal_checkpoint(FULL)").fetchall()


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite hears of foreign keys only between transactions."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def _refuse_foreign(database: Database, connection: Connection) -> None:
    """Refuse what is not a store, or one of a later day."""
    name = database.name
    version = schema_version(connection)
    if version is None:
        strangers = [table for table in inspect(connection).get_table_names() if is_ours(table)]
        if strangers:
            raise NotAStore(name=name, found=", ".join(sorted(strangers)[:5]))
    elif version not in {step.revision for step in ScriptDirectory.from_config(_config(None)).walk_revisions()}:
        raise StoreTooNew(name=name, given=version, allowed=newest_version())


def _ensure_postgis(connection: Connection) -> None:
    try:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    except ProgrammingError:  # not allowed to
        raise PostgisMissing(name=connection.engine.url.database) from None
