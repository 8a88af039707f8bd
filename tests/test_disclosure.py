"""Hidden counts: what an attacker who solves for them finds out, and that `protect` leaves him nothing."""

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from geo_zhengzhi.errors import FiguresContradict, InvalidParameter
from geo_zhengzhi.stats.disclosure import SHOWN, SMALL, WITHHELD, Figures, ranges
from geo_zhengzhi.stats.suppression import disclosed, protect

K = 5


def figures_of(rows: list[list[int]], atoms: list[int]) -> tuple[sparse.csr_array, np.ndarray]:
    """A membership matrix from the atoms that each figure sums, and the atoms' counts."""
    members = np.zeros((len(rows), len(atoms)), np.int64)
    for figure, summed in enumerate(rows):
        members[figure, summed] = 1
    return sparse.csr_array(members), np.array(atoms, np.int64)


def worlds(members: sparse.csr_array, atoms: np.ndarray, states: np.ndarray, k: int, most: int) -> np.ndarray:
    """Every assignment of 0 to `most` to the atoms that makes the printed figures: the attacker, by brute force."""
    every = np.array(list(product(range(most + 1), repeat=members.shape[1])))
    printed, true = every @ members.toarray().T, members @ atoms
    fits = np.ones(len(every), bool)
    for figure, state in enumerate(states):
        if state == SHOWN:
            fits &= printed[:, figure] == true[figure]
        if state == SMALL:
            fits &= (printed[:, figure] >= 1) & (printed[:, figure] <= k - 1)
    return every[fits]


def test_small_counts_are_hidden_and_zeros_and_counts_of_k_are_printed() -> None:
    members, atoms = figures_of([[0], [1], [2], [3]], [0, 1, K - 1, K])
    assert protect(members, atoms, K).tolist() == [SHOWN, SMALL, SMALL, SHOWN]


def test_a_total_that_would_give_a_hidden_month_away_is_withheld() -> None:
    members, atoms = figures_of([[0], [1], [0, 1]], [3, 20])
    states = protect(members, atoms, K)
    assert states.tolist() == [SMALL, WITHHELD, SHOWN]
    assert disclosed(members, atoms, states, K)[0].shape[0] == 0


def test_two_hidden_months_whose_sum_leaves_them_free_keep_their_total() -> None:
    members, atoms = figures_of([[0], [1], [0, 1]], [2, 3])
    assert protect(members, atoms, K).tolist() == [SMALL, SMALL, SHOWN]


@pytest.mark.parametrize(("first", "second"), [(1, 1), (4, 4), (4, 3)])
def test_a_total_at_the_edge_of_what_two_hidden_months_can_be_is_withheld(first: int, second: int) -> None:
    members, atoms = figures_of([[0], [1], [0, 1]], [first, second])
    states = protect(members, atoms, K)
    assert states[2] != SHOWN
    assert disclosed(members, atoms, states, K)[0].shape[0] == 0


def test_two_hidden_months_of_a_hidden_year_are_not_both_called_small() -> None:
    """Two months of at least 1 each make a year of at least 2, which is more than "<5" says of it."""
    members, atoms = figures_of([[0, 1], [0], [1]], [1, 1])
    states = protect(members, atoms, K)
    assert sorted(states[1:].tolist()) == [SMALL, WITHHELD]


@pytest.mark.parametrize("atoms", [[4, 4, 3], [4, 3, 4], [3, 4, 4]])
def test_which_small_count_is_withheld_does_not_tell_which_is_greater(atoms: list[int]) -> None:
    """Of three counts that sum to 11, all but one are told by the others; an earlier export has printed the sum."""
    members, counts = figures_of([[0], [1], [2], [0, 1, 2]], atoms)
    assert protect(members, counts, K, np.array([-1, -1, -1, SHOWN])).tolist() == [WITHHELD, WITHHELD, SMALL, SHOWN]


@pytest.mark.parametrize("atoms", [[3, 5, 6], [3, 6, 5], [3, 7, 20], [3, 20, 7]])
def test_which_shown_count_is_withheld_does_not_tell_that_it_is_less(atoms: list[int]) -> None:
    """
    The total of a hidden count and two shown ones: a part goes, the same whichever is less.

    Of 3, 5 and 6 with the 5 withheld as the lesser, 14 − 6 is 8, of which at most 6 are withheld: at least 2 hidden.
    """
    members, counts = figures_of([[0], [1], [2], [0, 1, 2]], atoms)
    assert protect(members, counts, K).tolist() == [SMALL, WITHHELD, SHOWN, SHOWN]


def test_the_ring_between_an_old_boundary_and_a_new_one_is_not_told() -> None:
    """12 inside the old line, 14 inside the new one: the difference is two incidents at a known place."""
    members, atoms = figures_of([[0], [0, 1]], [12, 2])
    earlier = np.array([SHOWN, -1])
    states = protect(members, atoms, K, earlier)
    assert states.tolist() == [SHOWN, WITHHELD]


def test_an_earlier_export_cannot_be_taken_back() -> None:
    members, atoms = figures_of([[0], [1], [0, 1]], [3, 20])
    states = protect(members, atoms, K, np.array([-1, SHOWN, SHOWN]))
    assert states.tolist() == [SMALL, SHOWN, SHOWN]
    _, low, high = disclosed(members, atoms, states, K)
    assert (low.tolist(), high.tolist()) == ([3], [3])


def test_a_difference_of_a_total_and_two_months_is_not_told() -> None:
    members, atoms = figures_of([[0, 1, 2], [0], [1]], [10, 11, 2])
    states = protect(members, atoms, K)
    assert disclosed(members, atoms, states, K)[0].shape[0] == 0
    assert (states == WITHHELD).sum() == 1


def test_bounds_are_those_of_whole_numbers() -> None:
    """Three pairs of three counts sum to 2, 2 and 2: as fractions 1 each, and as whole numbers too."""
    members, atoms = figures_of([[0, 1], [1, 2], [0, 2]], [1, 1, 1])
    figures = Figures(members, atoms, np.array([SHOWN, SHOWN, SHOWN]))
    low, high = ranges(figures, sparse.csr_array(np.eye(3, dtype=np.int64)), K)
    assert (low.tolist(), high.tolist()) == ([1, 1, 1], [1, 1, 1])


@pytest.mark.parametrize("seed", range(40))
def test_ranges_are_those_of_every_possible_world(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_atoms, n_figures, k = 4, int(rng.integers(2, 6)), int(rng.integers(2, 5))
    members = sparse.csr_array((rng.random((n_figures, n_atoms)) < 0.5).astype(np.int64))
    atoms = rng.integers(0, 4, n_atoms)
    counts = members @ atoms
    small = (counts > 0) & (counts < k)
    states = np.where(small, SMALL, np.where(rng.random(n_figures) < 0.3, WITHHELD, SHOWN))
    wanted = sparse.csr_array(np.eye(n_atoms, dtype=np.int64)[(atoms > 0) & (atoms < k)])
    low, high = ranges(Figures(members, atoms, states), wanted, k)
    seen = worlds(members, atoms, states, k, most=12) @ wanted.toarray().T
    assert low.tolist() == np.clip(seen.min(axis=0, initial=99), 1, k - 1).tolist()
    assert high.tolist() == np.clip(seen.max(axis=0, initial=0), 1, k - 1).tolist()


@pytest.mark.parametrize("seed", range(40))
def test_an_attacker_finds_no_count_in_a_protected_table(seed: int) -> None:
    """Figures that overlap at random: in the worlds that fit what is printed, no hidden count is pinned down."""
    rng = np.random.default_rng(1000 + seed)
    n_atoms, k = 4, 4
    members = sparse.csr_array((rng.random((6, n_atoms)) < 0.5).astype(np.int64))
    atoms = rng.integers(0, 6, n_atoms)
    states = protect(members, atoms, k)
    possible = worlds(members, atoms, states, k, most=12)
    counts, printed = members @ atoms, possible @ members.toarray().T
    for figure in np.flatnonzero((counts > 0) & (counts < k)):
        assert states[figure] != SHOWN
        assert printed[:, figure].min() <= 1
        assert printed[:, figure].max() >= k - 1


@pytest.mark.parametrize("seed", range(20))
def test_a_system_too_large_to_be_seen_through_is_hidden_all_the_more(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where little is found nearby and nothing is looked for in the whole, more counts as told, and less is printed."""
    rng = np.random.default_rng(2000 + seed)
    members = sparse.csr_array((rng.random((30, 18)) < 0.25).astype(np.int64))
    atoms = rng.poisson(1.5, 18)
    exact = protect(members, atoms, K)
    with monkeypatch.context() as patch:
        for name, value in (("systems.MOST_NEAR", 1), ("systems.MOST_WITHIN", 3), ("disclosure.MOST_SEEN_THROUGH", 0)):
            patch.setattr(f"geo_zhengzhi.stats.{name}", value)
        patch.setattr("geo_zhengzhi.stats.disclosure.walk", stays)
        careful = protect(members, atoms, K)
    assert (careful == WITHHELD).sum() > (exact == WITHHELD).sum()
    assert disclosed(members, atoms, careful, K)[0].shape[0] == 0


def stays(_m: object, _l: object, _u: object, truth: np.ndarray, sums: sparse.csr_array, k: int) -> tuple:
    """A walk that goes nowhere."""
    return np.clip(sums @ truth, 1, k - 1), np.clip(sums @ truth, 1, k - 1)


@pytest.mark.parametrize("seed", range(20))
def test_withholding_depends_on_no_order(seed: int) -> None:
    """Neither the order of the figures nor that of the atoms decides whether something is safe."""
    rng = np.random.default_rng(seed)
    members = sparse.csr_array((rng.random((8, 6)) < 0.4).astype(np.int64))
    atoms = rng.integers(0, 9, 6)
    shuffled = rng.permutation(8)
    for order in (np.arange(8), shuffled):
        states = protect(members[order], atoms, K)
        assert disclosed(members[order], atoms, states, K)[0].shape[0] == 0


def test_figures_that_no_incidents_could_make_are_refused() -> None:
    members, atoms = figures_of([[0], [0, 1]], [1, 2])
    impossible = Figures(members, atoms, np.array([SHOWN, SHOWN]))
    impossible.__dict__["counts"] = np.array([9, 3])
    with pytest.raises(FiguresContradict, match="made again"):
        ranges(impossible, sparse.csr_array(np.eye(2, dtype=np.int64)), K)


def test_a_least_count_below_two_hides_nothing_and_is_refused() -> None:
    members, atoms = figures_of([[0]], [1])
    with pytest.raises(InvalidParameter, match="k"):
        protect(members, atoms, 1)


def test_no_figures_need_no_protection() -> None:
    assert protect(sparse.csr_array((0, 0), dtype=np.int64), np.zeros(0, np.int64), K).tolist() == []
