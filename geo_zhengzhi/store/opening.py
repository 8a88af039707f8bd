"""Open a store and bring its schema up to date."""

from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import metadata


def open_store(url: str) -> Database:
    """
    The store at a URL, made where it is new.

    Raises
    ------
    UnknownDatabase
        If the URL is of neither engine.
    """
    database = Database(url)
    with database.write() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        metadata.create_all(connection)
    return database
