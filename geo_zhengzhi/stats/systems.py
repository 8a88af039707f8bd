"""
Known figures that hang together, and the parts of them that have to be looked at to bound sums of their atoms.

A county's figures hang together in thousands, but what bounds one sum mostly stands close by. The parts of many sums
are cut at once and laid side by side, so that one programme can bound them all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_WITHIN = 80  # atoms of a figure that counts as short
MOST_NEAR = 30  # atoms of one figure that may move together with a sum


@dataclass(frozen=True, eq=False)
class Parts:
    """
    Parts of a system side by side, one for each of n sums: no row of one has a one in a column of another.

    Parameters
    ----------
    members : csr_array of 0 and 1, shape (r, c)
    lower, upper : float64[r]
        What is known of each row.
    alone : float64[c]
        1 where the column's atom is one of its part's sum.
    figure_rows : int64[r]
        Where the rows stand among all figures.
    row_ends, column_ends : int64[n + 1]
        Where the rows and columns of each part end, and 0 before them.
    """

    members: sparse.csr_array
    lower: Floats
    upper: Floats
    alone: Floats
    figure_rows: Ints
    row_ends: Ints
    column_ends: Ints

    def __len__(self) -> int:
        return len(self.row_ends) - 1

    def sum_of(self, number: int, whole: Ints) -> int:
        """What the sum of one part is, by numbers for its columns."""
        return int(self.alone[self.column_ends[number] : self.column_ends[number + 1]] @ whole)

    def some(self, first: int, after: int) -> "Parts":
        """The parts from one to before another."""
        rows, columns = (slice(ends[first], ends[after]) for ends in (self.row_ends, self.column_ends))
        ends = self.members.indptr[rows.start : rows.stop + 1]
        indices = self.members.indices[ends[0] : ends[-1]] - columns.start
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        return Parts(
            sparse.csr_array((np.ones(len(indices), np.int64), indices, ends - ends[0]), shape=shape),
            self.lower[rows],
            self.upper[rows],
            self.alone[columns],
            self.figure_rows[rows],
            self.row_ends[first : after + 1] - rows.start,
            self.column_ends[first : after + 1] - columns.start,
        )


@dataclass(frozen=True, eq=False)
class System:
    """
    What is known of atoms that hang together, and the sums of them that are asked for.

    Parameters
    ----------
    members : csr_array of 0 and 1, shape (f, a)
        The known figures over these atoms, indices in order.
    lower, upper : float64[f]
        What is known of each figure.
    sums : csr_array of 0 and 1, shape (s, a)
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

    def whole(self, place: int) -> Parts:
        """All of it, as the one part of a sum."""
        n_rows, n_columns = self.members.shape
        alone = self.sums[[place]].toarray()[0].astype(float)
        ends = np.array([0, n_rows]), np.array([0, n_columns])
        return Parts(self.members, self.lower, self.upper, alone, self.figure_rows, *ends)

    def within(self, places: Ints) -> Parts:
        """Each sum with its short figures and all inside them: what is out of reach here is out of reach at all."""
        atoms = self._close(places)
        held = atoms @ self._by_atom
        held.sort_indices()
        kept = held.data == self._lengths[held.indices]
        part, rows = _lines(held)[kept], held.indices[kept].astype(np.int64)
        lengths = self._lengths[rows]
        column = _places(atoms, np.repeat(part, lengths), _taken(self.members, rows))
        ends = np.concatenate([[0], np.cumsum(lengths)])
        members = sparse.csr_array((np.ones(len(column), np.int64), column, ends), shape=(len(rows), atoms.nnz))
        return self._laid(members, places, atoms, part, rows, np.zeros(len(rows)))

    def around(self, places: Ints) -> Parts:
        """Each sum with the atoms near it, all others held at the truth: what is reached here is reached at all."""
        atoms = self._near(places)
        touched = _pattern(atoms @ self._by_atom)
        at = atoms.indices.astype(np.int64)
        lengths = np.diff(self._by_atom.indptr)[at]
        row = _places(touched, np.repeat(_lines(atoms), lengths), _taken(self._by_atom, at))
        ends = np.concatenate([[0], np.cumsum(lengths)])
        shape = (touched.nnz, atoms.nnz)
        members = sparse.csc_array((np.ones(len(row), np.int64), row, ends), shape=shape).tocsr()
        rows = touched.indices.astype(np.int64)
        held = self._counts[rows] - members @ self.truth[at]
        return self._laid(members, places, atoms, _lines(touched), rows, held)

    def _laid(
        self, members: sparse.csr_array, places: Ints, atoms: sparse.csr_array, part: Ints, rows: Ints, held: Floats
    ) -> Parts:
        """Parts of these members; `held` is what the atoms outside a part add to each row."""
        own = self.sums[places]
        alone = np.zeros(atoms.nnz)
        alone[_places(atoms, _lines(own), own.indices)] = 1
        row_ends = np.searchsorted(part, np.arange(len(places) + 1))
        lower, upper = self.lower[rows] - held, self.upper[rows] - held
        return Parts(members, lower, upper, alone, self.figure_rows[rows], row_ends, atoms.indptr.astype(np.int64))

    def _close(self, places: Ints) -> sparse.csr_array:
        """The atoms of each sum, and of the short figures that it has atoms in."""
        own, (members, by_atom) = self.sums[places], self._short
        return _pattern(own + own @ by_atom @ members)

    def _near(self, places: Ints) -> sparse.csr_array:
        """The close atoms, and of each figure that holds one of them those with the greatest counts."""
        close = self._close(places)
        return _pattern(close + close @ self._by_atom @ self._greatest)

    @cached_property
    def _short(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        """The short figures by their atoms, and the atoms by their short figures."""
        members = self.members[np.flatnonzero(self._lengths <= MOST_WITHIN)]
        return members, members.T.tocsr()

    @cached_property
    def _greatest(self) -> sparse.csr_array:
        """Of each figure the atoms with the greatest counts, the first of equal ones."""
        row, atom = _lines(self.members), self.members.indices
        order = np.lexsort((atom, -self.truth[atom], row))
        rank = np.arange(len(row)) - self.members.indptr[row]
        kept = order[rank < MOST_NEAR]
        lengths = np.minimum(self._lengths, MOST_NEAR)
        ends = np.concatenate([[0], np.cumsum(lengths)])
        return sparse.csr_array((np.ones(len(kept), np.int64), atom[kept], ends), shape=self.members.shape)

    @cached_property
    def _by_atom(self) -> sparse.csr_array:
        """Figures by the atoms that they sum, shape (a, f)."""
        return self.members.T.tocsr()

    @cached_property
    def _counts(self) -> Ints:
        return np.asarray(self.members @ self.truth, np.int64)

    @cached_property
    def _lengths(self) -> Ints:
        return np.asarray(np.diff(self.members.indptr), np.int64)


def cut(
    members: sparse.csr_array, known: tuple[Floats, Floats], atoms: Ints, rows: Ints, sums: sparse.csr_array
) -> Iterator[System]:
    """
    Systems that share no atom; atoms in no sum's part are left out.

    Parameters
    ----------
    members : csr_array of 0 and 1, shape (n, m)
    known : float64[n], float64[n]
        The least and the greatest that each figure is known to be.
    atoms : int64[m]
    rows : int64[]
        The figures of which anything is known.
    sums : csr_array of 0 and 1, shape (s, m)
    """
    n_rows = len(rows) + sums.shape[0]
    every = sparse.vstack([members[rows], sums], format="csr")
    graph = sparse.block_array([[sparse.csr_array((n_rows, n_rows)), every], [every.T, None]], format="csr")
    part = csgraph.connected_components(graph, directed=False)[1]
    of_figure, of_sum, of_atom = np.split(part, [len(rows), n_rows])
    for number in np.unique(of_sum):
        own, sum_rows, columns = rows[of_figure == number], *(np.flatnonzero(v == number) for v in (of_sum, of_atom))
        lower, upper = (bound[own] for bound in known)
        kept, asked = _pattern(members[own][:, columns]), _pattern(sums[sum_rows][:, columns])
        yield System(kept, lower, upper, asked, atoms[columns], own, sum_rows)


def _pattern(matrix: sparse.sparray) -> sparse.csr_array:
    """Ones where a matrix of whole numbers has something, row by row and in order."""
    found = matrix.tocsr()
    found.sort_indices()
    return sparse.csr_array((np.ones(found.nnz, np.int64), found.indices, found.indptr), shape=found.shape)


def _lines(matrix: sparse.csr_array) -> Ints:
    """The row of each one of a matrix (int64[nnz])."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _places(matrix: sparse.csr_array, rows: Ints, columns: npt.NDArray[np.integer]) -> Ints:
    """Where ones, given by row and column, stand among all ones of a matrix that has them."""
    keys = _lines(matrix) * matrix.shape[1] + matrix.indices
    return np.asarray(np.searchsorted(keys, rows * matrix.shape[1] + columns), np.int64)


def _taken(matrix: sparse.csr_array, rows: Ints) -> Ints:
    """The indices in some rows of a matrix, one row after the other."""
    starts, ends = matrix.indptr[rows].astype(np.int64), matrix.indptr[rows + 1].astype(np.int64)
    lengths = ends - starts
    offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.asarray(matrix.indices[np.repeat(starts, lengths) + offsets], np.int64)
