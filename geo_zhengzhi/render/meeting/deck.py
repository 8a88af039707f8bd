"""What a meeting file shows, page by page: protected figures and public words, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.words import Translate, translator

SHOWN, FEW, WITHHELD, UNKNOWN = "shown", "few", "withheld", "unknown"
MAP = "map"  # names the county's map alone, among the pages that a picture may show


@dataclass(frozen=True)
class Number:
    """A count as it is printed: SHOWN with its `n`, FEW for less than k, WITHHELD, or UNKNOWN where no data reach."""

    state: str
    n: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the count itself is printed."""
        return self.state == SHOWN


@dataclass(frozen=True)
class Counts:
    """
    One ground's counts.

    Parameters
    ----------
    now, before, year : Number
        Of the period, the one before, the same of last year.
    against_before, against_year : Comparison or None
        None unless both counts are shown.
    line : sequence of (month, Number)
        By month as YYYY-MM.
    """

    now: Number
    before: Number
    year: Number
    against_before: Comparison | None
    against_year: Comparison | None
    line: Sequence[tuple[str, Number]]


@dataclass(frozen=True)
class Spot:
    """A hotspot: its rank in the file, its count, where it lies."""

    rank: int
    n: Number
    place: str


@dataclass(frozen=True)
class TargetPage:
    """
    One target.

    Parameters
    ----------
    target_id, name, kind, level, year
        Of the register; `name` in the file's language.
    part_ids : tuple of str
        Its parts' ids on the map.
    counts : Counts
    cells : sequence of 12 Number
        Bands of four hours, working days then weekend.
    spots : sequence of Spot
    facts : sequence of (label, text)
        Stage, lead unit, deadline, measures, in the file's language; as hostile as any text of a person's.
    boundary : str
        Versions of its boundary, in words.
    shape : Geometry, metres
        All its parts, corridors with their width.
    """

    target_id: str
    name: str
    kind: str
    level: str
    year: int
    part_ids: tuple[str, ...]
    counts: Counts
    cells: Sequence[Number]
    spots: Sequence[Spot]
    facts: Sequence[tuple[str, str]]
    boundary: str
    shape: shapely.Geometry


@dataclass(frozen=True)
class Deck:
    """
    The whole file.

    Parameters
    ----------
    language, title, county, classification, period, before, year, made_on, data_version : str
        In the file's language; the three periods as months.
    n_days : int
        Of the period.
    notes, attributions : tuple of str
    county_counts : Counts
    targets : sequence of TargetPage
        Those whose count is shown by count, the others after them by name.
    n_ranked : int
        How many of them are shown.
    k, n_small, n_withheld, n_changed, n_earlier : int
        The least count shown, and what the protection did.
    method : sequence of (label, text)
        Parameters, in words.
    manifest : mapping
        Plain values for the statement inside the file.
    datum : str
        Of the file's maps, in words.
    k_asked : int
        The least count that was asked for: less than `k` where an earlier file hid more.
    """

    language: str
    title: str
    county: str
    classification: str
    period: str
    before: str
    year: str
    made_on: str
    data_version: str
    n_days: int
    notes: tuple[str, ...]
    attributions: tuple[str, ...]
    county_counts: Counts
    targets: Sequence[TargetPage]
    n_ranked: int
    k: int
    n_small: int
    n_withheld: int
    n_changed: int
    n_earlier: int
    method: Sequence[tuple[str, str]]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    datum: str = "WGS-84"
    k_asked: int = 0

    @property
    def translate(self) -> Translate:
        """The words of the file's language."""
        return translator(self.language)

    def text(self, number: Number) -> str:
        """A count as words: "174", "<5", "withheld", "–"."""
        if number.state == SHOWN:
            return f"{number.n:,}"
        return {FEW: f"<{self.k}", WITHHELD: self.translate("withheld"), UNKNOWN: "–"}[number.state]

    def brief(self, number: Number) -> str:
        """A count for a narrow list: there a letter stands for "withheld" where that word is long."""
        return self.translate("w") if number.state == WITHHELD else self.text(number)
