"""What became of every row of a register file, and of every boundary of a geometry file, for people and programs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from geo_zhengzhi.io.report import DroppedColumn, Note
from geo_zhengzhi.words import Translate, translator

ADDED, CHANGED, UNCHANGED, REFUSED = OUTCOMES = ("added", "changed", "unchanged", "refused")


class Sentence(Protocol):
    """Whatever can be said in either language: an error, a remark."""

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The sentence in the reader's language."""
        ...


@dataclass(frozen=True)
class Outcome:
    """
    What became of one row (or boundary).

    Parameters
    ----------
    line : int
        Where it stands in the file: a line, a row of a sheet, the number of a part.
    target_id, name : str
        Of the entry, as far as it is known; a name that tells a person is "".
    what : str
        One of OUTCOMES.
    reason : Sentence or None
        Why it was refused.
    fields : tuple of str
        What was changed.
    """

    line: int
    target_id: str
    name: str
    what: str
    reason: Sentence | None = None
    fields: tuple[str, ...] = ()

    def reasons(self) -> tuple[str, str]:
        """Why it was refused, in Chinese and in English; "" twice for the others."""
        if self.reason is None:
            return "", ""
        return self.reason.in_language(translator("zh")), self.reason.in_language(str)


@dataclass(frozen=True)
class RegisterReport:
    """
    How one file was brought into the register: n_read = added + changed + unchanged + refused.

    Parameters
    ----------
    file_name, sha256 : str
    dry_run : bool
        Whether nothing was kept because nothing was to be.
    outcomes : tuple of Outcome
        One a row, in the order of the file.
    mapping : {column: header}
        Which header was read as which column.
    dropped : tuple of DroppedColumn
        Columns that tell persons.
    unused : tuple of str
        Headers that stand for none of our columns.
    notes : tuple of Note
        What a reader should know.
    """

    file_name: str
    sha256: str
    dry_run: bool
    outcomes: tuple[Outcome, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[DroppedColumn, ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, and rows by what became of them."""
        by_outcome = {what: sum(row.what == what for row in self.outcomes) for what in OUTCOMES}
        return {"read": len(self.outcomes), **by_outcome}

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The rows that were not taken."""
        return tuple(row for row in self.outcomes if row.what == REFUSED)

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON; every row with its outcome, reasons in both languages."""
        return {
            "file_name": self.file_name,
            "sha256": self.sha256,
            "dry_run": self.dry_run,
            **self.counts,
            "rows": [_plain(row) for row in self.outcomes],
            "mapping": dict(self.mapping),
            "dropped_columns": [vars(column) for column in self.dropped],
            "unused_columns": list(self.unused),
            "notes": [note.text(str) for note in self.notes],
        }

    def lines(self, translate: Translate) -> list[str]:
        """The report in sentences: the sums, the columns, then each refused row with its reason."""
        first = "read {read} = added {added} + changed {changed} + unchanged {unchanged} + refused {refused}"
        said = [f"{self.file_name}: " + translate(first).format(**self.counts)]
        if self.dry_run:
            said.append(translate("A dry run: nothing was kept."))
        said += [f"{column} ← {header}" for column, header in self.mapping.items()]
        said += [_dropped(column, translate) for column in self.dropped]
        if self.unused:
            said.append(translate("Not used: {headers}").format(headers=", ".join(self.unused)))
        said += [note.text(translate) for note in self.notes]
        return [_printable(line) for line in said + _refusals(self.refused, translate)]


def _printable(line: str) -> str:
    """A line without characters that would steer a terminal."""
    return "".join(character if character.isprintable() else "�" for character in line)


def _plain(row: Outcome) -> dict[str, Any]:
    reason_zh, reason_en = row.reasons()
    said = {"line": row.line, "target_id": row.target_id, "name": row.name, "outcome": row.what}
    if row.what == REFUSED:
        said |= {"reason_zh": reason_zh, "reason_en": reason_en}
    return said | ({"fields": list(row.fields)} if row.fields else {})


def _dropped(column: DroppedColumn, translate: Translate) -> str:
    sentence = translate("Left out for personal data: {header} ({why}, {n_values} values)")
    return sentence.format(header=column.header, why=translate(column.why), n_values=column.n_values)


def _refusals(rows: Sequence[Outcome], translate: Translate) -> list[str]:
    sentence = translate("line {line} {name}: {reason}")
    return [
        sentence.format(line=row.line, name=row.name, reason=row.reason.in_language(translate))
        for row in rows
        if row.reason is not None
    ]
