"""One way for the doors to open the store that an installation's settings name."""

from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

__all__ = ["Database", "open_installation"]


def open_installation(settings: Settings) -> Database:
    """
    The store of an installation, made where it is new.

    Raises
    ------
    UnknownDatabase
        If `GEO_ZHENGZHI_DATABASE_URL` is of neither engine.
    """
    return open_store(settings.store_url)
