"""Walks to witnesses: never beyond what is possible, and most of the way."""

import numpy as np
import pytest
from scipy import sparse

from geo_zhengzhi.stats.disclosure import SHOWN, SMALL, WITHHELD, Figures, ranges
from geo_zhengzhi.stats.witnesses import walk

K = 5


def table(seed: int, n_months: int = 8, n_cells: int = 6) -> tuple[Figures, sparse.csr_array]:
    """Months by cells of two places with their margins; one figure in three is withheld; every small count is asked."""
    rng = np.random.default_rng(seed)
    atoms = rng.poisson(2.0, 2 * n_months * n_cells)
    place, month, cell = np.unravel_index(np.arange(len(atoms)), (2, n_months, n_cells))
    groups = [place * n_months + month, place * n_cells + cell, month, np.zeros_like(place)]
    members = np.vstack([np.arange(group.max() + 1)[:, np.newaxis] == group for group in groups]).astype(np.int64)
    members = np.vstack([members, np.eye(len(atoms), dtype=np.int64)])
    counts = members @ atoms
    small = (counts > 0) & (counts < K)
    states = np.where(rng.random(len(counts)) < 0.34, WITHHELD, np.where(small, SMALL, SHOWN))
    asked = np.eye(len(atoms), dtype=np.int64)[(atoms > 0) & (atoms < K)]
    return Figures(sparse.csr_array(members), atoms, states), sparse.csr_array(asked)


def walked(figures: Figures, sums: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    known = np.flatnonzero(figures.states != WITHHELD)
    shown = figures.states[known] == SHOWN
    counts = figures.counts[known].astype(float)
    lower, upper = np.where(shown, counts, 1.0), np.where(shown, counts, K - 1.0)
    return walk(figures.members[known], lower, upper, figures.atoms, sums, K)


@pytest.mark.parametrize("seed", range(12))
def test_a_walk_stays_within_what_is_possible_and_comes_most_of_the_way(seed: int) -> None:
    figures, sums = table(seed)
    (low, high), (least, greatest) = walked(figures, sums), ranges(figures, sums, K)
    assert (low >= least).all()
    assert (high <= greatest).all()
    n_ends = 2 * len(low)
    assert (low == least).sum() + (high == greatest).sum() >= 0.8 * n_ends


def test_a_walk_goes_round_four_cells_whose_margins_are_known() -> None:
    members = sparse.csr_array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]])
    known = np.full(4, 4.0)
    low, high = walk(members, known, known, np.full(4, 2), sparse.csr_array(np.eye(4, dtype=np.int64)), K)
    assert (low.tolist(), high.tolist()) == ([1] * 4, [4] * 4)


def test_what_cannot_be_otherwise_stays_as_it_is() -> None:
    members = sparse.csr_array([[1, 0], [1, 1]])
    known = np.array([3.0, 10.0])
    low, high = walk(members, known, known, np.array([3, 7]), sparse.csr_array([[1, 0]]), K)
    assert (low.tolist(), high.tolist()) == ([3], [3])


def test_the_same_table_is_walked_in_the_same_way() -> None:
    figures, sums = table(99)
    before = figures.atoms.copy()
    first, second = walked(figures, sums), walked(figures, sums)
    assert np.array_equal(first, second)
    assert np.array_equal(figures.atoms, before)
