"""A file of rows opened as columns, whatever its format: nothing is interpreted yet, nothing is dropped."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyproj

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# The limits of every format; each bound itself is allowed.
MAX_FILE_BYTES = 2 * 2**30
MAX_CATEGORY_LENGTH = 200  # characters: the longest names of offences have about sixty
MAX_COLUMNS = 1000
MAX_LINE_BYTES = 4 * 2**20
N_THREADS = 2

# What stands in a cell for "nothing", beside the empty one.
EMPTY_WORDS = ("", "NULL", "null", "NA", "N/A", "n/a", "#N/A", "nan", "NaN", "None", "\\N")


@dataclass(frozen=True)
class Points:
    """
    Geometries as coordinates.

    Parameters
    ----------
    x, y : arrays of n
        NaN where there is no point.
    is_other : array of n, bool
        Where a geometry is there but is not one point.
    crs : pyproj.CRS or None
        What the file says of them; None where it says nothing.
    says_crs : bool
        Whether its format can say anything but WGS-84; GeoJSON cannot.
    """

    x: Floats
    y: Floats
    is_other: npt.NDArray[np.bool_]
    crs: pyproj.CRS | None
    says_crs: bool


@dataclass(frozen=True)
class Ragged:
    """A row that has another number of fields than the header; its content is not kept."""

    line: int
    n_found: int
    n_expected: int


@dataclass(frozen=True)
class RawTable:
    """
    The rows of one file.

    Parameters
    ----------
    name, format : str
        The file's name and its format as people call it.
    headers : tuple of str
        As they stand in the file, blank ones and repeated ones included.
    columns : tuple of ChunkedArray of n, one a header
        Text, or the types that the file itself gives.
    n_rows : int
        Without the ragged ones.
    lines_of : function of positions (array of k, 0-based) to lines (array of k)
        Where rows stand in the file: the line in text (the first one of a row with line breaks in it), the row of a
        sheet, else the number of the feature or record from 1.
    points : Points or None
        Of formats with geometries.
    encoding, delimiter : str
        Of text formats, else "".
    ragged : tuple of Ragged
        In the order of the file.
    sha256 : str
        Of the file as it lies on disk.
    """

    name: str
    format: str
    headers: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    n_rows: int
    lines_of: Callable[[Integers], Integers] = field(repr=False)
    points: Points | None = None
    encoding: str = ""
    delimiter: str = ""
    ragged: tuple[Ragged, ...] = ()
    sha256: str = ""


def numbered_from(first: int) -> Callable[[Integers], Integers]:
    """Rows that stand one after the other, the first at `first`."""
    return lambda positions: positions + first


def matches(column: pa.ChunkedArray, pattern: str) -> npt.NDArray[np.bool_]:
    """
    Where a regular expression occurs in n texts (array of n, bool); nowhere in an empty value.

    The column's chunks are shared by two threads; Arrow looks for patterns without the interpreter's lock.
    """

    def found(chunk: pa.Array) -> npt.NDArray[np.bool_]:
        return np.asarray(pc.fill_null(pc.match_substring_regex(chunk, pattern), False).to_numpy(zero_copy_only=False))

    with ThreadPoolExecutor(N_THREADS) as pool:
        return np.concatenate([np.zeros(0, bool), *pool.map(found, column.chunks)])


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """
    A column as text without outer blanks; None for what stands for nothing.

    Whole numbers that came as floats lose their ".0", so that an id is the same from every format.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        column = _floats_as_text(column)
    elif not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        column = column.cast(pa.string(), safe=False)
    trimmed = pc.utf8_trim_whitespace(column)
    shortest = pc.min(pc.binary_length(trimmed)).as_py()
    if shortest is None or shortest > max(map(len, EMPTY_WORDS)):
        return trimmed
    empty = pc.is_in(trimmed, value_set=pa.array(EMPTY_WORDS, trimmed.type))
    return pc.if_else(empty, pa.scalar(None, trimmed.type), trimmed)


def _floats_as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Floats in their shortest form that reads back the same."""
    values = column.to_numpy()
    whole = np.isfinite(values) & (np.abs(values) < 2**53) & (values == np.trunc(values))
    text = np.array([repr(float(v)) for v in values], object)
    text[whole] = [str(int(v)) for v in values[whole]]
    text[np.isnan(values)] = None
    return pa.chunked_array([pa.array(text, pa.string())])
