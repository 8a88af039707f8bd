"""All incidents as columns, straight from the engine's driver: a row is never an object of its own."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.csv
from sqlalchemy import Connection

from geo_zhengzhi.schema import CATEGORY, INCIDENT_ID, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO, WEIGHT
from geo_zhengzhi.store.columns import points_of_blobs

MOMENT = pa.timestamp("us", "UTC")
TYPES = {
    INCIDENT_ID: pa.large_string(), OCCURRED_FROM: MOMENT, OCCURRED_TO: MOMENT, CATEGORY: pa.large_string(),
    WEIGHT: pa.float64(), LONGITUDE: pa.float64(), LATITUDE: pa.float64(),
}  # fmt: skip
SCHEMA = pa.schema(list(TYPES.items()))
CHUNK = 50_000
POSTGRES_ROWS = (
    "SELECT incident_id, (extract(epoch FROM occurred_from) * 1000)::bigint AS occurred_from, "
    "(extract(epoch FROM occurred_to) * 1000)::bigint AS occurred_to, category, weight, "
    "ST_X(geom) AS longitude, ST_Y(geom) AS latitude FROM incidents ORDER BY fid"
)
POSTGRES_CSV = "FORMAT csv, HEADER, FORCE_QUOTE (incident_id, category)"


def read_incidents(connection: Connection) -> pa.Table:
    """
    Every incident, in the order in which the store got them.

    Parameters
    ----------
    connection : Connection
        Of `Database.read`: the rows are those of its one view.

    Returns
    -------
    pyarrow.Table of n rows
        `SCHEMA`: INCIDENT_COLUMNS, times in UTC, degrees in EPSG:4326.
    """
    return _from_sqlite(connection) if connection.dialect.name == "sqlite" else _from_postgres(connection)


def _from_sqlite(connection: Connection) -> pa.Table:
    """Tuples, a chunk at a time."""
    cursor: Any = connection.connection.cursor()
    cursor.execute("SELECT incident_id, occurred_from, occurred_to, category, weight, geom FROM incidents ORDER BY fid")
    chunks = []
    while rows := cursor.fetchmany(CHUNK):
        ids, starts, ends, categories, weights, blobs = zip(*rows, strict=True)
        longitude, latitude = points_of_blobs(list(blobs))
        values = [
            pa.array(ids, pa.large_string()), _moments(starts), _moments(ends), pa.array(categories, pa.large_string()),
            pa.array(weights, pa.float64()), pa.array(longitude), pa.array(latitude),
        ]  # fmt: skip
        chunks.append(pa.record_batch(values, SCHEMA))
    cursor.close()
    return pa.Table.from_batches(chunks, SCHEMA)


def _moments(texts: tuple[str, ...]) -> pa.Array:
    """Texts as GeoPackage spells moments."""
    return pa.array(texts).cast(MOMENT)


def _from_postgres(connection: Connection) -> pa.Table:
    """COPY as CSV, whose numbers read back as the same bits; times as milliseconds."""
    cursor: Any = connection.connection.cursor()
    text = io.BytesIO()
    with cursor, cursor.copy(f"COPY ({POSTGRES_ROWS}) TO STDOUT ({POSTGRES_CSV})") as copy:
        for part in copy:
            text.write(part)
    return _parsed(text.getbuffer())


def _parsed(text: memoryview) -> pa.Table:
    """CSV to a table."""
    kinds = {name: pa.int64() if kind == MOMENT else kind for name, kind in TYPES.items()}
    rows = pyarrow.csv.read_csv(
        pa.BufferReader(text),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
    )
    columns = [
        pa.chunked_array([chunk.cast(pa.timestamp("ms", "UTC")).cast(MOMENT) for chunk in rows[name].chunks], MOMENT)
        if kind == MOMENT
        else rows[name]
        for name, kind in TYPES.items()
    ]
    return pa.table(columns, SCHEMA)
