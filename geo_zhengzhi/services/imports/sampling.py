"""What a file seems to be, before anything of it is read in: its format, its headers, a few of its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geo_zhengzhi.io.headers import COLUMNS, Headers, looks_like_header, suggest_headers
from geo_zhengzhi.io.opening import open_table
from geo_zhengzhi.io.persons import ADDRESS, personal_header, personal_values
from geo_zhengzhi.io.privacy import find_personal_data, shown_columns
from geo_zhengzhi.io.report import DroppedColumn
from geo_zhengzhi.io.tables import Points, RawTable, as_text

N_SAMPLED = 300
N_SHOWN = 5
PLACE_COLUMNS = ("longitude", "latitude", "x", "y")


@dataclass(frozen=True, eq=False)
class Sample:
    """
    A few rows of a file, chosen evenly, the first five among them.

    Parameters
    ----------
    table : RawTable of k rows, k <= 300
        As in the file, without what tells persons.
    lines : array of k
        Where the rows stand in the file.
    n_rows, n_ragged : int
        Of the whole file: rows, and how many of them have another number of fields than the header.
    dropped : tuple of DroppedColumn
        The columns of the whole file that hold personal data.
    """

    table: RawTable
    lines: npt.NDArray[np.int64]
    n_rows: int
    n_ragged: int
    dropped: tuple[DroppedColumn, ...]


@dataclass(frozen=True)
class Field:
    """
    One of our columns, as it stands with a file.

    Parameters
    ----------
    column : str
    header : str
        What it is read from; "" where nothing is.
    candidates : tuple of str
        The headers that could be it, where there are several.
    """

    column: str
    header: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownColumn:
    """A header of the file, the column that it is read as (None: not read), and its first values."""

    header: str
    column: str | None
    values: tuple[str, ...]


@dataclass(frozen=True)
class Fields:
    """
    How a file's headers are understood.

    Parameters
    ----------
    fields : tuple of Field
        All of our columns that the file may have.
    headers : tuple of str
        Those that a column may be read from, each once, in the order of the file.
    shown : tuple of ShownColumn
        The first rows by column, without those about persons.
    lines : tuple of int
        Where those rows stand.
    """

    fields: tuple[Field, ...]
    headers: tuple[str, ...]
    shown: tuple[ShownColumn, ...]
    lines: tuple[int, ...]


def take_sample(path: Path) -> Sample:
    """
    Open a file and keep a few of its rows.

    Raises
    ------
    GeoZhengzhiError
        If the file cannot be used at all, as `opening.open_table`.
    """
    table = open_table(path, looks_like_header)
    positions = np.unique(np.concatenate([np.arange(min(N_SHOWN, table.n_rows)), _evenly(table.n_rows)]))
    headers, _ = suggest_headers(table.headers)
    return Sample(
        table=_rows_of(table, positions),
        lines=table.lines_of(positions),
        n_rows=table.n_rows + len(table.ragged),
        n_ragged=len(table.ragged),
        dropped=find_personal_data(table, headers).dropped,
    )


def _evenly(n_rows: int) -> npt.NDArray[np.int64]:
    """Positions from the first row to the last at equal distances; at most 300 together with the first five."""
    return np.linspace(0, max(n_rows - 1, 0), min(n_rows, N_SAMPLED - N_SHOWN)).round().astype(np.int64)


def _rows_of(table: RawTable, positions: npt.NDArray[np.int64]) -> RawTable:
    """Some rows of a table, without what tells persons."""
    taken = [column.take(pa.array(positions)) for column in table.columns]
    columns = [_without_persons(header, column) for header, column in zip(table.headers, taken, strict=True)]
    points = table.points
    if points is not None:
        points = Points(
            points.x[positions], points.y[positions], points.is_other[positions], points.crs, points.says_crs
        )
    return replace(table, columns=tuple(columns), n_rows=len(positions), points=points, ragged=(), lines_of=_as_it_is)


def _as_it_is(positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return positions


def _without_persons(header: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column without the values that tell persons; wholly empty where its header does."""
    if personal_header(header) not in (None, ADDRESS):
        return pa.chunked_array([pa.nulls(len(column), pa.string())])
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    mask = pa.array(personal_values(as_text(column)))
    return pc.if_else(mask, pa.scalar(None, column.type), column)


def recognise(sample: Sample, mapping: Mapping[str, str] | None = None) -> Fields:
    """
    Which header is read as which column.

    Parameters
    ----------
    sample : Sample
    mapping : {column: header}, optional
        What was said by hand; "" for a column that is not to be read.

    Raises
    ------
    InvalidParameter, UnknownHeader, PersonalColumn, AmbiguousColumn
        If the mapping is not possible with this file.
    """
    found, ambiguous = suggest_headers(sample.table.headers, mapping)
    columns = [c for c in COLUMNS if sample.table.points is None or c not in PLACE_COLUMNS]
    allowed = [h for h in sample.table.headers if h and personal_header(h) in (None, ADDRESS)]
    return Fields(
        tuple(Field(c, found.names.get(c, ""), ambiguous.get(c, ())) for c in columns),
        tuple(dict.fromkeys(allowed)),
        tuple(ShownColumn(header, column, values) for header, column, values in _first_rows(sample, found)),
        tuple(int(line) for line in sample.lines[:N_SHOWN]),
    )


def _first_rows(sample: Sample, found: Headers) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """The first rows by column, without those that are left out."""
    first = replace(sample.table, columns=tuple(column.slice(0, N_SHOWN) for column in sample.table.columns))
    dropped = {column.header for column in sample.dropped}
    return [
        (header, column, tuple(values))
        for header, column, values in shown_columns(first, found)
        if column is not None or header not in dropped
    ]


def said_by_hand(sample: Sample, choices: Mapping[str, str]) -> dict[str, str]:
    """What of a choice for every column differs from what the headers alone say, as a mapping."""
    automatic: Mapping[str, Any] = {field.column: field for field in recognise(sample).fields}
    return {
        column: header
        for column, header in choices.items()
        if column in automatic and (header != automatic[column].header or automatic[column].candidates)
    }
