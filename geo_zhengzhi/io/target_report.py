"""What happened to a target file on its way in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geo_zhengzhi.words import Translate, translator

FEATURE = "feature"
REASON_ZH = "reason_zh"
REASON_EN = "reason_en"
REJECT_COLUMNS = (FEATURE, "name", REASON_ZH, REASON_EN)


@dataclass(frozen=True)
class Remark:
    """A sentence with values, told in either language; `msgid` is English with `{names}`."""

    msgid: str
    values: Mapping[str, object]

    def in_language(self, translate: Translate) -> str:
        """The sentence through `translate`."""
        return translate(self.msgid).format(**self.values)

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

    def notes(self, language: str) -> tuple[str, ...]:
        """The remarks in a language."""
        return tuple(remark.in_language(translator(language)) for remark in self.remarks)


def rejects_frame(rejects: Sequence[Reject]) -> pd.DataFrame:
    """The rejects as REJECT_COLUMNS, in the file's order, with the reason in both languages."""
    chinese = translator("zh")
    rows = [
        (r.feature, r.name, r.reason.in_language(chinese), str(r.reason))
        for r in sorted(rejects, key=lambda reject: reject.feature)
    ]
    return pd.DataFrame(rows, columns=list(REJECT_COLUMNS))
