"""One way for the doors to open the store that an installation's settings name."""

from geo_zhengzhi.services.imports.batches import fail_stale_batches
from geo_zhengzhi.services.late import seed_demonstration
from geo_zhengzhi.services.studies.county import said_of_county
from geo_zhengzhi.services.studies.study import Progress
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

__all__ = ["Database", "open_installation"]


def open_installation(settings: Settings, progress: Progress | None = None) -> Database:
    """
    The store of an installation, made where it is new; the demonstration's is filled.

    Imports that killed processes left behind are marked as failed.

    Raises
    ------
    UnknownDatabase
        If `GEO_ZHENGZHI_DATABASE_URL` is of neither engine.
    DemonstrationMissing
        If one of the demonstration's files is not there.
    """
    database = open_store(settings.store_url)
    fail_stale_batches(database)
    if settings.is_demonstration and not _is_filled(database):
        seed_demonstration(database, settings, progress)
    return database


def _is_filled(database: Database) -> bool:
    """Whether the demonstration's incidents have arrived, which come last."""
    with database.read() as connection:
        return said_of_county(connection) is not None and bool(state.get(connection, state.INCIDENTS_VERSION))
