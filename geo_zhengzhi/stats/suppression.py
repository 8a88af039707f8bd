"""Which figures of an export are printed, so that none of its hidden counts can be worked out."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.stats.disclosure import SHOWN, SMALL, WITHHELD, Figures, Ints, System, ranges, systems

Bools = npt.NDArray[np.bool_]

LEAST_K = 2


def protect(
    members: sparse.csr_array, atoms: Ints, k: int, earlier: Ints | None = None, most: Ints | None = None
) -> Ints:
    """
    Decide how each figure is printed.

    Counts of 1 to k − 1 are printed as "<k" and zeros as they are. Then the reader's own calculation is done: as long
    as any count of 1 to k − 1 (a figure, a difference of two figures of which one holds the other, or the finest piece
    that figures tell apart) can be bounded more tightly than that, the smallest figure that gives it away is withheld.
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
    keys = [columns.indices[a:b].tobytes() for a, b in zip(columns.indptr[:-1], columns.indptr[1:], strict=True)]
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    of_atom = np.array([place[key] for key in keys], np.int64)
    first = np.unique(of_atom, return_index=True)[1]
    atoms = np.bincount(of_atom, figures.atoms, minlength=len(first)).astype(np.int64)
    return Figures(columns[:, first].tocsr(), atoms, figures.states, figures.most)


def _sensitive(figures: Figures, k: int) -> sparse.csr_array:
    """The sums (s, m) whose count is 1 to k − 1: figures, differences of figures, and the finest pieces, each once."""
    pieces = sparse.eye_array(figures.members.shape[1], dtype=np.int64, format="csr")
    every = sparse.vstack([figures.members.astype(np.int64), _differences(figures.members), pieces], format="csr")
    counts = every @ figures.atoms
    few = every[(counts > 0) & (counts < k)]
    few.sort_indices()
    texts = [few.indices[a:b].tobytes() for a, b in zip(few.indptr[:-1], few.indptr[1:], strict=True)]
    return few[np.array(list({text: row for row, text in enumerate(texts)}.values()), np.int64)]


def _differences(members: sparse.csr_array) -> sparse.csr_array:
    """What a figure holds more than another one that it holds, for every such pair."""
    whole = members.astype(np.int64)
    common = sparse.coo_array(whole @ whole.T)
    size = np.asarray(whole.sum(axis=1)).ravel()
    outer, inner = common.coords
    held = (common.data == size[inner]) & (size[inner] < size[outer])
    return (whole[outer[held]] - whole[inner[held]]).tocsr()


def _given_away(figures: Figures, sums: sparse.csr_array, found: tuple[Ints, Ints], free: Bools, k: int) -> Bools:
    """Of each part in which something is told, the smallest figure that tells it."""
    taken = np.zeros(len(free), bool)
    for system in systems(figures, sums, k):
        for place, row in enumerate(system.sum_rows):
            by = _tellers(system, place, (int(found[0][row]), int(found[1][row])), free)
            if len(by) and not taken[by].any():
                taken[_least_missed(figures, by)] = True
    return taken


def _tellers(system: System, place: int, found: tuple[int, int], free: Bools) -> Ints:
    """The free figures that tell a sum: those that hold its bound, else all that share a piece with it."""
    for near in (system.within(place), system.around(place)):
        alone = near.sums.toarray()[0].astype(float)
        holding = near.holding(alone if found[0] > 1 else -alone)
        if free[holding].any():
            return holding[free[holding]]
    sharing = near.figure_rows[np.asarray(near.members @ alone).ravel() > 0]
    return sharing[free[sharing]]


def _least_missed(figures: Figures, rows: Ints) -> int:
    """The SHOWN figure of the smallest count, or else the SMALL one of the greatest: of sums rather than of parts."""
    small, counts = figures.states[rows] == SMALL, figures.counts[rows]
    order = np.lexsort((rows, np.where(small, -counts, counts), small))
    return int(rows[order[0]])
