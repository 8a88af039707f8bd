"""
Points laid out by grid cell, and the kernels that lay them out.

Two counting sorts: first into buckets of cells, then into the cells. Writing ten million points straight to their
places would miss the cache with every point; a few hundred buckets at a time do not, and a bucket then fits into the
cache (a radix partition). Points of one cell stay in input order.
"""

from typing import NamedTuple

import numpy as np

from geo_zhengzhi.kernels import Floats, Ints, kernel


class Cells(NamedTuple):
    """
    n points in the order of their cells: row by row, in a row by column; only the m occupied cells are listed.

    The cells of a row that lie next to each other are a run of cells, and such runs are all a search needs. They are
    looked up in a table of all cells, empty ones too, where one is small enough, and found by walking where it is not.
    """

    points: Floats  # (n, 2)
    order: Ints  # int32[n], where each stood in the input; ascending within a cell
    weights: Ints  # int64[n], or empty when every point counts once
    start: Ints  # int64[m + 1], first point of each cell
    mass: Ints  # int64[m + 1], weight before each cell; `start` when every point counts once
    column: Ints  # int32[m]
    row_start: Ints  # int32[n_rows + 1], first cell of each row
    boxes: Floats  # (m, 4), lowest x, lowest y, highest x, highest y of each cell's points
    number: Ints  # int32[m], each cell's number in `cell_of`
    cell_of: Ints  # int32[n], number of each input point's cell
    table: Ints  # int32[n_rows * n_columns + 1], occupied cells before each cell; empty where too large
    n_columns: int
    n_numbers: int


class Axis(NamedTuple):
    """Cells along x or y: stretches that start at `starts`, the first cell of each being `offsets`."""

    starts: Floats
    offsets: Ints


@kernel
def find_bounds(points: Floats, first: int, end: int) -> tuple[float, float, float, float]:
    """Bounding box of `points[first:end]`: lowest x, lowest y, highest x, highest y."""
    low_x = high_x = points[first, 0]
    low_y = high_y = points[first, 1]
    for i in range(first + 1, end):
        low_x = min(low_x, points[i, 0])
        high_x = max(high_x, points[i, 0])
        low_y = min(low_y, points[i, 1])
        high_y = max(high_y, points[i, 1])
    return low_x, low_y, high_x, high_y


@kernel
def find_boxes(points: Floats, start: Ints, first: int, end: int, boxes: Floats) -> None:
    """Write the bounding box of the points in each of the occupied cells `first:end`."""
    for cell in range(first, end):
        low_x = high_x = points[start[cell], 0]
        low_y = high_y = points[start[cell], 1]
        for i in range(start[cell] + 1, start[cell + 1]):
            low_x = min(low_x, points[i, 0])
            high_x = max(high_x, points[i, 0])
            low_y = min(low_y, points[i, 1])
            high_y = max(high_y, points[i, 1])
        boxes[cell, 0], boxes[cell, 1], boxes[cell, 2], boxes[cell, 3] = low_x, low_y, high_x, high_y


@kernel
def _cell_on(axis: Axis, cells_per_unit: float, value: float) -> int:
    """Number of the cell along one axis that holds a coordinate."""
    low, high = 0, len(axis.starts)
    while high - low > 1:
        middle = (low + high) // 2
        if axis.starts[middle] <= value:
            low = middle
        else:
            high = middle
    return axis.offsets[low] + np.int64((value - axis.starts[low]) * cells_per_unit)  # type: ignore[no-any-return]


@kernel
def number_cells(
    points: Floats, x: Axis, y: Axis, n_columns: int, cells_per_unit: float, first: int, end: int, cell_of: Ints
) -> None:
    """Write row·n_columns + column of each of `points[first:end]` into `cell_of`."""
    for i in range(first, end):
        column = _cell_on(x, cells_per_unit, points[i, 0])
        row = _cell_on(y, cells_per_unit, points[i, 1])
        cell_of[i] = row * n_columns + column


@kernel
def count_buckets(cell_of: Ints, shift: int, first: int, end: int, counts: Ints) -> None:
    """Add to `counts` the points of `first:end` in each bucket of 2**shift cells."""
    for i in range(first, end):
        counts[cell_of[i] >> shift] += 1


@kernel
def fill_buckets(
    points: Floats,
    cell_of: Ints,
    shift: int,
    first: int,
    end: int,
    places: Ints,
    sorted_points: Floats,
    order: Ints,
    sorted_cell: Ints,
) -> None:
    """Move `points[first:end]` to their buckets; `places` says where each bucket's next point of this block goes."""
    for i in range(first, end):
        cell = cell_of[i]
        place = places[cell >> shift]
        places[cell >> shift] = place + 1
        sorted_points[place, 0] = points[i, 0]
        sorted_points[place, 1] = points[i, 1]
        order[place] = i
        sorted_cell[place] = cell


@kernel
def sort_buckets(
    bucket_start: Ints,
    shift: int,
    first: int,
    end: int,
    points: Floats,
    order: Ints,
    sorted_cell: Ints,
    cell_start: Ints,
) -> None:
    """Sort the points of the buckets `first:end` by cell, in place and stably, and write where each cell starts."""
    size = 0
    for bucket in range(first, end):
        size = max(size, bucket_start[bucket + 1] - bucket_start[bucket])
    old_points = np.empty((size, 2))
    old_order = np.empty(size, np.int32)
    places = np.empty((1 << shift) + 1, np.int64)
    for bucket in range(first, end):
        start, stop = bucket_start[bucket], bucket_start[bucket + 1]
        low = bucket << shift
        n_cells = min(len(cell_start) - 1 - low, 1 << shift)
        places[:] = 0
        for i in range(start, stop):
            places[sorted_cell[i] - low + 1] += 1
            old_points[i - start, 0] = points[i, 0]
            old_points[i - start, 1] = points[i, 1]
            old_order[i - start] = order[i]
        places[0] = start
        for cell in range(n_cells):
            places[cell + 1] += places[cell]
            cell_start[low + cell] = places[cell]
        for i in range(start, stop):
            cell = sorted_cell[i] - low
            place = places[cell]
            places[cell] = place + 1
            points[place, 0] = old_points[i - start, 0]
            points[place, 1] = old_points[i - start, 1]
            order[place] = old_order[i - start]


@kernel
def count_occupied(cell_start: Ints) -> int:
    """Count the cells that hold a point."""
    n = 0
    for cell in range(len(cell_start) - 1):
        n += cell_start[cell + 1] > cell_start[cell]
    return n


@kernel
def list_occupied(cell_start: Ints, n_columns: int, start: Ints, column: Ints, row_start: Ints, number: Ints) -> None:
    """
    Write first point, column and number of each occupied cell, and each row's first occupied cell.

    `cell_start` becomes the number of occupied cells before each cell.
    """
    occupied = 0
    for row in range(len(row_start) - 1):
        row_start[row] = occupied
        for cell in range(row * n_columns, (row + 1) * n_columns):
            first = cell_start[cell]
            cell_start[cell] = occupied
            if cell_start[cell + 1] > first:
                start[occupied] = first
                column[occupied] = cell - row * n_columns
                number[occupied] = cell
                occupied += 1
    row_start[len(row_start) - 1] = occupied
    start[occupied] = cell_start[len(cell_start) - 1]
    cell_start[len(cell_start) - 1] = occupied
