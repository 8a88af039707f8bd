"""
Kernels that join cells whose core points reach each other into clusters.

Union–find over cells, the eight nearest first, skipping those that are joined already. A pair of cells that a look at
boxes and a few points does not decide is set aside; most of those are joined through others by the end, and the rest
are searched by halving, which two lines of 50,000 points just out of reach cannot make quadratic.
"""

import numpy as np

from geo_zhengzhi.dbscan_cells import Cells
from geo_zhengzhi.kernels import Flags, Floats, Ints, kernel, kernel_part

NOT_JOINED, JOINED, SET_ASIDE = 0, 1, 2
# Two cells are compared point by point up to this many pairs; a search ends in groups of as many.
FEW_PAIRS = 256
# Of two larger cells, this many points of each are compared before the pair is set aside.
SAMPLED = 8
# Rounding of a projection, relative to eps, is below 10⁻¹⁴: groups farther apart than this are out of reach.
OUT_OF_REACH = 1 + 1e-12
# A depth-first search by halving boxes of float64 never holds more groups than this.
MAX_GROUPS = 5000


@kernel_part
def _find_root(parent: Ints, cell: int) -> int:
    """Root of a cell's tree, its lowest cell; the path to it is halved."""
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell


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
def _any_within(
    points: Floats, start: Ints, square: float, is_core: Flags, a: int, b: int, a_step: int, b_step: int
) -> tuple[bool, int]:
    """Whether any core points of two cells, every `step`-th of each, are within reach; and the distances taken."""
    n_distances = 0
    for i in range(start[a], start[a + 1], a_step):
        if not is_core[i]:
            continue
        for j in range(start[b], start[b + 1], b_step):
            dx = points[j, 0] - points[i, 0]
            dy = points[j, 1] - points[i, 1]
            n_distances += 1
            if dx * dx + dy * dy <= square and is_core[j]:
                return True, n_distances
    return False, n_distances


@kernel_part
def _compare(
    points: Floats, start: Ints, boxes: Floats, square: float, is_core: Flags, a: int, b: int
) -> tuple[int, int]:
    """Whether two cells are JOINED, NOT_JOINED or SET_ASIDE; and the distances taken."""
    if _nearest_square(boxes, a, b) > square:
        return NOT_JOINED, 0
    if _farthest_square(boxes, a, b) <= square:
        return JOINED, 0
    n_a, n_b = start[a + 1] - start[a], start[b + 1] - start[b]
    a_step, b_step, otherwise = 1, 1, NOT_JOINED
    if n_a * n_b > FEW_PAIRS:
        a_step, b_step, otherwise = (n_a + SAMPLED - 1) // SAMPLED, (n_b + SAMPLED - 1) // SAMPLED, SET_ASIDE
    found, n_distances = _any_within(points, start, square, is_core, a, b, a_step, b_step)
    return (JOINED if found else otherwise), n_distances


@kernel
def join_cells(
    cells: Cells,
    square: float,
    is_core: Flags,
    kind: Flags,
    parent: Ints,
    ring: int,
    first_row: int,
    end_row: int,
    from_row: int,
    to_row: int,
) -> tuple[Ints, int]:
    """
    Join the cells of rows `first_row:end_row` with those exactly `ring` (1 or 2) cells on, in rows `from_row:to_row`.

    Parameters
    ----------
    cells : Cells
    square : float
        eps².
    is_core, kind : as `find_cores` wrote them
    parent : int32, (m,)
        The union–find forest; a root is its own parent. Only the cells of the rows named are read or written.

    Returns
    -------
    int64, (k, 2)
        Pairs set aside, for `join_set_aside`.
    int
        Number of distances taken.
    """
    points, start, boxes = cells.points, cells.start, cells.boxes
    row_start, column, table, n_columns = cells.row_start, cells.column, cells.table, cells.n_columns
    aside, n_aside, n_distances = np.empty((16, 2), np.int64), 0, 0
    for row in range(first_row, end_row):
        for other_row in range(max(row, from_row), min(row + ring + 1, to_row)):
            left, end = row_start[other_row], row_start[other_row + 1]
            for cell in range(row_start[row], row_start[row + 1]):
                if kind[cell] == 0:
                    continue
                if len(table) > 0:
                    left = table[other_row * n_columns + max(column[cell] - ring, 0)]
                    end = table[other_row * n_columns + min(column[cell] + ring + 1, n_columns)]
                while left < end and column[left] < column[cell] - ring:
                    left += 1
                root = _find_root(parent, cell)
                other = left if other_row > row else cell + 1
                while other < end and column[other] <= column[cell] + ring:
                    steps = max(other_row - row, abs(column[other] - column[cell]))
                    if steps == ring and kind[other] != 0:
                        b = _find_root(parent, other)
                        if root != b:
                            outcome, n = _compare(points, start, boxes, square, is_core, cell, other)
                            n_distances += n
                            if outcome == JOINED:
                                parent[max(root, b)] = min(root, b)
                                root = min(root, b)
                            elif outcome == SET_ASIDE:
                                if n_aside == len(aside):
                                    aside = np.concatenate((aside, np.empty_like(aside)))
                                aside[n_aside, 0], aside[n_aside, 1] = cell, other
                                n_aside += 1
                    other += 1
    return aside[:n_aside].copy(), n_distances


@kernel
def join_set_aside(cells: Cells, eps: float, square: float, is_core: Flags, parent: Ints, aside: Ints) -> int:
    """Join the pairs of cells set aside that nothing has joined since; the distances and projections taken."""
    n_distances = 0
    for k in range(len(aside)):
        a, b = _find_root(parent, aside[k, 0]), _find_root(parent, aside[k, 1])
        if a == b:
            continue
        found, n = _reach(cells, eps, square, is_core, aside[k, 0], aside[k, 1])
        n_distances += n
        if found:
            parent[max(a, b)] = min(a, b)
    return n_distances


@kernel
def _core_near(cells: Cells, is_core: Flags, cell: int, box: Floats, square: float) -> Floats:
    """Core points of a cell within reach of a box."""
    points = cells.points
    near = np.empty((cells.start[cell + 1] - cells.start[cell], 2))
    n = 0
    for i in range(cells.start[cell], cells.start[cell + 1]):
        if is_core[i]:
            dx = max(0.0, box[0] - points[i, 0], points[i, 0] - box[2])
            dy = max(0.0, box[1] - points[i, 1], points[i, 1] - box[3])
            if dx * dx + dy * dy <= square:
                near[n, 0], near[n, 1] = points[i, 0], points[i, 1]
                n += 1
    return near[:n]


@kernel
def _box_of(points: Floats, first: int, end: int, box: Floats) -> None:
    """Write the bounding box of `points[first:end]`."""
    box[0] = box[2] = points[first, 0]
    box[1] = box[3] = points[first, 1]
    for i in range(first + 1, end):
        box[0] = min(box[0], points[i, 0])
        box[1] = min(box[1], points[i, 1])
        box[2] = max(box[2], points[i, 0])
        box[3] = max(box[3], points[i, 1])


@kernel
def _any_pair(a: Floats, b: Floats, group: Ints, square: float) -> bool:
    """Whether any point of `a[g0:g1]` is within reach of any of `b[g2:g3]`."""
    for i in range(group[0], group[1]):
        for j in range(group[2], group[3]):
            dx = b[j, 0] - a[i, 0]
            dy = b[j, 1] - a[i, 1]
            if dx * dx + dy * dy <= square:
                return True
    return False


@kernel
def _drop_far(points: Floats, first: int, end: int, line: Floats, limit: float) -> int:
    """Move the points whose projection on `line` (origin, direction) is at least `limit` to the front; their end."""
    for i in range(first, end):
        if (points[i, 0] - line[0]) * line[2] + (points[i, 1] - line[1]) * line[3] >= limit:
            points[i, 0], points[first, 0] = points[first, 0], points[i, 0]
            points[i, 1], points[first, 1] = points[first, 1], points[i, 1]
            first += 1
    return first


@kernel
def _farthest_along(points: Floats, first: int, end: int, line: Floats) -> float:
    """Highest projection of `points[first:end]` on `line` (origin, direction)."""
    highest = -np.inf
    for i in range(first, end):
        highest = max(highest, (points[i, 0] - line[0]) * line[2] + (points[i, 1] - line[1]) * line[3])
    return highest


@kernel
def _narrow(a: Floats, b: Floats, group: Ints, box_a: Floats, box_b: Floats, eps: float) -> None:
    """
    Drop the points out of reach along the line between two groups' middles; `group` comes back smaller, or empty.

    Along that line the groups lie eps apart or less only where they face each other: two parallel lines are told
    apart at once, and two arcs as soon as a piece is nearly straight.
    """
    dx = 0.5 * (box_b[0] - box_a[0]) + 0.5 * (box_b[2] - box_a[2])
    dy = 0.5 * (box_b[1] - box_a[1]) + 0.5 * (box_b[3] - box_a[3])
    length = np.sqrt(dx * dx + dy * dy)
    if length == 0.0:
        return
    line = np.array([box_a[0], box_a[1], dx / length, dy / length])
    back = np.array([box_a[0], box_a[1], -dx / length, -dy / length])
    limit = -_farthest_along(b, group[2], group[3], back) - eps * OUT_OF_REACH
    group[1] = _drop_far(a, group[0], group[1], line, limit)
    if group[1] > group[0]:
        limit = -_farthest_along(a, group[0], group[1], line) - eps * OUT_OF_REACH
        group[3] = _drop_far(b, group[2], group[3], back, limit)


@kernel
def _halve(points: Floats, first: int, end: int, box: Floats) -> int:
    """Move the points in the lower half of the box's longer side to the front; where the upper half starts."""
    axis = 0 if box[2] - box[0] >= box[3] - box[1] else 1
    middle = box[axis] + 0.5 * (box[axis + 2] - box[axis])
    if middle >= box[axis + 2]:
        middle = box[axis]
    for i in range(first, end):
        if points[i, axis] <= middle:
            points[i, 0], points[first, 0] = points[first, 0], points[i, 0]
            points[i, 1], points[first, 1] = points[first, 1], points[i, 1]
            first += 1
    return first


@kernel
def _reach(cells: Cells, eps: float, square: float, is_core: Flags, a_cell: int, b_cell: int) -> tuple[bool, int]:
    """Whether two cells' core points come within reach of each other; and the distances and projections taken."""
    a = _core_near(cells, is_core, a_cell, cells.boxes[b_cell], square)
    b = _core_near(cells, is_core, b_cell, cells.boxes[a_cell], square)
    n_distances = cells.start[a_cell + 1] - cells.start[a_cell] + cells.start[b_cell + 1] - cells.start[b_cell]
    groups = np.empty((MAX_GROUPS, 4), np.int64)
    groups[0, 0], groups[0, 1], groups[0, 2], groups[0, 3] = 0, len(a), 0, len(b)
    n_groups = 1
    group, boxes = np.empty(4, np.int64), np.empty((2, 4))
    box_a, box_b = boxes
    while n_groups > 0:
        n_groups -= 1
        group[:] = groups[n_groups]
        if group[0] == group[1] or group[2] == group[3]:
            continue
        _box_of(a, group[0], group[1], box_a)
        _box_of(b, group[2], group[3], box_b)
        if _nearest_square(boxes, 0, 1) > square:
            continue
        if _farthest_square(boxes, 0, 1) <= square:
            return True, n_distances
        n_distances += group[1] - group[0] + group[3] - group[2]
        _narrow(a, b, group, box_a, box_b, eps)
        n_pairs = (group[1] - group[0]) * (group[3] - group[2])
        if n_pairs <= FEW_PAIRS:
            n_distances += n_pairs
            if _any_pair(a, b, group, square):
                return True, n_distances
            continue
        groups[n_groups], groups[n_groups + 1] = group, group
        if max(box_a[2] - box_a[0], box_a[3] - box_a[1]) >= max(box_b[2] - box_b[0], box_b[3] - box_b[1]):
            middle = _halve(a, group[0], group[1], box_a)
            groups[n_groups, 1] = groups[n_groups + 1, 0] = middle
        else:
            middle = _halve(b, group[2], group[3], box_b)
            groups[n_groups, 3] = groups[n_groups + 1, 2] = middle
        n_groups += 2
    return False, n_distances
