"""Every trigger of the store: put in place after each migration, taken away while a whole store is copied in."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from geo_zhengzhi.store import append_only, boundary_history, entry_history, geopackage, incident_edits
from geo_zhengzhi.store.trigger import Trigger

ROOMS = (append_only, boundary_history, entry_history, incident_edits)
SQLITE_FOUND = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
POSTGRES_FOUND = """
    SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
"""
# The functions take the path over: no temporary table of a stranger's is then taken for one of the store's.
TEMPORARY_LAST = "SELECT set_config('search_path', current_setting('search_path') || ', pg_temp', true)"


def wanted(connection: Connection) -> list[Trigger]:
    """The triggers that a whole store has on this engine."""
    if connection.dialect.name == "sqlite":
        return [*(trigger for room in ROOMS for trigger in room.sqlite()), *geopackage.triggers()]
    return [trigger for room in ROOMS for trigger in room.postgres()]


def ensure_triggers(connection: Connection) -> None:
    """Put every trigger in place as it should be; may be called again at any time in a write transaction."""
    remove_triggers(connection)
    if connection.dialect.name == "postgresql":  # no temporary table of a stranger's is taken for one of the store's
        connection.exec_driver_sql(
            "SELECT set_config('search_path', current_setting('search_path') || ', pg_temp', true)"
        )
    for trigger in wanted(connection):
        if trigger.function:
            connection.exec_driver_sql(trigger.function)
        connection.exec_driver_sql(trigger.sql)


def remove_triggers(connection: Connection) -> None:
    """Take every trigger away, in the caller's transaction, which puts them back."""
    of_table = connection.dialect.name == "postgresql"
    for trigger in wanted(connection):
        on = f" ON {trigger.table}" if of_table else ""
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger.name}{on}")


@contextmanager
def suspended_triggers(connection: Connection) -> Iterator[None]:
    """Let rows be put in as they are; where that fails, the caller's transaction gives the triggers back."""
    if connection.dialect.name == "sqlite":
        remove_triggers(connection)
        yield
        ensure_triggers(connection)
        return
    tables = sorted({trigger.table for trigger in wanted(connection)})
    for table in tables:  # unlike DROP TRIGGER this lets readers go on
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def missing(connection: Connection) -> list[str]:
    """The names of triggers that are not there, switched off or not as they should be."""
    on_sqlite = connection.dialect.name == "sqlite"
    rows = connection.exec_driver_sql(SQLITE_FOUND if on_sqlite else POSTGRES_FOUND)
    found = {str(name): str(text) for name, text in rows.all()}
    return [t.name for t in wanted(connection) if not _is_there(t, found.get(t.name))]


def _is_there(trigger: Trigger, found: str | None) -> bool:
    if found is None:
        return False
    return found in trigger.function if trigger.function else found == trigger.sql
