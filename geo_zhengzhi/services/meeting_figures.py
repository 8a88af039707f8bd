"""
Every count that a meeting file prints, and how each is printed so that together they give no small count away.

A figure is a count of one ground in a run of whole calendar months, perhaps in one cell of the grid of day-parts. The
figures of earlier files are known to the same readers, and are taken into account.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from geo_zhengzhi.schema import OCCURRED_FROM, OCCURRED_TO
from geo_zhengzhi.services.meeting_grounds import Counting, Ground, read_ground
from geo_zhengzhi.services.month_runs import Months, numbers_of
from geo_zhengzhi.services.study import Study
from geo_zhengzhi.stats.disclosure import SHOWN, SMALL, WITHHELD
from geo_zhengzhi.stats.suppression import protect

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BAND_HOURS = 4
N_BANDS = 24 // BAND_HOURS
SATURDAY = 5
UNCLEAR = -1  # no cell holds half of the incident's time
CELLS = tuple(range(2 * N_BANDS))  # working days' bands, then those of the weekend
ANY = -1


@dataclass(frozen=True)
class Figure:
    """What one count is of; `cell` is one of CELLS, None where every hour counts."""

    ground: Ground
    months: Months
    cell: int | None = None

    def plain(self) -> list[Any]:
        """The figure for the store."""
        return [self.ground.text, self.months.first, self.months.last, self.cell]


@dataclass(frozen=True)
class Printed:
    """How a figure is printed: its state, and its count where that is SHOWN."""

    state: int
    n: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the count stands in the file."""
        return self.state == SHOWN


@dataclass(frozen=True, eq=False)
class Table:
    """
    The figures of a file, protected.

    Parameters
    ----------
    printed : {Figure: Printed}
    k : int
        Counts of 1 to k − 1 are not shown.
    members, atoms, states
        What was protected, the earlier files' figures among it: for tests that play the attacker.
    """

    printed: Mapping[Figure, Printed]
    k: int
    members: sparse.csr_array
    atoms: Ints
    states: Ints
    n_earlier: int = 0
    changed: tuple[Figure, ...] = field(default=())

    def __getitem__(self, figure: Figure) -> Printed:
        return self.printed[figure]

    @property
    def n_withheld(self) -> int:
        """How many figures are withheld."""
        return sum(one.state == WITHHELD for one in self.printed.values())

    @property
    def n_small(self) -> int:
        """How many figures say only that they are less than k."""
        return sum(one.state == SMALL for one in self.printed.values())

    def plain(self) -> list[list[Any]]:
        """The figures for the store."""
        return [[*figure.plain(), one.state, one.n] for figure, one in self.printed.items()]


Known = Mapping[Figure, Printed]


def read_figures(rows: Iterable[Sequence[Any]]) -> dict[Figure, Printed]:
    """The figures of an earlier file, out of the store."""
    return {
        Figure(read_ground(ground), Months(first, last), cell): Printed(state, n)
        for ground, first, last, cell, state, n in rows
    }


def make_table(study: Study, counting: Counting, wanted: Sequence[Figure], known: Known, k: int) -> Table:
    """
    Count the figures and decide how each is printed.

    Parameters
    ----------
    study : Study
    counting : Counting
        Of the grounds of all figures.
    wanted : sequence of Figure
        Those of the new file; each once.
    known : {Figure: Printed}
        Those of earlier files.
    k : int
        The least count that is shown, >= 2.

    Raises
    ------
    InvalidParameter
        If k is less than 2.
    """
    figures = [*wanted, *(figure for figure in known if figure not in set(wanted))]
    members, atoms = _atoms(study, counting, figures)
    counts = members @ atoms
    changed = _changed(figures, counts, known, k)
    fixed = np.array([_fixed(figure, known, changed) for figure in figures], np.int64)
    usable = np.array([i < len(wanted) or figure not in changed for i, figure in enumerate(figures)], bool)
    rows = np.flatnonzero(usable)
    states = protect(members[rows], atoms, k, fixed[rows])
    printed = {
        figure: Printed(int(state), int(n) if state == SHOWN else None)
        for figure, state, n in zip(wanted, states, counts, strict=False)
    }
    near = tuple(figure for figure in wanted if figure in changed)
    return Table(printed, k, members[rows], atoms, states, len(rows) - len(wanted), near)


def _changed(figures: Sequence[Figure], counts: Ints, known: Known, k: int) -> set[Figure]:
    """The earlier files' figures that the data no longer make: something was imported or undone since."""
    return {
        figure
        for figure, count in zip(figures, counts.tolist(), strict=True)
        if figure in known and not _still_holds(known[figure], count, k)
    }


def _still_holds(printed: Printed, count: int, k: int) -> bool:
    if printed.state == SHOWN:
        return count == printed.n
    return printed.state == WITHHELD or 0 < count < k


def _fixed(figure: Figure, known: Known, changed: set[Figure]) -> int:
    """A figure that was printed stays as it was; one that has changed since is not printed again."""
    if figure in changed:
        return WITHHELD
    return known[figure].state if figure in known else ANY


def cells_of(study: Study) -> Ints:
    """
    The cell of the grid of day-parts that holds at least half of each incident's time (int64[n]); UNCLEAR for none.

    Half of an interval that lies in one cell holds the interval's middle, so only the middle's cell is looked at.
    """
    zone = study.timezone
    start, end = (study.incidents[name].dt.tz_convert(zone).dt.tz_localize(None) for name in (OCCURRED_FROM, OCCURRED_TO))
    middle = study.midpoints.dt.tz_localize(None)
    opens = middle.dt.normalize() + pd.to_timedelta(middle.dt.hour // BAND_HOURS * BAND_HOURS, unit="h")
    closes = opens + pd.Timedelta(hours=BAND_HOURS)
    inside = np.minimum(end, closes) - np.maximum(start, opens)
    is_clear = (2 * inside >= end - start).to_numpy()
    cell = (middle.dt.weekday >= SATURDAY) * N_BANDS + middle.dt.hour // BAND_HOURS
    return np.where(is_clear, cell.to_numpy(np.int64), UNCLEAR)


def _atoms(study: Study, counting: Counting, figures: Sequence[Figure]) -> tuple[sparse.csr_array, Ints]:
    """The finest pieces that the figures tell apart, with their counts, and which of them each figure sums."""
    months, cells = numbers_of(study.midpoints), cells_of(study)
    grounds = list(dict.fromkeys(figure.ground for figure in figures))
    on = np.column_stack([counting.on(ground) for ground in grounds]) if grounds else np.zeros((len(months), 0), bool)
    told = np.zeros(len(months), bool)
    gridded = np.zeros(len(months), bool)
    for run in {figure.months for figure in figures}:
        told |= (months >= run.first) & (months <= run.last)
    for run in {figure.months for figure in figures if figure.cell is not None}:
        gridded |= (months >= run.first) & (months <= run.last)
    rows = np.column_stack([months, np.where(gridded, cells, ANY), on])[told]
    atoms, counts = np.unique(rows, axis=0, return_counts=True) if len(rows) else (rows, np.zeros(0, np.int64))
    place = {ground: 2 + number for number, ground in enumerate(grounds)}
    holds = [_holds(figure, atoms, place[figure.ground]) for figure in figures]
    members = sparse.csr_array(np.array(holds, np.int64).reshape(len(figures), len(atoms)))
    return members, np.asarray(counts, np.int64)


def _holds(figure: Figure, atoms: Ints, column: int) -> Bools:
    """Which atoms a figure sums."""
    held = (atoms[:, 0] >= figure.months.first) & (atoms[:, 0] <= figure.months.last) & (atoms[:, column] == 1)
    return np.asarray(held if figure.cell is None else held & (atoms[:, 1] == figure.cell))
