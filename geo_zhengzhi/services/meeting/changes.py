"""
Earlier files that were made from other data: what was imported or undone since is a count that nobody may work out.

Nobody keeps which incidents an earlier file counted. The fewest that must have come and gone since, so that all of its
figures hold, stand for them: they are pieces of their own, which earlier figures, or new ones, do not sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from geo_zhengzhi.errors import FiguresContradict
from geo_zhengzhi.stats.disclosure import SHOWN, SMALL

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Printed:
    """How a figure is printed: its state, its count where that is SHOWN; SMALL says that it is 1 to `below` − 1."""

    state: int
    n: int | None = None
    below: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the count stands in the file."""
        return self.state == SHOWN

    def most(self, k: int) -> int:
        """The greatest that a SMALL figure is said to be; of one that does not say it, k − 1."""
        return (self.below or k) - 1

    def says_more(self, than: "Printed") -> bool:
        """Whether a later file says more of a figure: its count, or less than a smaller k."""
        if self.is_shown or than.is_shown:
            return self.is_shown
        return self.state == SMALL and (than.state != SMALL or self.most(0) < than.most(0))


@dataclass(frozen=True)
class Change:
    """
    What came and what went since an earlier state.

    Parameters
    ----------
    late, gone : int64[m]
        How many incidents of each piece came since, and how many there were that are gone.
    lost : int64[f]
        How many are gone of each of the state's figures that lay in no piece of today's.
    """

    late: Ints
    gone: Ints
    lost: Ints


def late_and_gone(members: sparse.csr_array, atoms: Ints, printed: Sequence[Printed], k: int) -> Change:
    """
    The least change since that explains earlier figures.

    There always is one: everything may have come since, and of each figure as many be lost as it says.

    Parameters
    ----------
    members : csr_array of 0 and 1, shape (f, m)
    atoms : int64[m]
        The counts of today.
    printed : sequence of f Printed
    k : int

    Returns
    -------
    Change
    """
    lower = np.array([p.n if p.state == SHOWN else 1 if p.state == SMALL else 0 for p in printed], float)
    upper = np.array([p.n if p.state == SHOWN else p.most(k) if p.state == SMALL else np.inf for p in printed], float)
    now = members @ atoms
    is_other = (now < lower) | (now > upper)
    column = np.unique(members[np.flatnonzero(is_other)].indices)  # nothing else need have changed
    row = np.flatnonzero(is_other | (np.diff(members[:, column].indptr) > 0))
    near, n = members[row][:, column], len(column)
    every = sparse.hstack([-near, near, sparse.eye_array(len(row), dtype=np.int64)], format="csr")
    known = optimize.LinearConstraint(every, (lower - now)[row], (upper - now)[row])
    one = np.ones(every.shape[1])
    bounds = optimize.Bounds(0, np.concatenate([atoms[column], np.full(n + len(row), np.inf)]))
    found = optimize.milp(one, constraints=[known], integrality=one, bounds=bounds)
    if found.x is None:
        raise FiguresContradict(n_figures=len(row))
    late, gone, lost = np.split(np.round(found.x).astype(np.int64), [n, 2 * n])
    m = len(atoms)
    return Change(_laid_out(late, column, m), _laid_out(gone, column, m), _laid_out(lost, row, len(printed)))


def _laid_out(values: Ints, places: Ints, n: int) -> Ints:
    """Values at their places among n, 0 elsewhere."""
    found = np.zeros(n, np.int64)
    found[places] = values
    return found


class Split:
    """
    Pieces of today's data and of earlier states, so that figures of all of them can be told as sums.

    What came since a later state came since those before it as well, as far as that goes: of each piece, the states
    have the same oldest incidents.

    Parameters
    ----------
    atoms : int64[m]
    changes : sequence of Change
        Since each earlier state of other data.
    """

    def __init__(self, atoms: Ints, changes: Sequence[Change]) -> None:
        late = np.array([change.late for change in changes], np.int64).reshape(len(changes), len(atoms)).T
        atom, state = np.nonzero(late)
        self._atom, self._reach = np.unique(np.column_stack([atom, late[atom, state]]), axis=0).T
        follows = np.diff(self._atom, prepend=-1) == 0
        since = self._reach - np.where(follows, np.roll(self._reach, 1), 0)
        self._late = late
        self._gone = [(np.flatnonzero(change.gone), np.flatnonzero(change.lost)) for change in changes]
        gone = [np.concatenate([c.gone[at], c.lost[row]]) for c, (at, row) in zip(changes, self._gone, strict=True)]
        self.counts: Ints = np.concatenate([atoms - late.max(axis=1, initial=0), since, *gone]).astype(np.int64)

    def now(self, members: sparse.csr_array) -> sparse.csr_array:
        """Rows over today's pieces as rows over all."""
        return self._laid(members, members[:, self._atom], {})

    def then(self, number: int, members: sparse.csr_array) -> sparse.csr_array:
        """The figures of an earlier state, by its place among the changes, as rows over all pieces."""
        there = np.flatnonzero(self._late[self._atom, number] < self._reach)
        chosen = sparse.csr_array((np.ones(len(there), np.int64), (there, there)), shape=(len(self._atom),) * 2)
        at, lost = self._gone[number]
        own = sparse.eye_array(members.shape[0], dtype=np.int64, format="csr")[:, lost]
        went = sparse.hstack([members[:, at], own], format="csr")
        return self._laid(members, members[:, self._atom] @ chosen, {number: went})

    def _laid(
        self, members: sparse.csr_array, late: sparse.csr_array, gone: Mapping[int, sparse.csr_array]
    ) -> sparse.csr_array:
        """Columns side by side: what stayed, what came, what went since each state."""
        n = members.shape[0]
        none = [sparse.csr_array((n, len(at) + len(lost)), dtype=np.int64) for at, lost in self._gone]
        went = [gone.get(number, nothing) for number, nothing in enumerate(none)]
        return sparse.hstack([members, late, *went], format="csr")
