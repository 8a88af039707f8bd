"""
Kernels that need a point's surroundings: which points are core, and which cluster a border point takes.

Distances are those of scikit-learn's k-d tree, dx·dx + dy·dy <= eps·eps in float64. Rounding is monotonic, so the same
sum over the gaps between two boxes is never above, and over their farthest corners never below, that of any two
points in them: what a box decides, its points would have decided too.
"""

import numpy as np

from geo_zhengzhi.dbscan_cells import Cells
from geo_zhengzhi.kernels import Flags, Floats, Ints, kernel

NO_CORE, SOME_CORE, ALL_CORE = 0, 1, 2
REACH = 2  # cells; see `dbscan_grid.SIDE_PER_EPS`
AROUND = (2 * REACH + 1) ** 2
# The surroundings by their distance from the middle, as index into 5 rows of 5 columns; the middle itself is left out.
NEAREST_FIRST = np.array(
    [7, 11, 13, 17, 6, 8, 16, 18, 2, 10, 14, 22, 1, 3, 5, 9, 15, 19, 21, 23, 0, 4, 20, 24], np.int8
)
# A cell's box is asked before its points from this many points on.
BOX_PAYS_FROM = 4


@kernel
def _nearest_square(boxes: Floats, a: int, b: int) -> float:
    """Squared distance between two boxes, 0 where they overlap."""
    dx = max(0.0, boxes[b, 0] - boxes[a, 2], boxes[a, 0] - boxes[b, 2])
    dy = max(0.0, boxes[b, 1] - boxes[a, 3], boxes[a, 1] - boxes[b, 3])
    return dx * dx + dy * dy  # type: ignore[no-any-return]


@kernel
def _farthest_square(boxes: Floats, a: int, b: int) -> float:
    """Squared distance between the farthest corners of two boxes."""
    dx = max(boxes[b, 2] - boxes[a, 0], boxes[a, 2] - boxes[b, 0])
    dy = max(boxes[b, 3] - boxes[a, 1], boxes[a, 3] - boxes[b, 1])
    return dx * dx + dy * dy  # type: ignore[no-any-return]


@kernel
def _open_windows(cells: Cells, row: int, window: Ints) -> None:
    """Set `window[i]` to the first cell of each of the five rows around `row`."""
    n_rows = len(cells.row_start) - 1
    for i in range(2 * REACH + 1):
        window[i] = cells.row_start[min(max(row + i - REACH, 0), n_rows)]


@kernel
def _look_around(cells: Cells, row: int, cell: int, window: Ints, around: Ints) -> int:
    """
    Write the cells at most two columns and rows away into `around` (-1: empty), and return what they weigh together.

    Cells are asked from left to right, so that `window`, the left ends of the five rows' runs, only moves right.
    """
    n_rows = len(cells.row_start) - 1
    column = cells.column[cell]
    mass = 0
    for i in range(2 * REACH + 1):
        for j in range(2 * REACH + 1):
            around[i * (2 * REACH + 1) + j] = -1
        neighbour_row = row + i - REACH
        if neighbour_row < 0 or neighbour_row >= n_rows:
            continue
        end = cells.row_start[neighbour_row + 1]
        left = window[i]
        while left < end and cells.column[left] < column - REACH:
            left += 1
        window[i] = left
        right = left
        while right < end and cells.column[right] <= column + REACH:
            around[i * (2 * REACH + 1) + cells.column[right] - column + REACH] = right
            right += 1
        mass += cells.mass[right] - cells.mass[left]
    return mass


@kernel
def _keep_undecided(cells: Cells, cell: int, square: float, around: Ints, undecided: Ints) -> tuple[int, int, int]:
    """
    Sort the surroundings of a cell into those wholly within reach, those out of reach, and the rest.

    Writes the rest, nearest first, into `undecided`; returns their number, their weight, and the weight within reach of
    each of the cell's points (its own included).
    """
    n_undecided = 0
    possible = 0
    certain = cells.mass[cell + 1] - cells.mass[cell]
    for place in NEAREST_FIRST:
        neighbour = around[place]
        if neighbour < 0:
            continue
        mass = cells.mass[neighbour + 1] - cells.mass[neighbour]
        if _nearest_square(cells.boxes, cell, neighbour) > square:
            continue
        if _farthest_square(cells.boxes, cell, neighbour) <= square:
            certain += mass
            continue
        undecided[n_undecided] = neighbour
        n_undecided += 1
        possible += mass
    return n_undecided, possible, certain


@kernel
def _weigh_within(cells: Cells, i: int, neighbour: int, square: float, enough: int) -> tuple[int, int]:
    """Weight of the points of a cell within reach of point `i`, counted up to `enough`; and the distances taken."""
    points = cells.points
    x, y = points[i, 0], points[i, 1]
    start, end = cells.start[neighbour], cells.start[neighbour + 1]
    if end - start >= BOX_PAYS_FROM:
        box = cells.boxes[neighbour]
        dx = max(0.0, box[0] - x, x - box[2])
        dy = max(0.0, box[1] - y, y - box[3])
        if dx * dx + dy * dy > square:
            return 0, 0
        dx = max(box[2] - x, x - box[0])
        dy = max(box[3] - y, y - box[1])
        if dx * dx + dy * dy <= square:
            return cells.mass[neighbour + 1] - cells.mass[neighbour], 0
    weighted = len(cells.weights) > 0
    within = 0
    for j in range(start, end):
        dx = points[j, 0] - x
        dy = points[j, 1] - y
        if dx * dx + dy * dy <= square:
            within += cells.weights[j] if weighted else 1
            if within >= enough:
                return within, j + 1 - start
    return within, end - start


@kernel
def find_cores(
    cells: Cells, square: float, min_samples: int, first_row: int, end_row: int, is_core: Flags, kind: Flags
) -> int:
    """
    Flag the core points of the cells in rows `first_row:end_row`.

    Parameters
    ----------
    cells : Cells
    square : float
        eps².
    min_samples : int
        Weight within eps, a point's own included, that makes it core.
    is_core : uint8, (n,), zeros; written, in the order of `cells.points`
    kind : uint8, (m,), zeros; written: NO_CORE, SOME_CORE or ALL_CORE

    Returns
    -------
    int
        Number of distances taken.
    """
    n_distances = 0
    window, around = np.empty(2 * REACH + 1, np.int64), np.empty(AROUND, np.int64)
    undecided = np.empty(AROUND, np.int64)
    for row in range(first_row, end_row):
        _open_windows(cells, row, window)
        for cell in range(cells.row_start[row], cells.row_start[row + 1]):
            start, end = cells.start[cell], cells.start[cell + 1]
            own = cells.mass[cell + 1] - cells.mass[cell]
            if own < min_samples:
                if own + _look_around(cells, row, cell, window, around) < min_samples:
                    continue
                n_undecided, possible, certain = _keep_undecided(cells, cell, square, around, undecided)
                if certain + possible < min_samples:
                    continue
                if certain < min_samples:
                    n_distances += _find_cores_of(
                        cells, cell, square, min_samples - certain, undecided[:n_undecided], possible, is_core, kind
                    )
                    continue
            is_core[start:end] = 1
            kind[cell] = ALL_CORE
    return n_distances


@kernel
def _find_cores_of(
    cells: Cells, cell: int, square: float, wanted: int, undecided: Ints, possible: int, is_core: Flags, kind: Flags
) -> int:
    """Flag the points of one cell that find `wanted` weight more in the undecided cells; the distances taken."""
    n_distances = 0
    n_core = 0
    for i in range(cells.start[cell], cells.start[cell + 1]):
        found = 0
        left = possible
        for neighbour in undecided:
            within, n = _weigh_within(cells, i, neighbour, square, wanted - found)
            n_distances += n
            found += within
            left -= cells.mass[neighbour + 1] - cells.mass[neighbour]
            if found >= wanted or found + left < wanted:
                break
        if found >= wanted:
            is_core[i] = 1
            n_core += 1
    if n_core == cells.start[cell + 1] - cells.start[cell]:
        kind[cell] = ALL_CORE
    elif n_core > 0:
        kind[cell] = SOME_CORE
    return n_distances


@kernel
def label_others(
    cells: Cells,
    square: float,
    first_row: int,
    end_row: int,
    is_core: Flags,
    kind: Flags,
    cluster: Ints,
    labels: Ints,
    input_core: Flags,
) -> int:
    """
    Label the points of the cells that are not all core, in rows `first_row:end_row`.

    A core point takes its cell's cluster; any other the lowest cluster with a core point within eps, or stays noise.

    Parameters
    ----------
    cells : Cells
    square : float
        eps².
    is_core, kind : as `find_cores` wrote them
    cluster : int32, (m,)
        Cluster of each cell's core points; -1 where there are none.
    labels : int64, (n,), -1 for these points; written, in input order
    input_core : uint8, (n,), 0 for these points; written, in input order

    Returns
    -------
    int
        Number of distances taken.
    """
    n_distances = 0
    window, around = np.empty(2 * REACH + 1, np.int64), np.empty(AROUND, np.int64)
    for row in range(first_row, end_row):
        _open_windows(cells, row, window)
        for cell in range(cells.row_start[row], cells.row_start[row + 1]):
            if kind[cell] == ALL_CORE:
                continue
            _look_around(cells, row, cell, window, around)
            n_near = _keep_lower(cells, cell, square, cluster, around)
            if n_near == 0 and kind[cell] == NO_CORE:
                continue
            for i in range(cells.start[cell], cells.start[cell + 1]):
                lowest = cluster[cell]
                if is_core[i]:
                    input_core[cells.order[i]] = 1
                else:
                    for neighbour in around[:n_near]:
                        if lowest < 0 or cluster[neighbour] < lowest:
                            touches, n = _touches_core(cells, i, neighbour, square, is_core)
                            n_distances += n
                            if touches:
                                lowest = cluster[neighbour]
                labels[cells.order[i]] = lowest
    return n_distances


@kernel
def _keep_lower(cells: Cells, cell: int, square: float, cluster: Ints, around: Ints) -> int:
    """Move the cells with core points of a lower cluster than the cell's own, in reach, to the front; their number."""
    n_near = 0
    for place in range(AROUND):
        neighbour = around[place]
        if neighbour < 0 or cluster[neighbour] < 0:
            continue
        if cluster[cell] >= 0 and cluster[neighbour] >= cluster[cell]:
            continue
        if _nearest_square(cells.boxes, cell, neighbour) <= square:
            around[n_near] = neighbour
            n_near += 1
    return n_near


@kernel
def _touches_core(cells: Cells, i: int, neighbour: int, square: float, is_core: Flags) -> tuple[bool, int]:
    """Whether a core point of a cell is within reach of point `i`; and the distances taken."""
    points = cells.points
    x, y = points[i, 0], points[i, 1]
    start, end = cells.start[neighbour], cells.start[neighbour + 1]
    if end - start >= BOX_PAYS_FROM:
        box = cells.boxes[neighbour]
        dx = max(0.0, box[0] - x, x - box[2])
        dy = max(0.0, box[1] - y, y - box[3])
        if dx * dx + dy * dy > square:
            return False, 0
        dx = max(box[2] - x, x - box[0])
        dy = max(box[3] - y, y - box[1])
        if dx * dx + dy * dy <= square:
            return True, 0
    for j in range(start, end):
        if is_core[j]:
            dx = points[j, 0] - x
            dy = points[j, 1] - y
            if dx * dx + dy * dy <= square:
                return True, j + 1 - start
    return False, end - start
