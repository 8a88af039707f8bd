"""Kernels that number the clusters and carry labels from cells back to the input's order."""

import numpy as np

from geo_zhengzhi.dbscan_cells import Cells
from geo_zhengzhi.kernels import Flags, Floats, Ints, kernel


@kernel
def find_lowest_cores(cells: Cells, is_core: Flags, kind: Flags, parent: Ints) -> Ints:
    """
    Find the lowest input position of a core point in each cluster, at its root cell; n at every other cell.

    `parent` comes back flat: every cell points at its root.
    """
    n_points = len(cells.order)
    lowest = np.full(len(parent), n_points, np.int64)
    for cell in range(len(parent)):
        root = parent[parent[cell]]  # a parent is never above its child, so its own is flat already
        parent[cell] = root
        if kind[cell] == 0:
            continue
        i = cells.start[cell]
        while not is_core[i]:
            i += 1
        lowest[root] = min(lowest[root], cells.order[i])
    return lowest


@kernel
def label_by_cell(cell_of: Ints, label_of: Ints, first: int, end: int, labels: Ints, input_core: Flags) -> None:
    """Give each of the points `first:end` its cell's label; those that get one other than -1 are core."""
    for i in range(first, end):
        label = label_of[cell_of[i]]
        labels[i] = label
        input_core[i] = label >= 0


@kernel
def count_flags(flags: Flags, first: int, end: int) -> int:
    """Count the flags set in `first:end`."""
    n = 0
    for i in range(first, end):
        n += flags[i]
    return n


@kernel
def gather_cores(
    points: Floats, input_core: Flags, first: int, end: int, place: int, indices: Ints, components: Floats
) -> None:
    """Write positions and coordinates of the core points in `first:end` from `place` on."""
    for i in range(first, end):
        if input_core[i]:
            indices[place] = i
            components[place, 0] = points[i, 0]
            components[place, 1] = points[i, 1]
            place += 1
