"""
Quick witnesses: other whole numbers that make the same printed figures, and in which a hidden count is another.

A walk of unit steps from the true counts, always to the atom that leaves the least amiss, as a person would fill in
such a table. What it finds proves that a count is not given away; where it finds nothing, nothing is said.

References
----------
Glover & Laguna (1997), Tabu Search: an atom that has just moved rests, so that the walk does not go to and fro.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from geo_zhengzhi.kernels import kernel, kernel_part

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Lines = tuple[Ints, Ints]  # where each line begins, and what stands in it
Table = tuple[Lines, Lines, Lines]  # figures by their atoms, atoms by their figures, sums by their atoms
Known = tuple[Ints, Ints, Ints]  # the least, the greatest and the true count of each figure
State = tuple[Ints, Ints, Ints, npt.NDArray[np.bool_]]  # atoms, figures' counts, until when an atom rests, the sum's
Aim = tuple[int, int, int, bool]  # the sum's value and goal, the clock, whether none of its atoms may go back

MOST_STEPS = 80
N_WALKS = 8  # of each count in each direction
MOST_LOOKED_AT = 400  # atoms of one figure that are weighed at a step
REST = 4  # steps, and up to as many more
MOST_AMISS = 64  # figures that do not hold at once: a walk that has gone so far astray ends

BEYOND = 1 << 60  # more than anything is long or costs
MULTIPLIER, INCREMENT, MODULUS = 1103515245, 12345, 1 << 31  # of chance: POSIX's example of a linear generator


def walk(
    members: sparse.csr_array,
    lower: Floats,
    upper: Floats,
    truth: Ints,
    sums: sparse.csr_array,
    k: int,
) -> tuple[Ints, Ints]:
    """
    The least and the greatest of each sum that a short walk comes across, within 1 to k − 1.

    Parameters
    ----------
    members : csr_array of 0 and 1, shape (f, a)
        The known figures.
    lower, upper : float64[f]
        What is known of each.
    truth : int64[a]
        The true counts, which make the figures.
    sums : csr_array of 0 and 1, shape (s, a)
        Each truly 1 to k − 1.
    k : int

    Returns
    -------
    low, high : int64[s]
        Each is reached by whole numbers that make all the figures.
    """
    most = np.iinfo(np.int64).max // 4
    least = np.asarray(lower, np.int64)
    greatest = np.where(np.isfinite(upper), np.where(np.isfinite(upper), upper, 0), most).astype(np.int64)
    truly = np.asarray(sums @ truth, np.int64)
    low, high = truly.copy(), truly.copy()
    known = least, greatest, np.asarray(members @ truth, np.int64)
    lines = _lines(members), _lines(members.tocsc()), _lines(sums)
    _walks(lines, known, truth.astype(np.int64), (low, high), k)
    return low, high


def compile_kernels() -> None:
    """Compile the walk, or load it from the cache."""
    alone = sparse.csr_array(np.ones((1, 1), np.int64))
    walk(alone, np.ones(1), np.full(1, 4.0), np.ones(1, np.int64), alone, 5)


def _lines(matrix: sparse.csr_array | sparse.csc_array) -> Lines:
    """Where each line of a matrix begins, and its indices (int64: scipy takes the shortest that will do)."""
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)


@kernel_part
def _mended(atom: int, step: int, columns: Lines, known: Known, count: Ints) -> int:
    """By how much the figures of an atom are more amiss (or less: negative) once it has moved a step."""
    atom_at, atom_rows = columns
    least, greatest, _ = known
    cost = 0
    for at in range(atom_at[atom], atom_at[atom + 1]):
        row = atom_rows[at]
        before, after = count[row], count[row] + step
        cost += max(least[row] - after, 0) + max(after - greatest[row], 0)
        cost -= max(least[row] - before, 0) + max(before - greatest[row], 0)
    return cost


@kernel_part
def _shortest(amiss: Ints, n_amiss: int, row_at: Ints) -> int:
    """The shortest figure that is amiss: few atoms can mend it, and all of them are weighed. −1 where none is."""
    best, shortest = -1, BEYOND
    for i in range(n_amiss):
        length = row_at[amiss[i] + 1] - row_at[amiss[i]]
        if length < shortest:
            best, shortest = amiss[i], length
    return best


@kernel_part
def _shift(atom: int, step: int, columns: Lines, known: Known, count: Ints, amiss: Ints, n_amiss: int) -> int:
    """Count a step of an atom in all its figures; how many are amiss then, more than there is room for if too many."""
    atom_at, atom_rows = columns
    least, greatest, _ = known
    for at in range(atom_at[atom], atom_at[atom + 1]):
        row = atom_rows[at]
        held = least[row] <= count[row] <= greatest[row]
        count[row] += step
        holds = least[row] <= count[row] <= greatest[row]
        if held and not holds:
            if n_amiss >= MOST_AMISS:
                return MOST_AMISS + 1
            amiss[n_amiss] = row
            n_amiss += 1
        elif holds and not held:
            for i in range(n_amiss):
                if amiss[i] == row:
                    n_amiss -= 1
                    amiss[i] = amiss[n_amiss]
                    break
    return n_amiss


@kernel
def _best(atoms: Ints, offset: int, step: int, aim: Aim, columns: Lines, known: Known, state: State) -> int:
    """Of a figure's atoms, the rested one whose step leaves the least amiss; −1 where none may move."""
    value, goal, clock, is_strict = aim
    x, count, rests_until, in_sum = state
    best, best_cost = -1, BEYOND
    for i in range(min(len(atoms), MOST_LOOKED_AT)):
        atom = atoms[(offset + i) % len(atoms)]
        if x[atom] + step < 0 or rests_until[atom] > clock:
            continue
        cost = 0
        if in_sum[atom]:
            cost = abs(value + step - goal) - abs(value - goal)
            if is_strict and cost > 0:
                continue
        cost += _mended(atom, step, columns, known, count)
        if cost < best_cost:
            best, best_cost = atom, cost
    return best


@kernel_part
def _undo(atom: int, step: int, columns: Lines, known: Known, state: State) -> None:
    """Take a step back; a figure's count comes from the truth, since a walk may have ended while it was counted."""
    x, count, rests_until, _ = state
    x[atom] -= step
    rests_until[atom] = 0
    for at in range(columns[0][atom], columns[0][atom + 1]):
        count[columns[1][at]] = known[2][columns[1][at]]


@kernel
def _one_walk(s: int, goal: int, chance: int, k: int, lines: Table, known: Known, state: State, found: Lines) -> int:
    """One walk of a sum towards its goal; what it comes across is written into `found`. Where it moved is undone."""
    (row_at, row_atoms), columns, (sum_at, sum_atoms) = lines
    x, count, rests_until, in_sum = state
    low, high = found
    own = sum_atoms[sum_at[s] : sum_at[s + 1]]
    amiss, moved, steps = np.empty(MOST_AMISS, np.int64), np.empty(MOST_STEPS, np.int64), np.empty(MOST_STEPS, np.int64)
    value, n_amiss, n_moved, clock = x[own].sum(), 0, 0, 0
    is_strict = chance % 2 == 0  # about every other walk lets no atom of the sum go back
    while n_moved < MOST_STEPS and n_amiss <= MOST_AMISS:
        if n_amiss == 0:
            low[s], high[s] = min(low[s], max(value, 1)), max(high[s], min(value, k - 1))
            if value == goal:
                break
            clock += 2 * REST  # whoever rested is rested
        row = _shortest(amiss, n_amiss, row_at)
        atoms, rising = own, value < goal
        if row >= 0:
            atoms, rising = row_atoms[row_at[row] : row_at[row + 1]], count[row] < known[0][row]
        step = 1 if rising else -1
        chance = (chance * MULTIPLIER + INCREMENT) % MODULUS
        best = _best(atoms, chance // 16 % len(atoms), step, (value, goal, clock, is_strict), columns, known, state)
        if best < 0:
            break
        x[best] += step
        value += step if in_sum[best] else 0
        n_amiss = _shift(best, step, columns, known, count, amiss, n_amiss)
        moved[n_moved], steps[n_moved] = best, step
        n_moved, clock = n_moved + 1, clock + 1
        rests_until[best] = clock + REST + chance // 1024 % REST
    for i in range(n_moved):
        _undo(moved[i], steps[i], columns, known, state)
    return chance


@kernel
def _walks(lines: Table, known: Known, truth: Ints, found: Lines, k: int) -> None:
    """Walk for every sum, down to 1 and up to k − 1; `found` is written in place."""
    sum_at, sum_atoms = lines[2]
    low, high = found
    in_sum = np.zeros(len(truth), np.bool_)
    state = truth.copy(), known[2].copy(), np.zeros(len(truth), np.int64), in_sum
    chance = 1
    for s in range(len(sum_at) - 1):
        in_sum[sum_atoms[sum_at[s] : sum_at[s + 1]]] = True
        for _ in range(N_WALKS):
            if low[s] > 1:
                chance = _one_walk(s, 1, chance, k, lines, known, state, found)
            if high[s] < k - 1:
                chance = _one_walk(s, k - 1, chance, k, lines, known, state, found)
        in_sum[sum_atoms[sum_at[s] : sum_at[s + 1]]] = False
