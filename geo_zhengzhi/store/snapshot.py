"""
The incidents as an Arrow file that every worker maps into its memory: no row is read one by one.

One file holds one state of the store. Its name tells the version and a hash over the batches that made it, since a
store that was restored from a backup counts its versions again. A file is written whole beside its place and moved
there; one that is there never changes, so that who has it mapped can go on reading after it was removed.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, select

from geo_zhengzhi.fingerprints import incidents_name
from geo_zhengzhi.schema import CATEGORY, INCIDENT_ID, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO, WEIGHT
from geo_zhengzhi.store import state
from geo_zhengzhi.store.reading import read_incidents
from geo_zhengzhi.store.tables import batches

NAME = b"incidents_name"
PREFIX, DRAFT = "incidents-v", ".draft-"
FORGOTTEN_S = 3600.0


@dataclass(frozen=True, eq=False)
class Snapshot:
    """
    Every incident of one state of the store.

    Parameters
    ----------
    incidents : DataFrame of INCIDENT_COLUMNS, EPSG:4326
        Its columns lie in the mapped file and cannot be written to.
    name : str
        `fingerprints.incidents_name`.
    path : Path
        The file.
    """

    incidents: pd.DataFrame
    name: str
    path: Path


def open_snapshot(connection: Connection, folder: Path, timezone: str) -> Snapshot:
    """
    Map the snapshot of the connection's view, made where there is none yet.

    Parameters
    ----------
    connection : Connection
        Of `Database.read`.
    folder : Path
        This store's own, and the account's own.
    timezone : str
        IANA zone of the frame's times.
    """
    version, path = _place(connection, folder)
    rows = _mapped(path)
    if rows is None:
        rows = _written(read_incidents(connection), path)
        _remove_older(path, version)
    return Snapshot(_frame(rows, timezone), rows.schema.metadata[NAME].decode(), path)


def snapshot_faults(connection: Connection, folder: Path) -> Iterator[str]:
    """What is wrong with the snapshot of the connection's view; nothing where there is none yet."""
    _, path = _place(connection, folder)
    if not path.exists():
        return
    rows = _mapped(path)
    if rows is None:
        yield f"{path.name}: cannot be read"
        return
    names = {rows.schema.metadata[NAME].decode()}
    names |= {incidents_name(_frame(found, "UTC")) for found in (rows, read_incidents(connection))}
    if len(names) > 1:
        yield f"{path.name}: other incidents than the store's"


def _place(connection: Connection, folder: Path) -> tuple[int, Path]:
    """The version of the connection's view, and where its snapshot lies."""
    version = int(state.get(connection, state.INCIDENTS_VERSION, 0))
    return version, folder / f"{PREFIX}{version}-{_history(connection)}.arrow"


def _history(connection: Connection) -> str:
    """Sixteen hex digits over the batches: what came when, and what was undone."""
    columns = (batches.c.batch_id, batches.c.sha256, batches.c.content, batches.c.finished_at, batches.c.undone_at)
    settled = select(*columns).where(batches.c.status.in_(("done", "undone"))).order_by(batches.c.batch_id)
    return hashlib.sha256(repr([tuple(row) for row in connection.execute(settled)]).encode()).hexdigest()[:16]


def _mapped(path: Path) -> pa.Table | None:
    """The rows of a file, mapped; None where there is none, or where it is no snapshot."""
    try:
        rows = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowInvalid):
        return None
    return rows if NAME in (rows.schema.metadata or {}) else None


def _written(rows: pa.Table, path: Path) -> pa.Table:
    """Write a snapshot whole, put it in its place, and map it before anybody can have removed it."""
    name = incidents_name(_frame(rows, "UTC"))
    one_piece = rows.combine_chunks().replace_schema_metadata({NAME: name.encode()})
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=DRAFT, delete=False) as draft:
        try:
            with pa.ipc.new_file(pa.PythonFile(draft, "w"), one_piece.schema) as writer:
                writer.write_table(one_piece)
            draft.flush()
            os.fsync(draft.fileno())
            mapped = _mapped(Path(draft.name))
            os.replace(draft.name, path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return one_piece if mapped is None else mapped


def _frame(rows: pa.Table, timezone: str) -> pd.DataFrame:
    """The rows as a frame, without a copy of a column that is in one piece."""
    texts = rows.select([INCIDENT_ID, CATEGORY]).to_pandas()
    numbers = {name: _numbers(rows, name) for name in (WEIGHT, LONGITUDE, LATITUDE)}
    times = {name: _times(rows, name, timezone) for name in (OCCURRED_FROM, OCCURRED_TO)}
    columns = {INCIDENT_ID: texts[INCIDENT_ID], **times, CATEGORY: texts[CATEGORY], **numbers}
    return pd.DataFrame(columns, copy=False)


def _numbers(rows: pa.Table, name: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    column = rows[name]
    return np.asarray(column.chunk(0).to_numpy() if column.num_chunks == 1 else column.to_numpy())


def _times(rows: pa.Table, name: str, timezone: str) -> pd.DatetimeIndex:
    """Microseconds in UTC as times of a zone."""
    column = rows[name].cast(pa.int64())
    microseconds = np.asarray(column.chunk(0).to_numpy() if column.num_chunks == 1 else column.to_numpy())
    return pd.DatetimeIndex(microseconds.view("M8[us]"), tz="UTC").tz_convert(timezone)


def _remove_older(path: Path, version: int) -> None:
    """
    Remove the snapshots of earlier versions, and drafts that a killed process left.

    Later ones stay: a worker whose view is a moment old must not take away what the others use.
    """
    for other in path.parent.glob(f"{PREFIX}*.arrow"):
        number = other.name.removeprefix(PREFIX).partition("-")[0]
        if other != path and number.isdecimal() and int(number) <= version:
            with suppress(OSError):  # Windows keeps a file that somebody has mapped
                other.unlink()
    for draft in path.parent.glob(f"{DRAFT}*"):
        with suppress(OSError):
            if draft.stat().st_mtime < time.time() - FORGOTTEN_S:
                draft.unlink()
