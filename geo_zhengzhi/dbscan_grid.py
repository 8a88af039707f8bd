"""
Lay points out in square cells whose diagonal is just under eps.

Any two points of a cell are within eps of each other, and every point within eps of a cell's points lies at most two
cells away, in floating point too (`SIDE_PER_EPS`).
"""

import math

import numpy as np

from geo_zhengzhi.dbscan_cells import (
    Axis,
    Cells,
    count_buckets,
    count_occupied,
    fill_buckets,
    find_bounds,
    find_boxes,
    list_occupied,
    number_cells,
    sort_buckets,
)
from geo_zhengzhi.kernels import Floats, Ints, even_blocks, run_in_threads

# Cell side as a share of eps. A coordinate's cell is computed with a relative error of 3·2⁻⁵³, which at MAX_CELLS cells
# from the axis' start is 0.7 millionths of a cell. With the side 4 millionths below eps/√2, points put into one cell
# are within eps, and points within eps are at most floor(1.41422 + 10⁻⁶) + 1 = 2 cells apart.
SIDE_PER_EPS = math.sqrt(0.5) * (1 - 4e-6)
MAX_CELLS = 2**31 - 1
# A table of all cells, empty ones too, is only made up to this many per point.
TABLE_CELLS_PER_POINT = 4
SPARE_TABLE_CELLS = 1024
# As many buckets as the processor's caches and address tables follow at once, and points that make one worth while.
MAX_BUCKETS = 512
POINTS_PER_BUCKET = 2**14


def sort_into_cells(points: Floats, weights: Ints | None, eps: float, n_threads: int) -> Cells | None:
    """
    Lay out points by cell.

    Parameters
    ----------
    points : float64, (n, 2), C-contiguous, finite; n >= 1
    weights : int64, (n,), >= 0, or None when every point counts once
    eps : float
        The cells' diagonal, in the points' unit.
    n_threads : int

    Returns
    -------
    Cells, or None where the points need more than 2³¹ cells along an axis even with the gaps between them cut out
    (then there are over 800 million of them).
    """
    cells_per_unit = 1 / (SIDE_PER_EPS * eps)
    x, n_columns, y, n_rows = _lay_axes(points, eps, cells_per_unit, n_threads)
    if max(n_columns, n_rows) > MAX_CELLS:
        return None
    is_table = n_columns * n_rows <= _table_limit(len(points))
    cell_of = np.empty(len(points), np.int32 if is_table else np.int64)
    blocks = blocks_of_points(len(points), n_threads)
    rows = [(points, x, y, n_columns, cells_per_unit, first, end, cell_of) for first, end in blocks]
    run_in_threads(number_cells, rows, n_threads)
    if is_table:
        sorted_points, order, cell_start = _sort_by_cell(points, cell_of, n_columns * n_rows, n_threads)
        listed, table = _list_cells(cell_start, n_columns, n_rows), cell_start
    else:
        occupied = np.unique(cell_of)
        cell_of = np.searchsorted(occupied, cell_of).astype(np.int32)
        sorted_points, order, cell_start = _sort_by_cell(points, cell_of, len(occupied), n_threads)
        listed, table = _unfold_cells(occupied, cell_start, n_columns, n_rows), np.empty(0, np.int32)
    start, column, row_start, number = listed
    sorted_weights, mass = _weigh(order, weights, start)
    boxes = np.empty((len(column), 4))
    boxing = [(sorted_points, start, first, end, boxes) for first, end in blocks_of_runs(start, n_threads)]
    run_in_threads(find_boxes, boxing, n_threads)
    return Cells(
        sorted_points, order, sorted_weights, start, mass, column, row_start, boxes, number, cell_of, table, n_columns,
        len(cell_start) - 1,
    )  # fmt: skip


def _table_limit(n_points: int) -> int:
    return min(TABLE_CELLS_PER_POINT * n_points + SPARE_TABLE_CELLS, MAX_CELLS)


def _lay_axes(points: Floats, eps: float, cells_per_unit: float, n_threads: int) -> tuple[Axis, int, Axis, int]:
    """Both axes in one stretch if a table can hold the cells; otherwise with the gaps wider than eps cut out."""
    rows = [(points, first, end) for first, end in blocks_of_points(len(points), n_threads)]
    low_x, low_y, high_x, high_y = zip(*run_in_threads(find_bounds, rows, n_threads), strict=True)
    columns = (max(high_x) - min(low_x)) * cells_per_unit
    lines = (max(high_y) - min(low_y)) * cells_per_unit
    if (columns + 1) * (lines + 1) <= _table_limit(len(points)):
        return _whole_axis(min(low_x)), int(columns) + 1, _whole_axis(min(low_y)), int(lines) + 1
    x, n_columns = _cut_axis(points[:, 0], eps, cells_per_unit)
    y, n_rows = _cut_axis(points[:, 1], eps, cells_per_unit)
    return x, n_columns, y, n_rows


def _whole_axis(low: float) -> Axis:
    return Axis(np.array([low]), np.zeros(1, np.int64))


def _cut_axis(coordinates: Floats, eps: float, cells_per_unit: float) -> tuple[Axis, int]:
    """
    Lay cells along an axis only where points are.

    One bad geocode a million kilometres away then costs one cell, not a billion empty ones. Points on two sides of a
    gap are out of each other's reach, so that their cells being neighbours does no harm.
    """
    ascending = np.sort(coordinates)
    with np.errstate(over="ignore"):
        gaps = np.flatnonzero(np.diff(ascending) > eps * (1 + 1e-9))
    starts = ascending[np.concatenate(([0], gaps + 1))]
    ends = ascending[np.concatenate((gaps, [len(ascending) - 1]))]
    n_cells = ((ends - starts) * cells_per_unit).astype(np.int64) + 1
    offsets = np.cumsum(n_cells) - n_cells
    return Axis(starts, offsets), int(n_cells.sum())


def _sort_by_cell(points: Floats, cell_of: Ints, n_cells: int, n_threads: int) -> tuple[Floats, Ints, Ints]:
    """Points and their input positions by cell, and where each of the cells (empty ones too) starts."""
    n_points = len(points)
    n_buckets = min(MAX_BUCKETS, n_points // POINTS_PER_BUCKET + 1)
    shift = max(0, (-(-n_cells // n_buckets) - 1).bit_length())
    bucket_start, places = _share_places(cell_of, ((n_cells - 1) >> shift) + 1, shift, n_threads)
    sorted_points, order = np.empty((n_points, 2)), np.empty(n_points, np.int32)
    sorted_cell, cell_start = np.empty(n_points, np.int32), np.empty(n_cells + 1, np.int32)
    cell_start[-1] = n_points
    blocks = blocks_of_points(n_points, n_threads)
    fill = [
        (points, cell_of, shift, first, end, places[block], sorted_points, order, sorted_cell)
        for block, (first, end) in enumerate(blocks)
    ]
    run_in_threads(fill_buckets, fill, n_threads)
    sort = [
        (bucket_start, shift, first, end, sorted_points, order, sorted_cell, cell_start)
        for first, end in blocks_of_runs(bucket_start, n_threads)
    ]
    run_in_threads(sort_buckets, sort, n_threads)
    return sorted_points, order, cell_start


def _share_places(cell_of: Ints, n_buckets: int, shift: int, n_threads: int) -> tuple[Ints, Ints]:
    """Where each bucket starts, and where in it each block of the input may write: (n_blocks, n_buckets)."""
    blocks = blocks_of_points(len(cell_of), n_threads)
    counts = np.zeros((len(blocks), n_buckets), np.int64)
    rows = [(cell_of, shift, first, end, counts[block]) for block, (first, end) in enumerate(blocks)]
    run_in_threads(count_buckets, rows, n_threads)
    ends = np.cumsum(counts.T.ravel()).reshape(n_buckets, len(blocks)).T
    bucket_start = np.concatenate(([0], ends[-1]))
    return bucket_start, np.ascontiguousarray(ends - counts)


def _blocks_for(n_threads: int) -> int:
    """Four blocks a thread: one that turns out slow is made up for by the others."""
    return 1 if n_threads == 1 else 4 * n_threads


def blocks_of_points(n: int, n_threads: int) -> list[tuple[int, int]]:
    """Cut n points into ranges, some for each thread."""
    return even_blocks(n, _blocks_for(n_threads))


def blocks_of_runs(run_start: Ints, n_threads: int) -> list[tuple[int, int]]:
    """Cut runs of points (buckets, cells, rows of cells) into ranges that hold about as many points each."""
    if n_threads == 1:
        return [(0, len(run_start) - 1)]
    wanted = np.linspace(0, run_start[-1], _blocks_for(n_threads) + 1)[1:-1]
    edges = np.unique(np.concatenate(([0], np.searchsorted(run_start, wanted), [len(run_start) - 1])))
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _list_cells(cell_start: Ints, n_columns: int, n_rows: int) -> tuple[Ints, Ints, Ints, Ints]:
    """`start`, `column`, `row_start` and `number` of a table's occupied cells; `cell_start` becomes `Cells.table`."""
    n_occupied = count_occupied(cell_start)
    start, column = np.empty(n_occupied + 1, np.int64), np.empty(n_occupied, np.int32)
    row_start, number = np.empty(n_rows + 1, np.int32), np.empty(n_occupied, np.int32)
    list_occupied(cell_start, n_columns, start, column, row_start, number)
    return start, column, row_start, number


def _unfold_cells(occupied: Ints, cell_start: Ints, n_columns: int, n_rows: int) -> tuple[Ints, Ints, Ints, Ints]:
    """`start`, `column`, `row_start` and `number` of cells that are all occupied, from row·n_columns + column."""
    row, column = np.divmod(occupied, n_columns)
    row_start = np.searchsorted(row, np.arange(n_rows + 1)).astype(np.int32)
    number = np.arange(len(occupied), dtype=np.int32)
    return cell_start.astype(np.int64), column.astype(np.int32), row_start, number


def _weigh(order: Ints, weights: Ints | None, start: Ints) -> tuple[Ints, Ints]:
    """Weights in the order of the cells, and the weight before each cell."""
    if weights is None:
        return np.empty(0, np.int64), start
    sorted_weights = weights[order]
    return sorted_weights, np.concatenate(([0], np.cumsum(sorted_weights)))[start]
