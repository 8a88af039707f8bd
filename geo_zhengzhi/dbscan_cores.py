"""
Kernels that need a point's surroundings: which points are core, and which cluster a border point takes.

Distances are those of scikit-learn's k-d tree, dx·dx + dy·dy <= eps·eps in float64. Rounding is monotonic, so the same
sum over the gaps between two boxes is never above, and over their farthest corners never below, that of any two
points in them: what a box decides, its points would have decided too.
"""

import numpy as np

from geo_zhengzhi.dbscan_cells import Cells
from geo_zhengzhi.kernels import Flags, Floats, Ints, kernel, kernel_part

NO_CORE, SOME_CORE, ALL_CORE = 0, 1, 2
REACH = 2  # cells; see `dbscan_grid.SIDE_PER_EPS`
N_ROWS = 2 * REACH + 1
AROUND = N_ROWS * N_ROWS
# The rows around a cell, the nearest first.
ROWS_NEAREST_FIRST = (2, 1, 3, 0, 4)
# Up to this many points in undecided cells are copied side by side and all compared: faster than stopping early.
FEW_POINTS = 48
# A cell's box is asked before its points from this many points on.
BOX_PAYS_FROM = 4


@kernel_part
def _nearest_square(boxes: Floats, a: int, b: int) -> float:
    """Squared distance between two boxes, 0 where they overlap."""
    dx = max(0.0, boxes[b, 0] - boxes[a, 2], boxes[a, 0] - boxes[b, 2])
    dy = max(0.0, boxes[b, 1] - boxes[a, 3], boxes[a, 1] - boxes[b, 3])
    return dx * dx + dy * dy  # type: ignore[no-any-return]


@kernel_part
def _farthest_square(boxes: Floats, a: int, b: int) -> float:
    """Squared distance between the farthest corners of two boxes."""
    dx = max(boxes[b, 2] - boxes[a, 0], boxes[a, 2] - boxes[b, 0])
    dy = max(boxes[b, 3] - boxes[a, 1], boxes[a, 3] - boxes[b, 1])
    return dx * dx + dy * dy  # type: ignore[no-any-return]


@kernel_part
def _open_windows(row_start: Ints, row: int, windows: Ints) -> None:
    """Set `windows` (5, 3), first and end of the cells in reach and end of the row, to the start of the rows around."""
    for i in range(N_ROWS):
        around = min(max(row + i - REACH, 0), len(row_start) - 1)
        windows[i, 0] = windows[i, 1] = row_start[around]
        windows[i, 2] = row_start[min(max(row + i - REACH + 1, 0), len(row_start) - 1)]


@kernel_part
def _slide_windows(column: Ints, cell: int, windows: Ints) -> None:
    """Move the windows on to the cells at most two columns from a cell; cells are visited from left to right."""
    first, last = column[cell] - REACH, column[cell] + REACH
    for i in range(N_ROWS):
        left, right, end = windows[i, 0], windows[i, 1], windows[i, 2]
        while left < end and column[left] < first:
            left += 1
        right = max(left, right)
        while right < end and column[right] <= last:
            right += 1
        windows[i, 0], windows[i, 1] = left, right


@kernel_part
def _look_up_windows(table: Ints, n_columns: int, row: int, column: int, windows: Ints) -> None:
    """Set the windows to the cells at most two rows and columns away, from the table."""
    first, end = max(column - REACH, 0), min(column + REACH + 1, n_columns)
    for i in range(N_ROWS):
        start = (row + i - REACH) * n_columns
        if 0 <= start < len(table) - 1:
            windows[i, 0], windows[i, 1] = table[start + first], table[start + end]


@kernel_part
def _total(windows: Ints, before: Ints) -> int:
    """Sum over the windows of what `before` accumulates from cell to cell."""
    total = 0
    for i in range(N_ROWS):
        total += before[windows[i, 1]] - before[windows[i, 0]]
    return total


@kernel_part
def _sort_out(
    mass: Ints, boxes: Floats, cell: int, square: float, min_samples: int, windows: Ints, undecided: Ints
) -> tuple[int, int, int]:
    """
    Sort the surroundings of a cell into those wholly within reach, those out of reach, and the rest.

    Writes the rest, nearest rows first, into `undecided`; returns their number, their weight, and the weight within
    reach of each of the cell's points (its own included). Stops early when that is `min_samples`.
    """
    n_undecided, possible, certain = 0, 0, 0
    for i in ROWS_NEAREST_FIRST:
        for neighbour in range(windows[i, 0], windows[i, 1]):
            # In or out is a coin toss that processors guess wrong: sums instead of branches.
            is_within = _farthest_square(boxes, cell, neighbour) <= square
            is_open = (_nearest_square(boxes, cell, neighbour) <= square) & (not is_within)
            certain += (mass[neighbour + 1] - mass[neighbour]) * is_within
            possible += (mass[neighbour + 1] - mass[neighbour]) * is_open
            undecided[n_undecided] = neighbour
            n_undecided += is_open
        if certain >= min_samples:
            break
    return n_undecided, possible, certain


@kernel_part
def _box_squares(boxes: Floats, cell: int, x: float, y: float) -> tuple[float, float]:
    """Squared distances from a place to the nearest and to the farthest place of a cell's box."""
    dx = max(0.0, boxes[cell, 0] - x, x - boxes[cell, 2])
    dy = max(0.0, boxes[cell, 1] - y, y - boxes[cell, 3])
    far_dx = max(boxes[cell, 2] - x, x - boxes[cell, 0])
    far_dy = max(boxes[cell, 3] - y, y - boxes[cell, 1])
    return dx * dx + dy * dy, far_dx * far_dx + far_dy * far_dy


@kernel_part
def _weigh_within(
    points: Floats, weights: Ints, first: int, end: int, i: int, square: float, enough: int
) -> tuple[int, int]:
    """Weight of the points `first:end` within reach of point `i`, counted up to `enough`; and the distances taken."""
    within = 0
    for j in range(first, end):
        dx = points[j, 0] - points[i, 0]
        dy = points[j, 1] - points[i, 1]
        if dx * dx + dy * dy <= square:
            within += weights[j] if len(weights) > 0 else 1
            if within >= enough:
                return within, j + 1 - first
    return within, end - first


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
    points, few = cells.points, np.empty((2, FEW_POINTS))
    start, mass, column, row_start = cells.start, cells.mass, cells.column, cells.row_start
    boxes, table = cells.boxes, cells.table
    n_distances = 0
    windows, undecided = np.empty((N_ROWS, 3), np.int64), np.empty(AROUND + 1, np.int64)
    for row in range(first_row, end_row):
        _open_windows(row_start, row, windows)
        for cell in range(row_start[row], row_start[row + 1]):
            if mass[cell + 1] - mass[cell] < min_samples:
                if len(table) > 0:
                    _look_up_windows(table, cells.n_columns, row, column[cell], windows)
                else:
                    _slide_windows(column, cell, windows)
                if _total(windows, mass) < min_samples:
                    continue
                n_undecided, possible, certain = _sort_out(mass, boxes, cell, square, min_samples, windows, undecided)
                if certain + possible < min_samples:
                    continue
                if certain < min_samples:
                    first, end, wanted = start[cell], start[cell + 1], min_samples - certain
                    if possible <= FEW_POINTS and len(cells.weights) == 0:
                        _copy_few(points, start, undecided[:n_undecided], few)
                        n_core = _find_among_few(points, first, end, square, wanted, few, possible, is_core)
                        n = possible * (end - first)
                    else:
                        n_core, n = _find_by_cell(
                            cells, cell, square, wanted, undecided[:n_undecided], possible, is_core
                        )
                    kind[cell] = NO_CORE if n_core == 0 else ALL_CORE if n_core == end - first else SOME_CORE
                    n_distances += n
                    continue
            is_core[start[cell] : start[cell + 1]] = 1
            kind[cell] = ALL_CORE
    return n_distances


@kernel_part
def _copy_few(points: Floats, start: Ints, undecided: Ints, few: Floats) -> None:
    """Copy the points of the undecided cells side by side, x and y into the two rows of `few`."""
    n = 0
    for neighbour in undecided:
        for j in range(start[neighbour], start[neighbour + 1]):
            few[0, n], few[1, n] = points[j, 0], points[j, 1]
            n += 1


@kernel_part
def _find_among_few(
    points: Floats, first: int, end: int, square: float, wanted: int, few: Floats, n_few: int, is_core: Flags
) -> int:
    """Flag those of the points `first:end` that find `wanted` points among the few; their number."""
    n_core = 0
    for i in range(first, end):
        found = 0
        for j in range(n_few):
            dx = few[0, j] - points[i, 0]
            dy = few[1, j] - points[i, 1]
            found += dx * dx + dy * dy <= square
        is_core[i] = found >= wanted
        n_core += found >= wanted
    return n_core


@kernel_part
def _find_by_cell(
    cells: Cells, cell: int, square: float, wanted: int, undecided: Ints, possible: int, is_core: Flags
) -> tuple[int, int]:
    """Flag the points of a cell that find `wanted` weight in the undecided cells; their number, the distances taken."""
    points, weights, start, mass, boxes = cells.points, cells.weights, cells.start, cells.mass, cells.boxes
    n_distances, n_core = 0, 0
    for i in range(start[cell], start[cell + 1]):
        found, left = 0, possible
        for neighbour in undecided:
            first, end = start[neighbour], start[neighbour + 1]
            left -= mass[neighbour + 1] - mass[neighbour]
            nearest, farthest = 0.0, np.inf
            if end - first >= BOX_PAYS_FROM:
                nearest, farthest = _box_squares(boxes, neighbour, points[i, 0], points[i, 1])
            if farthest <= square:
                found += mass[neighbour + 1] - mass[neighbour]
            elif nearest <= square:
                within, n = _weigh_within(points, weights, first, end, i, square, wanted - found)
                found += within
                n_distances += n
            if found >= wanted or found + left < wanted:
                break
        is_core[i] = found >= wanted
        n_core += found >= wanted
    return n_core, n_distances


@kernel
def label_others(
    cells: Cells,
    square: float,
    first_row: int,
    end_row: int,
    is_core: Flags,
    kind: Flags,
    cores_before: Ints,
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
    cores_before : int64, (m + 1,)
        Number of cells with core points before each cell.
    cluster : int32, (m,)
        Cluster of each cell's core points; -1 where there are none.
    labels : int64, (n,), -1 for these points; written, in input order
    input_core : uint8, (n,), 0 for these points; written, in input order

    Returns
    -------
    int
        Number of distances taken.
    """
    points, start, order = cells.points, cells.start, cells.order
    column, row_start, boxes, table = cells.column, cells.row_start, cells.boxes, cells.table
    n_distances = 0
    windows, lower = np.empty((N_ROWS, 3), np.int64), np.empty(AROUND, np.int64)
    for row in range(first_row, end_row):
        _open_windows(row_start, row, windows)
        for cell in range(row_start[row], row_start[row + 1]):
            if kind[cell] == ALL_CORE:
                continue
            if len(table) > 0:
                _look_up_windows(table, cells.n_columns, row, column[cell], windows)
            else:
                _slide_windows(column, cell, windows)
            if _total(windows, cores_before) == 0:
                continue
            n_lower = _keep_lower(boxes, cell, square, cluster, windows, lower)
            if n_lower == 0 and kind[cell] == NO_CORE:
                continue
            for i in range(start[cell], start[cell + 1]):
                lowest = cluster[cell]
                if is_core[i]:
                    input_core[order[i]] = 1
                else:
                    for neighbour in lower[:n_lower]:
                        if lowest < 0 or cluster[neighbour] < lowest:
                            touches, n = _touches_core(points, start, boxes, i, neighbour, square, is_core)
                            n_distances += n
                            if touches:
                                lowest = cluster[neighbour]
                labels[order[i]] = lowest
    return n_distances


@kernel_part
def _keep_lower(boxes: Floats, cell: int, square: float, cluster: Ints, windows: Ints, lower: Ints) -> int:
    """Write the cells around with core points of a lower cluster than the cell's own into `lower`; their number."""
    n_lower = 0
    for i in ROWS_NEAREST_FIRST:
        for neighbour in range(windows[i, 0], windows[i, 1]):
            if cluster[neighbour] < 0 or 0 <= cluster[cell] <= cluster[neighbour]:
                continue
            if _nearest_square(boxes, cell, neighbour) <= square:
                lower[n_lower] = neighbour
                n_lower += 1
    return n_lower


@kernel_part
def _touches_core(
    points: Floats, start: Ints, boxes: Floats, i: int, neighbour: int, square: float, is_core: Flags
) -> tuple[bool, int]:
    """Whether a core point of a cell is within reach of point `i`; and the distances taken."""
    first, end = start[neighbour], start[neighbour + 1]
    if end - first >= BOX_PAYS_FROM:
        nearest, farthest = _box_squares(boxes, neighbour, points[i, 0], points[i, 1])
        if nearest > square or farthest <= square:
            return farthest <= square, 0
    for j in range(first, end):
        if is_core[j]:
            dx = points[j, 0] - points[i, 0]
            dy = points[j, 1] - points[i, 1]
            if dx * dx + dy * dy <= square:
                return True, j + 1 - first
    return False, end - first
