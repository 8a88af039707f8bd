"""
Single incidents edited from outside (QGIS, GDAL, another role of the server) make a new version of the incidents.

So nobody goes on computing with a snapshot from before. What a batch brings or takes back is counted up by its use
case, once: `own_hand` keeps the triggers away from it, so that a million rows cost what they did without them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from geo_zhengzhi.store.state import INCIDENTS_VERSION
from geo_zhengzhi.store.trigger import (
    Trigger,
    postgres_count_up,
    postgres_trigger,
    sqlite_count_up,
    sqlite_trigger,
)

OWN = "geo_zhengzhi.own_hand"  # a setting of the transaction, "on" while a batch is laid or undone


def sqlite() -> list[Trigger]:
    """One of each kind of change, row by row, since SQLite has no others."""
    count_up = sqlite_count_up(INCIDENTS_VERSION)
    return [
        sqlite_trigger(f"incidents_{done}", "incidents", f"AFTER {change} ON incidents", *count_up)
        for change, done in (("INSERT", "inserted"), ("UPDATE", "updated"), ("DELETE", "deleted"))
    ]


def postgres() -> list[Trigger]:
    """One for every statement, however many rows it meets."""
    return [
        postgres_trigger(
            "incidents_edited",
            "incidents",
            "AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON incidents FOR EACH STATEMENT",
            f"""
BEGIN
  IF coalesce(current_setting('{OWN}', true), '') <> 'on' THEN
    {postgres_count_up(INCIDENTS_VERSION)};
  END IF;
  RETURN NULL;
END
""",
        )
    ]


@contextmanager
def own_hand(connection: Connection) -> Iterator[None]:
    """Within it the triggers do not count; in the caller's transaction, which takes all back where it fails."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config(:name, 'on', true)"), {"name": OWN})
        yield
        connection.execute(text("SELECT set_config(:name, 'off', true)"), {"name": OWN})
        return
    for trigger in sqlite():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger.name}")
    yield
    for trigger in sqlite():
        connection.exec_driver_sql(trigger.sql)
