"""What happened to a target file on its way in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo_zhengzhi.io.results import write_table
from geo_zhengzhi.words import Translate, translator

FEATURE = "feature"
REASON_ZH = "reason_zh"
REASON_EN = "reason_en"
REJECT_COLUMNS = (FEATURE, "name", REASON_ZH, REASON_EN)
FILE = "file"

TOTALS = (
    "{file_name}: read {n_read} features = kept {n_kept} + rejected {n_rejected}; {n_targets} targets, {n_parts} parts"
)
LEFT_OUT = "Left out for personal data: {headers}"


@dataclass(frozen=True)
class Remark:
    """A sentence with values, told in either language; `msgid` is English with `{names}`."""

    msgid: str
    values: Mapping[str, object]

    def in_language(self, translate: Translate) -> str:
        """The sentence through `translate`."""
        values = {k: v.in_language(translate) if hasattr(v, "in_language") else v for k, v in self.values.items()}
        return translate(self.msgid).format(**values)

    def __str__(self) -> str:
        return self.msgid.format(**self.values)


@dataclass(frozen=True)
class Reject:
    """A feature that was not taken: its 1-based number in the file, its name and why."""

    feature: int
    name: str
    reason: Remark


@dataclass(frozen=True)
class TargetReport:
    """
    How a target file was read; n_read = n_kept + n_rejected.

    Parameters
    ----------
    file_name, sha256 : str
        Of the file.
    n_read, n_kept, n_rejected : int
        Features.
    n_repaired : int
        Kept features whose geometry was made valid.
    n_joined : int
        Kept line features that were joined into corridor parts.
    n_targets, n_parts : int
        Register entries and geometries that came out.
    rejects : DataFrame
        REJECT_COLUMNS, one row a rejected feature.
    dropped_columns : tuple of str
        Columns about persons, which were not read.
    datum : str
        As declared; "" where the file's own system was taken.
    mapping : {our column: header}
        As used.
    remarks : tuple of Remark
        What else is worth saying.
    refused : tuple of Reject
        The rejects again, with reasons that can be told in either language.
    """

    file_name: str
    sha256: str
    n_read: int
    n_kept: int
    n_rejected: int
    n_repaired: int
    n_joined: int
    n_targets: int
    n_parts: int
    rejects: pd.DataFrame
    dropped_columns: tuple[str, ...]
    datum: str
    mapping: Mapping[str, str]
    remarks: tuple[Remark, ...]
    refused: tuple[Reject, ...] = ()

    def notes(self, language: str) -> tuple[str, ...]:
        """The remarks in a language."""
        return tuple(remark.in_language(translator(language)) for remark in self.remarks)

    def lines(self, language: str) -> list[str]:
        """The report in sentences: the counts, what was left out, the remarks, and how many were rejected why."""
        say = translator(language)
        reasons = self.rejects[REASON_ZH if language == "zh" else REASON_EN].value_counts(sort=True)
        dropped = [say(LEFT_OUT).format(headers=", ".join(self.dropped_columns))] if self.dropped_columns else []
        rejected = [f"{n} × {reason}" for reason, n in reasons.items()]
        return [say(TOTALS).format(**vars(self)), *dropped, *self.notes(language), *rejected]

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON; remarks in English, rejects as counts by reason."""
        plain = {
            name: value
            for name, value in vars(self).items()
            if name not in ("rejects", "refused", "remarks", "mapping")
        }
        return plain | {
            "dropped_columns": list(self.dropped_columns),
            "mapping": dict(self.mapping),
            "notes": list(self.notes("en")),
            "reject_reasons": {str(reason): int(n) for reason, n in self.rejects[REASON_EN].value_counts().items()},
        }


def rejects_frame(rejects: Sequence[Reject]) -> pd.DataFrame:
    """The rejects as REJECT_COLUMNS, in the file's order, with the reason in both languages."""
    chinese = translator("zh")
    rows = [
        (r.feature, r.name, r.reason.in_language(chinese), str(r.reason))
        for r in sorted(rejects, key=lambda reject: reject.feature)
    ]
    return pd.DataFrame(rows, columns=list(REJECT_COLUMNS))


def write_target_rejects(reports: Sequence[TargetReport], path: Path) -> None:
    """Write the rejected features of all files as one CSV, the file's name before each."""
    frames = [report.rejects.assign(**{FILE: report.file_name}) for report in reports]
    together = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*REJECT_COLUMNS, FILE])
    write_table(together[[FILE, *REJECT_COLUMNS]], path)
