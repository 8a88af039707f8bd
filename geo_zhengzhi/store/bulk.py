"""
Many rows at once into a table: prepared tuples on SQLite, COPY on PostgreSQL.

Values come as columns, so that a million rows are made ready by Arrow and numpy.
"""

import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from sqlalchemy import Connection

from geo_zhengzhi.store.columns import SRS_ID, point_blobs

CHUNK = 50_000
EWKB_POINT = b"\x01\x01\x00\x00\x20" + SRS_ID.to_bytes(4, "little")  # little-endian, a point with its SRS
EWKB_HEX_LETTERS = 2 * (len(EWKB_POINT) + 16)

Tell = Callable[[float], None]


class Values(Protocol):
    """n values of one column."""

    def __len__(self) -> int:
        """How many."""

    def part(self, rows: slice) -> "Values":
        """Some of them."""

    def as_list(self) -> list[Any]:
        """As SQLite keeps them."""

    def as_arrow(self) -> pa.Array:
        """As PostgreSQL reads their text."""


@dataclass(frozen=True)
class Points:
    """n points, degrees, EPSG:4326."""

    longitude: npt.NDArray[np.float64]
    latitude: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.longitude)

    def part(self, rows: slice) -> "Points":
        """Some of them."""
        return Points(self.longitude[rows], self.latitude[rows])

    def as_list(self) -> list[bytes]:
        """GeoPackage blobs."""
        return point_blobs(self.longitude, self.latitude)

    def as_arrow(self) -> pa.Array:
        """Hexadecimal EWKB."""
        rows = np.empty(len(self), [("head", f"V{len(EWKB_POINT)}"), ("x", "<f8"), ("y", "<f8")])
        rows["head"] = np.void(EWKB_POINT)
        rows["x"], rows["y"] = self.longitude, self.latitude
        letters = pa.py_buffer(binascii.hexlify(rows.tobytes()))
        offsets = pa.py_buffer(np.arange(len(self) + 1, dtype=np.int32) * np.int32(EWKB_HEX_LETTERS))
        return pa.StringArray.from_buffers(len(self), offsets, letters)


@dataclass(frozen=True)
class Moments:
    """n moments in UTC, `datetime64[ms]`."""

    at: npt.NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.at)

    def part(self, rows: slice) -> "Moments":
        """Some of them."""
        return Moments(self.at[rows])

    def as_list(self) -> list[str]:
        """Texts as GeoPackage spells moments."""
        return [f"{text}Z" for text in np.datetime_as_string(self.at, unit="ms")]

    def as_arrow(self) -> pa.Array:
        """Times with their zone."""
        return pa.array(self.at, pa.timestamp("ms", "UTC"))


@dataclass(frozen=True)
class Numbers:
    """n numbers."""

    numbers: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, rows: slice) -> "Numbers":
        """Some of them."""
        return Numbers(self.numbers[rows])

    def as_list(self) -> list[Any]:
        """Python's own numbers."""
        return list(self.numbers.tolist())

    def as_arrow(self) -> pa.Array:
        """Numbers, which Arrow writes so that they read back as the same bits."""
        return pa.array(self.numbers)


class Texts:
    """n texts, None for none; a NUL becomes U+FFFD, since PostgreSQL keeps none."""

    def __init__(self, texts: "pd.Series[Any] | list[str] | pa.Array") -> None:
        array = pa.array(texts).cast(pa.large_string())
        self._texts = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array

    def __len__(self) -> int:
        return len(self._texts)

    def part(self, rows: slice) -> "Texts":
        """Some of them."""
        return Texts(self._texts[rows])

    def as_list(self) -> list[Any]:
        """Python's own texts."""
        return list(self.as_arrow().to_pylist())

    def as_arrow(self) -> pa.Array:
        """Texts without NUL."""
        has_nul = pc.any(pc.match_substring(self._texts, "\0")).as_py()
        return pc.replace_substring(self._texts, "\0", "\ufffd") if has_nul else self._texts


def insert_columns(connection: Connection, table: str, columns: Mapping[str, Values], tell: Tell | None = None) -> None:
    """
    Append n rows to a table.

    Parameters
    ----------
    connection : Connection
        Of `Database.write`.
    table : str
        Its name; ours, never a stranger's.
    columns : {name: n values}
    tell : function of a fraction in [0, 1], optional
    """
    insert = _insert if connection.dialect.name == "sqlite" else _copy
    n = len(next(iter(columns.values())))
    for start in range(0, n, CHUNK):
        rows = slice(start, start + CHUNK)
        insert(connection, table, {name: values.part(rows) for name, values in columns.items()})
        if tell is not None:
            tell(min(start + CHUNK, n) / n)


def _insert(connection: Connection, table: str, columns: Mapping[str, Values]) -> None:
    """Prepared tuples."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    cursor: Any = connection.connection.cursor()
    rows = zip(*(values.as_list() for values in columns.values()), strict=True)
    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
    cursor.close()


def _copy(connection: Connection, table: str, columns: Mapping[str, Values]) -> None:
    """COPY of a CSV that Arrow writes."""
    rows = pa.table({name: values.as_arrow() for name, values in columns.items()})
    text = pa.BufferOutputStream()
    pyarrow.csv.write_csv(rows, text, pyarrow.csv.WriteOptions(include_header=False))
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getvalue())
