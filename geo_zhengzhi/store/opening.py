"""Open a store and bring its schema up to date."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, ProgrammingError

from geo_zhengzhi.errors import DatabaseUnreachable, NotTheOwner, StoreMissing
from geo_zhengzhi.store.database import Database, shown
from geo_zhengzhi.store.schema_version import NEWEST, schema_version

NO_RIGHT = "42501"  # insufficient_privilege


def open_store(url: str | URL, *, new: bool = True) -> Database:
    """
    The store at a URL.

    Parameters
    ----------
    url : str or URL
        `sqlite:///PATH` or `postgresql://…`.
    new : bool
        Whether one is made where there is none.

    Raises
    ------
    UnknownDatabase
        If the URL is of neither engine.
    DatabaseUnreachable
        If the server or the file cannot be opened.
    StoreMissing
        If there is none and none may be made.
    NotAStore, StoreTooNew, PostgisMissing
        If what is there is not a store, is one of a newer program, or has no PostGIS.
    NotTheOwner
        If its schema is older and this role may not bring it up to date.
    """
    database = open_database(url, new=new)
    try:
        with _reachable(url), database.read() as connection:
            version = schema_version(connection)
        if version is None and not new:
            raise StoreMissing(name=database.name)
        if version != NEWEST:
            migrating = importlib.import_module("geo_zhengzhi.store.migrating")  # with Alembic, which takes time
            with owners_only(database):
                migrating.migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def open_database(url: str | URL, *, new: bool = True) -> Database:
    """
    The database at a URL as it is, whatever its schema; a file that is not there is made only where `new`.

    Raises
    ------
    UnknownDatabase, DatabaseUnreachable, StoreMissing
        As `open_store`.
    """
    with _reachable(url):
        parsed = make_url(url)
        if not new and parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
            raise StoreMissing(name=shown(url))
        return Database(url)


@contextmanager
def _reachable(url: str | URL) -> Iterator[None]:
    """One sentence for whatever keeps a database from answering."""
    try:
        yield
    except OSError as error:
        raise DatabaseUnreachable(name=shown(url), detail=error.strerror) from None
    except DatabaseError as error:
        raise unreachable(url, error) from None


@contextmanager
def owners_only(database: Database) -> Iterator[None]:
    """One sentence where PostgreSQL lets only the store's owner do something."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != NO_RIGHT:
            raise
        raise NotTheOwner(name=database.name, role=database.url.username) from error


def unreachable(url: str | URL, error: DBAPIError) -> DatabaseUnreachable:
    """One sentence for what a driver says, in its first line."""
    return DatabaseUnreachable(name=shown(url), detail=(str(error.orig).splitlines() or [""])[0])
