"""Which columns of a file hold personal data, and what of the columns that are read may be shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geo_zhengzhi.io.headers import COLUMNS, Headers
from geo_zhengzhi.io.persons import personal_header, personal_values
from geo_zhengzhi.io.report import DroppedColumn
from geo_zhengzhi.io.tables import MAX_CATEGORY_LENGTH, RawTable, as_text
from geo_zhengzhi.schema import CATEGORY, INCIDENT_ID

Mask = npt.NDArray[np.bool_]

CONTENT = "identity number, phone or plate"
WITHHELD = "…"
SHORTEST = 9  # bytes of a plate in UTF-8: one character of three and six others
SAMPLE = 1000  # texts that are looked at to tell a repetitive column
TEXT_COLUMNS = (INCIDENT_ID, CATEGORY)
# What a number or a time is written with; anything else in such a column may be a name that slipped into it.
_NUMBER_OR_TIME = re.compile(r"[\d\s:./,+°′″'\"TZEeAaPpMm年月日号时点分秒上下午凌晨早中晚-]*")


@dataclass(frozen=True)
class PersonalData:
    """
    What a file tells of persons.

    Parameters
    ----------
    dropped : tuple of DroppedColumn
        In the order of the file.
    unused : tuple of str
        The other headers that are not read.
    masks : mapping of column to array of n, bool
        Of the text columns that are read: which values must not leave the door.
    """

    dropped: tuple[DroppedColumn, ...]
    unused: tuple[str, ...]
    masks: Mapping[str, Mask]


def find_personal_data(table: RawTable, headers: Headers) -> PersonalData:
    """
    Look through every column by its header and by its content.

    A column that is read for numbers or times only is not looked at: nothing but numbers and times comes out of it.
    """
    used = {position: column for column, position in headers.positions.items()}
    dropped, unused, masks = [], [], {}
    for position, header in enumerate(table.headers):
        column = used.get(position)
        if column is not None and column not in TEXT_COLUMNS:
            continue
        why = None if column is not None else personal_header(header)
        mask = _personal(table.columns[position]) if why is None else None
        if column is not None and mask is not None:
            masks[column] = mask
        if why is not None:
            dropped.append(DroppedColumn(header, why, _n_values(table.columns[position])))
        elif mask is not None and mask.any():
            dropped.append(DroppedColumn(header, CONTENT, int(mask.sum())))
        elif column is None and header:
            unused.append(header)
    return PersonalData(tuple(dropped), tuple(unused), masks)


def _n_values(column: pa.ChunkedArray) -> int:
    """How many values are not empty."""
    return int(len(column) - column.null_count)


def _personal(column: pa.ChunkedArray) -> Mask:
    """Which values of a column hold personal data; each distinct value of a repetitive column is looked at once."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)):
        return np.zeros(len(column), bool)
    texts = as_text(column)
    longest = pc.max(pc.binary_length(texts)).as_py()
    if longest is None or longest < SHORTEST:
        return np.zeros(len(column), bool)
    if len(texts.slice(0, SAMPLE).unique()) > SAMPLE // 10:
        return personal_values(texts)
    encoded = texts.combine_chunks().dictionary_encode()
    if not len(encoded.dictionary):
        return np.zeros(len(column), bool)
    distinct = personal_values(pa.chunked_array([encoded.dictionary]))
    codes = pc.fill_null(encoded.indices, 0).to_numpy()
    return np.asarray(distinct[codes] & encoded.is_valid().to_numpy(zero_copy_only=False), bool)


def shown_fields(table: RawTable, headers: Headers, rows: Mask) -> dict[str, list[str]]:
    """
    The fields of some rows that a rejects file may show: those of the columns that were read, by their headers.

    Other columns are never shown, since free text tells persons in ways that nothing can detect. Values with personal
    data, texts too long for a category, and words in columns of numbers and times, become "…".

    Parameters
    ----------
    table, headers
        As read.
    rows : array of n, bool
        Which rows.
    """
    shown: dict[str, list[str]] = {}
    for column in COLUMNS:
        if column in headers:
            taken = table.columns[headers.positions[column]].filter(pa.array(rows))
            shown[headers.names[column]] = _shown(taken, column in TEXT_COLUMNS)
    return shown


def shown_columns(table: RawTable, headers: Headers) -> list[tuple[str, str | None, list[str]]]:
    """
    Every column of a table as it may be shown while its headers are looked at, in the order of the file.

    Columns whose header is about persons or addresses are left out. Of those that are not read only numbers and times
    are shown, so that places and times can be told from each other.

    Returns
    -------
    list of (header, the column that it is read as or None, n texts)
    """
    used = {position: column for column, position in headers.positions.items()}
    shown = []
    for position, header in enumerate(table.headers):
        column = used.get(position)
        if column is not None or (header and personal_header(header) is None):
            shown.append((header, column, _shown(table.columns[position], column in TEXT_COLUMNS)))
    return shown


def _shown(column: pa.ChunkedArray, is_text: bool) -> list[str]:
    """The values of one column, with "…" for personal data and, where `is_text` is false, for every other word."""
    taken = as_text(column)
    personal = personal_values(taken)
    texts = pc.fill_null(taken, "").to_pylist()
    return [
        WITHHELD if hidden or _is_free_text(text, not is_text) else text
        for text, hidden in zip(texts, personal, strict=True)
    ]


def _is_free_text(text: str, is_plain: bool) -> bool:
    """Whether a field is more than a number, a category or, in a column of numbers and times, one of those."""
    return len(text) > MAX_CATEGORY_LENGTH or (is_plain and not _NUMBER_OR_TIME.fullmatch(text))
