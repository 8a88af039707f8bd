"""
The finest pieces of place, month and day-part that the figures of a meeting file tell apart.

Grounds are told by the incidents that they hold, never by a row of yes and no for each pair: a file of a thousand
targets has some thousand grounds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from geo_zhengzhi.fingerprints import mix
from geo_zhengzhi.schema import OCCURRED_FROM, OCCURRED_TO
from geo_zhengzhi.services.meeting.grounds import Counting, Ground
from geo_zhengzhi.services.meeting.month_runs import Months, numbers_of
from geo_zhengzhi.services.studies.study import Study

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]

BAND_HOURS = 4
N_BANDS = 24 // BAND_HOURS
SATURDAY = 5
UNCLEAR = -1  # no cell holds half of the incident's time
CELLS = tuple(range(2 * N_BANDS))  # working days' bands, then those of the weekend


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
class Atoms:
    """
    Pieces, in the order of their places.

    Parameters
    ----------
    months, cells, places : int64[m]
        Of each piece; the cell is UNCLEAR outside every grid. A place is where the same grounds lie.
    on : {Ground: int64[]}
        The places that lie on each ground, in order.
    counts : int64[m]
        Incidents of each piece.
    """

    months: Ints
    cells: Ints
    places: Ints
    on: Mapping[Ground, Ints]
    counts: Ints

    def sums(self, figure: Figure) -> Ints:
        """Which pieces (their positions, in order) a figure sums."""
        run, places = figure.months, self.on[figure.ground]
        starts, ends = self._starts[places], self._starts[places + 1]
        lengths = ends - starts
        near = np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        held = (self.months[near] >= run.first) & (self.months[near] <= run.last)
        held &= True if figure.cell is None else self.cells[near] == figure.cell
        return np.asarray(near[held], np.int64)

    def rows(self, figures: Sequence[Figure]) -> sparse.csr_array:
        """Figures as rows of 0 and 1, shape (f, m)."""
        return _rows([self.sums(figure) for figure in figures], len(self.counts))

    def marginals(self, runs: Iterable[Months] = ()) -> sparse.csr_array:
        """
        Pieces of a place summed over months, over cells, and over both, in all and in each of some runs of months.

        One row of 0 and 1 each, each once; shape (r, m).
        """
        registered = [ground for ground in self.on if ground.pieces and all(piece.version for piece in ground.pieces)]
        place = _same(_hashes(len(self._starts) - 1, [self.on[ground] for ground in registered]))[self.places]
        every, found = np.arange(len(place)), dict[bytes, Ints]()
        sums = [(every, by) for by in (self.months, self.cells, np.zeros_like(place))]
        for run in runs:
            inside = np.flatnonzero((self.months >= run.first) & (self.months <= run.last))
            sums += [(inside, self.cells), (inside, np.zeros_like(place))]
        for pieces, by in sums:
            group = _same(np.column_stack([place, by])[pieces])
            order = np.argsort(group, kind="stable")
            for row in np.split(pieces[order], np.flatnonzero(np.diff(group[order])) + 1):
                found[row.tobytes()] = row
        return _rows([row for row in found.values() if len(row)], len(self.counts))

    @cached_property
    def _starts(self) -> Ints:
        """Where each place's pieces begin, and after the last one the end."""
        n_places = max((int(places.max(initial=-1)) for places in (self.places, *self.on.values())), default=-1) + 1
        return np.asarray(np.searchsorted(self.places, np.arange(n_places + 1)), np.int64)


def make_atoms(study: Study, counting: Counting, figures: Sequence[Figure]) -> Atoms:
    """The pieces of the incidents in any figure's months."""
    months, cells = numbers_of(study.midpoints), cells_of(study)
    told, gridded = _in_runs(months, figures), _in_runs(months, [f for f in figures if f.cell is not None])
    number = np.cumsum(told) - 1  # of each incident that counts
    on = {ground: number[rows[told[rows]]] for ground in _grounds(figures) for rows in (counting.on(ground),)}
    place = _same(_hashes(int(told.sum()), list(on.values())))
    columns = np.column_stack([place, months[told], np.where(gridded, cells, UNCLEAR)[told]])
    pieces, counts = _counted(columns)
    where = {ground: np.unique(place[rows]) for ground, rows in on.items()}
    return Atoms(pieces[:, 1], pieces[:, 2], pieces[:, 0], where, counts)


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


def _grounds(figures: Iterable[Figure]) -> list[Ground]:
    """The figures' grounds, each once."""
    return list(dict.fromkeys(figure.ground for figure in figures))


def _in_runs(months: Ints, figures: Iterable[Figure]) -> Bools:
    """Which incidents (n) lie in the months of any of the figures."""
    inside = np.zeros(len(months), bool)
    for run in {figure.months for figure in figures}:
        inside |= (months >= run.first) & (months <= run.last)
    return inside


def _hashes(n: int, sets: Sequence[Ints]) -> Hashes:
    """What each of n members is a member of, as 128 bits (uint64[n, 2]): sums of a number for each set."""
    keys = mix(mix(np.arange(2 * len(sets), dtype=np.uint64)))
    found = np.zeros((n, 2), np.uint64)
    for number, members in enumerate(sets):
        found[members] += keys[2 * number : 2 * number + 2]
    return found


def _same(rows: npt.NDArray[Any]) -> Ints:
    """A number for each row (int64[n]) that equal rows share, in the rows' order."""
    order = np.lexsort(rows.T[::-1])
    differs = (np.diff(rows[order], axis=0) != 0).any(axis=1)
    numbers = np.empty(len(rows), np.int64)
    numbers[order] = np.concatenate([[0], np.cumsum(differs)])[: len(rows)]
    return numbers


def _counted(rows: Ints) -> tuple[Ints, Ints]:
    """Each row once, in order, and how often it occurs."""
    number = _same(rows)
    n = int(number.max(initial=-1)) + 1
    first = np.empty(n, np.int64)
    first[number[::-1]] = np.arange(len(rows))[::-1]
    return rows[first], np.bincount(number, minlength=n)


def _rows(places: Sequence[Ints], n: int) -> sparse.csr_array:
    """Rows of 0 and 1 by the places of their ones, shape (f, n)."""
    ends = np.cumsum([0, *(len(row) for row in places)])
    indices = np.concatenate([np.empty(0, np.int64), *places])
    return sparse.csr_array((np.ones(len(indices), np.int64), indices, ends), shape=(len(places), n))
