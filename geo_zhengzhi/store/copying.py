"""
Copy every row of a store into another, on whichever engine, and prove that both hold the same.

A tally of a table is the number of its rows and the sum of their hashes: the same whatever the order of the rows, and
over values, not over how an engine keeps them.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import Connection, Row, Table, delete, func, insert, select, text
from sqlalchemy.exc import OperationalError

from geo_zhengzhi.errors import CopyDiffers, StoreBusy
from geo_zhengzhi.store.columns import SRS_ID, Geometry, iso_utc, to_wkb
from geo_zhengzhi.store.geopackage import ensure_geopackage
from geo_zhengzhi.store.tables import metadata, state
from geo_zhengzhi.store.triggers import suspended_triggers
from geo_zhengzhi.store.waiting import tries

CHUNK = 5_000
MODULUS = 1 << 128
Tell = Callable[[float], None]


@dataclass
class Tally:
    """How many rows, and the sum of their hashes."""

    n: int = 0
    total: int = 0

    def add(self, row: Sequence[Any]) -> None:
        """Count a row in."""
        line = json.dumps(list(row), ensure_ascii=False, sort_keys=True, default=_plain).encode()
        self.total = (self.total + int.from_bytes(hashlib.blake2b(line, digest_size=16).digest(), "big")) % MODULUS
        self.n += 1

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
    for rows in _chunks(connection, table):
        for row in rows:
            counted.add(row)
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
    for rows in _chunks(source, table):
        for row in rows:
            tallied.add(row)
        if target.dialect.name == "postgresql":
            _insert_by_copy(target, table, rows)
        else:
            target.execute(insert(table), [dict(row._mapping) for row in rows])
        steps.done(len(rows))
    if target.dialect.name == "postgresql":
        _set_sequence(target, table)
    return tallied


def _chunks(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """The rows, some thousands at a time."""
    yield from connection.execute(select(table).execution_options(yield_per=CHUNK)).partitions()


def _insert_by_copy(target: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    """COPY takes a tenth of the time of INSERT."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    to_text = [_for_copy(column.type, target) for column in table.columns]
    cursor: Any = target.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as sink:
        for row in rows:
            sink.write_row([convert(value) for convert, value in zip(to_text, row, strict=True)])


def _for_copy(kind: Any, target: Connection) -> Callable[[Any], Any]:
    """How a value of a column is written for COPY, which knows no ST_GeomFromWKB."""
    if isinstance(kind, Geometry):
        return _ewkb_hex
    processor = kind.dialect_impl(target.dialect).bind_processor(target.dialect)
    return processor or (lambda value: value)


def _ewkb_hex(geometry: shapely.Geometry | None) -> str | None:
    if geometry is None:
        return None
    return str(shapely.to_wkb(shapely.set_srid(geometry, SRS_ID), hex=True, output_dimension=2, include_srid=True))


def _set_sequence(target: Connection, table: Table) -> None:
    """Let the engine go on counting above what was copied."""
    column = table._autoincrement_column
    if column is not None:
        highest = f"SELECT max({column.name}) FROM {table.name}"
        sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
        target.exec_driver_sql(f"SELECT setval({sequence}, top) FROM ({highest}) AS t (top) WHERE top IS NOT NULL")


def _plain(value: Any) -> str:
    """A value as text that both engines agree on."""
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, shapely.Geometry):
        return to_wkb(value).hex()
    raise TypeError(f"{type(value).__name__} is not kept in any table")


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
