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

from geo_zhengzhi.kernels import kernel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_STEPS = 80
N_WALKS = 8  # of each count in each direction
MOST_LOOKED_AT = 400  # atoms of one figure that are weighed at a step
REST = 4  # steps, and up to as many more
MOST_AMISS = 64  # figures that do not hold at once: a walk that has gone so far astray ends


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
    columns = members.tocsc()
    most = np.iinfo(np.int64).max // 4
    least = np.asarray(lower, np.int64)
    greatest = np.where(np.isfinite(upper), np.where(np.isfinite(upper), upper, 0), most).astype(np.int64)
    truly = np.asarray(sums @ truth, np.int64)
    low, high = truly.copy(), truly.copy()
    _walks(
        _lines(members),
        _lines(columns),
        _lines(sums),
        (least, greatest, np.asarray(members @ truth, np.int64)),
        truth.astype(np.int64),
        (low, high),
        k,
    )
    return low, high


def _lines(matrix: sparse.csr_array | sparse.csc_array) -> tuple[Ints, Ints]:
    """Where each line of a matrix begins, and its indices (int64: scipy takes the shortest that will do)."""
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)


@kernel
def _walks(rows, columns, sums, known, truth, found, k):  # type: ignore[no-untyped-def]
    """Walk for every sum, down to 1 and up to k − 1; `found` is written in place."""
    (row_at, row_atoms), (atom_at, atom_rows), (sum_at, sum_atoms) = rows, columns, sums
    least, greatest, counts = known
    low, high = found
    x, count = truth.copy(), counts.copy()
    in_sum = np.zeros(len(truth), np.bool_)
    rests_until = np.zeros(len(truth), np.int64)
    amiss = np.empty(MOST_AMISS, np.int64)
    moved = np.empty(MOST_STEPS, np.int64)
    chance = np.uint64(88172645463325252)
    for s in range(len(sum_at) - 1):
        first, end = sum_at[s], sum_at[s + 1]
        for at in range(first, end):
            in_sum[sum_atoms[at]] = True
        for up in range(2):
            goal = k - 1 if up == 1 else 1
            for number in range(N_WALKS):
                is_strict = number % 2 == 0  # every other walk lets no atom of the sum go back
                if (high[s] if up == 1 else low[s]) == goal:
                    break
                value, n_amiss, n_moved, clock = 0, 0, 0, 0
                for at in range(first, end):
                    value += x[sum_atoms[at]]
                while n_moved < MOST_STEPS:
                    if n_amiss == 0:
                        low[s], high[s] = min(low[s], max(value, 1)), max(high[s], min(value, k - 1))
                        if value == goal:
                            break
                        clock += 2 * REST  # whoever rested is rested
                    # Mend the shortest figure that does not hold, as few atoms can; where all hold, the sum goes on.
                    worst, shortest = -1, np.int64(1) << np.int64(60)
                    for i in range(n_amiss):
                        length = row_at[amiss[i] + 1] - row_at[amiss[i]]
                        if length < shortest:
                            worst, shortest = amiss[i], length
                    if worst < 0:
                        begin, stop, rising = first, end, value < goal
                        atoms = sum_atoms
                    else:
                        begin, stop, rising = row_at[worst], row_at[worst + 1], count[worst] < least[worst]
                        atoms = row_atoms
                    step = 1 if rising else -1
                    chance ^= chance << np.uint64(13)
                    chance ^= chance >> np.uint64(7)
                    chance ^= chance << np.uint64(17)
                    n = stop - begin
                    offset = np.int64(chance % np.uint64(n))
                    best, best_cost = -1, np.int64(1) << np.int64(60)
                    for i in range(min(n, MOST_LOOKED_AT)):
                        atom = atoms[begin + (offset + i) % n]
                        if x[atom] + step < 0 or rests_until[atom] > clock:
                            continue
                        if is_strict and in_sum[atom] and (step > 0) != (up == 1):
                            continue
                        cost = np.int64(0)
                        if in_sum[atom]:
                            cost += abs(value + step - goal) - abs(value - goal)
                        for at in range(atom_at[atom], atom_at[atom + 1]):
                            row = atom_rows[at]
                            c = count[row]
                            cost += max(least[row] - c - step, 0) + max(c + step - greatest[row], 0)
                            cost -= max(least[row] - c, 0) + max(c - greatest[row], 0)
                        if cost < best_cost:
                            best, best_cost = atom, cost
                    if best < 0:
                        break
                    x[best] += step
                    if in_sum[best]:
                        value += step
                    for at in range(atom_at[best], atom_at[best + 1]):
                        row = atom_rows[at]
                        held = least[row] <= count[row] <= greatest[row]
                        count[row] += step
                        holds = least[row] <= count[row] <= greatest[row]
                        if held and not holds and n_amiss < MOST_AMISS:
                            amiss[n_amiss] = row
                            n_amiss += 1
                        elif held and not holds:
                            n_amiss = MOST_AMISS + 1
                            break
                        elif holds and not held:
                            for i in range(n_amiss):
                                if amiss[i] == row:
                                    n_amiss -= 1
                                    amiss[i] = amiss[n_amiss]
                                    break
                    moved[n_moved] = best if rising else -1 - best
                    n_moved += 1
                    clock += 1
                    rests_until[best] = clock + REST + np.int64((chance >> np.uint64(20)) % np.uint64(REST))
                    if n_amiss > MOST_AMISS:
                        break
                for i in range(n_moved):  # back to the truth
                    atom = moved[i] if moved[i] >= 0 else -1 - moved[i]
                    rests_until[atom] = 0
                    x[atom] = truth[atom]
                    for at in range(atom_at[atom], atom_at[atom + 1]):
                        count[atom_rows[at]] = counts[atom_rows[at]]
        for at in range(first, end):
            in_sum[sum_atoms[at]] = False
