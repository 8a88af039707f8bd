"""Facts of the whole installation, by key: versions that count up, the county's frame, the site's secret."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.store.tables import state

INCIDENTS_VERSION = "incidents_version"  # goes up with every import and undo
TARGETS_VERSION = "targets_version"  # goes up with every change of the register or a boundary


def get(connection: Connection, key: str, otherwise: Any = None) -> Any:
    """The value of a key."""
    row = connection.execute(select(state.c.value).where(state.c.key == key)).first()
    return otherwise if row is None else row.value


def get_all(connection: Connection, keys: Sequence[str]) -> dict[str, Any]:
    """The values of those of the keys that are set, in one read."""
    rows = connection.execute(select(state.c.key, state.c.value).where(state.c.key.in_(keys)))
    return {row.key: row.value for row in rows}


def put(connection: Connection, key: str, value: Any) -> None:
    """Set a key's value; the caller's transaction keeps it or not."""
    done = connection.execute(update(state).where(state.c.key == key).values(value=value))
    if done.rowcount == 0:
        connection.execute(insert(state).values(key=key, value=value))


def put_first(connection: Connection, key: str, value: Any) -> Any:
    """Set a key that has no value yet, and say what it holds then: what came first, from whichever process."""
    known = get(connection, key)
    if known is not None:
        return known
    try:
        with connection.begin_nested():
            connection.execute(insert(state).values(key=key, value=value))
    except IntegrityError:
        return get(connection, key)
    return value


def remove(connection: Connection, key: str) -> None:
    """Take a key away."""
    connection.execute(delete(state).where(state.c.key == key))


def hold(connection: Connection, key: str, first: Any) -> Any:
    """The value of a key, `first` where it has none, that nobody else changes until the transaction ends."""
    begin = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(state)
    connection.execute(begin.values(key=key, value=first).on_conflict_do_nothing())  # the first of two at once waits
    return connection.execute(select(state.c.value).where(state.c.key == key).with_for_update()).scalar_one()


def bump(connection: Connection, key: str) -> int:
    """Count a version up and say the new one; two transactions never give the same."""
    version = int(hold(connection, key, 0)) + 1
    put(connection, key, version)
    return version
