"""
Compiled counting sorts that keep pairs of point and part in order.

Points are looked up cell by cell, so that what lies in a cell stays in the processor's cache, and the pairs found are
then put by part and point.
"""

import numpy as np

from geo_zhengzhi.kernels import Ints, kernel, run_in_threads


@kernel
def order_by_cell(cells: Ints, n_cells: int) -> Ints:
    """Points (int32) by cell, within a cell by number; those in no cell (-1) are left out."""
    next_place = np.zeros(n_cells + 1, np.int64)
    for cell in cells:
        next_place[cell + 1] += cell >= 0
    next_place = np.cumsum(next_place)
    order = np.empty(next_place[n_cells], np.int32)
    for i in range(len(cells)):
        if cells[i] >= 0:
            order[next_place[cells[i]]] = i
            next_place[cells[i]] += 1
    return order


def sort_pairs(blocks: list[tuple[Ints, Ints, Ints]], n_parts: int, n_threads: int) -> tuple[Ints, Ints, Ints]:
    """
    Put the pairs of blocks of points in order.

    Parameters
    ----------
    blocks : list of (part, first, n_hits)
        For point i of a block, its parts are part[first[i]:first[i] + n_hits[i]], rising.
    n_parts : int
        Parts are 0 … n_parts - 1.

    Returns
    -------
    point, part, found : int64[k], int32[k], int64[k]
        Sorted by (part, point); points number on from block to block, `found` is the place in the joined `part` arrays.
    """
    counts = np.array([np.bincount(part, minlength=n_parts) for part, _, _ in blocks])
    totals = counts.sum(axis=0)
    next_place = np.cumsum(counts, axis=0) - counts + (np.cumsum(totals) - totals)
    point, found = np.empty((2, totals.sum()), np.int64)
    tasks, n_points, n_found = [], 0, 0
    for block, places in zip(blocks, next_place, strict=True):
        tasks.append((*block, n_points, n_found, places, point, found))
        n_points, n_found = n_points + len(block[1]), n_found + len(block[0])
    run_in_threads(_place, tasks, n_threads)
    return point, np.repeat(np.arange(n_parts, dtype=np.int32), totals), found


@kernel
def _place(
    part: Ints, first: Ints, n_hits: Ints, n_points: int, n_found: int, next_place: Ints, point: Ints, found: Ints
) -> None:
    """Put each pair at its part's next free place."""
    for i in range(len(first)):
        for k in range(first[i], first[i] + n_hits[i]):
            place = next_place[part[k]]
            next_place[part[k]] = place + 1
            point[place], found[place] = n_points + i, n_found + k
