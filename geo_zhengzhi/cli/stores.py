"""The store that a command works on, opened and closed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from geo_zhengzhi.services.installation import Database, open_installation
from geo_zhengzhi.settings import Settings


@contextmanager
def opened_store(url: str | None = None) -> Iterator[tuple[Settings, Database]]:
    """
    The settings and the store that they name, or the one at a URL.

    Raises
    ------
    UnknownDatabase
        If the URL is of neither engine.
    """
    settings = Settings.from_environment()
    if url is not None and url != settings.store_url:
        settings = replace(settings, database_url=url)
    database = open_installation(settings)
    try:
        yield settings, database
    finally:
        database.close()
