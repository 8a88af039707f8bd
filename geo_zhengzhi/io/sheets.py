"""The first sheet of an .xlsx as columns of text, with the row numbers that people see beside it."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import defusedxml.common
import numpy as np
import openpyxl
import pyarrow as pa

from geo_zhengzhi.errors import NoHeader, TooManyColumns, UnreadableFeatures
from geo_zhengzhi.io.tables import EMPTY_WORDS, MAX_COLUMNS, RawTable
from geo_zhengzhi.io.unpacking import check_archive

HEADER_ROWS = 10  # a title and notes may stand above the header, but no further down
_CLOCK = re.compile(r"[hs]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def read_xlsx(path: Path, is_header: Callable[[Sequence[str]], bool]) -> RawTable:
    """
    Read the first sheet that has a header; formulas give the value that was stored with them.

    Parameters
    ----------
    path : Path
        An .xlsx; it is a zip, and bounded like one.
    is_header : function of a row of texts
        Whether a row is the header; the first of the first ten rows that is, else the first row that is not blank.

    Returns
    -------
    RawTable
        Dates without a clock in their number format as "2024-03-01", other dates as ISO date and time; wholly blank
        rows are no rows.

    Raises
    ------
    BrokenArchive, ArchiveTooLarge, UnsafeArchive
        As `check_archive`.
    UnreadableFeatures
        If it is no workbook, or its XML is damaged or declares entities.
    NoHeader, TooManyColumns
        If it is empty, or has more than 1,000 columns.
    """
    check_archive(path)
    try:
        return _read(path, is_header)
    except (KeyError, ValueError, TypeError, IndexError, OSError, ParseError, defusedxml.common.DefusedXmlException):
        raise UnreadableFeatures(name=path.name, detail="XLSX") from None


def _read(path: Path, is_header: Callable[[Sequence[str]], bool]) -> RawTable:
    """Read the workbook, whatever may go wrong in it."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the file may lie about them
        rows = ((number, row) for number, row in _texts(sheet) if any(text is not None for text in row))
        number, headers = _header(path.name, rows_ahead := list(_take(rows, HEADER_ROWS)), is_header)
        body = [(n, row) for n, row in rows_ahead if n > number] + list(rows)
    finally:
        book.close()
    columns = tuple(_column([row[i] if i < len(row) else None for _, row in body]) for i in range(len(headers)))
    numbers = np.array([n for n, _ in body], np.int64)
    return RawTable(path.name, "XLSX", headers, columns, len(body), lambda positions: numbers[positions])


def _take(rows: Iterator[tuple[int, list[str | None]]], n: int) -> Iterator[tuple[int, list[str | None]]]:
    """Up to `n` rows, without touching the one after them."""
    for _, row in zip(range(n), rows, strict=False):
        yield row


def _texts(sheet: Any) -> Iterator[tuple[int, list[str | None]]]:
    """Row number from 1 and the texts of each row."""
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        yield number, [_text(cell) for cell in cells]


def _header(
    name: str, rows: Sequence[tuple[int, list[str | None]]], is_header: Callable[[Sequence[str]], bool]
) -> tuple[int, tuple[str, ...]]:
    """The header's row number and its texts."""
    if not rows:
        raise NoHeader(name=name)
    texts = [(number, tuple(text or "" for text in row)) for number, row in rows]
    number, header = next((found for found in texts if is_header(found[1])), texts[0])
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MAX_COLUMNS:
        raise TooManyColumns(name=name, given=len(header), allowed=MAX_COLUMNS)
    return number, header


def _text(cell: Any) -> str | None:
    """A cell as text; None for an empty one."""
    value = cell.value
    if value is None:
        return None
    if isinstance(value, datetime):
        has_clock = _CLOCK.search(_LITERAL.sub("", cell.number_format or "")) or value.time() != time()
        return value.isoformat(sep=" ") if has_clock else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value).strip() or None


def _column(texts: list[str | None]) -> pa.ChunkedArray:
    """One column; what stands for nothing becomes None."""
    return pa.chunked_array([pa.array([None if text in EMPTY_WORDS else text for text in texts], pa.string())])
