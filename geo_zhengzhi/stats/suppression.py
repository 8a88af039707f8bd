"""Which figures of an export are printed, so that none of its hidden counts can be worked out."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.stats.disclosure import SHOWN, SMALL, WITHHELD, Figures, Ints, ranges, systems
from geo_zhengzhi.stats.programmes import holding
from geo_zhengzhi.stats.systems import System

Bools = npt.NDArray[np.bool_]

LEAST_K = 2


def protect(
    members: sparse.csr_array, atoms: Ints, k: int, earlier: Ints | None = None, most: Ints | None = None
) -> Ints:
    """
    Decide how each figure is printed.

    Counts of 1 to k − 1 are printed as "<k" and zeros as they are. Then the reader's own calculation is done: as long
    as any count of 1 to k − 1 (a figure, a difference of two figures of which one holds the other, or the finest piece
    that figures tell apart) can be bounded more tightly than that, the finest figure that gives it away is withheld.
    What earlier exports printed cannot be taken back and is part of what the reader knows; a bound that it alone gives
    is nothing that a new figure could still hide.

    Parameters
    ----------
    members : csr_array of 0 and 1, shape (n, m)
        Which atoms each figure sums, those of earlier exports among them.
    atoms : int64[m]
        The true count of each atom.
    k : int
        The least count that is printed, >= 2.
    earlier : int64[n], optional
        The state in which an earlier export printed a figure, −1 where none did.
    most : int64[n], optional
        The greatest that a SMALL figure is said to be: of earlier exports with a smaller k; k − 1 without.

    Returns
    -------
    int64[n]
        SHOWN, SMALL or WITHHELD; an earlier figure keeps its state.

    Raises
    ------
    InvalidParameter
        If k is less than 2.
    FiguresContradict
        If no whole numbers make the figures: the data have changed since an earlier export.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4: complementary cell suppression.
    """
    if k < LEAST_K:
        raise InvalidParameter(name="k", given=k, allowed=f">= {LEAST_K}")
    fixed = np.full(members.shape[0], -1) if earlier is None else earlier
    counts = members @ atoms
    states = np.where(fixed >= 0, fixed, np.where((counts > 0) & (counts < k), SMALL, SHOWN))
    figures = _collapsed(Figures(members, atoms, states, most))
    sums = _sensitive(figures, k)
    low, high = ranges(figures, sums, k)
    sums, (low, high) = _those(sums, (low, high), (low > 1) | (high < k - 1))
    known_low, known_high = _known_before(figures, sums, fixed, k)  # asked only of what is told at all
    while sums.shape[0]:
        told = (low > known_low) | (high < known_high)  # what is safe stays so: withholding only takes away
        sums, (low, high, known_low, known_high) = _those(sums, (low, high, known_low, known_high), told)
        taken = _given_away(figures, sums, (low, high), fixed < 0, k)
        if not taken.any():
            break
        figures = figures.printed(np.where(taken, WITHHELD, figures.states))
        low, high = ranges(figures, sums, k)
    return figures.states


def disclosed(members: sparse.csr_array, atoms: Ints, states: Ints, k: int) -> tuple[sparse.csr_array, Ints, Ints]:
    """
    The counts of 1 to k − 1 that printed figures bound more tightly than "<k" does.

    Parameters
    ----------
    members, atoms, k
        As `protect` takes them.
    states : int64[n]
        How each figure is printed.

    Returns
    -------
    sums : csr_array of 0 and 1, shape (s, n atoms once collapsed)
    low, high : int64[s]
        The bounds; s is 0 where nothing is disclosed.
    """
    figures = _collapsed(Figures(members, atoms, states))
    sums = _sensitive(figures, k)
    low, high = ranges(figures, sums, k)
    told = (low > 1) | (high < k - 1)
    return sums[told], low[told], high[told]


def _those(sums: sparse.csr_array, bounds: tuple[Ints, ...], kept: Bools) -> tuple[sparse.csr_array, tuple[Ints, ...]]:
    """Some of the sums, with their bounds."""
    return sums[np.flatnonzero(kept)], tuple(bound[kept] for bound in bounds)


def _known_before(figures: Figures, sums: sparse.csr_array, fixed: Ints, k: int) -> tuple[Ints, Ints]:
    """The bounds (int64[s]) that earlier exports alone give to sums; 1 and k − 1 where there are none."""
    if not (fixed >= 0).any() or not sums.shape[0]:
        return np.ones(sums.shape[0], np.int64), np.full(sums.shape[0], k - 1, np.int64)
    return ranges(figures.printed(np.where(fixed >= 0, fixed, WITHHELD)), sums, k)


def _collapsed(figures: Figures) -> Figures:
    """The same figures over as few atoms as tell them apart: those that all figures take together are one."""
    columns = figures.members.tocsc()
    columns.sort_indices()
    keys = [columns.indices[a:b].tobytes() for a, b in pairwise(columns.indptr)]
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    of_atom = np.array([place[key] for key in keys], np.int64)
    first = np.unique(of_atom, return_index=True)[1]
    atoms = np.bincount(of_atom, figures.atoms, minlength=len(first)).astype(np.int64)
    return Figures(columns[:, first].tocsr(), atoms, figures.states, figures.most)


def _sensitive(figures: Figures, k: int) -> sparse.csr_array:
    """The sums (s, m) whose count is 1 to k − 1: figures, differences of figures, and the finest pieces, each once."""
    members, counts = figures.members.astype(np.int64), figures.counts
    pieces = sparse.eye_array(members.shape[1], dtype=np.int64, format="csr")
    few = [one[(n > 0) & (n < k)] for one, n in ((members, counts), (pieces, figures.atoms))]
    every = sparse.vstack([few[0], _differences(members, counts, k), few[1]], format="csr")
    every.sort_indices()
    texts = [every.indices[a:b].tobytes() for a, b in pairwise(every.indptr)]
    return every[np.array(list({text: row for row, text in enumerate(texts)}.values()), np.int64)]


def _differences(members: sparse.csr_array, counts: Ints, k: int) -> sparse.csr_array:
    """What a figure holds more than another one that it holds, for every such pair where that is 1 to k − 1."""
    common = sparse.coo_array(members @ members.T)
    size = np.diff(members.indptr)
    outer, inner = common.coords
    more = counts[outer] - counts[inner]
    held = (more > 0) & (more < k) & (common.data == size[inner])
    return (members[outer[held]] - members[inner[held]]).tocsr()


def _given_away(figures: Figures, sums: sparse.csr_array, found: tuple[Ints, Ints], free: Bools, k: int) -> Bools:
    """Of each part in which something is told, the finest figure that tells it."""
    taken = np.zeros(len(free), bool)
    for system in systems(figures, sums, k):
        signs = [1 if low > 1 else -1 for low in found[0][system.sum_rows].tolist()]
        for by in _tellers(system, signs, free):
            if len(by) and not taken[by].any():
                taken[_least_missed(figures, by)] = True
    return taken


def _tellers(system: System, signs: Sequence[int], free: Bools) -> Iterator[Ints]:
    """The free figures that tell each sum: those that hold its bound, else all that share a piece with it."""
    places = np.arange(len(signs))
    within = system.within(places)
    for place, sign in enumerate(signs):
        rows = holding(within.some(place, place + 1), sign)
        if not free[rows].any():
            around = system.around(places[[place]])
            rows = holding(around, sign)
            if not free[rows].any():
                rows = around.figure_rows[np.asarray(around.members @ around.alone).ravel() > 0]
        yield rows[free[rows]]


def _least_missed(figures: Figures, rows: Ints) -> int:
    """
    The SHOWN figure of the fewest pieces, so that totals stay, or else the first SMALL one: sums before their parts.

    Which one goes must not depend on any count: whoever knows this rule would learn that what is withheld is less than
    what is shown beside it, and from that and a sum what "<k" hides.
    """
    small = figures.states[rows] == SMALL
    n_pieces = np.where(small, 0, np.diff(figures.members.indptr)[rows])
    return int(rows[np.lexsort((rows, n_pieces, small))[0]])
