"""
Every count that a meeting file prints, and how each is printed so that together they give no small count away.

A figure is a count of one ground in a run of whole calendar months, perhaps in one cell of the grid of day-parts. The
figures of earlier files are known to the same readers, and are taken into account.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from geo_zhengzhi.schema import OCCURRED_FROM, OCCURRED_TO
from geo_zhengzhi.services.meeting_changes import Printed, Split, late_and_gone
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
    n_earlier : int
        Figures of earlier files among them, the last rows.
    changed : tuple of Figure
        Withheld because an earlier file printed them otherwise: the difference would tell what came or went.
    """

    printed: Mapping[Figure, Printed]
    k: int
    members: sparse.csr_array
    atoms: Ints
    states: Ints
    n_earlier: int = 0
    changed: tuple[Figure, ...] = ()

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


def make_table(study: Study, counting: Counting, wanted: Sequence[Sequence[Figure]], known: Known, k: int) -> Table:
    """
    Count the figures and decide how each is printed.

    Parameters
    ----------
    study : Study
    counting : Counting
        Of the grounds of all figures.
    wanted : sequence of sequences of Figure
        Those of the new file, the most important ones first: what comes later is withheld before what comes earlier.
    known : {Figure: Printed}
        Those of earlier files.
    k : int
        The least count that is shown, >= 2.

    Raises
    ------
    InvalidParameter
        If k is less than 2.
    """
    own = list(dict.fromkeys(figure for stage in wanted for figure in stage))
    mine = set(own)
    figures = [*own, *(figure for figure in known if figure not in mine)]
    atoms = make_atoms(study, counting, figures)
    sums = {figure: np.asarray(atoms.sums(figure), np.int64) for figure in figures}
    changed = {f for f in known if not _still_holds(known[f], int(sums[f] @ atoms.counts), k)}
    history = [f for f in known if changed or f not in mine]
    told = late_and_gone(_rows(sums, history, atoms), atoms.counts, [known[f] for f in history], k) if changed else None
    if changed and told is None:  # several states of the data at once: what has changed is not told again
        history = [f for f in history if f not in changed]
    split = Split(atoms.counts, told)
    members = np.vstack([split.now(_rows(sums, own, atoms)), split.then(_rows(sums, history, atoms))])
    fixed = [_fixed(f, known, changed, told is not None) for f in own] + [known[f].state for f in history]
    stage = _stages(wanted, own, len(members))
    states = _protected(members, split.now(atoms.marginals()), split.counts, (stage, np.array(fixed, np.int64)), k)
    counts = members @ split.counts
    printed = {
        figure: Printed(int(state), int(n) if state == SHOWN else None)
        for figure, state, n in zip(own, states, counts, strict=False)
    }
    near = tuple(f for f in own if f in changed and printed[f].state == WITHHELD)
    return Table(printed, k, sparse.csr_array(members), split.counts, states, len(history), near)


def _rows(sums: Mapping[Figure, Ints], figures: Sequence[Figure], atoms: "Atoms") -> Ints:
    """The rows of 0 and 1 (int64[f, m]) of some figures."""
    return np.array([sums[figure] for figure in figures], np.int64).reshape(len(figures), len(atoms.counts))


def _stages(wanted: Sequence[Sequence[Figure]], own: Sequence[Figure], n: int) -> Ints:
    """The stage (int64[n]) in which each figure is decided; earlier files' figures are there from the first on."""
    stage_of = {figure: stage for stage in reversed(range(len(wanted))) for figure in wanted[stage]}
    return np.array([*(stage_of[figure] for figure in own), *[0] * (n - len(own))], np.int64)


def _protected(members: Ints, hidden: Ints, counts: Ints, decided: tuple[Ints, Ints], k: int) -> Ints:
    """
    The states of the figures, stage by stage; `decided` are each one's stage, and its state where that is fixed.

    What nobody prints is hidden too: each target, each overlap and the ground outside, by month, by cell and in all.
    These go along as figures that are withheld, so that no bound on them is given away either.
    """
    stage, fixed = decided
    states = fixed.copy()
    for number in range(int(stage.max(initial=-1)) + 1):
        rows = np.flatnonzero(stage <= number)
        states[rows] = _withheld_too(members[rows], hidden, counts, states[rows], k)
    # Once more with what this file's stages have shown free again: a later stage's pieces may be bounded by an earlier
    # one's figures alone.
    return _withheld_too(members, hidden, counts, np.where((fixed < 0) & (states != WITHHELD), ANY, states), k)


def _withheld_too(members: Ints, hidden: Ints, counts: Ints, settled: Ints, k: int) -> Ints:
    """The states once what would tell is withheld."""
    every = sparse.csr_array(np.vstack([members, hidden]))
    states = protect(every, counts, k, np.concatenate([settled, np.full(len(hidden), WITHHELD)]))
    return np.asarray(states[: len(members)])


def _still_holds(printed: Printed, count: int, k: int) -> bool:
    if printed.state == SHOWN:
        return count == printed.n
    return printed.state == WITHHELD or 0 < count < k


def _fixed(figure: Figure, known: Known, changed: set[Figure], is_explained: bool) -> int:
    """A figure that was printed stays as it was; one that has changed is free where the change is understood."""
    if figure in changed:
        return ANY if is_explained else WITHHELD
    return known[figure].state if figure in known else ANY


def cells_of(study: Study) -> Ints:
    """
    The cell of the grid of day-parts that holds at least half of each incident's time (int64[n]); UNCLEAR for none.

    Half of an interval that lies in one cell holds the interval's middle, so only the middle's cell is looked at.
    """
    zone = study.timezone
    start, end = (
        study.incidents[name].dt.tz_convert(zone).dt.tz_localize(None) for name in (OCCURRED_FROM, OCCURRED_TO)
    )
    middle = study.midpoints.dt.tz_localize(None)
    opens = middle.dt.normalize() + pd.to_timedelta(middle.dt.hour // BAND_HOURS * BAND_HOURS, unit="h")
    closes = opens + pd.Timedelta(hours=BAND_HOURS)
    inside = np.minimum(end, closes) - np.maximum(start, opens)
    is_clear = (2 * inside >= end - start).to_numpy()
    cell = (middle.dt.day_of_week >= SATURDAY) * N_BANDS + middle.dt.hour // BAND_HOURS
    return np.where(is_clear, cell.to_numpy(np.int64), UNCLEAR)


@dataclass(frozen=True, eq=False)
class Atoms:
    """
    The finest pieces that the figures tell apart.

    Parameters
    ----------
    months, cells : int64[m]
        Of each piece; the cell is UNCLEAR outside every grid.
    on : bool[m, g]
        On which of the grounds it lies.
    grounds : {Ground: column}
    counts : int64[m]
    """

    months: Ints
    cells: Ints
    on: Bools
    grounds: Mapping[Ground, int]
    counts: Ints

    def sums(self, figure: Figure) -> Bools:
        """Which pieces a figure sums (bool[m])."""
        run = figure.months
        held = (self.months >= run.first) & (self.months <= run.last) & self.on[:, self.grounds[figure.ground]]
        return np.asarray(held if figure.cell is None else held & (self.cells == figure.cell))

    def marginals(self) -> Ints:
        """Pieces summed over months, over cells, and over both, one row of 0 and 1 each (int64[r, m])."""
        registered = [
            column for ground, column in self.grounds.items() if ground.pieces and all(p.version for p in ground.pieces)
        ]
        place = np.unique(self.on[:, registered], axis=0, return_inverse=True)[1].reshape(-1)
        found = []
        for by in ((place, self.months), (place, self.cells), (place,)):
            group = np.unique(np.column_stack(by), axis=0, return_inverse=True)[1].reshape(-1)
            found.append(np.arange(group.max(initial=-1) + 1)[:, np.newaxis] == group)
        return np.unique(np.vstack(found).astype(np.int64), axis=0)


def make_atoms(study: Study, counting: Counting, figures: Sequence[Figure]) -> Atoms:
    """The pieces of the incidents in any figure's months."""
    months, cells = numbers_of(study.midpoints), cells_of(study)
    grounds = {ground: column for column, ground in enumerate(dict.fromkeys(figure.ground for figure in figures))}
    on = np.array([counting.on(ground) for ground in grounds], bool).reshape(len(grounds), len(months)).T
    told, gridded = _in_runs(months, figures), _in_runs(months, [f for f in figures if f.cell is not None])
    rows = np.column_stack([months, np.where(gridded, cells, UNCLEAR), on])[told]
    pieces, counts = np.unique(rows, axis=0, return_counts=True)
    return Atoms(pieces[:, 0], pieces[:, 1], pieces[:, 2:].astype(bool), grounds, np.asarray(counts, np.int64))


def _in_runs(months: Ints, figures: Sequence[Figure]) -> Bools:
    """Which incidents (n) lie in the months of any of the figures."""
    inside = np.zeros(len(months), bool)
    for run in {figure.months for figure in figures}:
        inside |= (months >= run.first) & (months <= run.last)
    return inside
