"""
What a reader can work out about a count that was hidden.

A *figure* is a count that an export could print: the incidents of one boundary version in one or more months. Figures
overlap (a year holds its months, a redrawn boundary holds the old one), so each is told as the *atoms* that it sums,
the finest pieces of place and time. Whoever reads the figures knows that atoms are whole numbers and solves for what
was left out. So do we, before he does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse
from scipy.sparse import csgraph

from geo_zhengzhi.errors import FiguresContradict
from geo_zhengzhi.stats.witnesses import walk

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHOWN, SMALL, WITHHELD = 0, 1, 2  # printed as it is; printed as "<k"; not printed
AT_WORK = 1e-9  # a multiplier below it is rounding
MOST_WITHIN = 80  # atoms of a figure that counts as short
MOST_NEAR = 30  # atoms of one figure that may move together with a sum


@dataclass(frozen=True, eq=False)
class Figures:
    """
    n figures over m atoms.

    Parameters
    ----------
    members : csr_array of 0 and 1, shape (n, m)
        Which atoms each figure sums.
    atoms : int64[m]
        The true count of each atom.
    states : int64[n]
        SHOWN, SMALL or WITHHELD.
    most : int64[n], optional
        The greatest that a SMALL figure is said to be, where an earlier export hid less; k − 1 without.
    """

    members: sparse.csr_array
    atoms: Ints
    states: Ints
    most: Ints | None = None

    @cached_property
    def counts(self) -> Ints:
        """The true count of each figure (int64[n])."""
        return np.asarray(self.members @ self.atoms, np.int64)

    def printed(self, states: Ints) -> "Figures":
        """The same figures, printed in another way."""
        return replace(self, states=states)


@dataclass(frozen=True, eq=False)
class System:
    """
    What is known of atoms that hang together, and the sums of them that are asked for.

    Parameters
    ----------
    members : csr_array, shape (f, a)
        The known figures over these atoms.
    lower, upper : float64[f]
        What is known of each figure.
    sums : csr_array, shape (s, a)
    truth : int64[a]
        One solution: the true counts.
    figure_rows, sum_rows : int64[f], int64[s]
        Where figures and sums stand among all.
    """

    members: sparse.csr_array
    lower: Floats
    upper: Floats
    sums: sparse.csr_array
    truth: Ints
    figure_rows: Ints
    sum_rows: Ints

    def solve(self, objective: Floats, capped: Ints, k: int) -> Floats:
        """
        Whole numbers (float64[a]) of the least objective, the capped sums (their places) no greater than k − 1.

        Raises
        ------
        FiguresContradict
            If there are none.
        """
        known = optimize.LinearConstraint(self.members, self.lower, self.upper)
        few = optimize.LinearConstraint(self.sums[capped], 0.0, k - 1.0)
        whole = np.ones(len(objective))
        found = optimize.milp(objective, constraints=[known, few], integrality=whole, bounds=optimize.Bounds(0, np.inf))
        if found.x is None:
            raise FiguresContradict(n_figures=len(self.figure_rows))
        return np.asarray(np.round(found.x))

    def around(self, place: int) -> "System":
        """The one sum with the atoms near it, all others held at the truth: what is reached here is reached at all."""
        free = self._near(place)
        rows = np.unique(_taken(self._columns, free))
        members = _cut(self._columns, rows, free)
        known = self._counts[rows] - members @ self.truth[free]
        return System(
            members,
            self.lower[rows] - known,
            self.upper[rows] - known,
            _part(self.sums, np.array([place]), free),
            self.truth[free],
            self.figure_rows[rows],
            self.sum_rows[[place]],
        )

    def within(self, place: int) -> "System":
        """The one sum with its short figures and all inside them: what is out of reach here is out of reach at all."""
        atoms = self._close(place)
        rows, n_inside = np.unique(_taken(self._columns, atoms), return_counts=True)
        rows = rows[n_inside == self._lengths[rows]]
        return System(
            _part(self.members, rows, atoms),
            self.lower[rows],
            self.upper[rows],
            _part(self.sums, np.array([place]), atoms),
            self.truth[atoms],
            self.figure_rows[rows],
            self.sum_rows[[place]],
        )

    def _close(self, place: int) -> Ints:
        """The atoms of a sum, and of the short figures that it has atoms in."""
        own = self.sums.indices[self.sums.indptr[place] : self.sums.indptr[place + 1]]
        touched = _taken(self._columns, own)
        short = np.unique(touched[self._lengths[touched] <= MOST_WITHIN])
        return np.unique(np.concatenate([own, _taken(self.members, short)]))

    def _near(self, place: int) -> Ints:
        """The close atoms, and of each figure that holds one of them those with the greatest counts."""
        near = [self._close(place)]
        for row in np.unique(_taken(self._columns, near[0])).tolist():
            atoms = self.members.indices[self.members.indptr[row] : self.members.indptr[row + 1]]
            near.append(atoms[np.argsort(-self.truth[atoms], kind="stable")[:MOST_NEAR]])
        return np.unique(np.concatenate(near)).astype(np.int64)

    @cached_property
    def _columns(self) -> sparse.csc_array:
        return self.members.tocsc()

    @cached_property
    def _counts(self) -> Ints:
        return np.asarray(self.members @ self.truth, np.int64)

    @cached_property
    def _lengths(self) -> Ints:
        return np.asarray(np.diff(self.members.indptr), np.int64)

    def holding(self, objective: Floats) -> Ints:
        """The rows (of all figures) that keep the objective from being less, by the linear programme's multipliers."""
        above, below = np.isfinite(self.upper), np.isfinite(self.lower)
        found = optimize.linprog(
            objective,
            A_ub=sparse.vstack([self.members[above], -self.members[below]], format="csr"),
            b_ub=np.concatenate([self.upper[above], -self.lower[below]]),
        )
        if found.x is None:
            return self.figure_rows[:0]
        at_work = np.abs(found.ineqlin.marginals) > AT_WORK
        return np.unique(self.figure_rows[np.concatenate([np.flatnonzero(above), np.flatnonzero(below)])[at_work]])


def systems(figures: Figures, sums: sparse.csr_array, k: int) -> Iterator[System]:
    """The figures' constraints and the sums, cut where they share no atom; atoms in no sum's part are left out."""
    known = np.flatnonzero(figures.states != WITHHELD)
    n_rows = len(known) + sums.shape[0]
    every = sparse.vstack([figures.members[known], sums], format="csr")
    graph = sparse.block_array([[sparse.csr_array((n_rows, n_rows)), every], [every.T, None]], format="csr")
    part = csgraph.connected_components(graph, directed=False)[1]
    of_figure, of_sum, of_atom = np.split(part, [len(known), n_rows])
    lower, upper = _known(figures, k)
    for number in np.unique(of_sum):
        rows, sum_rows, columns = known[of_figure == number], *(np.flatnonzero(v == number) for v in (of_sum, of_atom))
        members = figures.members[rows][:, columns].tocsr()
        yield System(
            members,
            lower[rows],
            upper[rows],
            sums[sum_rows][:, columns].tocsr(),
            figures.atoms[columns],
            rows,
            sum_rows,
        )


def ranges(figures: Figures, sums: sparse.csr_array, k: int) -> tuple[Ints, Ints]:
    """
    The least and the greatest that sums of atoms can be, by what is printed.

    A figure that is SHOWN is known, one that is SMALL is known to lie in 1 to k − 1, of one that is WITHHELD nothing
    is known. Every solution found is a witness for all the sums at once, so few of them need a programme of their own.

    Parameters
    ----------
    figures : Figures
    sums : csr_array of 0 and 1, shape (s, m)
        Each truly 1 to k − 1.
    k : int
        The least count that is printed, >= 2.

    Returns
    -------
    low, high : int64[s]
        Within 1 to k − 1; a low of 1 (or less) with a high of k − 1 (or more) says no more than "<k" does.

    Raises
    ------
    FiguresContradict
        If no whole numbers make these figures.

    References
    ----------
    Fischetti & Salazar (2001), Management Science 47, 1008-1027: the attacker's problems of a hidden cell.
    """
    low, high = np.full(sums.shape[0], k - 1, np.int64), np.ones(sums.shape[0], np.int64)
    for system in systems(figures, sums, k):
        low[system.sum_rows], high[system.sum_rows] = _reached(system, k)
    return low, high


def _reached(system: System, k: int) -> tuple[Ints, Ints]:
    """
    The least and greatest of one system's sums (int64[s]), within 1 to k − 1.

    A walk finds most of it. What is left is bounded by the figures close by, which is all where the walk came as far;
    else it is looked for around the sum, and only what is not found there in the whole.
    """
    low, high = walk(system.members, system.lower, system.upper, system.truth, system.sums, k)
    every = np.arange(len(low))

    def witness(within: System, objective: Floats, capped: Ints, rows: Ints) -> None:
        seen = _seen(within, within.solve(objective, capped, k), k)
        low[rows], high[rows] = np.minimum(low[rows], seen), np.maximum(high[rows], seen)

    def look(within: System, place: int, row: int, rows: Ints) -> None:
        alone, itself = within.sums[[place]].toarray()[0].astype(float), np.array([place])
        if low[row] > least[row]:
            witness(within, alone, itself[:0], rows)
        if high[row] < most[row]:
            witness(within, -alone, itself, rows)

    least, most = np.ones(len(low), np.int64), np.full(len(low), k - 1)
    for row in np.flatnonzero((low > least) | (high < most)).tolist():
        near = system.within(row)
        if low[row] > 1:
            least[row] = _bound(near, 1.0, k)
        if high[row] < k - 1:
            most[row] = _bound(near, -1.0, k)
        if low[row] > least[row] or high[row] < most[row]:
            look(system.around(row), 0, row, every[row : row + 1])
        if low[row] > least[row] or high[row] < most[row]:
            look(system, row, row, every)
    return low, high


def _bound(system: System, sign: float, k: int) -> int:
    """The least of a system's one sum, or for a negative sign its greatest, within 1 to k − 1."""
    capped = np.arange(1 if sign < 0 else 0)
    end = system.solve(sign * system.sums.toarray()[0], capped, k)
    return int(_seen(system, end, k)[0])


def _seen(system: System, solution: npt.ArrayLike, k: int) -> Ints:
    """What the sums are in one solution, within 1 to k − 1."""
    return np.clip(np.asarray(system.sums @ np.asarray(solution), np.int64), 1, k - 1)


def _taken(matrix: sparse.csr_array | sparse.csc_array, lines: Ints) -> Ints:
    """The indices in some lines of a matrix (rows of a csr one, columns of a csc one), one line after the other."""
    starts, ends = matrix.indptr[lines], matrix.indptr[lines + 1]
    lengths = ends - starts
    offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.asarray(matrix.indices[np.repeat(starts, lengths) + offsets], np.int64)


def _part(matrix: sparse.csr_array, rows: Ints, columns: Ints) -> sparse.csr_array:
    """Rows of a matrix of 0 and 1 that have their ones in ascending columns only."""
    lengths = np.diff(matrix.indptr)[rows]
    indices = np.searchsorted(columns, _taken(matrix, rows))
    ends = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_array((np.ones(len(indices), np.int64), indices, ends), shape=(len(rows), len(columns)))


def _cut(columns: sparse.csc_array, rows: Ints, places: Ints) -> sparse.csr_array:
    """The columns at some places, in which all ones stand in the rows given (in order), as rows."""
    lengths = np.diff(columns.indptr)[places]
    indices = np.searchsorted(rows, _taken(columns, places))
    ends = np.concatenate([[0], np.cumsum(lengths)])
    shape = (len(rows), len(places))
    return sparse.csc_array((np.ones(len(indices), np.int64), indices, ends), shape=shape).tocsr()


def _known(figures: Figures, k: int) -> tuple[Floats, Floats]:
    """The least and the greatest that each figure is known to be (float64[n])."""
    shown, small = figures.states == SHOWN, figures.states == SMALL
    lower = np.where(shown, figures.counts, np.where(small, 1.0, 0.0))
    most = np.full(len(shown), k - 1) if figures.most is None else figures.most
    upper = np.where(shown, figures.counts, np.where(small, most.astype(float), np.inf))
    return lower, upper
