"""Facts of the whole installation, by key: versions that count up, the county's frame, the site's secret."""

from typing import Any

from sqlalchemy import Connection, insert, select, update

from geo_zhengzhi.store.tables import state

INCIDENTS_VERSION = "incidents_version"  # goes up with every import and undo
TARGETS_VERSION = "targets_version"  # goes up with every change of the register or a boundary


def get(connection: Connection, key: str, otherwise: Any = None) -> Any:
    """The value of a key."""
    row = connection.execute(select(state.c.value).where(state.c.key == key)).first()
    return otherwise if row is None else row.value


def put(connection: Connection, key: str, value: Any) -> None:
    """Set a key's value; the caller's transaction keeps it or not."""
    done = connection.execute(update(state).where(state.c.key == key).values(value=value))
    if done.rowcount == 0:
        connection.execute(insert(state).values(key=key, value=value))


def bump(connection: Connection, key: str) -> int:
    """Count a version up and say the new one; two transactions never give the same."""
    known = connection.execute(select(state.c.value).where(state.c.key == key).with_for_update()).scalar()
    version = int(known or 0) + 1
    put(connection, key, version)
    return version
