"""The door for registers: rows of an XLSX or CSV with known headers as text; columns that tell persons stay outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from geo_zhengzhi.errors import MissingColumn, RegisterTooLong, UnknownRegisterFormat
from geo_zhengzhi.io.endings import TEXT_ENDINGS
from geo_zhengzhi.io.headers import listed
from geo_zhengzhi.io.opening import open_table
from geo_zhengzhi.io.persons import hold_personal, personal_values
from geo_zhengzhi.io.privacy import CONTENT
from geo_zhengzhi.io.register_words import find_register_columns, looks_like_register, personal_register_header
from geo_zhengzhi.io.report import DroppedColumn
from geo_zhengzhi.io.tables import RawTable, as_text
from geo_zhengzhi.schema import NAME, TARGET_ID

ENDINGS = (*TEXT_ENDINGS, ".xlsx")
MOST_ROWS = 20_000


@dataclass(frozen=True)
class RegisterRow:
    """
    A row of a register file: where it stands, what its columns say (empty ones left out), and which tell persons.

    What a personal column says is not among the texts.
    """

    line: int
    texts: Mapping[str, str]
    personal: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegisterFile:
    """
    A register file as it was read; `ragged` are the rows with another number of fields: line, fields found.

    `n_read` = rows + ragged.
    """

    name: str
    sha256: str
    rows: tuple[RegisterRow, ...]
    ragged: tuple[tuple[int, int], ...]
    mapping: Mapping[str, str]
    dropped: tuple[DroppedColumn, ...]
    unused: tuple[str, ...]

    @property
    def n_read(self) -> int:
        """Rows of the file below its header."""
        return len(self.rows) + len(self.ragged)


def read_register(path: str | Path) -> RegisterFile:
    """
    Read a register from CSV, TSV or XLSX.

    Headers are known by `register_words.REGISTER_SYNONYMS`. Columns that tell persons, by header or by content, are
    left out; a text of a known column that does is left out and named in its row.

    Raises
    ------
    UnknownRegisterFormat
        For another ending.
    MissingColumn
        If no header stands for the name.
    RegisterTooLong
        Above 20,000 rows.
    GeoZhengzhiError
        As `opening.open_table`.
    """
    path = Path(path)
    if not path.name.lower().endswith(ENDINGS):
        raise UnknownRegisterFormat(name=path.name, given=path.suffix or "nothing", allowed=" ".join(ENDINGS))
    table = open_table(path, looks_like_register)
    columns = find_register_columns(table.headers)
    if NAME not in columns:
        raise MissingColumn(column=NAME, found=listed(table.headers))
    if table.n_rows > MOST_ROWS:
        raise RegisterTooLong(name=path.name, given=table.n_rows, allowed=MOST_ROWS)
    dropped, unused = _left_out(table, set(columns.values()))
    return RegisterFile(
        name=path.name,
        sha256=table.sha256,
        rows=_rows(table, columns),
        ragged=tuple((row.line, row.n_found) for row in table.ragged),
        mapping={column: table.headers[position] for column, position in columns.items()},
        dropped=dropped,
        unused=unused,
    )


def _rows(table: RawTable, columns: Mapping[str, int]) -> tuple[RegisterRow, ...]:
    """The rows that say anything, with their lines."""
    texts = {column: _texts(table, position) for column, position in columns.items()}
    personal = {column: _personal(table, column, position) for column, position in columns.items()}
    lines = table.lines_of(np.arange(table.n_rows)).tolist()
    return tuple(
        RegisterRow(
            line,
            {c: texts[c][i] for c in columns if texts[c][i] and not personal[c][i]},
            tuple(c for c in columns if personal[c][i]),
        )
        for i, line in enumerate(lines)
        if any(texts[c][i] for c in columns)  # spreadsheets leave rows of bare commas behind
    )


def _texts(table: RawTable, position: int) -> list[str]:
    return [str(text) for text in pc.fill_null(as_text(table.columns[position]), "").to_pylist()]


def _personal(table: RawTable, column: str, position: int) -> list[bool]:
    """Which values tell a person; numbers of entries are judged as a column, since one may look like an identity."""
    if column == TARGET_ID:
        return [bool(value) for value in personal_values(as_text(table.columns[position]))]
    return hold_personal(_texts(table, position))


def _left_out(table: RawTable, used: set[int]) -> tuple[tuple[DroppedColumn, ...], tuple[str, ...]]:
    """The columns that tell persons, and those that nobody asked for."""
    dropped, unused = [], []
    for position, header in enumerate(table.headers):
        if position in used:
            continue
        texts = _texts(table, position)
        why, n_personal = personal_register_header(header), sum(hold_personal(texts))
        if why is not None:
            dropped.append(DroppedColumn(header, why, sum(map(bool, texts))))
        elif n_personal:
            dropped.append(DroppedColumn(header, CONTENT, n_personal))
        elif header:
            unused.append(header)
    return tuple(dropped), tuple(unused)
