"""What became of every row of an incident file, for people to read and for programmes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo_zhengzhi.io.results import write_table
from geo_zhengzhi.words import Translate

Progress = Callable[[str, float], None]

LINE, REASON_ZH, REASON_EN = "line", "reason_zh", "reason_en"


@dataclass(frozen=True)
class Note:
    """A sentence about the file: an English msgid with `{names}`, and the values."""

    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, translate: Translate) -> str:
        """The sentence in the reader's language."""
        return translate(self.sentence).format(**self.values)


@dataclass(frozen=True)
class DroppedColumn:
    """A column with personal data: its header, why it is one, and how many values it had."""

    header: str
    why: str
    n_values: int


@dataclass(frozen=True, eq=False)
class ImportReport:
    """
    How one file of incidents was read.

    Parameters
    ----------
    file_name, sha256, format, encoding, delimiter : str
        Of the file; encoding and delimiter are "" where the format has none.
    datum : str
        In which coordinates were read.
    datum_declared : bool
        Whether the caller or the file said so; otherwise plain longitude and latitude were taken as WGS-84.
    timezone : str
        Of times that named none.
    n_read, n_kept, n_duplicates, n_rejected : int
        read = kept + duplicates + rejected.
    rejects : DataFrame of n_rejected rows
        `line`, `reason_zh`, `reason_en` and, as text, the row's fields that were read, without personal data.
    reject_reasons : {str: int}
        Rows by reason, an English msgid without the row's own numbers, the most frequent first.
    mapping : {column: header}
        Which header was read as which column.
    dropped_columns : tuple of DroppedColumn
        Left out, or emptied where they held it, because they tell persons or addresses.
    unused_columns : tuple of str
        Headers that stand for none of our columns; left out too.
    unknown_categories : {category: count}
        Kept as they were written, the most frequent first.
    notes : tuple of Note
        What a reader should know before using the data.

    Raises
    ------
    ValueError
        If the counts do not add up.
    """

    file_name: str
    sha256: str
    format: str
    encoding: str
    delimiter: str
    datum: str
    datum_declared: bool
    timezone: str
    n_read: int
    n_kept: int
    n_duplicates: int
    n_rejected: int
    rejects: pd.DataFrame = field(repr=False)
    reject_reasons: Mapping[str, int]
    mapping: Mapping[str, str]
    dropped_columns: tuple[DroppedColumn, ...]
    unused_columns: tuple[str, ...]
    unknown_categories: Mapping[str, int]
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        if self.n_read != self.n_kept + self.n_duplicates + self.n_rejected or self.n_rejected != len(self.rejects):
            raise ValueError(
                f"{self.n_read} read, {self.n_kept} kept, {self.n_duplicates} duplicates, {self.n_rejected} rejected, "
                f"{len(self.rejects)} rejects do not add up"
            )

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON; notes and reasons in English, rejects as counts."""
        plain = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("rejects", "dropped_columns", "notes", "mapping", "unknown_categories", "reject_reasons")
        }
        return plain | {
            "unused_columns": list(self.unused_columns),
            "mapping": dict(self.mapping),
            "unknown_categories": dict(self.unknown_categories),
            "dropped_columns": [vars(column) for column in self.dropped_columns],
            "reject_reasons": dict(self.reject_reasons),
            "notes": [note.text(str) for note in self.notes],
        }

    def lines(self, translate: Translate) -> list[str]:
        """The report in sentences, in the reader's language."""
        said = [
            self._line(translate, "{file_name}: {format}, {encoding}"),
            self._line(translate, "read {n_read} = kept {n_kept} + duplicates {n_duplicates} + rejected {n_rejected}"),
            self._line(translate, "Datum: {datum}; time zone: {timezone}"),
        ]
        said += [f"{column} ← {header}" for column, header in self.mapping.items()]
        said += [
            translate("Left out for personal data: {header} ({why}, {n_values} values)").format(
                header=column.header, why=translate(column.why), n_values=column.n_values
            )
            for column in self.dropped_columns
        ]
        if self.unused_columns:
            said.append(translate("Not used: {headers}").format(headers=", ".join(self.unused_columns)))
        said += [note.text(translate) for note in self.notes]
        return said + [f"{n} × {translate(reason)}" for reason, n in self.reject_reasons.items()]

    def _line(self, translate: Translate, sentence: str) -> str:
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values["encoding"] = self.encoding or "–"
        return translate(sentence).format(**values)


def write_rejects(report: ImportReport, path: str | Path) -> Path:
    """
    Write the rejected rows as CSV, UTF-8 with the mark that spreadsheets look for.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(report.rejects, path)
    return path
