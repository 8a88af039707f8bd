"""
Earlier files that were made from other data: what was imported or undone since is a count that nobody may work out.

Nobody keeps which incidents an earlier file counted. The fewest that must have come and gone since, so that all of its
figures hold, stand for them: they are pieces of their own, which earlier figures, or new ones, do not sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

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


@dataclass(frozen=True)
class Change:
    """How many incidents of each piece (int64[m]) came since, and how many there were that are gone."""

    late: Ints
    gone: Ints


def late_and_gone(members: sparse.csr_array, atoms: Ints, printed: Sequence[Printed], k: int) -> Change | None:
    """
    The least change since that explains earlier figures.

    Parameters
    ----------
    members : csr_array of 0 and 1, shape (f, m)
    atoms : int64[m]
        The counts of today.
    printed : sequence of f Printed
    k : int

    Returns
    -------
    Change, or None where no one earlier state of the data makes all the figures.
    """
    n = len(atoms)
    lower = np.array([p.n if p.state == SHOWN else 1 if p.state == SMALL else 0 for p in printed], float)
    upper = np.array([p.n if p.state == SHOWN else p.most(k) if p.state == SMALL else np.inf for p in printed], float)
    both = sparse.hstack([-members, members], format="csr")
    now = members @ atoms
    known = optimize.LinearConstraint(both, lower - now, upper - now)
    bounds = optimize.Bounds(0, np.concatenate([atoms, np.full(n, np.inf)]))
    found = optimize.milp(np.ones(2 * n), constraints=[known], integrality=np.ones(2 * n), bounds=bounds)
    if found.x is None:
        return None
    whole = np.round(found.x).astype(np.int64)
    return Change(whole[:n], whole[n:])


class Split:
    """
    Pieces of today's data and of an earlier state, so that figures of both can be told as sums.

    Parameters
    ----------
    atoms : int64[m]
    change : Change or None
        None where the data are the same.
    """

    def __init__(self, atoms: Ints, change: Change | None) -> None:
        none = np.zeros(len(atoms), np.int64)
        late, gone = (none, none) if change is None else (change.late, change.gone)
        self._late, self._gone = np.flatnonzero(late), np.flatnonzero(gone)
        self.counts: Ints = np.concatenate([atoms - late, late[self._late], gone[self._gone]])

    def now(self, members: sparse.csr_array) -> sparse.csr_array:
        """Rows over today's pieces as rows over all."""
        nothing = sparse.csr_array((members.shape[0], len(self._gone)), dtype=np.int64)
        return sparse.hstack([members, members[:, self._late], nothing], format="csr")

    def then(self, members: sparse.csr_array) -> sparse.csr_array:
        """Rows over today's pieces as rows over those of the earlier state."""
        nothing = sparse.csr_array((members.shape[0], len(self._late)), dtype=np.int64)
        return sparse.hstack([members, nothing, members[:, self._gone]], format="csr")
