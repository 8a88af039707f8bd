"""What is asked of a meeting file, and the months, targets and earlier files that belong to it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from geo_zhengzhi.errors import InvalidParameter, MonthsNotOver, NoIncidents, TargetNotInForce
from geo_zhengzhi.register import Entry, check_text
from geo_zhengzhi.schema import TARGET_ID
from geo_zhengzhi.services.meeting.atoms import Figure
from geo_zhengzhi.services.meeting.background_packing import Pack
from geo_zhengzhi.services.meeting.changes import Printed
from geo_zhengzhi.services.meeting.figures import read_figures
from geo_zhengzhi.services.meeting.month_runs import Months, month_text, whole_months
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store import exports, register
from geo_zhengzhi.store.exports import Export
from geo_zhengzhi.words import LANGUAGES

DEFAULT_K = 5
MOST_K = 100
CLASSIFICATIONS = {"zh": "内部资料", "en": "Internal"}
LONGEST_CLASSIFICATION = 40


@dataclass(frozen=True)
class Asked:
    """
    What is asked of a meeting file.

    Parameters
    ----------
    months : Months
    made_on : date
        The day that the file names, from which deadlines are counted.
    targets : tuple of str
        `target_id`s; () takes the whole list in force.
    language : str
        "zh" or "en".
    classification : str
        Stands on every page; "" takes the language's own word for internal material.
    k : int
        Counts of 1 to k − 1 are not shown; 2 to 100.
    reason : str
        Why it is made; stays in the store and does not enter the file.
    background : Pack or None
        Tiles that the file takes along.
    """

    months: Months
    made_on: date
    targets: tuple[str, ...] = ()
    language: str = "zh"
    classification: str = ""
    k: int = DEFAULT_K
    reason: str = ""
    background: Pack | None = None

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise InvalidParameter(name="lang", given=self.language, allowed=", ".join(LANGUAGES))
        if not 2 <= self.k <= MOST_K:
            raise InvalidParameter(name="k", given=self.k, allowed=f"2–{MOST_K}")
        if len(self.classification) > LONGEST_CLASSIFICATION or not self.classification.isprintable():
            allowed = f"at most {LONGEST_CLASSIFICATION} printable characters"
            raise InvalidParameter(name="classification", given=self.classification[:60], allowed=allowed)
        check_text("reason", self.reason)

    @property
    def said(self) -> str:
        """The classification that is printed."""
        return self.classification.strip() or CLASSIFICATIONS[self.language]

    def plain(self, targets: Sequence[str]) -> dict[str, Any]:
        """What shapes the file, as plain values: without the reason."""
        first, last = self.months.texts()
        more = {} if self.background is None else {"background": self.background.plain()}
        return {
            **more, "from": first, "to": last, "targets": list(targets), "lang": self.language,
            "classification": self.said, "k": self.k, "made_on": str(self.made_on),
        }  # fmt: skip


def check_months(study: Study, asked: Asked) -> Months:
    """
    The months that the data cover whole, among which the asked ones have to be.

    Raises
    ------
    NoIncidents
        If there are no data.
    MonthsNotOver
        If the asked months are not all among them.
    """
    if study.span is None:
        raise NoIncidents(name=study.name)
    covered = whole_months(study.span)
    if not covered.holds(asked.months):
        first, last = month_text(covered.first), month_text(covered.last)
        raise MonthsNotOver(given=str(asked.months), first=first, last=last)
    return covered


def check_targets(study: Study, asked: Asked) -> tuple[str, ...]:
    """
    The targets of the file, in the order of their numbers.

    Raises
    ------
    TargetNotInForce
        For the first that is not on the list in force.
    """
    there = sorted(set(study.targets[TARGET_ID].astype(str)))
    for target_id in asked.targets:
        if target_id not in there:
            raise TargetNotInForce(given=target_id[:100], allowed=", ".join(there) or "–")
    return tuple(sorted(set(asked.targets))) if asked.targets else tuple(there)


def read_entries(connection: Connection, targets: Sequence[str]) -> dict[str, Entry]:
    """The register's entries of the targets."""
    found = ((target_id, register.find_entry(connection, target_id)) for target_id in targets)
    return {target_id: pair[0] for target_id, pair in found if pair is not None}


@dataclass(frozen=True)
class Past:
    """
    The earlier files that count.

    Parameters
    ----------
    key : str
        Of the new file.
    same : Export or None
        The first file with that key: it is made again, byte for byte.
    known : sequence of {Figure: Printed}
        What they said, one mapping for each version of the data.
    n : int
        Earlier files taken into account.
    last_id : int
        The number of the last file of all, 0 for none.
    k : int
        The greatest of the asked one and those of the earlier files: what one of them hid is not told by another.
    k_asked : int
    """

    key: str
    same: Export | None
    known: Sequence[Mapping[Figure, Printed]]
    n: int
    last_id: int
    k: int
    k_asked: int


def read_past(connection: Connection, study: Study, plain: Mapping[str, Any], entries: Mapping[str, Entry]) -> Past:
    """What earlier files have said; a file made again takes those before its first making into account."""
    state = {
        "asked": plain,
        "data": study.data_version,
        "boundaries": dict(sorted(study.boundaries.items())),
        "entries": {target_id: entry.contents() for target_id, entry in sorted(entries.items())},
    }
    key = hashlib.sha256(json.dumps(state, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
    every = exports.all_exports(connection)
    same = next((export for export in every if export.key == key), None)
    before = [export for export in every if same is None or export.export_id < same.export_id]
    known = _by_version(before)
    k = max([plain["k"], *(export.parameters["k"] for export in before)])
    return Past(key, same, known, len(before), every[-1].export_id if every else 0, k, plain["k"])


def _by_version(files: Iterable[Export]) -> list[dict[Figure, Printed]]:
    """What files said of each version of the data: of each figure the most."""
    versions: dict[str, dict[Figure, Printed]] = {}
    for export in files:
        known = versions.setdefault(export.data_version, {})
        said = read_figures(export.figures, export.parameters["k"])
        known |= {f: printed for f, printed in said.items() if f not in known or printed.says_more(known[f])}
    return [*versions.values()]
