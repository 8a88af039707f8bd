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
from scipy import sparse

from geo_zhengzhi.stats.programmes import ends, witnesses
from geo_zhengzhi.stats.systems import System, cut
from geo_zhengzhi.stats.witnesses import walk

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHOWN, SMALL, WITHHELD = 0, 1, 2  # printed as it is; printed as "<k"; not printed
MOST_SEEN_THROUGH = 10_000  # atoms of a system: whole numbers for a larger one take minutes and gigabytes a sum


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


def systems(figures: Figures, sums: sparse.csr_array, k: int) -> Iterator[System]:
    """The figures' constraints and the sums, cut where they share no atom; atoms in no sum's part are left out."""
    known = np.flatnonzero(figures.states != WITHHELD)
    return cut(figures.members, _known(figures, k), figures.atoms, known, sums)


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
        Within 1 to k − 1; a low of 1 (or less) with a high of k − 1 (or more) says no more than "<k" does. They are
        exact but in systems of more than ten thousand atoms, where they may be too narrow.

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
    else it is looked for around the sum, and only what is not found there in the whole. A system too large for that
    is taken to go no farther than was found: more may then be called told than is, never less.
    """
    low, high = walk(system.members, system.lower, system.upper, system.truth, system.sums, k)
    for sign, reached, utmost in ((1, low, 1), (-1, high, k - 1)):
        limit = np.full(len(reached), utmost)
        rows = np.flatnonzero(reached != limit)
        limit[rows] = ends(system.within(rows), sign, k)
        _look_around(system, np.flatnonzero(reached != limit), reached, sign, k)
        for row in np.flatnonzero(reached != limit).tolist() if len(system.truth) <= MOST_SEEN_THROUGH else ():
            if reached[row] != limit[row]:  # no other sum's witness has made it so meanwhile
                _look_everywhere(system, row, (low, high), sign, k)
    return low, high


def _look_around(system: System, rows: Ints, reached: Ints, sign: int, k: int) -> None:
    """Bring what is reached of some sums as far as the atoms near them allow, in place."""
    around = system.around(rows)
    for number, whole in witnesses(around, reached[rows], sign, k):
        reached[rows[number]] = np.clip(around.sum_of(number, whole), 1, k - 1)


def _look_everywhere(system: System, row: int, found: tuple[Ints, Ints], sign: int, k: int) -> None:
    """Bring one sum as far as it goes; whole numbers in which it does are a witness for all the sums, in place."""
    low, high = found
    reached = (low if sign > 0 else high)[[row]]
    for _, whole in witnesses(system.whole(row), reached, sign, k):
        seen = np.clip(system.sums @ whole, 1, k - 1)
        low[:], high[:] = np.minimum(low, seen), np.maximum(high, seen)


def _known(figures: Figures, k: int) -> tuple[Floats, Floats]:
    """The least and the greatest that each figure is known to be (float64[n])."""
    shown, small = figures.states == SHOWN, figures.states == SMALL
    lower = np.where(shown, figures.counts, np.where(small, 1.0, 0.0))
    most = np.full(len(shown), k - 1) if figures.most is None else figures.most
    upper = np.where(shown, figures.counts, np.where(small, most.astype(float), np.inf))
    return lower, upper
