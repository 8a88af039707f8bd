"""Comma, tab, semicolon and bar separated text as columns of text."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv

from geo_zhengzhi.errors import LineTooLong, NoHeader, TooManyColumns, UnclosedQuote
from geo_zhengzhi.io.tables import EMPTY_WORDS, MAX_COLUMNS, MAX_LINE_BYTES, Integers, Ragged, RawTable
from geo_zhengzhi.io.text_files import as_utf8

DELIMITERS = (",", "\t", ";", "|")  # at equal counts the earlier one
_QUOTED_OR_BREAK = rb'(?:(?<=[%s\r\n])|\A)"[^"]*+(?:""[^"]*+)*+"?|\r\n|\n|\r'


@dataclass(frozen=True)
class _Record:
    """One record of a text: where it lies, and the line, from 1, on which it begins."""

    start: int
    end: int
    line: int


def read_csv(name: str, data: bytes) -> RawTable:
    """
    Read delimited text.

    The first record that is not blank is the header. The delimiter is the one that occurs most often in it outside
    quotation marks. Fields may be quoted, with doubled quotes and line breaks inside. A row with another number of
    fields than the header is set aside with its line; blank lines are no rows.

    Parameters
    ----------
    name : str
        Of the file, for sentences.
    data : bytes
        UTF-8, UTF-8 with mark, UTF-16 with mark, or GB18030.

    Raises
    ------
    NoHeader
        If there is no header, or nothing at all.
    TooManyColumns, LineTooLong
        Above 1,000 columns, or above 4 MiB in one row.
    UnclosedQuote
        If a quotation mark that opens a field is never closed.
    WrongBytes, NulByte
        As `as_utf8`.
    """
    text = as_utf8(name, data)
    header = next(_records(text.utf8, b"".join(d.encode() for d in DELIMITERS)), None)
    if header is None:
        raise NoHeader(name=name)
    if header.end - header.start > MAX_LINE_BYTES:
        raise LineTooLong(name=name, line=header.line, allowed=MAX_LINE_BYTES / 2**20)
    line = text.utf8[header.start : header.end].decode()
    delimiter = _delimiter(line)
    headers = _fields(name, header.line, line, delimiter)
    if len(headers) > MAX_COLUMNS:
        raise TooManyColumns(name=name, given=len(headers), allowed=MAX_COLUMNS)
    body = _Body(name, text.utf8, header, delimiter, len(headers))
    table = body.table()
    return RawTable(
        name=name,
        format="CSV" if delimiter != "\t" else "TSV",
        headers=tuple(headers),
        columns=tuple(table.columns),
        n_rows=table.num_rows,
        lines_of=body.lines_of(),
        encoding=text.encoding,
        delimiter=delimiter,
        ragged=body.ragged(),
    )


def _delimiter(header: str) -> str:
    """The delimiter that occurs most often outside quotes."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", header)
    return max(DELIMITERS, key=bare.count)


def _fields(name: str, line: int, header: str, delimiter: str) -> list[str]:
    """The header's fields without outer blanks."""
    try:
        fields = next(csv.reader([header], delimiter=delimiter))
    except csv.Error:
        raise LineTooLong(name=name, line=line, allowed=csv.field_size_limit() / 2**20) from None
    return [field.strip() for field in fields]


def _records(data: bytes, delimiters: bytes, start: int = 0, line: int = 1) -> Iterator[_Record]:
    """
    The records of a text that are not blank, as Arrow tells them apart.

    A quotation mark opens a field only at the field's beginning; line breaks up to the closing one belong to the field.
    """
    begin, begin_line = start, line
    for match in re.compile(_QUOTED_OR_BREAK % re.escape(delimiters)).finditer(data, start):
        found = match[0]
        if not found.startswith(b'"'):
            if match.start() > begin:
                yield _Record(begin, match.start(), begin_line)
            line += 1
            begin, begin_line = match.end(), line
        else:
            line += found.count(b"\n")
    if begin < len(data):
        yield _Record(begin, len(data), begin_line)


class _Body:
    """Everything below the header of one text."""

    def __init__(self, name: str, data: bytes, header: _Record, delimiter: str, n_columns: int) -> None:
        self._name, self._data, self._header = name, data, header
        self._delimiter, self._n_columns = delimiter, n_columns
        self._has_quotes = data.find(b'"', header.end) >= 0
        self._wrong: list[tuple[int, int]] = []  # (number of the record below the header from 0, fields found)
        self._n_rows = 0

    def table(self) -> pa.Table:
        """The rows as text; those with another number of fields are remembered."""
        if re.compile(rb"[^\r\n]").search(self._data, self._header.end) is None:
            return pa.table([pa.chunked_array([[]], pa.string())] * self._n_columns, names=self._names())
        table = self._parse(threads=True)
        if self._wrong:  # Arrow numbers them only when it reads with one thread
            self._wrong.clear()
            table = self._parse(threads=False)
        self._n_rows = table.num_rows
        self._refuse_unclosed_quote()
        return table

    def _refuse_unclosed_quote(self) -> None:
        """Refuse a text whose last row has swallowed others; Arrow takes it for one row."""
        if self._has_quotes and self._data.count(b'"', self._header.end) % 2:
            *_, last = self._all_records()
            row = self._data[last.start : last.end]
            if row.count(b'"') % 2 and b"\n" in row:
                raise UnclosedQuote(name=self._name, line=last.line)

    def _names(self) -> list[str]:
        return [str(i) for i in range(self._n_columns)]

    def _parse(self, *, threads: bool) -> pa.Table:
        """Arrow's reader on the body."""

        def remember(row: pyarrow.csv.InvalidRow) -> str:
            self._wrong.append((-1 if row.number is None else row.number - 1, row.actual_columns))
            return "skip"

        names = self._names()
        try:
            return pyarrow.csv.read_csv(
                pa.py_buffer(memoryview(self._data)[self._header.end :]),
                read_options=pyarrow.csv.ReadOptions(
                    column_names=names, use_threads=threads, block_size=MAX_LINE_BYTES
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self._delimiter, newlines_in_values=self._has_quotes, invalid_row_handler=remember
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=list(EMPTY_WORDS),
                    strings_can_be_null=True,
                    check_utf8=False,  # the whole text has been looked at
                ),
            )
        except pa.ArrowInvalid:
            raise self._fault() from None

    def _fault(self) -> Exception:
        """Why Arrow cannot go on: a row longer than its block, mostly because a quotation mark is never closed."""
        longest = max(self._all_records(), key=lambda record: record.end - record.start)
        record = self._data[longest.start : longest.end]
        if record.count(b'"') % 2:
            return UnclosedQuote(name=self._name, line=longest.line)
        return LineTooLong(name=self._name, line=longest.line, allowed=MAX_LINE_BYTES / 2**20)

    def _all_records(self) -> Iterator[_Record]:
        """Every record below the header."""
        start_line = self._data.count(b"\n", 0, self._header.end) + 1
        return _records(self._data, self._delimiter.encode(), self._header.end, start_line)

    def _record_lines(self) -> Integers:
        """The line of each record below the header."""
        n_records = self._n_rows + len(self._wrong)
        end = self._header.end
        breaks = self._data.count(b"\n", end) - self._data.endswith(b"\n")
        returns = self._data.count(b"\r", end)
        bare_returns = returns and returns - self._data.count(b"\r\n", end)
        if breaks == n_records and not bare_returns:  # no blank lines, no line breaks in fields
            return np.arange(n_records, dtype=np.int64) + self._data.count(b"\n", 0, end) + 2
        lines = [record.line for record in self._all_records()]
        return np.array(lines or [0], np.int64)

    def lines_of(self) -> Callable[[Integers], Integers]:
        """Positions of rows to lines; computed when asked, since most files have nothing to report."""

        def lines(positions: Integers) -> Integers:
            if not positions.size:
                return positions
            good = np.ones(self._n_rows + len(self._wrong), bool)
            good[[number for number, _ in self._wrong]] = False
            return self._record_lines()[np.flatnonzero(good)[positions]]

        return lines

    def ragged(self) -> tuple[Ragged, ...]:
        """The rows that were set aside."""
        if not self._wrong:
            return ()
        lines = self._record_lines()
        return tuple(Ragged(int(lines[number]), found, self._n_columns) for number, found in self._wrong)
