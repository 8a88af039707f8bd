"""
How far sums of whole numbers can go: linear programmes of many parts at once, whole-number ones where need be.

A table's figures are nearly always such that the end of a linear programme is a table of whole numbers itself; where
its rounded end makes all figures and comes as far, no whole numbers come farther. Else whole numbers are looked for.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from scipy import optimize, sparse

from geo_zhengzhi.errors import FiguresContradict
from geo_zhengzhi.stats.systems import Floats, Ints, Parts

AT_WORK = 1e-9  # a multiplier below it is rounding
ROUNDING = 1e-6  # of an objective
MOST_COLUMNS = 3000  # of a programme of many parts: a larger one takes longer than two
N_REMEMBERED = 4096  # tables alike have many parts alike


def ends(parts: Parts, sign: int, k: int) -> Ints:
    """
    What the sum of each part does not go below, or for a negative sign above (int64[n]), within 1 to k − 1.

    Raises
    ------
    FiguresContradict
        If no numbers make a part's figures.
    """
    found = [_end(some, x, sign, k) for some, x in _solved(parts, sign, k)]
    return np.array(found, np.int64)


def witnesses(parts: Parts, reached: Ints, sign: int, k: int) -> Iterator[tuple[int, Ints]]:
    """
    Numbers of parts whose sums go farther than they have reached, and whole numbers that make it go as far as it can.

    Raises
    ------
    FiguresContradict
        If no whole numbers make a part's figures.
    """
    for number, (one, x) in enumerate(_solved(parts, sign, k)):
        end = _end(one, x, sign, k)
        if sign * end >= sign * reached[number]:
            continue
        whole = np.round(x).astype(np.int64)
        if _clipped(one, whole, k) != end or not _makes(one, whole, k):
            whole = _solve(one, sign, k, whole=True)[0].astype(np.int64)
        yield number, whole


def holding(part: Parts, sign: int) -> Ints:
    """The rows (of all figures) that keep one part's sum from going farther, by the programme's multipliers."""
    whole = part.members.indptr.astype(np.int64), part.members.indices.astype(np.int64)
    texts = [array.tobytes() for array in (*whole, part.lower, part.upper, sign * part.alone)]
    return part.figure_rows[_at_work(*texts)]


@lru_cache(N_REMEMBERED)
def _at_work(indptr: bytes, indices: bytes, lower: bytes, upper: bytes, objective: bytes) -> Ints:
    """The positions of the rows whose multipliers are at work; none where there is no solution."""
    columns, costs = np.frombuffer(indices, np.int64), np.frombuffer(objective)
    bounds = np.frombuffer(lower), np.frombuffer(upper)
    shape = (len(bounds[0]), len(costs))
    members = sparse.csr_array((np.ones(len(columns), np.int64), columns, np.frombuffer(indptr, np.int64)), shape=shape)
    below, above = (np.flatnonzero(np.isfinite(bound)) for bound in bounds)
    found = optimize.linprog(
        costs,
        A_ub=sparse.vstack([members[above], -members[below]], format="csr"),
        b_ub=np.concatenate([bounds[1][above], -bounds[0][below]]),
    )
    if found.x is None:
        return above[:0]
    return np.unique(np.concatenate([above, below])[np.abs(found.ineqlin.marginals) > AT_WORK])


def _solved(parts: Parts, sign: int, k: int) -> Iterator[tuple[Parts, Floats]]:
    """Each part with the fractions at which its sum ends, a few thousand columns at a time."""
    first = 0
    while first < len(parts):
        most = parts.column_ends[first] + MOST_COLUMNS
        after = max(first + 1, int(np.searchsorted(parts.column_ends, most, side="right")) - 1)
        some = parts.some(first, after)
        singles = [some.some(number, number + 1) for number in range(len(some))]
        yield from zip(singles, _solve(some, sign, k), strict=True)
        first = after


def _solve(parts: Parts, sign: int, k: int, *, whole: bool = False) -> list[Floats]:
    """
    The numbers of each part at which its sum ends, no sum greater than k − 1.

    Raises
    ------
    FiguresContradict
        If there are none.
    """
    n_rows, n_columns = parts.members.shape
    column = np.flatnonzero(parts.alone)
    row = np.searchsorted(parts.column_ends, column, side="right") - 1
    few = sparse.csr_array((np.ones(len(row), np.int64), (row, column)), shape=(len(parts), n_columns))
    known = [
        optimize.LinearConstraint(parts.members, parts.lower, parts.upper),
        optimize.LinearConstraint(few, 0.0, k - 1.0),
    ]
    found = optimize.milp(
        sign * parts.alone,
        constraints=known,
        integrality=np.full(n_columns, int(whole)),
        bounds=optimize.Bounds(0, np.inf),
    )
    if found.x is None:
        raise FiguresContradict(n_figures=n_rows)
    x = np.asarray(np.round(found.x) if whole else found.x, float)
    return np.split(x, parts.column_ends[1:-1])


def _end(part: Parts, x: Floats, sign: int, k: int) -> int:
    """The whole number at which a part's sum ends, by fractions."""
    end = float(part.alone @ x)
    return int(np.clip(np.ceil(end - ROUNDING) if sign > 0 else np.floor(end + ROUNDING), 1, k - 1))


def _clipped(part: Parts, whole: Ints, k: int) -> int:
    """What a part's sum is, within 1 to k − 1."""
    return int(np.clip(part.alone @ whole, 1, k - 1))


def _makes(part: Parts, whole: Ints, k: int) -> bool:
    """Whether whole numbers make a part's figures, and its sum no greater than k − 1."""
    counts = part.members @ whole
    held = (counts >= part.lower) & (counts <= part.upper)
    return bool(held.all() and (whole >= 0).all() and part.alone @ whole <= k - 1)
