"""
Rows as plain values that are the same on both engines, read and written by the million.

Geometries are flat little-endian WKB, moments ISO texts in UTC to the millisecond, truths 0 or 1, JSON its text; a
number that is none is None, since SQLite keeps it so.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import shapely
from sqlalchemy import Boolean, Connection, Double, LargeBinary, Table

from geo_zhengzhi.store.columns import (
    POINT_BYTES,
    POINT_HEADER,
    SRS_ID,
    Geometry,
    Moment,
    header_bytes,
    iso_utc,
    moment_of,
    to_blob,
    to_wkb,
)

CHUNK, CHUNK_OF_BYTES = 10_000, 8  # rows in memory at a time; of pieces of files, a mebibyte each, far fewer
PlainRow = tuple[Any, ...]
FLAT_TYPES = {b"\x01" + code.to_bytes(4, "little") for code in range(1, 8)}  # little-endian, point to collection
HAS_SRID = 0x20000000  # of EWKB, in the type's four bytes
WKB_POINT_BYTES = POINT_BYTES - len(POINT_HEADER)
IN_POSTGRES: tuple[tuple[type, str], ...] = (
    (Geometry, "ST_AsBinary(ST_Force2D({column}), 'NDR')"),
    (Moment, """to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""),
    (Boolean, "{column}::int"),
    (Double, "nullif({column}, 'NaN')"),
)


def read_plain(connection: Connection, table: Table) -> Iterator[list[PlainRow]]:
    """The rows of a table, some thousands at a time."""
    on_sqlite = connection.dialect.name == "sqlite"
    columns = ", ".join(_quoted(column.name) if on_sqlite else _in_postgres(column) for column in table.columns)
    asked = f"SELECT {columns} FROM {table.name}"
    most = CHUNK_OF_BYTES if any(isinstance(column.type, LargeBinary) for column in table.columns) else CHUNK
    for rows in connection.exec_driver_sql(asked, execution_options={"stream_results": True}).partitions(most):
        yield _converted(table, rows, {Geometry: _flat_wkb, Moment: _iso_text} if on_sqlite else {})


def write_plain(connection: Connection, table: Table, rows: list[PlainRow]) -> None:
    """Add rows; on PostgreSQL through COPY, which takes a tenth of the time of INSERT."""
    names = ", ".join(_quoted(column.name) for column in table.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(insert, _converted(table, rows, {Geometry: _blob}))
        return
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as sink:
        for row in _converted(table, rows, {Geometry: _ewkb_hex}):
            sink.write_row(row)
    cursor.close()


def _converted(table: Table, rows: Sequence[Any], by_type: dict[type, Callable[[Any], Any]]) -> list[PlainRow]:
    """The rows with the values of some types of columns changed, None left alone."""
    changes = [
        (position, change)
        for position, column in enumerate(table.columns)
        for kind, change in by_type.items()
        if isinstance(column.type, kind)
    ]
    if not changes:
        return [tuple(row) for row in rows]
    converted = [list(row) for row in rows]
    for position, change in changes:
        for row in converted:
            if row[position] is not None:
                row[position] = change(row[position])
    return [tuple(row) for row in converted]


def _in_postgres(column: Any) -> str:
    for kind, expression in IN_POSTGRES:
        if isinstance(column.type, kind):
            return expression.format(column=_quoted(column.name))
    return _quoted(column.name)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _flat_wkb(blob: bytes) -> bytes:
    """A blob without its header; what GDAL wrote with heights is made flat."""
    wkb = blob[header_bytes(blob) :]
    return wkb if wkb[:5] in FLAT_TYPES else to_wkb(shapely.from_wkb(wkb))


def _iso_text(text: str) -> str:
    """As `Moment` writes it; GDAL may write otherwise."""
    return text if len(text) == 24 and text[-1] == "Z" else iso_utc(moment_of(text))


def _blob(wkb: bytes) -> bytes | None:
    return POINT_HEADER + wkb if len(wkb) == WKB_POINT_BYTES else to_blob(shapely.from_wkb(wkb))


def _ewkb_hex(wkb: bytes) -> str:
    """With the reference system in it, as COPY reads a geometry."""
    kind = int.from_bytes(wkb[1:5], "little") | HAS_SRID
    return (wkb[:1] + kind.to_bytes(4, "little") + SRS_ID.to_bytes(4, "little") + wkb[5:]).hex()
