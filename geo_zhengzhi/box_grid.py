"""
Which boxes may hold a point: a grid whose lines follow the boxes.

Columns and rows are cut at quantiles of the boxes' own edges, so a thousand small boxes in one corner of a country are
told apart as well as a thousand spread over it, and the memory is bounded: the grid gets coarser until its lists fit.
"""

from typing import NamedTuple

import numpy as np

from geo_zhengzhi.kernels import Floats, Ints, kernel, kernel_part

MAX_CELLS_PER_AXIS = 1024
MAX_ENTRIES = 2**22  # 16 MiB of box numbers, plus a few for each box when there are millions
BUCKETS_PER_CELL = 4  # an even ruler that lands near the right cell, whose uneven lines a short search then finds


class Axis(NamedTuple):
    """Cell boundaries (float64[k + 1], rising) along one axis, with an even ruler into them."""

    breaks: Floats
    scale: float
    first: Ints  # per bucket of the ruler: the last boundary certainly at or below it
    last: Ints  # per bucket: the first boundary certainly above it, or k


class BoxGrid(NamedTuple):
    """
    Box numbers (`owner`) by cell, column after column; cell c has owner[start[c]:start[c + 1]], rising.

    Incidents come from west to east, so those of one column lie close together in memory.
    """

    x: Axis
    y: Axis
    start: Ints
    owner: Ints


def build_grid(boxes: Floats, owner: Ints) -> BoxGrid:
    """
    Sort boxes into cells.

    Parameters
    ----------
    boxes : float64[n, 4]
        xmin, ymin, xmax, ymax, finite, edges included; n >= 1.
    owner : int32[n]
        What is listed for each box, not falling; listed once a cell.
    """
    n_cells = int(np.clip(4 * np.sqrt(len(boxes)), 8, MAX_CELLS_PER_AXIS))
    budget = max(MAX_ENTRIES, 16 * len(boxes))
    while True:
        x, y = _axis(boxes[:, [0, 2]], n_cells), _axis(boxes[:, [1, 3]], n_cells)
        edges = np.ascontiguousarray(boxes.T)
        span = np.column_stack([_cells(v, a) for v, a in zip(edges, (x, y, x, y), strict=True)])
        n_entries = ((span[:, 2] - span[:, 0] + 1) * (span[:, 3] - span[:, 1] + 1)).sum()
        if n_entries <= budget or n_cells <= 1:
            break
        n_cells //= 2
    start, listed = _fill(span, owner, len(x.breaks) - 1, len(y.breaks) - 1)
    return BoxGrid(x, y, start, listed)


def _axis(edges: Floats, n_cells: int) -> Axis:
    """Boundaries at quantiles of the edges, at most `n_cells` cells; one cell where all edges are the same."""
    ordered = np.sort(edges, axis=None)
    breaks = np.unique(ordered[np.linspace(0, len(ordered) - 1, n_cells + 1).astype(np.int64)])
    if len(breaks) == 1:
        breaks = np.repeat(breaks, 2)
    n_buckets = BUCKETS_PER_CELL * (len(breaks) - 1)
    with np.errstate(all="ignore"):
        scale = n_buckets / (breaks[-1] - breaks[0])
    scale = float(scale) if np.isfinite(scale) else 0.0
    bucket = np.minimum((breaks - breaks[0]) * scale, n_buckets - 1).astype(np.int64)
    numbers = np.arange(n_buckets)
    first = np.maximum(np.searchsorted(bucket, numbers, side="left") - 1, 0)
    last = np.minimum(np.searchsorted(bucket, numbers, side="right"), len(breaks) - 1)
    return Axis(breaks, scale, first, last)


@kernel_part
def _cell(v: float, breaks: Floats, scale: float, first: Ints, last: Ints) -> int:
    """The cell of a value between the first and the last boundary; a value on a boundary is in the upper cell."""
    bucket = min(int((v - breaks[0]) * scale), len(first) - 1)
    low, high = first[bucket], last[bucket]
    while high - low > 1:
        middle = (low + high) >> 1
        if v >= breaks[middle]:
            low = middle
        else:
            high = middle
    return low  # type: ignore[no-any-return]


@kernel
def _cells(values: Floats, axis: Axis) -> Ints:
    """The cell of each value."""
    breaks, scale, first, last = axis
    cells = np.empty(len(values), np.int64)
    for i in range(len(values)):
        cells[i] = _cell(values[i], breaks, scale, first, last)
    return cells


@kernel
def cells_at(x: Floats, y: Floats, columns: Axis, rows: Axis) -> Ints:
    """The number of the cell that holds each point (float64[n]), int32[n]; -1 outside the grid, NaN included."""
    # Taken out of their tuples once: each look inside one counts references, which costs more than the search.
    column_breaks, column_scale, column_first, column_last = columns
    row_breaks, row_scale, row_first, row_last = rows
    n_columns, n_rows = len(column_breaks) - 1, len(row_breaks) - 1
    west, east, south, north = column_breaks[0], column_breaks[n_columns], row_breaks[0], row_breaks[n_rows]
    cells = np.full(len(x), -1, np.int32)
    for i in range(len(x)):
        if west <= x[i] <= east and south <= y[i] <= north:
            row = _cell(y[i], row_breaks, row_scale, row_first, row_last)
            cells[i] = _cell(x[i], column_breaks, column_scale, column_first, column_last) * n_rows + row
    return cells


@kernel
def _fill(span: Ints, owner: Ints, n_columns: int, n_rows: int) -> tuple[Ints, Ints]:
    """Counting sort of boxes into cells, each owner once a cell."""
    start = np.zeros(n_columns * n_rows + 1, np.int64)
    latest = np.full(n_columns * n_rows, -1, np.int32)
    for b in range(len(span)):
        for column in range(span[b, 0], span[b, 2] + 1):
            for cell in range(column * n_rows + span[b, 1], column * n_rows + span[b, 3] + 1):
                if latest[cell] != owner[b]:
                    latest[cell] = owner[b]
                    start[cell + 1] += 1
    start = np.cumsum(start)
    listed = np.empty(start[-1], np.int32)
    filled = start[:-1].copy()
    latest[:] = -1
    for b in range(len(span)):
        for column in range(span[b, 0], span[b, 2] + 1):
            for cell in range(column * n_rows + span[b, 1], column * n_rows + span[b, 3] + 1):
                if latest[cell] != owner[b]:
                    latest[cell] = owner[b]
                    listed[filled[cell]] = owner[b]
                    filled[cell] += 1
    return start, listed
