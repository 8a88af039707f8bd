"""Open a store and bring its schema up to date."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError

from geo_zhengzhi.errors import DatabaseUnreachable
from geo_zhengzhi.store.database import Database, shown
from geo_zhengzhi.store.schema_version import NEWEST, schema_version


def open_store(url: str) -> Database:
    """
    The store at a URL, made where it is new.

    Raises
    ------
    UnknownDatabase
        If the URL is of neither engine.
    DatabaseUnreachable
        If the server or the file cannot be opened.
    NotAStore, StoreTooNew, PostgisMissing
        If what is there is not a store, is one of a newer program, or has no PostGIS.
    """
    with _reachable(url):
        database = Database(url)
    try:
        with _reachable(url), database.read() as connection:
            version = schema_version(connection)
        if version != NEWEST:
            importlib.import_module("geo_zhengzhi.store.migrating").migrate(database)  # with Alembic, which takes time
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _reachable(url: str) -> Iterator[None]:
    """One sentence for whatever keeps a database from answering."""
    try:
        yield
    except OSError as error:
        raise DatabaseUnreachable(name=shown(url), detail=error.strerror) from None
    except DatabaseError as error:
        first_line = (str(error.orig).splitlines() or [""])[0]
        raise DatabaseUnreachable(name=shown(url), detail=first_line) from None
