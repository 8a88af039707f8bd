"""
Copy every row of a store into another, on whichever engine, and prove that both hold the same.

A tally of a table is the number of its rows and the sum of their hashes: the same whatever the order of the rows, and
over values, not over how an engine keeps them.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete, func, select, text
from sqlalchemy.exc import OperationalError

from geo_zhengzhi.errors import CopyDiffers, StoreBusy
from geo_zhengzhi.store.geopackage import ensure_geopackage
from geo_zhengzhi.store.plain_rows import PlainRow, read_plain, write_plain
from geo_zhengzhi.store.tables import metadata, state
from geo_zhengzhi.store.triggers import suspended_triggers
from geo_zhengzhi.store.waiting import tries

MODULUS = 1 << 128
Tell = Callable[[float], None]


@dataclass
class Tally:
    """How many rows, and the sum of their hashes."""

    n: int = 0
    total: int = 0

    def add(self, rows: list[PlainRow]) -> None:
        """Count rows in."""
        self.n += len(rows)
        digests = (hashlib.blake2b(repr(row).encode(), digest_size=16).digest() for row in rows)
        self.total = (self.total + sum(int.from_bytes(digest, "big") for digest in digests)) % MODULUS

    @property
    def checksum(self) -> str:
        """The sum as 32 hexadecimal digits."""
        return f"{self.total:032x}"


def holding(connection: Connection) -> str | None:
    """The name of a table that holds anything, counters and secrets in `state` aside; None of an empty store."""
    for table in metadata.sorted_tables:
        if table is not state and connection.execute(select(text("1")).select_from(table).limit(1)).first():
            return table.name
    return None


def replace_all(source: Connection, target: Connection, tell: Tell | None = None) -> dict[str, Tally]:
    """
    Put the rows of one store in the place of whatever another holds, in the caller's transaction.

    Parameters
    ----------
    source : Connection
        With one consistent view.
    target : Connection
        Of `Database.write`; readers of PostgreSQL go on, writers wait.
    tell : function of a fraction in [0, 1], optional

    Returns
    -------
    dict
        Table → tally, equal on both sides.

    Raises
    ------
    StoreBusy
        If others keep writing into the target.
    CopyDiffers
        If a table does not come out as it went in.
    """
    steps = _Steps(source, tell)
    with _alone(target), suspended_triggers(target):
        for table in reversed(metadata.sorted_tables):
            target.execute(delete(table))
        tallies = {table.name: _copy(source, target, table, steps) for table in metadata.sorted_tables}
    if target.dialect.name == "sqlite":
        ensure_geopackage(target)
    for table in metadata.sorted_tables:
        found, wanted = tally(target, table, steps), tallies[table.name]
        if found != wanted:
            raise CopyDiffers(table=table.name, found=found.n, wanted=wanted.n)
    return tallies


def tally(connection: Connection, table: Table, steps: "_Steps | None" = None) -> Tally:
    """The tally of a table."""
    counted = Tally()
    for rows in read_plain(connection, table):
        counted.add(rows)
        if steps:
            steps.done(len(rows))
    return counted


class _Steps:
    """How far a copy is: each row is read, and read again on the other side."""

    def __init__(self, source: Connection, tell: Tell | None) -> None:
        counts = (select(func.count()).select_from(table) for table in metadata.sorted_tables)
        self.n = 2 * sum(int(source.execute(count).scalar_one()) for count in counts) if tell else 0
        self.at, self.tell = 0, tell

    def done(self, n: int) -> None:
        """Count rows and say how far."""
        self.at += n
        if self.tell and self.n:
            self.tell(self.at / self.n)


def _copy(source: Connection, target: Connection, table: Table, steps: _Steps) -> Tally:
    """Copy a table and tally what was read."""
    tallied = Tally()
    for rows in read_plain(source, table):
        tallied.add(rows)
        write_plain(target, table, rows)
        steps.done(len(rows))
    set_sequence(target, table)
    return tallied


def set_sequence(target: Connection, table: Table) -> None:
    """Let PostgreSQL go on counting above what was put in with its number; SQLite does so by itself."""
    column = table._autoincrement_column
    if column is not None and target.dialect.name == "postgresql":
        highest = f"SELECT max({column.name}) FROM {table.name}"
        sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
        target.exec_driver_sql(f"SELECT setval({sequence}, top) FROM ({highest}) AS t (top) WHERE top IS NOT NULL")


@contextmanager
def _alone(target: Connection) -> Iterator[None]:
    """
    Keep other writers out; on SQLite the transaction does that already.

    All tables are locked at once or none: whoever waits for one lock while it holds another may wait for ever.
    """
    if target.dialect.name == "postgresql":
        names = ", ".join(metadata.tables)
        for _ in tries(StoreBusy()):
            try:
                with target.begin_nested():
                    target.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE NOWAIT")
                break
            except OperationalError:  # lock_not_available
                continue
    yield
